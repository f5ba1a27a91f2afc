"""Where the texts of a drawing are, by the metrics of DejaVu Sans Mono: do they overlap?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree

ADVANCE = 0.602
ASCENT = 0.73
"""Of capitals; no drawing has accents on them."""
DESCENT = 0.2
TOLERANCE = 0.2
TEXT = "{http://www.w3.org/2000/svg}text"


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float
    text: str

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right - TOLERANCE
            and other.left < self.right - TOLERANCE
            and self.top < other.bottom - TOLERANCE
            and other.top < self.bottom - TOLERANCE
        )

    def inside(self, other: Box) -> bool:
        return (
            self.left >= other.left
            and self.top >= other.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )


def sheet_size(drawing: str) -> tuple[float, float]:
    _, _, width, height = (ElementTree.fromstring(drawing).get("viewBox") or "").split()
    return float(width), float(height)


def boxes(drawing: str) -> list[Box]:
    return [_box(element) for element in ElementTree.fromstring(drawing).iter(TEXT)]


def _box(element: ElementTree.Element) -> Box:
    x, y, size = (float(element.get(name) or 0) for name in ("x", "y", "font-size"))
    text = element.text or ""
    width = len(text) * size * ADVANCE
    start = {"end": -width, "middle": -width / 2}.get(element.get("text-anchor", ""), 0.0)
    turned = re.match(r"rotate\((-?\d+)", element.get("transform", ""))
    if turned is None:
        return Box(x + start, y - ASCENT * size, x + start + width, y + DESCENT * size, text)
    assert turned[1] == "-90"
    return Box(x - ASCENT * size, y - start - width, x + DESCENT * size, y - start, text)


def overlaps(found: list[Box]) -> list[tuple[str, str]]:
    return [(a.text, b.text) for a, b in combinations(found, 2) if a.meets(b)]
