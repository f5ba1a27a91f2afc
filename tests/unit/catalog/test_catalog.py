"""The catalog contradicts neither itself nor the code."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

import wisgate.chips
from wisgate.catalog.catalog import Folder, load
from wisgate.catalog.facts import Entry
from wisgate.catalog.modules import Module
from wisgate.catalog.parts import Chip
from wisgate.core.errors import CatalogError
from wisgate.core.points import Channel
from wisgate.core.quantities import parse
from wisgate.core.units import BY_UCUM

CATALOG = load()
RUNNING = [name for name, module in CATALOG.modules.items() if module.runs]
DRIVERS = {p.stem for p in Path(wisgate.chips.__path__[0]).glob("*.py")}
CHIP = """\
id = "tmp0"
title = "A chip"
vendor = "Nobody"
datasheet = "None"
interface = "I2C"
supply = "3.3 V"
source = "this test"
"""


def facts(value: object, where: str) -> Iterator[tuple[str, Entry]]:
    """Every fact inside a value, with its place."""
    if isinstance(value, Entry):
        yield where, value
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from facts(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from facts(item, f"{where}[{place}]")


ENTRIES = [(f"{category}/{entry.id}", entry) for category, entry in CATALOG]


def test_every_entry_can_be_read() -> None:
    names = [name for name, _ in ENTRIES]
    assert len(names) == len(set(names))
    assert {"boards/rak7391", "modules/rak5801", "chips/ina219"} <= set(names)
    assert {"rak5801", "rak5802", "rak13007", "rak16000"} <= set(RUNNING)


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[n for n, _ in ENTRIES])
def test_every_fact_has_a_source(name: str, entry: Entry) -> None:
    found = list(facts(entry, name))
    assert found
    assert [place for place, fact in found if not fact.source.strip()] == []


def chips(folder: Path, text: str, name: str = "tmp0") -> Folder[Chip]:
    (folder / f"{name}.toml").write_text(text)
    return Folder(folder, Chip)


def test_a_chip_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    found = chips(tmp_path, CHIP)
    assert "tmp0" in found
    assert found["tmp0"].title == "A chip"
    with pytest.raises(KeyError):
        found["tmp1"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (CHIP + 'colour = "black"\n', "colour"),
        (CHIP.replace('source = "this test"\n', ""), "source"),
        (CHIP.replace('"A chip"', "7"), "title"),
        (CHIP + 'confidence = "hearsay"\n', "confidence"),
        (CHIP + "addresses = [0x40\n", "tmp0.toml"),
    ],
)
def test_what_does_not_fit_the_shape_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(CatalogError, match=why):
        chips(tmp_path, text)["tmp0"]


def test_an_entry_is_called_like_its_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="'tmp0'"):
        chips(tmp_path, CHIP, "other")["other"]


def repeated(names: list[object]) -> list[object]:
    return [name for name, count in Counter(names).items() if count > 1]


@pytest.mark.parametrize("name", CATALOG.boards)
def test_names_on_a_board_are_unique(name: str) -> None:
    board = CATALOG.boards[name]
    assert repeated([c.ref for c in board.chips]) == []
    assert repeated([s.name for s in board.slots]) == []
    assert repeated([line.name for line in board.lines]) == []
    assert repeated([(line.chip, line.line) for line in board.lines]) == []
    assert repeated([f.name for f in board.onboard]) == []
    for place in board.slots:
        assert repeated([(s.name, s.revisions) for s in place.signals]) == [], place.name


def test_addresses_on_the_bus_of_the_rak7391_are_unique() -> None:
    board = CATALOG.boards["rak7391"]
    assert repeated([(c.bus, c.address) for c in board.chips if c.address is not None]) == []


def test_lines_of_both_slots_are_the_expanders_and_no_line_is_used_twice() -> None:
    """Line n of slot 1, 8 + n of slot 2; inputs 0 and 1, 2 and 3. Modules sheet 1.2."""
    board = CATALOG.boards["rak7391"]
    for name, first_line, first_ain in (("wisblock-1", 0, 0), ("wisblock-2", 8, 2)):
        place = board.slot(name)
        assert place is not None
        ends = {s.name: (s.chip, s.line, s.ain) for s in place.signals}
        for n in range(1, 7):
            assert ends[f"IO{n}"] == ("U133", first_line + n, None)
        for n in range(2):
            assert ends[f"AIN{n}"] == ("U-ADC", None, first_ain + n)


@pytest.mark.parametrize("name", CATALOG.connectors)
def test_pins_of_a_connector_are_numbered_once(name: str) -> None:
    assert repeated([pin.number for pin in CATALOG.connectors[name].pins]) == []


def test_every_part_with_a_driver_has_an_entry_that_knows_its_address() -> None:
    fitted = [
        (f"{kind}/{entry.id} {chip.ref}", chip)
        for kind, entry in CATALOG
        for chip in getattr(entry, "chips", ())
        if chip.part in DRIVERS
    ]
    assert len(fitted) >= 5
    wrong = []
    for where, chip in fitted:
        entry = CATALOG.chips.get(chip.part)
        addresses = {chip.address, *(s.address for s in chip.straps)} - {None}
        if entry is None or not addresses <= set(entry.addresses):
            wrong.append(f"{where}: {chip.part} at {addresses}")
    assert wrong == []


@pytest.mark.parametrize("name", CATALOG.modules)
def test_a_module_fits_a_connector_and_uses_its_signals_once(name: str) -> None:
    module = CATALOG.modules[name]
    assert module.connector in CATALOG.connectors or (not module.connector and not module.runs)
    assert repeated([(u.signal, u.when) for u in module.uses]) == []
    assert repeated([c.ref for c in module.chips]) == []
    assert repeated([c.name for c in module.channels]) == []
    assert repeated([o.name for o in module.options]) == []


@pytest.mark.parametrize("name", RUNNING)
def test_options_are_exactly_the_keywords_of_the_module(name: str) -> None:
    kind = getattr(import_module(f"wisgate.modules.{name}"), name.capitalize())
    parameters = inspect.signature(kind).parameters.values()
    keywords = {p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}
    assert {o.name for o in CATALOG.modules[name].options} == keywords - {"interval"}


@pytest.mark.parametrize("name", RUNNING)
def test_channels_are_those_of_the_module(name: str) -> None:
    module = import_module(f"wisgate.modules.{name}")
    values = [v if isinstance(v, tuple) else (v,) for v in vars(module).values()]
    coded = [c for several in values for c in several if isinstance(c, Channel)]
    entry: Module = CATALOG.modules[name]
    assert {c.name: c for c in coded} == {c.channel.name: c.channel for c in entry.channels}


@pytest.mark.parametrize("name", RUNNING)
def test_quantities_of_a_module_are_quantities(name: str) -> None:
    module = CATALOG.modules[name]
    assert parse(module.interval, "time").si > 0
    for channel in module.channels:
        assert channel.writable == (channel.safe is not None), channel.name
        if channel.unit:
            dimension = BY_UCUM[channel.unit].dimension
            low, high = (parse(text, dimension).si for text in channel.range or ("0", "0"))
            assert low < high
    for option in module.options:
        if option.dimension:
            low, default, high = (
                parse(str(text), option.dimension).si
                for text in (option.minimum, option.default, option.maximum)
            )
            assert low <= default <= high
        elif option.choices:
            assert option.default in option.choices


@pytest.mark.parametrize("name", [f.name for f in CATALOG.boards["rak7391"].onboard])
def test_functions_of_the_board_are_files_with_their_channels(name: str) -> None:
    module = import_module(f"wisgate.onboard.{name}")
    function = next(f for f in CATALOG.boards["rak7391"].onboard if f.name == name)
    coded = {c.name: c for c in vars(module).values() if isinstance(c, Channel)}
    for entry in function.channels:
        if entry.name in coded:  # the LEDs are named by the board alone
            found, made = entry.channel, coded[entry.name]
            assert (found.unit, found.kind, found.decimals) == (made.unit, made.kind, made.decimals)
