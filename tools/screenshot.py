"""Takes pictures of the dashboard, the README's among them.

wisgate demo            in another terminal, for three minutes or more
python tools/screenshot.py http://127.0.0.1:8391/ docs/images/dashboard.png [390x844] [dark]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from browser import Page, chromium

DEFAULT_SIZE = "1280x860"
DRAWN = """(() => {
  const asked = performance.getEntriesByType("resource").filter((e) => e.name.includes("/history"));
  const cards = document.querySelectorAll("article").length;
  return cards > 0 && asked.length >= cards && asked.every((e) => e.responseEnd > 0);
})()"""


def main() -> None:
    url, target, *more = sys.argv[1:]
    size = next((m for m in more if m[0].isdigit()), DEFAULT_SIZE)
    width, _, height = size.partition("x")
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium(Path(folder), (int(width), int(height)), dark="dark" in more) as page,
    ):
        _shoot(page, url, target)


def _shoot(page: Page, url: str, target: str) -> None:
    page.driver.get(url)
    page.wait(lambda: page.script(DRAWN), why="the cards were not drawn")
    page.driver.save_screenshot(target)
    print(target)


main()
