"""Plans drawn on their boards: modules, wires, addresses, findings; legible, without overlaps."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from svg_text import Box, boxes, overlaps, sheet_size

from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import load
from wisgate.plan.drawing import plan_svg
from wisgate.plan.drawing.outline import OUTLINES, outline_of
from wisgate.plan.plan import Plan, make

LAYOUTS = {
    "clean": """
board = "rak7391"
name = "clean"
[power]
input = "dc"
[[slot]]
slot = "wisblock-1"
module = "rak5801"
[[slot]]
slot = "wisblock-2"
module = "rak13007"
""",
    "trap": """
board = "rak7391"
name = "trap"
[[slot]]
slot = "wisblock-1"
module = "rak12004"
""",
    "rerouted": """
board = "rak7391"
name = "rerouted"
[straps]
external_i2c = "i2c-3"
[[slot]]
slot = "wisblock-1"
module = "rak12004"
""",
    "full": """
board = "rak7391"
name = "full"
[power]
input = "poe"
[hat]
board = "rak6421"
[[slot]]
slot = "wisblock-1"
module = "rak17000"
[[slot]]
slot = "wisblock-2"
module = "rak13004"
[[slot]]
slot = "mpcie-1"
module = "rak2287-spi"
[[slot]]
slot = "mpcie-3"
module = "em060k-gl"
[[slot]]
slot = "m2"
module = "nvme-b-key"
[[slot]]
slot = "poe"
module = "rak9063a"
[[slot]]
slot = "oled"
module = "rak1921"
""",
    "field": """
board = "rak5005-o"
name = "field"
core = "rak4631"
[[slot]]
slot = "io"
module = "rak5811"
[[slot]]
slot = "sensor-a"
module = "rak1901"
[[slot]]
slot = "sensor-c"
module = "rak1902"
""",
}
EVERY = pytest.mark.parametrize("name", LAYOUTS)


def planned(folder: Path, name: str) -> Plan:
    file = folder / f"{name}.toml"
    file.write_text(LAYOUTS[name], encoding="utf-8")
    return make(load(file), load_catalog())


def texts(drawing: str) -> list[str]:
    return [box.text for box in boxes(drawing)]


@EVERY
def test_well_formed_without_overlaps_and_the_same_every_time(tmp_path: Path, name: str) -> None:
    plan = planned(tmp_path, name)
    drawing = plan_svg(plan)
    assert drawing == plan_svg(plan)
    assert overlaps(boxes(drawing)) == []
    width, height = sheet_size(drawing)
    assert [b for b in boxes(drawing) if not b.inside(Box(0, 0, width, height, ""))] == []
    assert (ElementTree.fromstring(drawing).get("aria-label") or "").startswith(f"{name}: ")


def test_modules_are_in_their_slots_with_their_wires(tmp_path: Path) -> None:
    drawing = plan_svg(planned(tmp_path, "clean"))
    shown = texts(drawing)
    assert "RAK5801" in shown
    assert "RAK5801 4-20 mA input" in shown
    assert "U133 0x26 line 1" in shown
    assert "U-ADC 0x4b channel 1" in shown
    assert "U133 0x26 line 12" in shown
    assert any(line.startswith("Terminal 5 gives 12 V") for line in shown)
    assert not any("onflict" in line for line in shown)


def test_the_supply_is_marked_where_it_comes_in(tmp_path: Path) -> None:
    assert plan_svg(planned(tmp_path, "clean")).count('class="chosen"') == 1
    assert plan_svg(planned(tmp_path, "full")).count('class="chosen"') == 2
    assert 'class="chosen"' not in plan_svg(planned(tmp_path, "trap"))


def test_a_conflict_is_told_and_its_slot_marked(tmp_path: Path) -> None:
    drawing = plan_svg(planned(tmp_path, "trap"))
    said = " ".join(texts(drawing))
    assert "Conflicts: 1;" in said
    assert "i2c-1 address 0x51" in said
    assert "cure:" in said
    assert 'r="8" class="alarm"' in drawing


def test_a_rerouted_bus_is_drawn_as_it_is_wired(tmp_path: Path) -> None:
    shown = texts(plan_svg(planned(tmp_path, "rerouted")))
    assert "i2c-3" in shown
    assert "i2c-1" not in shown
    assert any("0x51 on i2c-3" in line for line in shown)


def test_wires_of_a_base_end_at_the_ports_of_its_core(tmp_path: Path) -> None:
    shown = texts(plan_svg(planned(tmp_path, "field")))
    assert "RAK4631" in shown
    assert "rak4631 P0.17" in shown
    assert "rak4631 P0.13, P0.14" in shown
    assert "rak4631 P0.21" in shown, "pin 12 of slot C is IO3 of the core"


def test_a_slot_under_a_long_module_is_covered(tmp_path: Path) -> None:
    file = tmp_path / "long.toml"
    modules = '[[slot]]\nslot = "sensor-a"\nmodule = "LONG"\n'
    long = next(m.id for m in load_catalog().modules.values() if m.form == "sensor-long")
    head = 'board = "rak5005-o"\nname = "long"\ncore = "rak4631"\n'
    file.write_text(head + modules.replace("LONG", long), encoding="utf-8")
    shown = texts(plan_svg(make(load(file), load_catalog())))
    assert shown.count("covered") == 1


@pytest.mark.parametrize("board", OUTLINES)
def test_parts_of_an_outline_are_apart_and_stand_for_something(board: str) -> None:
    outline = OUTLINES[board]
    areas = [Box(p.x, p.y, p.x + p.width, p.y + p.height, p.name) for p in outline.parts]
    assert overlaps(areas) == []
    entry = load_catalog().boards[board]
    for slot in entry.slots:
        assert outline.part(slot.name) is not None, slot.name
    assert entry.size is not None
    assert {outline.width, outline.height} == set(entry.size)


def test_a_board_without_an_outline_shows_its_slots() -> None:
    outline = outline_of("rak6421", ("io-1", "io-2", "sensor-a"))
    assert [p.name for p in outline.parts] == ["io-1", "io-2", "sensor-a"]
    assert all(p.y + p.height < outline.height for p in outline.parts)
