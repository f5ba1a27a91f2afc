"""RAK14003: a bar of ten LEDs, low is on. GPA0 to GPA7 and GPB0, GPB1 of an MCP23017."""

from __future__ import annotations

from ..bus.i2c import I2c
from ..bus.lines import LineAt
from ..chips.mcp23017 import Mcp23017
from ..config.model import SlotConfig
from ..core.errors import OutputRefused, UnexpectedValue
from ..core.points import Channel, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from .outputs import not_writable
from .reset_line import ResetLine
from .wires import Wires

SEGMENTS = 10
ALL = (1 << SEGMENTS) - 1

LEVEL = Channel("level", kind=Kind.INT, decimals=0, writable=True, safe=0)


class Rak14003:
    """Channel `level`, so many segments from the first on; dark when nobody commands it.
    Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        reset: LineAt,
        *,
        interval: Seconds = Seconds(10.0),
        address: int = 0x24,
    ) -> None:
        self.groups = (Group("bar", (LEVEL,), interval),)
        self._chip = Mcp23017(i2c, address)
        self._reset = ResetLine(reset)
        self._level = 0

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak14003:
        """The module in a slot: reset on IO4 (modules sheet 6.1)."""
        return cls(
            wires.i2c,
            wires.lines["IO4"],
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Reset the chip, then drive the segments, dark. Raises BusError, WrongIdentity."""
        self._level = 0
        self._reset.pulse()
        self._chip.identify()
        self._chip.configure()
        self._chip.latch(_dark_but(0))
        self._chip.drive(ALL)

    def sample(self, group: Group) -> Sampling:
        """Read the pins back. Raises BusError, UnexpectedValue when they are not as commanded."""
        yield from ()
        found = self._chip.read().levels & ALL
        if found != _dark_but(self._level):
            raise UnexpectedValue(
                f"the segments read {found:010b}, commanded was {_dark_but(self._level):010b} (1 is"
                " dark): somebody else wrote them, or a segment is shorted"
            )
        return [Reading(LEVEL.name, self._level)]

    def write(self, channel: str, value: Value) -> None:
        """Let so many segments shine. Raises OutputRefused, BusError."""
        if channel != LEVEL.name:
            not_writable("rak14003", channel)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= SEGMENTS:
            raise OutputRefused(f"{channel} takes 0 to {SEGMENTS} segments, not {value!r}")
        self._chip.latch(_dark_but(value))
        self._level = value

    def close(self) -> None:
        """Dark, and every line an input. Raises BusError."""
        self._level = 0
        try:
            self._chip.latch(_dark_but(0))
            self._chip.release()
        finally:
            self._reset.release()


def _dark_but(level: int) -> int:
    """What the pins must be: low where a segment shines."""
    return ALL & ~((1 << level) - 1)
