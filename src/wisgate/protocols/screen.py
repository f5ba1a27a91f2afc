"""Text on a little display that takes its picture in pages of eight rows: 128 x 64 dots, a bar for
the title and five lines of 21 letters, or six lines without a title.

The letters are those that Pillow brings along, one size, every sign of Latin-1.
"""

from __future__ import annotations

import textwrap
from collections.abc import Generator, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from ..registers.ssd1306 import COLUMNS, PAGES, ROWS

LETTERS = 21
"""Signs in a line: 128 dots, six each."""
LINE, BAR = 10, 12
"""Rows of a line, and of the title with its bar."""
DARK = (bytes(COLUMNS),) * PAGES

Rows = Sequence[bytes]
"""A picture: a row of columns for each page, a byte for eight dots, the lowest bit on top."""


class Page(NamedTuple):
    """What is shown at once. Without a title there is room for a line more."""

    title: str
    lines: tuple[str, ...] = ()


class PagedDisplay(Protocol):
    """A display that takes its picture in pages; see `chips.ssd1306`."""

    def start(self) -> None: ...
    def switch(self, on: bool) -> None: ...
    def lit(self) -> bool: ...
    def write_page(self, page: int, columns: bytes, first: int = 0) -> None: ...


class Panel:
    """A display that is told only what changed. Threads: lane only."""

    def __init__(self, display: PagedDisplay) -> None:
        self._display = display
        self._drawn: list[bytes] = []

    def show(self, rows: Rows) -> Generator[float, None, None]:
        """Draw a picture, page by page, and give the bus back in between. A display that is dark
        was never set up, or has lost its supply: it gets everything. Raises BusError."""
        if not self._display.lit():
            self._drawn = []
            self._display.start()
            yield 0.0
        for page, row in enumerate(rows):
            if len(self._drawn) <= page:
                self._display.write_page(page, row)
                self._drawn.append(row)
            elif self._drawn[page] != row:
                self._display.write_page(page, row)
                self._drawn[page] = row
            else:
                continue
            yield 0.0
        self._display.switch(True)

    def close(self) -> None:
        """Dark. Raises BusError."""
        self._display.switch(False)


def wrapped(text: str) -> tuple[str, ...]:
    """The lines of a text, broken between words where they are too long."""
    lines = (textwrap.wrap(line, LETTERS) or [""] for line in text.splitlines())
    return tuple(part for line in lines for part in line)


@lru_cache(maxsize=8)
def drawn(page: Page) -> Rows:
    """The picture of a page; what does not fit is left out, a sign that is missing is a "?"."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default_imagefont()
    picture = Image.new("1", (COLUMNS, ROWS))
    draw = ImageDraw.Draw(picture)
    top = 0
    if page.title:
        draw.rectangle((0, 0, COLUMNS - 1, BAR - 2), fill=1)
        draw.text((1, 0), _plain(page.title), font=font, fill=0)
        top = BAR
    for line in page.lines[: (ROWS - top) // LINE]:
        draw.text((0, top), _plain(line), font=font, fill=1)
        top += LINE
    # A byte of the file is eight dots beside each other, the first in the highest bit; of the
    # display it is eight dots below each other, the uppermost in the lowest.
    flip, turn = Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.TRANSPOSE
    stripes = (picture.crop((0, y, COLUMNS, y + 8)) for y in range(0, ROWS, 8))
    return tuple(stripe.transpose(flip).transpose(turn).tobytes() for stripe in stripes)


def _plain(text: str) -> str:
    return text[:LETTERS].encode("latin-1", "replace").decode("latin-1")
