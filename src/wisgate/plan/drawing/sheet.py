"""A sheet of SVG that grows downwards: text, boxes and lines in the colours of the drawings.

Units are CSS pixels of a phone: a sheet is 390 wide, its smallest text 11.5, so that it can be
read in a browser on a telephone without zooming. Text is monospaced, so its width is known.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from .signals import Family

WIDTH = 390.0
MARGIN = 10.0
SMALL = 11.5
NORMAL = 12.5
TITLE = 17.0
ADVANCE = 0.603
"""Width of a monospaced character per size: the widest of the common ones, DejaVu Sans Mono."""
LEADING = 1.32

_LIGHT = {
    Family.POWER: "#b3261e", Family.GROUND: "#3c4043", Family.I2C: "#1a5fb4",
    Family.SPI: "#7b2d8b", Family.UART: "#9a4b00", Family.ANALOG: "#1e6e2e",
    Family.GPIO: "#006a6a", Family.USB: "#b0005c", Family.PCIE: "#4b46b5",
    Family.RESERVED: "#6b7076",
}  # fmt: skip
_DARK = {
    Family.POWER: "#ff8a80", Family.GROUND: "#bdc1c6", Family.I2C: "#8ab4f8",
    Family.SPI: "#d9a0e8", Family.UART: "#ffb46b", Family.ANALOG: "#81d692",
    Family.GPIO: "#5fd4d4", Family.USB: "#ff8fc0", Family.PCIE: "#b0abff",
    Family.RESERVED: "#9aa0a6",
}  # fmt: skip


def css_name(family: Family) -> str:
    return family.value.lower()


def _theme(colours: dict[Family, str], paper: str, ink: str, soft: str, board: str, on: str) -> str:
    families = "".join(f"--{css_name(f)}:{c};" for f, c in colours.items())
    own = f"--paper:{paper};--ink:{ink};--soft:{soft};--board:{board};--on:{on};"
    return own + families


_RULES = {
    "text": "font-family:'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace;"
    "fill:var(--ink)",
    ".paper": "fill:var(--paper)",
    ".soft": "fill:var(--soft)",
    ".strong": "font-weight:bold",
    ".on": "fill:var(--on);font-weight:bold",
    ".board": "fill:var(--board);stroke:var(--ink)",
    ".part": "fill:var(--paper);stroke:var(--soft)",
    ".taken": "fill:var(--paper);stroke:var(--ink);stroke-width:1.5",
    ".chosen": "fill:var(--paper);stroke:var(--power);stroke-width:2",
    ".badge": "fill:var(--ink)",
    ".edge": "fill:none;stroke:var(--soft)",
    ".under": "fill:none;stroke:var(--soft);stroke-dasharray:4 3",
    ".hole": "fill:var(--paper);stroke:var(--ink)",
    ".warn": "fill:none;stroke:var(--power);stroke-width:1.5",
    ".alarm": "fill:var(--power)",
    **{f".{css_name(f)}": f"fill:var(--{css_name(f)})" for f in Family},
    **{
        f".wire-{css_name(f)}": f"fill:none;stroke:var(--{css_name(f)});stroke-width:2"
        for f in Family
    },
}
_LIGHT_THEME = _theme(_LIGHT, "#ffffff", "#1b1c1e", "#5a5f66", "#e9f0e6", "#ffffff")
_DARK_THEME = _theme(_DARK, "#15171a", "#e8eaed", "#a7adb4", "#20291f", "#15171a")
# Below 1000 px a drawing fills the width: a phone shows a bare SVG as if it were 980 px wide.
_STYLE = (
    f".wisgate-drawing{{display:block;width:100%;height:auto;margin:0 auto;"
    f"color-scheme:light dark;background:var(--paper);{_LIGHT_THEME}}}"
    "@media(min-width:1000px){.wisgate-drawing{max-width:720px}}"
    f"@media(prefers-color-scheme:dark){{.wisgate-drawing{{{_DARK_THEME}}}}}"
    + "".join(f".wisgate-drawing {where}{{{what}}}" for where, what in _RULES.items())
)


def number(value: float) -> str:
    """A coordinate with at most two decimals, always written the same way."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def text_width(text: str, size: float) -> float:
    return len(text) * size * ADVANCE


def wrap(text: str, width: float, size: float) -> list[str]:
    """Lines of `text` that fit `width`; a word that is too long is broken."""
    columns = max(1, int(width / (size * ADVANCE)))
    return textwrap.wrap(text, columns, break_on_hyphens=False) or []


@dataclass
class Sheet:
    """Collects elements; `finish` makes the SVG. `y` is where the next block begins.
    Threads: any one at a time."""

    title: str
    description: str
    y: float = MARGIN
    _elements: list[str] = field(default_factory=list)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = SMALL,
        anchor: str = "start",
        look: str = "",
        turn: float = 0,
    ) -> None:
        """`y` is the base line; `turn` degrees clockwise about the anchor."""
        attributes = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}"'
        if anchor != "start":
            attributes += f' text-anchor="{anchor}"'
        if look:
            attributes += f' class="{look}"'
        if turn:
            attributes += f' transform="rotate({number(turn)} {number(x)} {number(y)})"'
        self._elements.append(f"<text {attributes}>{escape(text)}</text>")

    def box(
        self, x: float, y: float, width: float, height: float, look: str, radius: float = 2
    ) -> None:
        self._elements.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}"'
            f' height="{number(height)}" rx="{number(radius)}" class="{look}"/>'
        )

    def circle(self, x: float, y: float, radius: float, look: str) -> None:
        self._elements.append(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" class="{look}"/>'
        )

    def path(self, points: list[tuple[float, float]], look: str) -> None:
        """Straight lines from point to point."""
        steps = " L".join(f"{number(x)} {number(y)}" for x, y in points)
        self._elements.append(f'<path d="M{steps}" class="{look}"/>')

    def group(self, title: str) -> None:
        """What follows until `end_group` is one thing with a name, shown when pointed at."""
        self._elements.append(f"<g><title>{escape(title)}</title>")

    def end_group(self) -> None:
        self._elements.append("</g>")

    def paragraph(
        self,
        text: str,
        size: float = SMALL,
        look: str = "",
        x: float = MARGIN,
        width: float = WIDTH - 2 * MARGIN,
    ) -> None:
        """Wrapped text at `y`, which moves below it."""
        for line in wrap(text, width, size):
            self.y += size * LEADING
            self.text(x, self.y - size * (LEADING - 1), line, size, look=look)

    def heading(self, text: str, size: float = TITLE) -> None:
        self.paragraph(text, size, "strong")
        self.y += 3

    def warning(self, text: str) -> None:
        """Lines of text in a frame, with a sign."""
        top = self.y + 4
        self.y = top + 3
        for line in text.splitlines():
            indent = 12 if line.startswith(" ") else 0
            left = MARGIN + 24 + indent
            self.paragraph(line.strip(), x=left, width=WIDTH - MARGIN - 8 - left)
        self.box(MARGIN, top, WIDTH - 2 * MARGIN, self.y - top + 4, "warn", 4)
        self.text(MARGIN + 9, top + SMALL * LEADING + 2, "!", NORMAL + 2, look="alarm strong")
        self.y += 8

    def legend(self, families: list[Family]) -> None:
        """The families that occur, each with its colour."""
        x, row = MARGIN, SMALL * LEADING + 3
        self.y += 4
        for family in families:
            wide = 12 + 4 + text_width(family.value, SMALL) + 12
            if x + wide > WIDTH - MARGIN + 12:
                x, self.y = MARGIN, self.y + row
            self.box(x, self.y + 1, 12, 12, css_name(family))
            self.text(x + 16, self.y + SMALL, family.value)
            x += wide
        self.y += row + 4

    def finish(self) -> str:
        """The SVG document: a phone wide at least, 720 pixels at most, as tall as it must be."""
        height = number(self.y + MARGIN)
        width = number(WIDTH)
        label = quoteattr(self.title)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
            f' class="wisgate-drawing" aria-label={label}'
            f' style="aspect-ratio:{width}/{height}">\n'
            f"<title>{escape(self.title)}</title>\n<desc>{escape(self.description)}</desc>\n"
            f"<style>{_STYLE}</style>\n"
            f'<rect width="{width}" height="{height}" class="paper"/>\n'
            + "\n".join(self._elements)
            + "\n</svg>\n"
        )
