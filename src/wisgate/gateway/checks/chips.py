"""The soldered chips: whether they are there, are what they should be, and belong to whom they
should."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ...board.probe import answers, probe_of, wrong_answer
from ...catalog.catalog import load
from ...catalog.facts import Fitted
from ...core.errors import BusError, NoAcknowledge, WrongIdentity
from ..causes import REFUSED, cause
from ..verdicts import Box, Level, Verdict, address_of, explain_users, fine, unknown

BUS = "i2c-1"


async def check(box: Box) -> Sequence[Verdict]:
    """Each chip is asked once, in the gentlest way that tells. One that a function of the board
    reads anyway, and that has no identity, is judged by that function."""
    board = box.gateway.board.plan.board
    used = {placed.name for placed in box.gateway.board.placed}
    served = {f.chip for f in board.onboard if f.chip and f.name in used}
    verdicts = []
    for chip in board.chips:
        if chip.bus != BUS or chip.address is None:
            continue
        owner = await box.owner(address_of(box, chip))
        if owner:
            verdicts.append(_owned(box, chip, owner))
        elif chip.ref not in served or load().chips[chip.part].questions:
            verdicts.append(await _present(box, chip))
    return verdicts


def _owned(box: Box, chip: Fitted, owner: str) -> Verdict:
    """The kernel may own what the catalog knows of; no other driver may."""
    subject, address = _subject(box, chip), address_of(box, chip)
    if owner == chip.kernel_driver:
        return fine(subject, f"the kernel driver {owner} serves it")
    explain_users(box, chip.ref, f"the kernel driver {owner} owns {subject}")
    return Verdict(
        Level.DIFFERENCE,
        "kernel-owned",
        subject,
        f"the kernel driver {owner} owns it",
        chip.kernel_driver or "no driver of the kernel",
        "take its overlay out of /boot/firmware/config.txt and restart, or free it now:"
        f" echo 1-{address:04x} | sudo tee /sys/bus/i2c/drivers/{owner}/unbind",
    )


async def _present(box: Box, chip: Fitted) -> Verdict:
    subject = _subject(box, chip)
    if BUS in box.explained:
        return unknown(subject, f"not asked: {box.explained[BUS]}")
    try:
        await _ask(box, chip)
    except NoAcknowledge as error:
        if await box.answers(error.address):
            return _failed(box, chip, error, REFUSED)
        if chip.optional:
            return unknown(subject, "not fitted: there are boards without it", "not-fitted")
        if load().chips[chip.part].sleeps:
            return unknown(subject, "does not answer, which it does not while it sleeps", "asleep")
        return _failed(box, chip, error)
    except (BusError, WrongIdentity) as error:
        return _failed(box, chip, error)
    return fine(subject, "answers")


async def _ask(box: Box, chip: Fitted) -> None:
    """Raises BusError, WrongIdentity."""
    i2c, address, entry = box.gateway.board.ends.i2c, address_of(box, chip), load().chips[chip.part]
    probe, _why = probe_of(address, entry)
    await box.on_i2c(lambda: answers(i2c, address, probe))
    for question in entry.questions:
        wrong = await box.on_i2c(partial(wrong_answer, i2c, address, question))
        if wrong:
            raise WrongIdentity(f"{address:#04x}: {wrong}")


def _failed(
    box: Box, chip: Fitted, error: BusError | WrongIdentity, why: tuple[str, str] = ("", "")
) -> Verdict:
    subject = _subject(box, chip)
    explain_users(box, chip.ref, f"{subject} fails")
    name, cure = why if any(why) else cause(error)
    return Verdict(Level.DIFFERENCE, name, subject, str(error), f"a {chip.part}", cure)


def _subject(box: Box, chip: Fitted) -> str:
    return f"{chip.part} at {address_of(box, chip):#04x}"
