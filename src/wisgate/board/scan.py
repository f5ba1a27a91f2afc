"""Who answers on i2c-1, and who should. Every address is asked in the way that disturbs nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from ..bus.host import Host
from ..bus.i2c import I2c
from ..catalog.catalog import Catalog
from ..catalog.facts import Fitted
from ..catalog.lookup import Answerer, answerers
from ..core.errors import BusError, BusUnavailable, NoAcknowledge
from ..plan.plan import Plan
from ..plan.resources import ADC_REF, Placement
from .probe import FIRST, LAST, Probe, answers, probe_of, wrong_answer

BUS, BUS_NUMBER = "i2c-1", 1
GIVE_UP = 3
"""So many failures one after the other end a scan."""


class Found(StrEnum):
    HERE = "here"
    """Who should be there answers."""
    KERNEL = "kernel"
    """A driver of the kernel owns the address; nobody was asked."""
    ASLEEP = "asleep"
    """No answer, from a chip that gives none while it sleeps."""
    ABSENT = "absent"
    """No answer, from a chip that not every board has."""
    MISSING = "missing"
    """No answer, and somebody should be there."""
    WRONG = "wrong"
    """Somebody answers, and is not who should be there."""
    STRANGER = "stranger"
    """Somebody answers whom the plan does not know."""
    DISPUTED = "disputed"
    """Somebody answers who is on the board after one source, and not after another."""
    FAILED = "failed"
    """The bus failed."""


class Seen(msgspec.Struct, frozen=True):
    """An address where somebody answers, or should."""

    bus: str
    address: int
    found: Found
    expected: str
    """Who should be there: "sgm58031, Analog inputs of the slots"; "" when nobody is planned."""
    text: str
    probe: Probe
    why: str
    """Why it was asked that way."""
    candidates: tuple[str, ...] = ()
    """For a stranger: modules and chips of the catalog that would answer there."""


def differs(seen: Sequence[Seen], *, strangers: bool = True) -> bool:
    """Whether hardware and plan differ. `strangers` count unless nobody has planned anything."""
    wrong = {Found.MISSING, Found.WRONG, Found.FAILED} | ({Found.STRANGER} if strangers else set())
    return any(one.found in wrong for one in seen)


class Planned(msgspec.Struct, frozen=True):
    part: str
    title: str
    driver: str = ""
    """The kernel driver that may own it."""
    optional: bool = False


def planned(plan: Plan) -> dict[int, Planned]:
    """Who should answer on i2c-1, by address: soldered chips, then the modules of the file."""
    wanted = {
        _address(plan, chip): Planned(
            chip.part, chip.title or chip.ref, chip.kernel_driver, chip.optional
        )
        for chip in plan.board.chips
        if chip.bus == BUS and chip.address is not None
    }
    for placement in plan.placements:
        if plan.wiring.i2c(placement.slot) == BUS:
            wanted |= dict(_chips(placement))
            for more in placement.module.answers:
                wanted.setdefault(more.address, Planned(_part(placement, more.ref), more.use))
    return wanted


def _part(placement: Placement, ref: str) -> str:
    return next(chip.part for chip in placement.module.chips if chip.ref == ref)


def scan(plan: Plan, catalog: Catalog, host: Host, i2c: I2c) -> list[Seen]:
    """Every address that can be one, in order; those where nobody is and nobody should be are left
    out. Chips that the plan does not name are only called, never written to. Raises
    BusUnavailable when there is no bus. Threads: lane only."""
    wanted = planned(plan)
    rows: list[Seen] = []
    for address in range(FIRST, LAST + 1):
        owner = host.driver_of(BUS_NUMBER, address)
        row = _look(i2c, address, wanted.get(address), owner, catalog, plan.board.id)
        if row is not None:
            rows.append(row)
        if len(rows) >= GIVE_UP and all(r.found is Found.FAILED for r in rows[-GIVE_UP:]):
            break  # a stuck bus answers nobody else either
    return rows


def _look(
    i2c: I2c, address: int, wanted: Planned | None, owner: str, catalog: Catalog, board: str
) -> Seen | None:
    chip = catalog.chips[wanted.part] if wanted else None
    probe, why = probe_of(address, chip, owner)
    expected = f"{wanted.part}, {wanted.title}" if wanted else ""

    def seen(found: Found, text: str, candidates: tuple[str, ...] = ()) -> Seen:
        return Seen(BUS, address, found, expected, text, probe, why, candidates)

    if owner:
        text = f"the kernel driver {owner} owns it"
        if wanted is None or owner == wanted.driver:
            return seen(Found.KERNEL, text)
        return seen(Found.WRONG, f"{text}, and the plan wants it for us; take out its overlay")
    try:
        answers(i2c, address, probe)
        wrong = [w for q in chip.questions if (w := wrong_answer(i2c, address, q))] if chip else []
    except NoAcknowledge:
        if wanted is None or chip is None:
            return None
        if wanted.optional:
            return seen(Found.ABSENT, "no answer; there are boards without it")
        if chip.sleeps:
            return seen(Found.ASLEEP, "no answer, as from a chip that sleeps")
        return seen(Found.MISSING, "no answer; push the module home, look at its supply")
    except BusUnavailable:
        raise  # there is no bus to scan
    except BusError as error:
        return seen(Found.FAILED, str(error))
    if wrong:
        return seen(Found.WRONG, "; ".join(wrong))
    if wanted is None:
        known = answerers(catalog, address)
        if said := next((one.how for one in known if one.on == board and _disputed(one)), ""):
            return seen(Found.DISPUTED, f"answers; {said}")
        who = dict.fromkeys(f"{one.part} ({one.on})" for one in known if one.part)
        return seen(Found.STRANGER, "answers, and the plan knows nobody there", tuple(who))
    identified = " and is the right chip" if chip and chip.questions else ""
    return seen(Found.HERE, f"answers{identified}")


def _chips(placement: Placement) -> Iterator[tuple[int, Planned]]:
    first = True
    for chip in placement.module.chips:
        if chip.address is not None:
            address = placement.address if first and placement.address else chip.address
            yield address, Planned(chip.part, placement.title)
            first = False


def _address(plan: Plan, chip: Fitted) -> int:
    return plan.adc_address if chip.ref == ADC_REF else chip.address or 0


def _disputed(one: Answerer) -> bool:
    return one.how.startswith("disputed")
