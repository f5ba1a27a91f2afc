"""A cure as somebody types it: its lines of the file, read again, mean what was tried."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from plan_cases import CASES, CATALOG, planned

from wisgate.config.load import read
from wisgate.config.model import Config, SlotConfig, Where
from wisgate.core.toml import Document
from wisgate.plan.plan import Edit, applied, make


def typed(values: dict[str, Any], edits: tuple[Edit, ...]) -> dict[str, Any]:
    """The tables of a file after a user followed `edits`, word by word."""
    values = {k: ([dict(t) for t in v] if isinstance(v, list) else v) for k, v in values.items()}
    slots = {t["slot"]: t for t in values.get("slot", [])}
    for edit in edits:
        if not edit.key:
            if edit.table.startswith("slot "):
                values["slot"] = [t for t in values["slot"] if t is not slots[edit.table[5:]]]
            else:
                del values[edit.table]
            continue
        line = str(edit).partition("] ")[2].removeprefix('"').strip()
        line = line[line.index(edit.key) :]
        if edit.value is None:
            values[edit.table] = {k: v for k, v in values[edit.table].items() if k != edit.key}
            continue
        name, _, text = line.rpartition(" = ")
        value = tomllib.loads(f"x = {text}")["x"]
        if not edit.table.startswith("slot "):
            values[edit.table] = {**values.get(edit.table, {}), name: value}
        elif name.startswith("unit "):
            for unit in slots[edit.table[5:]]["unit"]:
                unit["interval"] = value if unit["name"] == name[5:] else unit["interval"]
        elif edit.table[5:] in slots:
            slots[edit.table[5:]][name] = value
        else:
            values.setdefault("slot", []).append({"slot": edit.table[5:], name: value})
    return values


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_cures_as_they_are_typed(case: Path) -> None:
    values = tomllib.loads((case / "gateway.toml").read_text(encoding="utf-8"))
    plan = planned(case)
    for finding in plan.findings:
        for cure in finding.cures:
            document = Document(typed(values, cure.edits), {}, "gateway.toml")
            again = make(read(document, case, CATALOG), CATALOG, cures=False)
            tried = make(applied(plan.config, cure.edits), CATALOG, cures=False)
            assert {f.resource for f in again.findings} == {f.resource for f in tried.findings}


def slot(number: int, module: str) -> SlotConfig:
    return SlotConfig(Where("gateway.toml", number), f"wisblock-{number}", module, 1.0, ())


CONFIG = Config("gateway.toml", "bench", "rak7391", (slot(1, "rak5801"), slot(2, "rak13007")), ())


def test_two_slots_are_swapped_at_once() -> None:
    first, second = "slot wisblock-1", "slot wisblock-2"
    edits = (Edit(first, "slot", second[5:]), Edit(second, "slot", first[5:]))
    after = applied(CONFIG, edits)
    assert [(s.slot, s.module) for s in after.slots] == [
        ("wisblock-2", "rak5801"),
        ("wisblock-1", "rak13007"),
    ]
    assert applied(after, edits) == CONFIG


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (Edit("slot wisblock-1", "address", 0x52), '[[slot]] "wisblock-1" address = 0x52'),
        (Edit("straps", "adc", 0x49), '[straps] adc = "0x49"'),
        (Edit("power", "voltage", 12.0), '[power] voltage = "12V"'),
        (Edit("power", "input", ("dc",)), '[power] input = ["dc"]'),
        (Edit("jumpers", "wake", False), "[jumpers] wake = false"),
        (Edit("host", "i2c_clock", 400e3), '[host] i2c_clock = "400000Hz"'),
        (Edit("environment", "ambient", (0.0, 7.0)), '[environment] ambient = ["0degC", "7degC"]'),
        (Edit("slot m2", "module", "nvme-b-key"), '[[slot]] "m2" module = "nvme-b-key"'),
        (Edit("hat"), "remove [hat]"),
        (Edit("slot oled"), 'remove [[slot]] "oled"'),
        (Edit("power", "load_12v"), "[power] remove load_12v"),
    ],
)  # fmt: skip
def test_an_edit_reads_like_the_file(edit: Edit, text: str) -> None:
    assert str(edit) == text


def test_a_module_is_added_or_exchanged() -> None:
    added = applied(CONFIG, (Edit("slot poe", "module", "rak9063a"),))
    assert [s.slot for s in added.slots] == ["wisblock-1", "wisblock-2", "poe"]
    changed = applied(CONFIG, (Edit("slot wisblock-1", "module", "rak5811"),))
    assert [s.module for s in changed.slots] == ["rak5811", "rak13007"]


def test_options_intervals_and_tables() -> None:
    edits = (
        Edit("slot wisblock-1", "interval", 5.0),
        Edit("slot wisblock-2", "address", 0x41),
        Edit("power", "voltage", 12.0),
        Edit("straps", "adc", 0x49),
    )
    after = applied(CONFIG, edits)
    assert after.slots[0].interval == 5.0
    assert after.slots[1].options == (("address", 0x41),)
    assert (after.power.voltage, after.straps.adc) == (12.0, 0x49)
    assert CONFIG.power.voltage is None, "the old one stays as it was"
