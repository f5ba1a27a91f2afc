"""The expanders behind the slots and the LEDs: whether they are what they should be, and still
drive what the gateway drives with them.

A brown-out turns every line into an input with a weak pull-up and leaves no sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...catalog.facts import Fitted
from ...chips.tpt29555 import Tpt29555
from ...core.errors import BusError, NoAcknowledge, WrongIdentity
from ..causes import REFUSED, cause
from ..verdicts import Box, Level, Verdict, address_of, explain_users, fine, unknown

PART = "tpt29555"


async def check(box: Box) -> Sequence[Verdict]:
    """Each is asked for its directions, which are compared with the outputs that are open."""
    verdicts = []
    for chip in box.gateway.board.plan.board.chips:
        if chip.part == PART and _may_be_asked(box, chip):
            address = address_of(box, chip)
            subject = f"{chip.title or chip.part} at {address:#04x}"
            owner = await box.owner(address)
            if owner:
                text = f"{owner} of the kernel drives it, and does not tell whether it was reset"
                verdicts.append(unknown(subject, text))
            else:
                verdicts += await _looked_at(box, chip, subject)
    return verdicts


def _may_be_asked(box: Box, chip: Fitted) -> bool:
    """Not where it is known to fail: that has been said."""
    return "i2c-1" not in box.explained and chip.ref not in box.explained


async def _looked_at(box: Box, chip: Fitted, subject: str) -> Sequence[Verdict]:
    expander = Tpt29555(box.gateway.board.ends.i2c, address_of(box, chip))
    try:
        await box.on_i2c(expander.identify)
        inputs = await box.on_i2c(expander.inputs)
    except (BusError, WrongIdentity) as error:
        explain_users(box, chip.ref, f"{subject} fails")
        name, cure = cause(error)
        if isinstance(error, NoAcknowledge) and await box.answers(error.address):
            name, cure = REFUSED
        return [Verdict(Level.DIFFERENCE, name, subject, str(error), f"a {PART}", cure)]
    lost = [(slot, line) for slot, line in _outputs(box, chip.ref) if inputs >> line & 1]
    if not lost:
        return [fine(subject, "drives every output that is open")]
    slots = ", ".join(sorted({slot for slot, _ in lost}))
    for slot, _ in lost:
        box.explained[slot] = f"{subject} was reset"
    return [
        Verdict(
            Level.DIFFERENCE,
            "latch-lost",
            subject,
            f"line {', '.join(str(line) for _, line in lost)} is an input again ({slots})",
            "an output, as the gateway set it",
            "the expander was reset by a dip of its supply: the gateway sets it again with the next"
            " sampling; if it comes back, look at the supply and at what the slots draw",
        )
    ]


def _outputs(box: Box, ref: str) -> Iterator[tuple[str, int]]:
    """(slot, line) of every output on this expander whose module is open."""
    plan = box.gateway.board.plan
    opened = {s.placed.name for s in box.gateway.sampled if s.opened}
    for placement in plan.driven:
        for use in placement.module.used(placement.options):
            signal = plan.wiring.signal(placement.slot, use.signal)
            if signal is None or signal.chip != ref or signal.line is None:
                continue
            if use.direction == "output" and placement.slot.name in opened:
                yield placement.slot.name, signal.line
