"""The examples load as they are, or with the files that they name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from wisgate.config.load import load

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


@pytest.mark.parametrize("name", ["pump-house", "ambient"])
def test_loads_as_it_is(name):
    found = load(ROOT / "examples" / f"{name}.toml")
    assert found.name == name
    assert len(found.slots) == 2
    assert len({p.name for p in found.points}) == len(found.points)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.name)
def test_loads_with_the_files_it_names(example, tmp_path):
    shutil.copy(example, tmp_path)
    for name in re.findall(
        r'^(?:\w+_file|certificate|key|codec) = "(.+?)"', example.read_text(), re.M
    ):
        (tmp_path / name).write_text("point,address\n" if name.endswith(".csv") else "x")
        (tmp_path / name).chmod(0o600)
    load(tmp_path / example.name)


def test_pump_house_is_the_file_of_the_design():
    found = load(ROOT / "examples" / "pump-house.toml")
    assert [(s.slot, s.module) for s in found.slots] == [
        ("wisblock-1", "rak5801"),
        ("wisblock-2", "rak13007"),
    ]
    assert found.slots[0].points[0].scale == (4, 20, 0, 3.5)
    assert [(r.when.text, r.set) for r in found.rules] == [
        ("tank_level < 0.8m and not maintenance", (("pump", True),)),
        ("tank_level > 3.0m and not maintenance", (("pump", False),)),
    ]
