"""RAK1921 OLED display, 128 x 64 dots, for a text of the user's: an SSD1306. Modules sheet 6.12."""

from __future__ import annotations

from ..bus.i2c import I2c
from ..chips.ssd1306 import Ssd1306
from ..config.model import SlotConfig
from ..core.errors import OutputRefused
from ..core.points import Channel, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from ..protocols.screen import Page, Panel, drawn, wrapped
from .outputs import not_writable
from .wires import Wires

TEXT = Channel("text", kind=Kind.TEXT, decimals=0, writable=True, safe="")


class Rak1921:
    """One text, broken into lines of 21 letters, six of them. Threads: lane only."""

    def __init__(self, i2c: I2c, *, interval: Seconds = Seconds(2.0), address: int = 0x3C) -> None:
        self.groups = (Group("display", (TEXT,), interval),)
        self._panel = Panel(Ssd1306(i2c, address))
        self._text = ""

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak1921:
        """The module at its connector: nothing but I2C."""
        return cls(
            wires.i2c,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Empty; the panel is set up when it is first drawn."""
        self._text = ""

    def sample(self, group: Group) -> Sampling:
        """Draw what changed of the text, page by page. Raises BusError."""
        yield from self._panel.show(drawn(Page("", wrapped(self._text))))
        return [Reading(TEXT.name, self._text)]

    def write(self, channel: str, value: Value) -> None:
        """Take a text; it stands there with the next sampling. Raises OutputRefused."""
        if channel != TEXT.name:
            not_writable("rak1921", channel)
        if not isinstance(value, str):
            raise OutputRefused(f"text takes a text, not {value!r}")
        self._text = value

    def close(self) -> None:
        """Dark. Raises BusError when the display does not answer."""
        self._panel.close()
