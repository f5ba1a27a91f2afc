"""USB and PCIe: one lane for many, and cards that the vendor does not name for a socket. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .claims import CATALOG, Claim
from .findings import Cure, Edit, Finding, Severity
from .resources import Placement, Wiring

DOCUMENTED_CONCENTRATORS = 2


def link_findings(wiring: Wiring, placements: Sequence[Placement]) -> Iterator[Finding]:
    """What shares a lane, and what nobody tried in that socket."""
    yield from _lane(wiring, placements)
    yield from _concentrators(wiring, placements)
    for placement in placements:
        fits = placement.slot.fits
        if fits and not any(f.module == placement.module.id for f in fits):
            yield _not_listed(wiring, placement)


def _lane(wiring: Wiring, placements: Sequence[Placement]) -> Iterator[Finding]:
    """The one PCIe lane of the compute module behind its switch."""
    up = next((x for x in wiring.board.links if x.child == "pcie-switch"), None)
    cards = [p for p in placements if "pcie" in p.module.needs and p.slot.signal("PCIE")]
    if up is None or up.megabits is None or not cards:
        return
    resource = "PCIe lane"
    wanted = up.megabits * len(cards)
    claims = [
        Claim(resource, f"{p.title}: up to {up.megabits} Mbit/s", str(p.config.where),
              p.module.source, claimant=p.slot.name)
        for p in cards
    ]  # fmt: skip
    for link in wiring.board.links:
        if link.parent == up.child and link.megabits and link.child == "eth-2g5":
            wanted += link.megabits
            owner = f"{wiring.board.id}: {link.child} up to {link.megabits} Mbit/s, and USB 3"
            claims.append(Claim(resource, owner, CATALOG, link.source, claimant="board"))
    if wanted <= up.megabits:
        return
    text = (
        f"one lane of {up.bandwidth} serves up to {wanted} Mbit/s and USB 3: all of them at full"
        " speed do not fit"
    )
    cures = tuple(
        Cure(f"leave out the {p.module.id} in {p.slot.name}", (Edit(f"slot {p.slot.name}"),))
        for p in cards
    )
    everything = Cure(
        "leave all cards out, or live with it: use the 1 GbE port, which is not on this lane",
        (*(Edit(f"slot {p.slot.name}") for p in cards), *_start_elsewhere(wiring)),
    )
    yield Finding(
        Severity.WARNING, "bandwidth", resource, text, tuple(claims), hints=(*cures, everything)
    )


def _start_elsewhere(wiring: Wiring) -> tuple[Edit, ...]:
    """A system on the drive in the M.2 socket goes with it."""
    nvme = wiring.config.host.storage == "nvme"
    return (Edit("host", "storage", None),) if nvme else ()


def _concentrators(wiring: Wiring, placements: Sequence[Placement]) -> Iterator[Finding]:
    """The page promises up to four, its socket table names two."""
    radios = [p for p in placements if p.module.category == "concentrator"]
    if len(radios) <= DOCUMENTED_CONCENTRATORS:
        return
    resource = "LoRaWAN concentrators"
    claims = [
        Claim(resource, p.title, str(p.config.where), p.module.source, claimant=p.slot.name)
        for p in radios
    ]
    owner = f"{wiring.board.id}: sockets #1 and #2 are named for LoRaWAN"
    claims.append(Claim(resource, owner, CATALOG, "S3; X44", claimant="board"))
    text = f"{len(radios)} are fitted; the vendor names sockets for {DOCUMENTED_CONCENTRATORS}"
    cures = tuple(
        Cure(f"leave out the {p.module.id} in {p.slot.name}", (Edit(f"slot {p.slot.name}"),))
        for p in reversed(radios)
    )
    yield Finding(Severity.WARNING, "radio", resource, text, tuple(claims), hints=cures)


def _not_listed(wiring: Wiring, placement: Placement) -> Finding:
    slot, module = placement.slot, placement.module
    resource = f"vendor's list of {slot.name}"
    where = str(placement.config.where)
    named = ", ".join(f.product for f in slot.fits)
    claims = (
        Claim(resource, placement.title, where, module.source, claimant=slot.name),
        Claim(resource, f"{wiring.board.id}: {named}", CATALOG, slot.source, claimant="board"),
    )
    text = f"the vendor does not name the {module.id} for it"
    return Finding(Severity.WARNING, "unlisted", resource, text, claims)
