"""The little display at J14: an SSD1306 that shows in turn what the gateway gives it, and a text of
the user's (boards sheet A12)."""

from __future__ import annotations

from collections.abc import Sequence

from ..chips.ssd1306 import Ssd1306
from ..config.model import OnboardConfig
from ..core.clock import Clock
from ..core.errors import OutputRefused
from ..core.points import Channel, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from ..protocols.screen import Page, Panel, drawn, wrapped
from .carrier import Carrier

TEXT = Channel("text", kind=Kind.TEXT, decimals=0, writable=True, safe="", point="display_text")

PAGE_S = 6.0
"""How long each page is shown."""
NOBODY = (Page("wisgate"),)
"""Until a gateway says something."""


class Display:
    """Threads: lane only, but `show`, which may be called from any."""

    def __init__(self, panel: Panel, clock: Clock, *, interval: Seconds = Seconds(2.0)) -> None:
        self.groups = (Group("display", (TEXT,), interval),)
        self._panel, self._clock = panel, clock
        self._pages: tuple[Page, ...] = NOBODY
        self._text = ""

    @classmethod
    def fit(cls, carrier: Carrier, config: OnboardConfig) -> Display:
        chip = Ssd1306(carrier.i2c, carrier.chips["J14"])
        return cls(Panel(chip), carrier.clock, interval=Seconds(config.interval))

    def open(self) -> None:
        """Forget the text of before; the panel is set up when it is first drawn."""
        self._text = ""

    def show(self, pages: Sequence[Page]) -> None:
        """What to show from now on, one page after the other."""
        self._pages = tuple(pages) or NOBODY

    def sample(self, group: Group) -> Sampling:
        """Draw the page whose turn it is, as far as it is not there yet. Raises BusError."""
        pages = self._pages
        if self._text:
            pages = (*pages, Page("", wrapped(self._text)))
        turn = int(self._clock.monotonic() / PAGE_S) % len(pages)
        yield from self._panel.show(drawn(pages[turn]))
        return [Reading(TEXT.name, self._text)]

    def write(self, channel: str, value: Value) -> None:
        """A text of the user's, beside the other pages; "" takes it away. Raises OutputRefused."""
        if channel != TEXT.name or not isinstance(value, str):
            raise OutputRefused(f"display takes a text on its channel text, not {value!r}")
        self._text = value

    def close(self) -> None:
        """Dark: what it showed is not true any more. Raises BusError."""
        self._panel.close()
