"""Questions to the catalog: what is called so, where a pin ends, who answers an address."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

import msgspec

from ..core.errors import CatalogError
from .boards import Board, Signal, Slot
from .carrier import CorePin, Header, HeaderPin
from .catalog import Catalog
from .facts import Confidence, Fitted
from .modules import Module
from .parts import Chip, Connector
from .regions import Region

Item = Board | Module | Chip | Connector | Region

FORMER = {"wisduo": "core", "wisio": "io", "wissensor": "sensor", "wisconnector": "io"}
"""Names of the vendor's older pages."""


class Place(msgspec.Struct, frozen=True):
    """A pin, and where it ends."""

    place: str
    """Slot, header or "connector" of a core."""
    pins: tuple[int | str, ...]
    name: str
    ends: str
    source: str
    confidence: Confidence = Confidence.DOCUMENTED
    note: str = ""
    revisions: tuple[str, ...] = ()


class Answerer(msgspec.Struct, frozen=True):
    """Something that answers an I2C address, as shipped or by a strap."""

    on: str
    chip: str
    part: str
    title: str
    bus: str
    shipped: bool
    how: str
    """"as shipped", or the strap that makes it answer there."""
    away: tuple[str, ...]
    """What moves it to another address, when it is there as shipped."""
    source: str
    kernel_driver: str = ""


def find(catalog: Catalog, asked: str) -> Item:
    """The entry of that id, alias or former name; "chips/ax200" where a module is called like its
    chip. Raises CatalogError."""
    name = asked.strip().lower().replace("_", "-")
    names = dict(_names(catalog))
    if name in names:
        category, identifier = names[name]
        found: Item = getattr(catalog, category)[identifier]
        return found
    near = get_close_matches(name, [n for n in names if "/" not in n], n=3, cutoff=0.7)
    hint = f"; did you mean {' or '.join(near)}?" if near else '; "wisgate catalog list" shows all'
    raise CatalogError(f'the catalog has no "{asked}"{hint}')


def _names(catalog: Catalog) -> Iterator[tuple[str, tuple[str, str]]]:
    for old, new in FORMER.items():
        yield old, ("connectors", f"wisblock-{new}")
    for category in ("connectors", "chips", "modules", "boards"):
        for identifier in getattr(catalog, category):
            yield f"{category}/{identifier}", (category, identifier)
            yield identifier, (category, identifier)
    for region in catalog.regions.values():
        for name in (f"regions/{region.id}", region.id, *region.aliases):
            yield name.lower(), ("regions", region.id)
    for board in catalog.boards.values():
        for alias in board.aliases:
            yield alias.lower(), ("boards", board.id)


def board(catalog: Catalog, asked: str) -> Board:
    """Raises CatalogError."""
    found = find(catalog, asked)
    if isinstance(found, Board):
        return found
    raise CatalogError(f"{asked} is no board; there are: {', '.join(catalog.boards)}")


def pin(catalog: Catalog, on: Board, asked: str) -> list[Place]:
    """Every pin of a board that `asked` names: "IO4", "wisblock-1.32", "wisblock-2.IO4", "P0.17",
    "GPIO16", "j11.2". Raises CatalogError."""
    wanted = asked.strip().lower()
    found = [p for p in places(catalog, on) if _matches(p, wanted)]
    found = found or [p for p in _printed(catalog, on) if _matches(p, wanted)]
    if found:
        return found
    names = {p.name for p in places(catalog, on)} | {p.place for p in places(catalog, on)}
    near = get_close_matches(asked, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "ask for a signal or for SLOT.PIN"
    raise CatalogError(f'{on.id} has no pin "{asked}"; {hint}')


def _matches(place: Place, wanted: str) -> bool:
    head, dot, tail = wanted.rpartition(".")
    if dot and _former(head) == place.place.lower():
        return tail in {str(p).lower() for p in place.pins} or tail in _words(place.name)
    bare = [str(p).lower() for p in place.pins] if place.place == "connector" else []
    return wanted in _words(place.name) or wanted in bare or wanted in _words(place.ends)


def _former(place: str) -> str:
    for old, new in FORMER.items():
        if place == old or place.startswith(f"{old}-"):
            return place.replace(old, new, 1)
    return place


def _words(text: str) -> set[str]:
    for mark in "/,;:()":
        text = text.replace(mark, " ")
    return set(text.lower().split()) | {text.lower()}


def places(catalog: Catalog, on: Board) -> Iterator[Place]:
    """Every pin of a board with where it ends; what a HAT plugs on is the header."""
    for slot in (s for s in on.slots if "hat" not in s.accepts):
        for signal in slot.signals:
            yield _slot_place(catalog, on, slot, signal)
    for header in on.headers:
        for one in header.pins:
            yield _header_place(catalog, on, header, one)
    for core_pin in on.pins:
        yield _core_place(core_pin)
    for line in (one for one in on.gpio if one.pin is None):
        where = f" ({', '.join(line.ends)})" if line.ends else ""
        yield Place(line.chip, (line.line,), line.name, f"{line.use}{where}",
                    line.source, line.confidence, line.note)  # fmt: skip


def _printed(catalog: Catalog, on: Board) -> Iterator[Place]:
    """Single pins of slots under the names that the connector has for them: "TXD1", "I2C1_SDA"."""
    for slot in on.slots:
        connector = catalog.connectors.get(slot.connector)
        for one in connector.pins if connector else ():
            for signal in slot.signals:
                if one.number in signal.pins and one.signal != signal.name:
                    place = _slot_place(catalog, on, slot, signal)
                    yield msgspec.structs.replace(place, pins=(one.number,), name=one.signal)


def _slot_place(catalog: Catalog, on: Board, slot: Slot, signal: Signal) -> Place:
    text = end(on, signal)
    if signal.net and signal.net != "NC":
        text += _on_cores(catalog, signal.net)
    return Place(slot.name, signal.pins, signal.name, text, signal.source, signal.confidence,
                 signal.note, signal.revisions)  # fmt: skip


def _header_place(catalog: Catalog, on: Board, header: Header, one: HeaderPin) -> Place:
    text = end(on, one) or one.use or _on_connectors(catalog, on, one)
    text += _use(on, one)
    if one.net and one.net != "NC":
        text += _on_cores(catalog, one.net)
    return Place(header.name, (one.number,), one.name, text, header.source, header.confidence,
                 one.use if one.use not in text else "")  # fmt: skip


def _on_connectors(catalog: Catalog, on: Board, pad: HeaderPin) -> str:
    """Where a pad of a module goes on the boards that carry it."""
    return ", ".join(
        f"{p.signal} (pin {p.number}) of the {carrier.id}"
        for carrier in catalog.boards.values()
        if carrier.carries == on.id
        for p in carrier.pins
        if p.pad == pad.number
    )


def _use(on: Board, one: HeaderPin) -> str:
    """What a line of the host is wired to besides."""
    uses = [a.use for a in on.gpio if one.chip == "host" == a.chip and a.line == one.line]
    return f": {uses[0]}" if uses else ""


def _core_place(one: CorePin) -> Place:
    parts = [one.port, f"Arduino {one.arduino}" if one.arduino is not None else "",
             f"pad {one.pad}" if one.pad else "", one.adc]  # fmt: skip
    text = ", ".join(p for p in parts if p) or "no port"
    name = one.name if one.signal in ("", one.name) else f"{one.name} ({one.signal})"
    return Place("connector", (one.number,), name, text, one.source, one.confidence, one.note)


def _on_cores(catalog: Catalog, net: str) -> str:
    ends = [
        f"{core.id} {one.port}"
        for core in catalog.boards.values()
        if core.form == "core" and (one := core.core_pin(net)) is not None and one.port
    ]
    return f"; {', '.join(ends)}" if ends else ""


def end(on: Board, one: Signal | HeaderPin) -> str:
    """Where a signal ends, in words; "" when nothing is said."""
    if one.line is not None:
        if one.chip == "host":
            return f"GPIO{one.line}"
        return f"line {one.line} of {chip_name(on, one.chip)}"
    if isinstance(one, Signal):
        if one.ain is not None:
            return f"channel {one.ain} of {chip_name(on, one.chip)}"
        if one.unknown:
            return "not documented"
        if one.uart or one.usb or one.pcie:
            return one.uart or one.usb or one.pcie
    if one.net == "NC":
        return "not connected"
    if one.bus or one.rail:
        return one.bus or f"rail {one.rail}"
    return f"core {one.net}" if one.net and on.slot("core") else one.net


def chip_name(on: Board, ref: str) -> str:
    """ "U133 (0x26)"."""
    chip = on.chip(ref)
    return f"{ref} ({chip.address:#04x})" if chip and chip.address is not None else ref


def answerers(catalog: Catalog, address: int) -> list[Answerer]:
    """Everything in the catalog that answers `address`, what is shipped there first."""
    entries: list[Board | Module] = [*catalog.boards.values(), *catalog.modules.values()]
    found = [
        one
        for entry in entries
        for chip in entry.chips
        if (one := _answers(entry, chip, address)) is not None
    ]
    for module in catalog.modules.values():
        for further in module.answers:
            if further.address == address:
                part = next((c.part for c in module.chips if c.ref == further.ref), "")
                found.append(Answerer(module.id, further.ref, part, module.title, "I2C1", True,
                                      further.use, (further.cure,) if further.cure else (),
                                      further.source))  # fmt: skip
    for carrier in catalog.boards.values():
        found += [*_formerly(carrier, address), *_disputed(carrier, address)]
    return sorted(found, key=lambda one: (not one.shipped, one.on))


def _formerly(board: Board, address: int) -> Iterator[Answerer]:
    """Chips of older series of a board, where its present one has nothing as shipped."""
    if any(chip.address == address for chip in board.chips):
        return
    for one in board.generations:
        how = f"on boards of generation {one.number}: {one.title}"
        if address in one.adc:
            yield Answerer(board.id, "ADC", "", "Slot ADC", "i2c-1", False, how, (), one.source)
        if f"{address:#04x}" in f"{one.expanders} {one.note}":
            title = one.expanders if f"{address:#04x}" in one.expanders else one.note
            yield Answerer(board.id, "IO", "", title, "i2c-1", False, how, (), one.source)


def _disputed(board: Board, address: int) -> Iterator[Answerer]:
    """What sources disagree about, where the topic is an address."""
    for one in board.disagreements:
        if one.topic.endswith(f" at {address:#04x}"):
            said = "; ".join(f"{x.says} ({x.source})" for x in one.claims)
            how = f"disputed: {said}. {one.id}: {one.resolution}"
            yield Answerer(board.id, one.id, "", one.topic, "i2c-1", False, how, (), one.source)


def _answers(entry: Board | Module, chip: Fitted, address: int) -> Answerer | None:
    strap = next((s for s in chip.straps if s.address == address), None)
    if chip.address != address and strap is None:
        return None
    shipped = chip.address == address and not chip.optional
    away = tuple(f"{s.fitted}: {s.address:#04x}" for s in chip.straps if s.address != address)
    if isinstance(entry, Board):
        away += tuple(_detours(entry, chip))
    how = "as shipped" if shipped else f"with {strap.fitted}" if strap else "where it is fitted"
    return Answerer(entry.id, chip.ref, chip.part, chip.title or entry.title, chip.bus, shipped,
                    how, away if shipped else (), strap.source if strap and not shipped
                    else chip.source, chip.kernel_driver)  # fmt: skip


def _detours(board: Board, chip: Fitted) -> Iterator[str]:
    """Reworks that give modules another bus than that of a soldered chip."""
    for rework in board.reworks:
        if rework.effect and rework.effect[0] == "straps.external_i2c" and chip.bus == "i2c-1":
            yield f"modules on {rework.effect[1]} instead: rework {rework.id}"
