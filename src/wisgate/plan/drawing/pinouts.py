"""Every pinout that the catalog holds: slots, headers, cores, and connectors by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from ...catalog.boards import Board, Signal, Slot
from ...catalog.carrier import CorePin, Header, HeaderPin
from ...catalog.catalog import Catalog
from ...catalog.facts import Entry
from ...catalog.parts import Connector
from ...core.errors import CatalogError
from .pinout import UNKNOWN, DrawnPin, Pinout, layout_of
from .signals import Family, family

_WITHOUT_END = (Family.POWER, Family.GROUND, Family.RESERVED)


def ends_at(board: Board, signal: Signal) -> str:
    """Where a signal of a slot ends, in a few words: "U133 0x26 line 1", "GPIO 8"."""
    if signal.unknown:
        return UNKNOWN
    if signal.line is not None:
        return _line(board, signal.chip, signal.line)
    if signal.ain is not None:
        return f"{_chip(board, signal.chip)} channel {signal.ain}"
    places = (signal.bus, signal.uart, signal.rail, signal.usb, signal.pcie)
    return next((p for p in places if p), _net(board, signal))


def _net(board: Board, signal: Signal) -> str:
    """A signal of the core where there is one; else a wire with a name of its own."""
    if signal.net in ("", signal.name, "NC"):
        return ""
    return f"core {signal.net}" if board.slot("core") else signal.net


def _chip(board: Board, ref: str) -> str:
    chip = board.chip(ref)
    return f"{ref} {chip.address:#04x}" if chip and chip.address is not None else ref


def _line(board: Board, chip: str, line: int) -> str:
    return f"GPIO {line}" if chip == "host" else f"{_chip(board, chip)} line {line}"


def of_connector(connector: Connector) -> Pinout:
    """The connector by itself, without a board behind it."""
    pins = [DrawnPin(str(p.number), p.signal) for p in connector.pins]
    return _pinout(connector.id, connector.title, pins, connector)


def of_slot(board: Board, slot: Slot, connector: Connector, revision: str = "") -> Pinout:
    """The connector with the board of that revision behind it."""
    behind: dict[int, list[Signal]] = {}
    for signal in slot.signals:
        if not revision or not signal.revisions or revision in signal.revisions:
            for number in signal.pins:
                behind.setdefault(number, []).append(signal)
    pins = [
        _slot_pin(board, str(p.number), p.signal, behind.get(p.number, []))
        if isinstance(p.number, int)
        else DrawnPin(p.number, p.signal)
        for p in connector.pins
    ]
    key = f"{board.id}/{slot.name}" + (f"@{revision}" if revision else "")
    title = f"{board.id.upper()}: {slot.title}" + (f", revision {revision}" if revision else "")
    warnings = _disagreements(board, slot.name)
    return _pinout(key, title, pins, slot, warnings=warnings)


def _slot_pin(board: Board, number: str, printed: str, signals: list[Signal]) -> DrawnPin:
    """What is behind a pin: its line first, then the bus that it is part of."""
    if not signals:
        return DrawnPin(number, printed, "" if family(printed) in _WITHOUT_END else UNKNOWN)
    nearest = sorted(signals, key=lambda s: len(s.pins))
    net = nearest[0].net
    if net == "NC" and printed != "NC":
        return DrawnPin(number, net, f"{printed} of the module")
    if len(nearest[0].pins) == 1 and net not in ("", printed, "NC"):
        return DrawnPin(number, net, f"{printed} of the module")
    ends = []
    for signal in nearest:
        where = ends_at(board, signal)
        if where.replace(" ", "") == printed:
            where = _use(board, signal.chip, signal.line)
        elif len(signal.pins) == 1 and where and signal.name not in (printed, where):
            where = f"{signal.name}: {where}"
        if where not in (printed, signal.name, "") and (printed != "NC" or where != UNKNOWN):
            ends.append(where)
    return DrawnPin(number, printed, "; ".join(dict.fromkeys(ends)), nearest[0].name)


def of_header(board: Board, header: Header) -> Pinout:
    """A header, with the caps that it takes."""
    pins = [DrawnPin(str(p.number), p.name, _header_end(board, p)) for p in header.pins]
    caps = [
        f"Cap on {'-'.join(map(str, j.pins))} ({j.name}): {j.fitted}"
        for j in board.jumpers
        if j.header == header.name
    ]
    key = f"{board.id}/{header.name.lower()}"
    title = f"{board.id.upper()}: {header.title}"
    warnings = _disagreements(board, header.name)
    return _pinout(key, title, pins, header, (header.kind, *caps), warnings)


def _header_end(board: Board, pin: HeaderPin) -> str:
    ends = [pin.bus, pin.rail, f"core {pin.net}" if pin.net not in ("", pin.name) else "", pin.use]
    if pin.line is not None:
        line = _line(board, pin.chip, pin.line)
        if line.replace(" ", "") not in pin.name:
            ends.insert(0, line)
        ends.append(_use(board, pin.chip, pin.line))
    return "; ".join(end for end in ends if end not in ("", pin.name))


def _use(board: Board, chip: str, line: int | None) -> str:
    """What else a line of the 40-pin header is wired to; "" for nothing else."""
    uses = (g.use for g in board.gpio if (g.chip, g.line) == (chip, line))
    return next((use for use in uses if use != "header only"), "")


def of_core(board: Board) -> Pinout:
    """The connector of a core, with the ports of its microcontroller."""
    pins = [DrawnPin(str(p.number), p.name, _core_end(p)) for p in board.pins]
    return _pinout(f"{board.id}/pins", f"{board.title}: connector", pins, board)


def _core_end(pin: CorePin) -> str:
    parts = [pin.port if pin.port not in pin.name else "", pin.adc]
    if pin.signal and pin.signal != pin.name:
        parts.insert(0, pin.signal)
    if pin.pad is not None and str(pin.pad) != str(pin.number):
        parts.append(f"pad {pin.pad}")
    return ", ".join(p for p in parts if p)


def _disagreements(board: Board, name: str) -> tuple[str, ...]:
    """What sources print differently about a connector: every claim and what we took."""
    found = []
    for one in board.disagreements:
        if re.search(rf"\b{re.escape(name)}\b", f"{one.id} {one.topic}", re.IGNORECASE):
            claims = "; ".join(f"{c.source} says {c.says}" for c in one.claims)
            found.append(f"{one.topic}: {claims}. Taken: {one.resolution}")
    return tuple(found)


def _pinout(
    key: str,
    title: str,
    pins: list[DrawnPin],
    entry: Entry,
    notes: Iterable[str] = (),
    warnings: tuple[str, ...] = (),
) -> Pinout:
    shown = tuple(n for n in (*notes, entry.note) if n)
    layout = layout_of([p.number for p in pins])
    return Pinout(key, title, layout, tuple(pins), entry.source, shown, warnings)


def of_board(catalog: Catalog, board: Board) -> Iterator[Pinout]:
    """Every connector of a board: slots, headers, the pins of a core."""
    for slot in board.slots:
        connector = catalog.connectors.get(slot.connector)
        if connector is None or not connector.pins:
            continue
        differ = any(s.revisions for s in slot.signals)
        for revision in board.revisions if differ else ("",):
            yield of_slot(board, slot, connector, revision)
    for header in board.headers:
        if header.pins:
            yield of_header(board, header)
    if board.pins:
        yield of_core(board)


def every(catalog: Catalog) -> list[Pinout]:
    """Every pinout that can be drawn, in the order of the catalog."""
    boards = [p for board in catalog.boards.values() for p in of_board(catalog, board)]
    return boards + [of_connector(c) for c in catalog.connectors.values() if c.pins]


def find(catalog: Catalog, name: str) -> list[Pinout]:
    """The pinouts that `name` asks for: one ("rak7391/j39", "j39", "wisblock-io"), or all of a
    board. Raises CatalogError with the nearest names."""
    drawn = {pinout.key: pinout for pinout in every(catalog)}
    exact = "/".join(name.lower().split())
    if exact in drawn:
        return [drawn[exact]]
    wanted = "/".join(_without_alias(catalog, name.lower()).split())
    if wanted in drawn:
        return [drawn[wanted]]
    for chosen in (f"{wanted}/", f"{wanted}@", f"/{wanted}", f"/{wanted}@"):
        if found := [p for key, p in drawn.items() if _fits(key, chosen)]:
            return found
    raise CatalogError(_missing(catalog, name, wanted, list(drawn)))


def _fits(key: str, chosen: str) -> bool:
    """Whether a key is what was chosen: its beginning, its end, or its end but for a revision."""
    if chosen.startswith("/"):
        return chosen in key if chosen.endswith("@") else key.endswith(chosen)
    return key.startswith(chosen)


def _without_alias(catalog: Catalog, name: str) -> str:
    """The name with the id of a board instead of another name for it."""
    for board in catalog.boards.values():
        for alias in board.aliases:
            if name == alias or name.startswith((f"{alias}/", f"{alias} ")):
                return board.id + name[len(alias) :]
    return name


def _missing(catalog: Catalog, name: str, wanted: str, keys: list[str]) -> str:
    board, _, place = wanted.partition("/")
    if board in catalog.boards:
        entry = catalog.boards[board]
        if place in {s.name for s in entry.slots} | {h.name for h in entry.headers}:
            return f"{wanted}: nobody publishes its pins; wisgate catalog show {board} has the rest"
    near = get_close_matches(wanted, [*keys, *catalog.boards], n=3, cutoff=0.4)
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; there are {', '.join(keys)}"
    return f'no pinout is called "{name}"{hint}'
