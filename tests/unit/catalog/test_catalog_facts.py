"""What the catalog says holds together: unique names, references that resolve, quantities that
parse, one end for every signal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wisgate.catalog.boards import Board, Signal, Slot
from wisgate.catalog.catalog import Folder, load
from wisgate.catalog.facts import Fitted
from wisgate.catalog.parts import Chip
from wisgate.catalog.references import resolve
from wisgate.core.errors import CatalogError
from wisgate.core.quantities import parse

CATALOG = load()
BOARDS = list(CATALOG.boards.values())
SLOTS = [pytest.param(b, s, id=f"{b.id}-{s.name}") for b in BOARDS for s in b.slots]
GROUPS = {"SPI": {"SPI_CS", "SPI_CLK", "SPI_MISO", "SPI_MOSI"},
          "I2C2": {"I2C2_SDA", "I2C2_SCL"}}  # fmt: skip
"""Signals of several pins whose pins are signals of their own too."""


def twice(names: Any) -> list[object]:
    return [name for name, times in Counter(names).items() if times > 1]


def ends(one: Signal) -> list[object]:
    found = [one.line, one.ain, one.bus, one.uart, one.rail, one.usb, one.pcie, one.net]
    return [e for e in (*found, one.unknown or "") if e not in (None, "")]


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: b.id)
def test_names_on_a_board_are_unique(board: Board) -> None:
    assert twice(c.ref for c in board.chips) == []
    assert twice(b.name for b in board.buses) == []
    assert twice(s.name for s in board.slots) == []
    assert twice(h.name for h in board.headers) == []
    assert twice(line.name for line in board.lines) == []
    assert twice(r.id for r in board.reworks) == []
    assert twice(j.setting for j in board.jumpers) == []
    assert twice(i.name for i in board.inputs) == []
    assert twice(r.name for r in board.rails) == []
    assert twice(link.child for link in board.links) == []
    assert twice(p.number for p in board.pins) == []
    assert twice((a.chip, a.line) for a in board.gpio) == []
    assert twice((a.chip, a.name) for a in board.gpio) == []
    assert twice(d.id for d in board.disagreements) == []
    assert twice((c.bus, c.address) for c in board.chips if c.address is not None) == []
    assert twice((line.chip, line.line) for line in board.lines) == []


def test_no_two_entries_answer_to_one_name() -> None:
    aliases = [alias.lower() for board in BOARDS for alias in board.aliases]
    ids = [entry.id for category, entry in CATALOG if category != "chips"]
    assert twice([*ids, *aliases]) == []
    assert not {*CATALOG.chips} & {*CATALOG.boards, *CATALOG.connectors, *aliases}


@pytest.mark.parametrize(("board", "slot"), SLOTS)
def test_every_signal_has_one_end_that_exists(board: Board, slot: Slot) -> None:
    buses = {b.name for b in board.buses}
    children = {link.child for link in board.links}
    rails = {r.name for r in board.rails} | {"GND"}
    for one in slot.signals:
        assert len(ends(one)) == 1, f"{slot.name} {one.name}: {ends(one)}"
        assert one.chip in ("", "host") or board.chip(one.chip), one.name
        assert (one.line is None and one.ain is None) or one.chip, one.name
        assert one.bus in ("", *buses), one.name
        assert one.uart in ("", *buses), one.name
        assert one.rail in ("", *rails), one.name
        assert {one.usb, one.pcie} <= {"", *children}, one.name
        assert set(one.revisions) <= set(board.revisions), one.name


@pytest.mark.parametrize(("board", "slot"), SLOTS)
def test_every_pin_of_a_connector_is_one_signal(board: Board, slot: Slot) -> None:
    for revision in board.revisions or ("",):
        signals = [s for s in slot.signals if not s.revisions or revision in s.revisions]
        parts = {n for whole, parts in GROUPS.items() if slot.signal(whole) for n in parts}
        single = [p for s in signals if s.name not in parts for p in s.pins]
        assert twice(s.name for s in signals) == []
        assert twice(single) == []
        connector = CATALOG.connectors[slot.connector]
        numbers = {p.number for p in connector.pins if isinstance(p.number, int)}
        assert set(single) <= numbers or not numbers
        if slot.connector.startswith(("wisblock", "hat")):
            assert {p for s in signals for p in s.pins} == numbers


@pytest.mark.parametrize(("board", "slot"), SLOTS)
def test_slots_name_slots_forms_and_modules_that_exist(board: Board, slot: Slot) -> None:
    assert slot.accepts
    assert all(board.slot(name) for name in slot.neighbours)
    assert {r.rank for r in slot.roles} <= {"primary", "secondary"}
    assert [f.module for f in slot.fits if f.module not in CATALOG.modules] == []


def test_every_module_has_a_slot_with_all_the_signals_that_it_uses() -> None:
    slots = [slot for board in BOARDS for slot in board.slots]
    for module in (m for m in CATALOG.modules.values() if m.connector):
        assert module.connector in CATALOG.connectors, module.id
        fitting = [s for s in slots if s.connector == module.connector and module.form in s.accepts]
        missing = [{u.signal for u in module.uses if not s.signal(u.signal)} for s in fitting]
        assert set() in missing, f"{module.id}: {missing}"


def test_lines_and_channels_of_slots_are_used_once() -> None:
    for board in (b for b in BOARDS if b.form == "carrier"):
        found = [
            (s.chip, s.line, s.ain)
            for slot in board.slots
            for s in slot.signals
            if s.chip not in ("", "host")
        ]
        assert twice(found) == []


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: b.id)
def test_headers_jumpers_and_links_refer_to_what_exists(board: Board) -> None:
    headers = {h.name for h in board.headers}
    rails = {r.name for r in board.rails} | {"GND"}
    buses = {b.name for b in board.buses}
    for header in board.headers:
        assert twice(p.number for p in header.pins) == []
        for pin in header.pins:
            assert pin.rail in ("", *rails), f"{header.name} {pin.number}"
            assert pin.bus in ("", *buses), f"{header.name} {pin.number}"
    assert {j.header for j in board.jumpers} <= headers
    known = {"cm4", "core"} | {link.child for link in board.links}
    assert {link.parent for link in board.links} <= known
    reached = {s.name for s in board.slots} | headers
    assert {end for a in board.gpio for end in a.ends} <= reached


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: b.id)
def test_gpio_agrees_with_slots_and_lines(board: Board) -> None:
    """What reaches a slot according to the allocation is a signal of that slot, and back."""
    if not board.gpio:
        return
    told = {(a.chip, a.line, e) for a in board.gpio for e in a.ends if a.chip != "host"}
    signals = {
        (s.chip, s.line, slot.name)
        for slot in board.slots
        for s in slot.signals
        if s.line is not None and s.chip != "host"
    }
    assert told == signals
    used = {(a.chip, a.line) for a in board.gpio}
    assert {(line.chip, line.line) for line in board.lines} <= used


def fitted() -> Iterator[tuple[str, Fitted]]:
    for entry in (*BOARDS, *CATALOG.modules.values()):
        for chip in entry.chips:
            yield entry.id, chip


def test_every_part_has_an_entry_and_straps_are_addresses_of_it() -> None:
    for owner, chip in fitted():
        assert chip.part in CATALOG.chips, f"{owner} {chip.ref}: no entry of {chip.part}"
        part = CATALOG.chips[chip.part]
        addresses = [s.address for s in chip.straps]
        assert twice(addresses) == [], owner
        if part.addresses:
            assert set(addresses) <= set(part.addresses), f"{owner} {chip.ref}"
            assert chip.address is None or chip.address in part.addresses, f"{owner} {chip.ref}"
        if chip.straps:
            assert [s.address for s in chip.straps if s.default] == [chip.address], owner


@pytest.mark.parametrize("chip", CATALOG.chips.values(), ids=lambda c: c.id)
def test_chips_have_a_datasheet(chip: Chip) -> None:
    assert chip.datasheet
    assert chip.vendor
    assert all(0x08 <= a <= 0x77 for a in chip.addresses)


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: b.id)
def test_quantities_parse(board: Board) -> None:
    for bus in board.buses:
        assert not bus.clock or parse(bus.clock, "frequency")
    for one in board.inputs:
        assert [parse(v, "voltage") for v in (one.minimum, one.maximum, one.output) if v]
        assert not one.power or parse(one.power, "power")
        assert [parse(c.power, "power").si for c in one.classes] == sorted(
            parse(c.power, "power").si for c in one.classes
        )
    for rail in board.rails:
        low, *high = [parse(v, "voltage").si for v in rail.voltage.split(" to ")]
        assert all(low < h for h in high)
        assert not rail.limit or parse(rail.limit, "current")
    for limit in board.limits:
        values = [parse(v).si for v in (limit.minimum, limit.maximum) if v]
        assert values, limit.subject
        assert values == sorted(values), limit.subject


def everything(value: Any) -> Iterator[Any]:
    if isinstance(value, msgspec.Struct):
        yield value
        for name in value.__struct_fields__:
            yield from everything(getattr(value, name))
    elif isinstance(value, tuple):
        for inner in value:
            yield from everything(inner)


def test_every_fact_names_a_source() -> None:
    for _, entry in CATALOG:
        for fact in everything(entry):
            assert getattr(fact, "source", "-").strip(), fact


def test_disagreements_have_two_claims_and_a_resolution() -> None:
    numbers = [d.id for b in BOARDS for d in b.disagreements]
    assert twice(numbers) == []
    assert set(numbers) == {f"X{n}" for n in range(1, 49)}
    for one in (d for b in BOARDS for d in b.disagreements):
        assert len(one.claims) >= 2
        assert one.resolution


def test_the_core_says_where_every_net_of_the_base_ends() -> None:
    base, core = CATALOG.boards["rak5005-o"], CATALOG.boards["rak4631"]
    nets = {s.net for slot in base.slots for s in slot.signals if s.net not in ("", "NC")}
    nets |= {p.net for h in base.headers for p in h.pins if p.net}
    for net in nets - {"BOOT0"}:
        found = core.core_pin(net)
        assert found, net
        assert found.port, net
    assert [p.arduino for p in core.pins if p.port.startswith("P")] == [
        32 * int(p.port[1]) + int(p.port[3:]) for p in core.pins if p.port.startswith("P")
    ]


def test_pads_of_the_core_carry_the_port_that_it_names() -> None:
    pads = next(h for h in CATALOG.boards["rak4630"].headers if h.name == "pads")
    for one in CATALOG.boards["rak4631"].pins:
        if one.pad and one.port.startswith("P") and one.number != 13:
            pad = pads.pin(one.pad)
            assert pad, one.name
            assert pad.name.startswith(f"{one.port}/"), one.name


def test_revisions_choose_the_signal() -> None:
    slot = CATALOG.boards["rak6421"].slot("io-1")
    assert slot
    found = [slot.signal("IO5", revision) for revision in ("", "production", "legacy")]
    assert [s.line for s in found if s] == [24, 24, 6]


def test_references_resolve_or_say_what_is_missing() -> None:
    assert resolve(CATALOG, "boards/rak7391/inputs/dc").maximum == "28V"
    for wrong, text in (("cars/vw", "no cars/vw"), ("boards/rak7391/wings", "no wings"),
                        ("boards/rak7391/inputs/solar", "no row")):  # fmt: skip
        with pytest.raises(CatalogError, match=text):
            resolve(CATALOG, wrong)


def folder(tmp_path: Path, **parts: str) -> Folder[Chip]:
    (tmp_path / "x1").mkdir()
    for name, text in parts.items():
        (tmp_path / "x1" / f"{name}.toml").write_text(text)
    return Folder(tmp_path, Chip)


CHIP = 'id = "x1"\ntitle = "t"\nvendor = "v"\ndatasheet = "d"\ninterface = "I2C"\n'


def test_parts_of_a_folder_are_one_entry(tmp_path: Path) -> None:
    found = folder(tmp_path, a=CHIP + "addresses = [1]\n", b='source = "s"\naddresses = [2]\n')
    assert found["x1"].addresses == (1, 2)
    assert list(found) == ["x1"]
    assert len(found) == 1
    with pytest.raises(KeyError):
        found["x2"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('source = "s"\ntitle = "again"\n', "title stands in another part already"),
        ('source = "s"\nwings = 2\n', "unknown field `wings`"),
        ("", "missing required field `source`"),
        ("source = \n", "Invalid value"),
    ],
)
def test_a_wrong_file_is_named(text: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=fault):
        folder(tmp_path, a=CHIP, b=text)["x1"]


def test_the_id_is_the_name_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "x2.toml").write_text(CHIP + 'source = "s"\n')
    with pytest.raises(CatalogError, match="its id is 'x1'"):
        Folder(tmp_path, Chip)["x2"]
