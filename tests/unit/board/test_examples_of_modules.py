"""The examples of the modules run, short as they are, as their pages print them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from wisgate.catalog.catalog import load

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("rak*.py"))
PRINTED = ROOT / "tests" / "golden" / "examples"
LONGEST = 40


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_it_runs_as_its_page_prints_it(example: Path) -> None:
    page = (ROOT / "docs" / "modules" / f"{example.stem}.md").read_text(encoding="utf-8")
    (source,) = re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (PRINTED / f"{example.stem}.txt").read_text(encoding="utf-8")


def test_every_example_is_short() -> None:
    lengths = {p.stem: len(p.read_text().splitlines()) for p in EXAMPLES}
    assert {name: n for name, n in lengths.items() if n > LONGEST} == {}


def test_every_module_that_runs_has_one_and_nobody_else() -> None:
    running = {m.id for m in load().modules.values() if m.runs or m.registers}
    assert {p.stem for p in EXAMPLES} == running
    assert {p.stem for p in PRINTED.glob("*.txt")} == running
