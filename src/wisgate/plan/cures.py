"""Ways out of a finding, cheapest first: another strap, another bus, another slot, one less. They
are proposals; the plan keeps those that it has tried. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..catalog.carrier import Rework
from ..catalog.facts import Strap
from .claims import Claim
from .findings import Cure, Edit, Finding
from .resources import ADC_REF, INTERNAL, Placement, Wiring

EEPROMS = (0x50,)
"""Identity chips of HATs and boards answer here: free in the plan, doubtful at the bench."""

HAT_ADC = 0x48
"""Of the RAK6421, and of boards before September 2022: the last choice for a strap."""


def proposals(finding: Finding, wiring: Wiring, placements: Sequence[Placement]) -> Iterator[Cure]:
    """Everything worth a try."""
    yield from finding.hints
    involved = [p for p in placements if p.slot.name in _claimants(finding)]
    if finding.kind == "address":
        yield from _answers(finding, wiring, involved)
        for placement in involved:
            yield from _straps(placement)
        yield from _adc(finding, wiring)
        yield from _reroute(wiring, involved)
    yield from _type_c(wiring, finding)
    yield from _buzzer(finding)
    if "kernel" in _claimants(finding):
        text = "take console=serial0,115200 out of cmdline.txt and write console = false in [host]"
        yield Cure(text, (Edit("host", "console", False),))
    for placement in involved:
        yield from _options(finding, placement)
    if finding.kind not in ("limit", "power"):
        yield from _moves(wiring, placements, involved)
        yield from _leave_out(wiring, finding, involved)


def _claimants(finding: Finding) -> set[str]:
    return {c.claimant for c in finding.claims}


def _straps(placement: Placement) -> Iterator[Cure]:
    """Another address of the module's own chip."""
    option = next((o for o in placement.module.options if o.name == "address"), None)
    chip = next((c for c in placement.module.chips if c.address is not None), None)
    if option is None or chip is None:
        return
    for strap in sorted(chip.straps, key=lambda s: (not s.default, s.address in EEPROMS)):
        if strap.address == placement.address or strap.address not in option.choices:
            continue
        edit = Edit(f"slot {placement.slot.name}", "address", strap.address)
        text = (
            f"{placement.title}: fit the strap for {strap.address:#04x} ({_fitted(strap)}) and"
            f" write address = {strap.address:#04x} in its [[slot]]"
        )
        yield Cure(text, (edit,))


def _fitted(strap: Strap) -> str:
    return f"{strap.fitted}, remove {strap.removed}" if strap.removed else strap.fitted


def _adc(finding: Finding, wiring: Wiring) -> Iterator[Cure]:
    """Another strap of the slot ADC, when it is what the others run into."""
    chip = wiring.board.chip(ADC_REF)
    if chip is None or not any(f" {ADC_REF} " in c.owner for c in finding.claims):
        return
    now = wiring.config.straps.adc or chip.address
    fitted = next((s.fitted for s in chip.straps if s.address == now), "")
    for strap in sorted(chip.straps, key=lambda s: s.address == HAT_ADC):
        if strap.address != now:
            edit = Edit("straps", "adc", strap.address)
            yield Cure(f"move {fitted} to {strap.fitted}: address {strap.address:#04x}", (edit,))


def _reroute(wiring: Wiring, involved: Sequence[Placement]) -> Iterator[Cure]:
    rework = _rework(wiring, "straps.external_i2c")
    if rework is None or wiring.config.straps.external_i2c == "i2c-3":
        return
    if any(p.slot.name not in INTERNAL for p in involved) or wiring.hat:
        edit = Edit("straps", "external_i2c", "i2c-3")
        steps = "; ".join(rework.steps)
        yield Cure(f"re-route external I2C to i2c-3: {steps}", (edit,))


def _rework(wiring: Wiring, key: str) -> Rework | None:
    return next((r for r in wiring.board.reworks if r.effect and r.effect[0] == key), None)


def _answers(finding: Finding, wiring: Wiring, involved: Sequence[Placement]) -> Iterator[Cure]:
    """An extra address that a chip answers until it is told not to."""
    for placement in involved:
        for answer in placement.module.answers:
            owner = f"{placement.title} {answer.ref} {answer.use}"
            if not answer.cure or not any(c.owner == owner for c in finding.claims):
                continue
            rework = _rework(wiring, "straps.external_i2c")
            if rework is not None:
                edit = Edit("straps", "external_i2c", "i2c-3")
                yield Cure(f"{answer.cure}: {'; '.join(rework.steps)}", (edit,))


def _options(finding: Finding, placement: Placement) -> Iterator[Cure]:
    """Another choice of an option that asks for what is in dispute."""
    owners = {c.owner for c in finding.claims}
    for use in placement.module.used(placement.options):
        if use.when is None or f"{placement.title} {use.use}" not in owners:
            continue
        name, value = use.when
        option = next((o for o in placement.module.options if o.name == name), None)
        choices = option.choices if option and option.choices else (not value,)
        for other in (c for c in choices if c != value):
            edit = Edit(f"slot {placement.slot.name}", name, other)
            yield Cure(f"{placement.title}: write {name} = {_written(other)}", (edit,))


def _written(value: str | int | bool) -> str:
    """As it stands in the file."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _type_c(wiring: Wiring, finding: Finding) -> Iterator[Cure]:
    if "host" in _claimants(finding) and wiring.config.host.type_c:
        yield Cure("unplug the Type-C cable", (Edit("host", "type_c", False),))


def _buzzer(finding: Finding) -> Iterator[Cure]:
    if any(c.owner.endswith(": buzzer") for c in finding.claims):
        yield Cure("take the cap off J39 11-12", (Edit("jumpers", "buzzer", False),))


def _moves(
    wiring: Wiring, placements: Sequence[Placement], involved: Sequence[Placement]
) -> Iterator[Cure]:
    """To a free slot of the right connector, or the place of another module."""
    taken = {p.slot.name for p in placements}
    for placement in involved:
        name = placement.slot.name
        for slot in wiring.board.slots:
            accepted = not slot.accepts or placement.module.form in slot.accepts
            if slot.name in taken or not accepted:
                continue
            if placement.module.connector in ("", slot.connector):
                edit = Edit(f"slot {name}", "slot", slot.name)
                yield Cure(f"move the {placement.module.id} from {name} to {slot.name}", (edit,))
        for other in placements:
            if other.slot.name <= name or other.slot.connector != placement.slot.connector:
                continue
            there = other.slot.name
            edits = (Edit(f"slot {name}", "slot", there), Edit(f"slot {there}", "slot", name))
            yield Cure(f"swap slots: {name} and {there}", edits)


def _leave_out(wiring: Wiring, finding: Finding, involved: Sequence[Placement]) -> Iterator[Cure]:
    if "hat" in _claimants(finding) and wiring.hat:
        text = f"take the {wiring.hat.id} off the header; the board has slots of its own"
        yield Cure(text, (Edit("hat"),))
    for placement in reversed(involved):
        name = placement.slot.name
        text = f"leave out the {placement.module.id} in {name}"
        kind = placement.module.connector
        if finding.resource == f"connector of {name}" and not _mates(wiring, kind):
            text += f": no slot of this board is a {kind}" if kind else _without_slot(placement)
        yield Cure(text, (Edit(f"slot {name}"),))


def keep_one(finding: Finding, placements: Sequence[Placement]) -> Iterator[Cure]:
    """One of many stays, or none: for a crowd, where two changes at once are not enough."""
    involved = [p for p in placements if p.slot.name in _claimants(finding)]
    for kept in (*involved, None):
        others = [p.slot.name for p in involved if p is not kept]
        text = f"leave out what is in {', '.join(others)}"
        if kept is not None:
            text = f"keep the {kept.module.id} in {kept.slot.name} and {text}"
        yield Cure(text, tuple(Edit(f"slot {name}") for name in others))


def _without_slot(placement: Placement) -> str:
    """A battery or a panel plugs into no slot."""
    return " and describe it in [power]" if placement.module.form == "power" else ""


def _mates(wiring: Wiring, connector: str) -> bool:
    return any(slot.connector == connector for slot in wiring.board.slots)


def kind_of(claims: Sequence[Claim]) -> str:
    """What sort of resource it is."""
    resource = claims[0].resource
    if " address " in resource:
        return "address"
    if resource.startswith(("slot ", "connector of ")) or " of " in resource:
        return "fit"
    if resource.endswith("uart") or resource.startswith("UART"):
        return "uart"
    if " line " in resource or " channel " in resource:
        return "line"
    return "port"
