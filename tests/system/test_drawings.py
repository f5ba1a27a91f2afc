"""The generated drawings as Chromium shows them: text of a readable size, inside the sheet, apart;
colours with contrast in light and dark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser import DESKTOP, PHONE, Page, chromium

pytestmark = [pytest.mark.peers, pytest.mark.timeout(120)]

DRAWINGS = sorted((Path(__file__).parents[2] / "docs" / "pinouts").glob("*.svg"))
LEGIBLE_PX = 11.0
CONTRAST = 4.5
"""WCAG 2.1, success criterion 1.4.3, level AA."""
MEASURE = """(() => [...document.querySelectorAll('text')].map(t => {
    const box = t.getBoundingClientRect(), scale = t.getScreenCTM(), style = getComputedStyle(t);
    return {text: t.textContent, left: box.left, right: box.right, top: box.top,
            bottom: box.bottom, turned: scale.b !== 0,
            size: parseFloat(t.getAttribute('font-size')) * Math.hypot(scale.a, scale.b),
            colour: style.fill, on: t.classList.contains('on') || t.classList.contains('alarm')};
}))()"""
PAPER = "getComputedStyle(document.querySelector('.paper')).fill"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_drawings_are_legible(tmp_path: Path, size: tuple[int, int], dark: bool) -> None:
    assert len(DRAWINGS) > 20
    with chromium(tmp_path / "profile", size, dark) as page:
        for drawing in DRAWINGS:
            assert faults(page, drawing, size[0]) == [], drawing.name


def faults(page: Page, drawing: Path, width: int) -> list[str]:
    """As a page shows a picture: the drawing in an HTML document of the given width."""
    source = drawing.read_text(encoding="utf-8").partition("?>")[2]
    html = drawing.stem + ".html"
    target = Path(page.driver.capabilities["chrome"]["userDataDir"]).parent / html
    viewport = '<meta name="viewport" content="width=device-width">'
    target.write_text(f'<meta charset="utf-8">{viewport}<body style="margin:0">{source}</body>')
    page.driver.get(target.as_uri())
    texts: list[dict[str, Any]] = page.script(MEASURE)
    paper = page.script(PAPER)
    assert texts
    found = [f"{t['text']}: {t['size']:.1f} px" for t in texts if t["size"] < LEGIBLE_PX]
    found += [f"{t['text']}: outside" for t in texts if t["left"] < 0 or t["right"] > width]
    found += [
        f"{t['text']}: contrast {contrast(t['colour'], paper):.1f}"
        for t in texts
        if not t["on"] and contrast(t["colour"], paper) < CONTRAST
    ]
    return found + page.complaints()


def contrast(one: str, other: str) -> float:
    """Of two CSS colours, 1 to 21."""
    bright, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(c) / 255 for c in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
