"""The input supply: GPIO16 falls when it is lost (boards sheet A2). From then on the box lives from
its supercapacitors. Newer RAKPiOS makes a key of the line, which is read instead (boards sheet
A14)."""

from __future__ import annotations

from ..bus.lines import Bias, Input, Line, LineAt
from ..config.model import OnboardConfig
from ..core.errors import BusUnavailable, OutputRefused
from ..core.points import Channel, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from .carrier import Carrier

SUPPLY = Channel("supply", kind=Kind.BOOL, decimals=0, point="supply_present")

POWER_FAIL = Input(active_low=True, bias=Bias.PULL_UP, edges=True)


class Power:
    """Threads: lane only."""

    def __init__(self, fail: LineAt, *, interval: Seconds = Seconds(1.0)) -> None:
        self.groups = (Group("power", (SUPPLY,), interval),)
        self._fail = fail
        self._line: Line | None = None

    @classmethod
    def fit(cls, carrier: Carrier, config: OnboardConfig) -> Power:
        return cls(carrier.lines["POWER_FAIL"], interval=Seconds(config.interval))

    def open(self) -> None:
        """Take the line. Raises BusUnavailable when the kernel or a program has it."""
        self.close()
        self._line = self._fail.request(POWER_FAIL)

    def sample(self, group: Group) -> Sampling:
        """Every change since the last sampling, then what is now: a dip between two samplings
        is a reading, too. Raises BusError."""
        yield from ()  # nothing to wait for
        if self._line is None:
            raise BusUnavailable("the power fail line is not open")
        present = not self._line.get()  # before the edges: one that comes now is not lost
        seen = [not edge.active for edge in self._line.edges()]
        return [Reading(SUPPLY.name, state) for state in (seen or [present])]

    def write(self, channel: str, value: Value) -> None:
        raise OutputRefused(f"power has no writable channel {channel!r}")

    def close(self) -> None:
        if self._line is not None:
            line, self._line = self._line, None
            line.release()
