"""What fits: current per rail and watts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..core.quantities import parse
from .claims import CATALOG, Claim
from .findings import Cure, Edit, Finding, Severity
from .limits import against, board_input, input_watts, rail_volts
from .resources import Placement, Wiring

FAN_A = 0.15  # of an ordinary 40 mm fan; boards sheet F17 says none
HOLD_S = 10.0  # boards sheet F12: assumed, the vendor prints none
PORTS = ("usb2_load", "usb3_load", "hdmi_load", "load_5v")


@dataclass(frozen=True)
class Load:
    """What one user draws, in amperes at most."""

    owner: str
    where: str
    source: str
    rail: str
    """That it hangs on; one that feeds this rail carries it too."""
    amperes: float


@dataclass(frozen=True)
class RailBudget:
    """A rail with its users. Amperes; `limit` is None where nobody prints one."""

    rail: str
    volts: float | None
    loads: tuple[Load, ...]
    limit: float | None

    @property
    def total(self) -> float:
        return sum(load.amperes for load in self.loads)

    @property
    def margin(self) -> float | None:
        """What is left; negative when it is too little."""
        return None if self.limit is None else self.limit - self.total


@dataclass(frozen=True)
class PowerBudget:
    """Watts of the whole board, before the losses of its converters."""

    rails: tuple[RailBudget, ...]
    host: float
    """Reserved for the compute module."""
    watts: float
    available: float | None
    hold: float | None
    """Seconds that the ultracapacitors carry it, as the user measured or as assumed; None where a
    board has none."""

    @property
    def margin(self) -> float | None:
        return None if self.available is None else self.available - self.watts


def power_budget(wiring: Wiring, placements: Sequence[Placement]) -> PowerBudget:
    """Everything that draws, at its maximum, by rail."""
    loads = [*_module_loads(wiring, placements), *_connected(wiring)]
    names = dict.fromkeys([r.name for r in wiring.board.rails] + [x.rail for x in loads])
    fed = ((name, _through(wiring, name)) for name in names)
    rails = tuple(
        _rail(wiring, name, [_seen_by(wiring, name, x) for x in loads if x.rail in parts])
        for name, parts in fed
        if any(x.rail in parts for x in loads)
    )
    host = next(
        (
            parse(x.minimum, "power").si
            for x in wiring.board.limits
            if x.quantity == "power to reserve" and x.minimum
        ),
        0.0,
    )
    watts = host + sum(x.amperes * (_rail_volts(wiring, x.rail) or 0.0) for x in loads)
    return PowerBudget(rails, host, watts, _available(wiring), _hold(wiring))


def _hold(wiring: Wiring) -> float | None:
    """Ultracapacitors sit on the rail that any one of several inputs feeds: "supply"."""
    if all(rail.name != "supply" for rail in wiring.board.rails):
        return None
    hold = wiring.config.power.supercap_hold
    return HOLD_S if hold is None else hold


def _rail(wiring: Wiring, name: str, loads: list[Load]) -> RailBudget:
    rail = next((r for r in wiring.board.rails if r.name == name), None)
    limit = parse(rail.limit, "current").si if rail and rail.limit else None
    return RailBudget(name, _rail_volts(wiring, name), tuple(loads), limit)


def _rail_volts(wiring: Wiring, name: str) -> float | None:
    """Of a rail; the upper end where a range is printed."""
    rail = next((r for r in wiring.board.rails if r.name == name), None)
    if rail is None:
        return None
    if rail.name == "supply":
        return rail_volts(wiring)
    return parse(rail.voltage.rpartition(" to ")[2], "voltage").si


def _through(wiring: Wiring, name: str) -> set[str]:
    """A rail and those that are fed by it, switched, filtered or converted. The supply is counted
    in watts, where the compute module is too: there only what hangs on it directly."""
    found = {name}
    for rail in wiring.board.rails:
        if rail.origin in found and rail.origin != "supply":
            found.add(rail.name)
    return found


def _seen_by(wiring: Wiring, name: str, load: Load) -> Load:
    """A load as the rail `name` carries it. Behind a converter its watts count, before the losses
    of the converter, at the lower end of the feeding rail, where the current is greatest."""
    rails = {r.name: r.voltage for r in wiring.board.rails}
    if name not in rails or load.rail not in rails or rails[name] == rails[load.rail]:
        return load
    least = parse(rails[name].partition(" to ")[0], "voltage").si
    drawn = load.amperes * (_rail_volts(wiring, load.rail) or 0.0)
    return replace(load, amperes=drawn / least)


def _module_loads(wiring: Wiring, placements: Sequence[Placement]) -> Iterator[Load]:
    for placement in placements:
        for draw in placement.module.drawn(placement.options):
            amount = draw.maximum or draw.typical
            if not amount:
                continue
            signal = wiring.signal(placement.slot, draw.rail)
            rail = signal.rail if signal and signal.rail else draw.rail
            quantity = parse(amount)
            if quantity.unit.dimension == "current":
                amperes = quantity.si
            else:
                amperes = quantity.si / (_rail_volts(wiring, rail) or 3.3)
            where = str(placement.config.where)
            yield Load(placement.title, where, draw.source, rail, amperes)


def _connected(wiring: Wiring) -> Iterator[Load]:
    power, jumpers = wiring.config.power, wiring.config.jumpers
    for limit in wiring.core.limits if wiring.core else ():
        if limit.subject == "LoRa TX" and limit.quantity == "current" and limit.maximum:
            owner = f"core {wiring.config.core} while it sends"
            amperes = parse(limit.maximum, "current").si
            yield Load(owner, str(wiring.config.board_where), limit.source, "3V3", amperes)
    where = str(power.where)
    for key in PORTS:
        amperes = getattr(power, key)
        if amperes:
            yield Load(f"[power] {key}", where, "", "5V", amperes)
    if power.load_12v:
        yield Load("[power] load_12v", where, "", "supply", power.load_12v)
    if jumpers.fan:
        rail = "supply" if jumpers.fan == "12V" else "5V"
        yield Load(f"fan at {jumpers.fan}", str(jumpers.where), "assumed", rail, FAN_A)


def _available(wiring: Wiring) -> float | None:
    """Watts that the supply gives: the lesser of what the input and the adapter can."""
    power = wiring.config.power
    found = [power.supply] if power.supply is not None else []
    for name in power.inputs[:1]:
        entry = board_input(wiring.board, name)
        watts = input_watts(entry, power.poe_class) if entry else None
        if watts is not None:
            found.append(watts)
    return min(found) if found else None


def power_findings(wiring: Wiring, budget: PowerBudget) -> Iterator[Finding]:
    """Rails beyond their limit, slots beyond what is reasonable, a supply too small."""
    for rail in budget.rails:
        if rail.margin is not None and rail.margin < 0:
            yield _overloaded(wiring, rail)
    yield from _slots(wiring, budget)
    if budget.margin is not None and budget.margin < 0:
        yield _too_small(wiring, budget)


def _drop(loads: Sequence[Load], excess: float) -> Iterator[Cure]:
    """Take a user away; where one is not enough, the greatest until the rest fits."""
    heavy = sorted((x for x in loads if ": " in x.owner), key=lambda x: -x.amperes)
    for load in heavy:
        yield _left_out([load])
    gone: list[Load] = []
    for load in heavy:
        gone.append(load)
        if sum(x.amperes for x in gone) >= excess:
            break
    if len(gone) > 1:
        yield _left_out(gone)


def _left_out(loads: Sequence[Load]) -> Cure:
    slots = dict.fromkeys(tuple(x.owner.split(": ", 1)) for x in loads)
    told = " and ".join(f"the {module} in {slot}" for slot, module in slots)
    return Cure(f"leave out {told}", tuple(Edit(f"slot {slot}") for slot, _ in slots))


def _overloaded(wiring: Wiring, rail: RailBudget) -> Finding:
    resource = f"current of {rail.rail}"
    claims = [
        Claim(resource, f"{x.owner}: {_ma(x.amperes)}", x.where, x.source, claimant=x.owner)
        for x in rail.loads
    ]
    entry = next(r for r in wiring.board.rails if r.name == rail.rail)
    limit = f"{wiring.board.id}: {rail.rail} gives {entry.limit}"
    claims.append(Claim(resource, limit, CATALOG, entry.source, claimant="board"))
    text = f"{_ma(rail.total)} are drawn, {entry.limit} are there"
    cures = tuple(_drop(rail.loads, -(rail.margin or 0.0)))
    return Finding(Severity.CONFLICT, "power", resource, text, tuple(claims), hints=cures)


def _slots(wiring: Wiring, budget: PowerBudget) -> Iterator[Finding]:
    """Nobody prints what a slot gives: beyond the assumption it is a warning."""
    limits = {"5V": "slot, 5 V", "3V3": "slot, 3.3 V"}
    for rail in budget.rails:
        entry = next((x for x in wiring.board.limits if x.subject == limits.get(rail.rail)), None)
        if entry is None or not entry.maximum:
            continue
        most = parse(entry.maximum, "current").si
        for load in (x for x in rail.loads if x.rail == rail.rail):
            if load.amperes <= most or not load.owner.startswith("wisblock"):
                continue
            text = f"{_ma(load.amperes)} at most, {entry.maximum} are assumed to be safe"
            said = f"{load.owner}: {_ma(load.amperes)} from {rail.rail}", load.where
            fact = f"{wiring.board.id}: {entry.subject} gives {entry.maximum}", entry.source
            resource = f"{rail.rail} of {load.owner.partition(':')[0]}"
            yield against(Severity.WARNING, resource, text, said, fact, *_drop([load], 0.0))


def _too_small(wiring: Wiring, budget: PowerBudget) -> Finding:
    power = wiring.config.power
    available = budget.available or 0.0
    said = f"[power] {', '.join(power.inputs) or 'supply'}: {available:g} W", str(power.where)
    fact = f"{wiring.board.id}: {budget.host:g} W for the CM4 and what hangs on it", "S3"
    cures = []
    if "poe" in power.inputs and power.poe_class != "bt" and budget.watts <= 72:
        cures.append(Cure("use 802.3bt, 72 W", (Edit("power", "poe_class", "bt"),)))
    if power.supply is not None and power.supply < budget.watts:
        enough = float(-(-budget.watts * 1.2 // 5) * 5)
        edit = Edit("power", "supply", enough)
        cures.append(Cure(f"use a supply of {enough:g} W or more", (edit,)))
    loads = {x: None for r in budget.rails for x in r.loads if x.rail == r.rail}
    watts = [replace(x, amperes=x.amperes * (_rail_volts(wiring, x.rail) or 0.0)) for x in loads]
    cures += list(_drop(watts, -(budget.margin or 0.0)))
    for key in (*PORTS, "load_12v"):
        if getattr(power, key):
            off = Edit("power", key, None)
            cures.append(Cure(f"feed what hangs on {key} from elsewhere", (off,)))
    text = f"{budget.watts:.1f} W are needed, {available:g} W are there"
    return against(Severity.CONFLICT, "watts", text, said, fact, *cures)


def _ma(amperes: float) -> str:
    return f"{amperes * 1000:.0f} mA"
