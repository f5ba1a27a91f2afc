"""What the store holds: readings and gaps, in one series of sequence numbers per gateway."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from ..core.columns import Readings
from ..core.points import Reading, Status, Value

ALARM = "alarm/"
"""What the point of an alarm's records begins with; its name follows."""


def is_measured(item: Reading | Readings) -> bool:
    """Whether it says nothing of what people, rules or alarms did."""
    return isinstance(item, Readings) or not (item.cause or item.name.startswith(ALARM))


class Phase(StrEnum):
    """The state of an alarm."""

    NORMAL = "normal"
    PENDING = "pending"
    """Its condition holds, not long enough yet."""
    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    """Active, and somebody has seen it."""
    CLEARED = "cleared"
    """Its condition is gone, and it waits to be acknowledged: a latched alarm."""
    SHELVED = "shelved"


class AlarmState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The value of an alarm's record, as JSON."""

    phase: Phase
    severity: str
    value: float | int | bool | str | None = None
    """Of the point that it watches, at this moment."""
    text: str = ""
    shelved_until_ns: int = 0
    behind: Phase | None = None
    """What a shelved alarm would be."""

    def encoded(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def of(cls, record: Record) -> AlarmState | None:
        """The state in a record of an alarm; None for any other, and for what damage left."""
        if not record.point.startswith(ALARM) or not isinstance(record.value, str):
            return None
        try:
            return msgspec.json.decode(record.value, type=cls)
        except msgspec.DecodeError:
            return None


class Record(msgspec.Struct, frozen=True, gc=False):
    """A reading of a point with its place in the series. A struct: thousands are made a second, and
    a frozen dataclass takes several times as long."""

    seq: int
    time_ns: int
    """UTC."""
    point: str
    unit: str
    value: Value
    status: Status
    cause: str = ""
    """Of a write to an output or virtual point: who did it. "" for a measurement."""
    estimated: bool = False
    """Whether its time is an estimate: nobody knew the time when it was made."""

    @property
    def is_alarm(self) -> bool:
        """Whether it is the state of an alarm."""
        return self.point.startswith(ALARM)


@dataclass(frozen=True)
class Gap:
    """Of the numbers `first` to `last`, both included, what has not come by now will never come,
    and why. Most often that is all of them."""

    seq: int
    time_ns: int
    first: int
    last: int
    cause: str


Entry = Record | Gap
"""What sinks deliver, in the order of `seq`."""
