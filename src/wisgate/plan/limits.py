"""Limits of supply, storage, voltage and temperature: what the user says against what the vendor
prints. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..catalog.boards import Board
from ..catalog.carrier import Input, Limit
from ..config.bench import PowerConfig
from ..core.quantities import parse
from .claims import CATALOG, Claim
from .findings import Cure, Edit, Finding, Severity
from .resources import Wiring

TWELVE = (11.4, 12.6)  # what a 12 V load takes; 5 %
VBUS = {"usb2_load": "usb2-vbus", "usb3_load": "usb3-vbus", "hdmi_load": "hdmi-5v"}


def against(
    severity: Severity, resource: str, text: str, said: tuple[str, str], fact: tuple[str, str],
    *cures: Cure,
) -> Finding:  # fmt: skip
    """A finding about something the user said (text, where) and a fact (text, source)."""
    claims = (
        Claim(resource, said[0], said[1], "", claimant="user"),
        Claim(resource, fact[0], CATALOG, fact[1], claimant="board"),
    )
    return Finding(severity, "limit", resource, text, claims, hints=cures)


def supply_findings(wiring: Wiring) -> Iterator[Finding]:
    """One supply at a time, each within its voltage; loads within what it gives."""
    yield from _one_supply(wiring)
    for name in wiring.config.power.inputs:
        found = board_input(wiring.board, name)
        if found is None:
            yield _no_such_input(wiring, name)
        else:
            yield from _input_findings(wiring, name, found)
    yield from _twelve_volts(wiring)
    yield from _ports(wiring)


def board_input(board: Board, name: str) -> Input | None:
    """The board's input of that name."""
    return next((i for i in board.inputs if i.name == name), None)


def input_watts(entry: Input, poe_class: str | None) -> float | None:
    """What an input gives at most; a PoE input by its class, 802.3at unless said otherwise."""
    of_class = next((c for c in entry.classes if c.name == (poe_class or "at")), None)
    power = of_class.power if of_class else entry.power
    return parse(power, "power").si if power else None


def _say(power: PowerConfig, key: str, written: str) -> tuple[str, str]:
    return f"[power] {key} = {written}", str(power.where)


def _one_supply(wiring: Wiring) -> Iterator[Finding]:
    power = wiring.config.power
    groups: dict[str, list[tuple[str, Input]]] = {}
    for name in power.inputs:
        found = board_input(wiring.board, name)
        if found is not None and found.exclusive:
            groups.setdefault(found.exclusive, []).append((name, found))
    for users in groups.values():
        if len(users) < 2:
            continue
        names = [n for n, _ in users]
        others = tuple(n for n in power.inputs if n not in names)
        cures = (
            Cure(f"disconnect all but {n}", (Edit("power", "input", (n, *others)),)) for n in names
        )
        claims = tuple(
            Claim("power input", f"[power] input: {i.title}", str(power.where), i.source, False, n)
            for n, i in users
        )
        text = f"{len(users)} supplies are connected, one at a time is allowed"
        yield Finding(Severity.CONFLICT, "limit", "power input", text, claims, hints=tuple(cures))


def _no_such_input(wiring: Wiring, name: str) -> Finding:
    board, power = wiring.board, wiring.config.power
    known = [i.name for i in board.inputs]
    left = tuple(n for n in power.inputs if n != name)
    said = _say(power, "input", f'"{name}"')
    fact = f"{board.id}: its inputs are {', '.join(known)}", board.source
    cure = Cure("take it out of the file", (Edit("power", "input", left),))
    text = f"the board has no input of the kind {name}"
    return against(Severity.CONFLICT, "power input", text, said, fact, cure)


def _input_findings(wiring: Wiring, name: str, entry: Input) -> Iterator[Finding]:
    power = wiring.config.power
    key = name if name in ("battery", "solar") else "voltage"
    volts = getattr(power, key)
    low, high = _volts(entry.minimum), _volts(entry.maximum)
    alone = len(power.inputs) == 1 or key != "voltage"
    if alone and volts is not None and not (low or 0) <= volts <= (high or volts):
        better = 48.0 if name == "poe" else 12.0 if name in ("dc", "terminal") else high
        better = 5.0 if name in ("usb", "solar") else 4.2 if name == "battery" else better
        said = _say(power, key, f"{volts:g} V")
        fact = f"{wiring.board.id}: {entry.title}, {_range(entry)}", entry.source
        cure = Cure(f"use {better:g} V", (Edit("power", key, better),))
        text = f"{volts:g} V is not {_range(entry)}"
        yield against(Severity.CONFLICT, f"voltage of the {name} input", text, said, fact, cure)
    placed = {s.module for s in wiring.config.slots}
    if entry.needs and entry.needs not in placed:
        said = _say(power, "input", f'"{name}"')
        fact = f"{wiring.board.id}: {entry.title} needs {entry.needs}", entry.source
        fit = Edit(f"slot {name}", "module", entry.needs)
        cure = Cure(f'fit the {entry.needs} and add [[slot]] slot = "{name}"', (fit,))
        text = f"needs the module {entry.needs}"
        yield against(Severity.CONFLICT, f"{name} input", text, said, fact, cure)


def _volts(text: str) -> float | None:
    return parse(text, "voltage").si if text else None


def _range(entry: Input | Limit) -> str:
    if entry.minimum and entry.maximum:
        return f"{entry.minimum} to {entry.maximum}"
    return f"at most {entry.maximum}" if entry.maximum else f"at least {entry.minimum}"


def rail_volts(wiring: Wiring) -> float | None:
    """Of the 12 V connector: the supply unchanged; None when nobody says."""
    power = wiring.config.power
    if not power.inputs:
        return None
    entry = board_input(wiring.board, power.inputs[0])
    return _volts(entry.output) if entry and entry.output else power.voltage


def _twelve_volts(wiring: Wiring) -> Iterator[Finding]:
    power, jumpers = wiring.config.power, wiring.config.jumpers
    wanted = []
    if power.load_12v:
        off = Edit("power", "load_12v", None)
        wanted.append((_say(power, "load_12v", f"{power.load_12v:g} A"), off))
    if jumpers.fan == "12V":
        cap = Edit("jumpers", "fan", "5V")
        wanted.append((('[jumpers] fan = "12V"', str(jumpers.where)), cap))
    volts = rail_volts(wiring)
    if volts is not None and TWELVE[0] <= volts <= TWELVE[1]:
        return
    rail = next((r for r in wiring.board.rails if r.name == "supply"), None)
    source = rail.source if rail else wiring.board.source
    for said, off in wanted:
        fact = f"{wiring.board.id}: the 12 V output is the supply, unchanged", source
        given = "an unknown voltage" if volts is None else f"{volts:g} V"
        text = f"the 12 V output carries {given}; it is 12 V with PoE or a 12 V supply only"
        feed = (Edit("power", "input", power.inputs or ("dc",)), Edit("power", "voltage", 12.0))
        cures = [Cure("feed the board with 12 V", feed), Cure(_without(off), (off,))]
        yield against(Severity.CONFLICT, "12 V output", text, said, fact, *cures)


def _without(off: Edit) -> str:
    if off.table == "jumpers":
        return "use a 5 V fan and set its cap to 5 V"
    return "feed the load from elsewhere"


def _ports(wiring: Wiring) -> Iterator[Finding]:
    power = wiring.config.power
    for key, name in VBUS.items():
        amps = getattr(power, key)
        rail = next((r for r in wiring.board.rails if r.name == name), None)
        if amps is None or rail is None or not rail.limit:
            continue
        limit = parse(rail.limit, "current").si
        if amps > limit:
            said = _say(power, key, f"{amps:g} A")
            fact = f"{wiring.board.id}: {name} gives {rail.limit}", rail.source
            edit = Edit("power", key, limit)
            way = (
                "feed the display itself" if key == "hdmi_load" else "use a hub with its own supply"
            )
            cure = Cure(f"{way} and stay within {rail.limit}", (edit,))
            text = f"{amps:g} A is more than {rail.limit}"
            yield against(Severity.CONFLICT, f"current of {name}", text, said, fact, cure)
