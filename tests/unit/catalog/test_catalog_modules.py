"""Entries of modules: all there, and whole: signals, addresses, options, quantities, sources."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest

from wisgate.catalog.catalog import load
from wisgate.catalog.facts import Entry
from wisgate.catalog.modules import Module
from wisgate.catalog.settings import Option
from wisgate.core.points import Kind
from wisgate.core.quantities import parse
from wisgate.core.units import BY_UCUM

CATALOG = load()
MODULES = CATALOG.modules

SUPPORTED = {
    "rak5801": None, "rak5802": None, "rak5811": None, "rak13001": None, "rak13003": 0x20,
    "rak13004": 0x40, "rak13005": None, "rak13007": None, "rak16000": 0x41, "rak16001": 0x48,
    "rak17000": None, "rak12004": 0x51, "rak12006": None, "rak12009": 0x55, "rak12015": None,
    "rak13300": None, "rak13600": 0x24,
}  # fmt: skip
"""The list of the RAK7391's page, with the address as shipped."""
FURTHER = {
    "rak12037": ("io", 0x61), "rak14003": ("io", 0x24), "rak14006": ("io", None),
    "rak13006": ("io", None), "rak12013": ("io", None), "rak1901": ("sensor", 0x70),
    "rak1902": ("sensor", 0x5C), "rak1903": ("sensor", 0x44), "rak1906": ("sensor", 0x76),
    "rak12019": ("sensor", 0x53), "rak12500": ("sensor-long", 0x42),
    "rak12001": ("sensor-long", None), "rak1921": ("oled", 0x3C), "rak9155": ("power", None),
}  # fmt: skip
CARDS = {
    "mpcie": {
        "rak2247-spi", "rak2247-usb", "rak2287-spi", "rak2287-usb", "rak5146-spi", "rak5146-usb",
        "rak5148", "zigbee-usb", "rak8213", "ec25", "hailo-8", "coral-tpu", "io-crest-sata",
        "i210at", "m2-key-e-adapter", "ax200", "ax201", "ax210", "ax211",
    },
    "m2": {"nvme-b-key", "rm510q", "jmb585", "em060k-gl", "rm520n-gl", "rm505q"},
    "poe": {"rak9063a"},
    "power": {"battery-li-ion", "battery-primary", "solar-5v", "rak9155"},
}  # fmt: skip
SAME_WIRES = {
    "I2C1": {"I2C1_SDA", "I2C1_SCL", "SDA", "SCL", "SMB_CLK", "SMB_DATA"},
    "UART1": {"TXD1", "RXD1"},
}
"""Signals of two pins, by the names of the pins."""
BOARD_ONLY = {f"C-{n:02}" for n in (1, 2, 3, 4, 5, 37, 39)}
"""Rows of the sheet's list of contradictions that are about no module."""
ADDRESS_OPTION = [m for m in MODULES.values() if any(o.name == "address" for o in m.options)]

every = pytest.mark.parametrize("module", MODULES.values(), ids=list(MODULES))


def facts(value: object) -> Iterator[Entry]:
    """Every entry inside an entry."""
    if isinstance(value, Entry):
        yield value
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from facts(getattr(value, field))
    elif isinstance(value, tuple):
        for item in value:
            yield from facts(item)


def shipped(module: Module) -> int | None:
    return next((c.address for c in module.chips if c.address is not None), None)


def option(module: Module, name: str) -> Option | None:
    return next((o for o in module.options if o.name == name), None)


@pytest.mark.parametrize("name", SUPPORTED)
def test_supported_modules_fit_a_slot_of_the_rak7391(name: str) -> None:
    module = MODULES[name]
    assert (module.form, module.connector) == ("io", "wisblock-io")
    assert module.size is not None
    assert shipped(module) == SUPPORTED[name]
    slot = CATALOG.boards["rak7391"].slot("wisblock-1")
    assert slot is not None
    assert [u.signal for u in module.uses if slot.signal(u.signal) is None] == []


@pytest.mark.parametrize("name", FURTHER)
def test_further_modules(name: str) -> None:
    module = MODULES[name]
    assert (module.form, shipped(module)) == FURTHER[name]


def test_cards_and_power_sources() -> None:
    for form, names in CARDS.items():
        assert {m.id for m in MODULES.values() if m.form == form} == names
    fitting = {f.module for b in CATALOG.boards.values() for s in b.slots for f in s.fits}
    assert fitting - {""} <= set(MODULES)


def test_nothing_else() -> None:
    known = {*SUPPORTED, *FURTHER, *(name for names in CARDS.values() for name in names)}
    assert set(MODULES) == known


def test_long_modules() -> None:
    assert {m.id for m in MODULES.values() if m.size and m.form == "io" and m.size[1] > 35} == {
        "rak13007",
        "rak16001",
    }
    assert {m.id for m in MODULES.values() if m.form == "sensor-long"} == {"rak12500", "rak12001"}


@every
def test_every_fact_has_a_source(module: Module) -> None:
    found = list(facts(module))
    assert len(found) > 1
    assert [f for f in found if not f.source.strip()] == []


@every
def test_signals_are_on_the_connector(module: Module) -> None:
    if not module.connector:
        assert module.uses == ()
        return
    there = {str(pin.signal) for pin in CATALOG.connectors[module.connector].pins}
    there |= {
        signal.name
        for board in CATALOG.boards.values()
        for slot in board.slots
        if slot.connector == module.connector
        for signal in slot.signals
    }
    named = {use.signal for use in module.uses}
    named |= {s for r in module.reworks for pair in r.moves.items() for s in pair}
    assert [s for s in named if s not in there and not SAME_WIRES.get(s, set()) & there] == []


@every
def test_a_signal_is_used_once(module: Module) -> None:
    assert [s for s, n in Counter(u.signal for u in module.uses).items() if n > 1] == []
    assert {u.direction for u in module.uses} <= {"input", "output", "both", "supply"}
    for use in module.uses:
        assert (use.safe is not None) <= (use.direction == "output"), use.signal
        assert use.shared or use.direction != "supply", use.signal


@every
def test_outputs_have_a_safe_level(module: Module) -> None:
    """A chip select rests by itself; every other output needs a level that harms nobody."""
    outputs = [u for u in module.uses if u.direction == "output"]
    unsafe = {u.signal for u in outputs if u.safe is None}
    assert unsafe <= {"SPI_CS"}


@every
def test_chips_and_addresses(module: Module) -> None:
    for fitted in module.chips:
        chip = CATALOG.chips[fitted.part]
        addresses = [s.address for s in fitted.straps]
        assert len(set(addresses)) == len(addresses)
        assert {s.address for s in fitted.straps if s.default} <= {fitted.address}
        if fitted.straps:
            assert sum(s.default for s in fitted.straps) == 1
        if fitted.address is not None:
            assert fitted.bus == "I2C1"
            assert {fitted.address, *addresses} <= set(chip.addresses)
            assert any(u.signal == "I2C1" for u in module.uses)
    refs = [c.ref for c in module.chips]
    assert len(set(refs)) == len(refs)
    for answer in module.answers:
        assert answer.ref in refs
        assert answer.address != shipped(module)
        assert answer.cure


@pytest.mark.parametrize("module", ADDRESS_OPTION, ids=lambda m: m.id)
def test_the_address_option_is_what_the_straps_give(module: Module) -> None:
    chosen = option(module, "address")
    assert chosen is not None
    strapped = next(c for c in module.chips if c.straps)
    assert set(chosen.choices) == {s.address for s in strapped.straps}
    assert chosen.default == strapped.address


def test_strapped_chips_have_an_address_option() -> None:
    with_straps = {m.id for m in MODULES.values() for c in m.chips if c.straps}
    assert with_straps == {m.id for m in ADDRESS_OPTION}


@pytest.mark.parametrize(("name", "pins"), [("rak14003", {"A0", "A1", "A2"}),
                                            ("rak16000", {"A0", "A1"})])  # fmt: skip
def test_straps_name_every_pin_where_one_is_high_as_shipped(name: str, pins: set[str]) -> None:
    """ "A1 = VS" would leave A0 as it was, and give another address."""
    for strap in MODULES[name].chips[0].straps:
        said = set(re.findall(r"\bA[012]\b", strap.fitted))
        assert said == pins or strap.fitted == "as shipped", strap


def test_all_call_of_the_pca9685() -> None:
    (answer,) = MODULES["rak13004"].answers
    assert (answer.ref, answer.address) == ("U1", 0x70)
    assert "ALLCALL" in answer.cure


def test_straps_of_the_adc121c021() -> None:
    """Nine addresses; 0x53 and 0x57 do not exist."""
    (strapped,) = (c for c in MODULES["rak12004"].chips if c.straps)
    assert [s.address for s in strapped.straps] == [
        *range(0x50, 0x53), *range(0x54, 0x57), *range(0x58, 0x5B)
    ]  # fmt: skip
    fitted = {s.address: s.fitted for s in strapped.straps}
    assert fitted[0x51] == "ADR0 = GND, ADR1 open"
    assert fitted[0x52] == "ADR0 = VA, ADR1 open"


@every
def test_channels(module: Module) -> None:
    names = [c.name for c in module.channels]
    assert len(set(names)) == len(names)
    for channel in module.channels:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", channel.name), channel.name
        assert channel.unit == "" or channel.unit in BY_UCUM, channel.unit
        assert channel.safe is None or channel.writable
        assert channel.kind is not Kind.BOOL or channel.decimals == 0
        if channel.range:
            low, high = (parse(text).to(channel.unit) for text in channel.range)
            assert low < high


@every
def test_options(module: Module) -> None:
    names = [o.name for o in module.options]
    assert len(set(names)) == len(names)
    for entry in module.options:
        if entry.choices:
            assert entry.default in entry.choices
        elif entry.dimension:
            low, default, high = (
                parse(str(text), entry.dimension).si
                for text in (entry.minimum, entry.default, entry.maximum)
            )
            assert low <= default <= high
        else:
            assert isinstance(entry.default, bool) or (
                isinstance(entry.default, int)
                and isinstance(entry.minimum, int)
                and isinstance(entry.maximum, int)
                and entry.minimum <= entry.default <= entry.maximum
            )


@every
def test_conditions_name_a_value_of_an_option(module: Module) -> None:
    effects = [rework.effect for rework in module.reworks]
    conditional = (*module.uses, *module.draws, *module.gives)
    for condition in (*(entry.when for entry in conditional), *effects):
        if condition is None:
            continue
        chosen = option(module, condition[0])
        assert chosen is not None, condition
        assert condition[1] in (chosen.choices or (True, False)), condition


def test_uses_follow_the_options() -> None:
    module = MODULES["rak13001"]
    assert [u.signal for u in module.used({"input": "none"})] == ["IO4", "3V3_S"]
    assert [u.signal for u in module.used({"input": "IO3"})] == ["IO4", "IO3", "3V3_S"]
    assert [u.signal for u in module.used({"input": "SW1"})] == ["IO4", "SW1", "3V3_S"]
    motors = MODULES["rak17000"]
    assert [d.rail for d in motors.drawn({"motor_supply": "VBAT"})] == ["VBAT"]
    assert motors.drawn({"motor_supply": "terminal"}) == ()


@every
def test_quantities(module: Module) -> None:
    for text in (module.interval, module.settles, *(c.wait for c in module.conversation)):
        assert text == "" or parse(text, "time").si >= 0
    for text in module.temperature or ():
        parse(text, "temperature")
    for draw in module.draws:
        typical, most = draw.typical or "0A", draw.maximum
        assert 0 <= parse(typical, "current").si <= parse(most, "current").si, draw
    for give in module.gives:
        assert parse(give.minimum, "voltage").si <= parse(give.maximum, "voltage").si
        assert not give.current or parse(give.current, "current").si > 0
        assert not give.power or parse(give.power, "power").si > 0


@every
def test_what_sits_in_a_slot_says_what_it_draws_and_costs(module: Module) -> None:
    if module.form in ("poe", "power"):
        assert module.gives
        return
    assert module.draws
    if module.channels or module.units:
        assert module.conversation
        assert module.interval
    for entry in module.conversation:
        assert entry.transactions > 0
        assert entry.writes + entry.reads > 0
        signals = {u.signal for u in module.uses}
        own = {"ADC": {"AIN0", "AIN1"}, "IO": {f"IO{n}" for n in range(1, 7)}}
        assert signals & (own.get(entry.bus) or {entry.bus, f"{entry.bus}_CS"}), entry.bus
        assert not entry.held or entry.bus == "ADC"


def test_poe_classes() -> None:
    assert [(g.when, g.power, g.current) for g in MODULES["rak9063a"].gives] == [
        (("standard", "at"), "30W", "2.5A"),
        (("standard", "bt"), "72W", "6A"),
    ]


def test_every_contradiction_of_the_sheet_is_recorded() -> None:
    found = " ".join(d.source for m in MODULES.values() for d in m.disagreements)
    named = set(re.findall(r"C-\d\d", found))
    assert {f"C-{n:02}" for n in range(1, 45)} - named == BOARD_ONLY
    for module in MODULES.values():
        for entry in module.disagreements:
            assert len(entry.claims) >= 2, entry.topic
            assert entry.resolution


def test_what_runs() -> None:
    assert {m.id for m in MODULES.values() if m.runs} >= {
        "rak5801", "rak5802", "rak13007", "rak16000"
    }  # fmt: skip
    for module in MODULES.values():
        parts = {CATALOG.chips[c.part].evidence for c in module.chips if c.bus == "I2C1"}
        assert not module.runs or "documented" not in parts


def test_every_socket_for_a_modem_has_its_own_sim() -> None:
    signals = [s.signal("SIM") for s in CATALOG.boards["rak7391"].slots]
    nets = [signal.net for signal in signals if signal is not None]
    assert len(nets) == 3
    assert len(set(nets)) == 3
