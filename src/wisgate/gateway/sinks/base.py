"""What a sink is. A sink delivers; the forwarder retries, orders and counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...config.model import AlarmConfig, Config
from ...core.points import Point, Reading, Value
from ...store.records import Entry, Phase

OnCommand = Callable[[str, Value], None]
"""Takes a point and the value that the other side wants it to have. Must not raise."""


@dataclass(frozen=True)
class Access:
    """What a sink may ask of the gateway beside the records that it delivers."""

    config: Config
    """Of the whole gateway."""
    last: Callable[[str], Reading | None]
    """The last reading of a point, as stale when it is too old; None before the first."""
    phase: Callable[[str], Phase]
    """The state of an alarm."""
    newest: Callable[[], int]
    """The greatest number that a record has so far."""
    command: OnCommand

    def points(self, chosen: Sequence[str]) -> tuple[Point, ...]:
        """The points of a sink: those it has chosen, or all."""
        points = self.config.points
        return tuple(p for p in points if p.name in chosen) if chosen else points

    def alarms(self, chosen: Sequence[str]) -> tuple[AlarmConfig, ...]:
        """The alarms of a sink: none for one that has chosen points."""
        return () if chosen else self.config.alarms


class Sink(Protocol):
    """One destination. Threads: the event loop only."""

    name: str

    async def open(self) -> None:
        """Connect, so that the other side sees us before the first record. `deliver` connects by
        itself too. Raises SinkError."""
        ...

    async def deliver(self, batch: Sequence[Entry]) -> None:
        """Return when the other side has acknowledged every entry. Connects again when needed.

        Raises SinkError; SinkRefused names the entries that will never be taken, all others of
        the batch were acknowledged.
        """
        ...

    async def close(self, deadline: float) -> None:
        """Say good-bye and let go, within `deadline` seconds. Never raises SinkError."""
        ...
