"""The modules in the slots and the functions of the board: whether they answer, and whether what
they read can be believed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence

from ...board.board import Placed
from ...core.errors import (
    BusError,
    BusUnavailable,
    ChecksumMismatch,
    ChipError,
    NoAcknowledge,
    UnitRefused,
)
from ...core.points import Kind, Reading, Status
from ...core.quantities import parse
from ...modules.rak5802 import Rak5802
from ..causes import CAUSES, REFUSED, cause
from ..sampler import Sampled
from ..verdicts import Box, Level, Verdict, addresses, fine, unknown
from .functions import judges

ROUNDS, APART_S, LONGEST_S = 6, 1.0, 20.0
"""How often everything is looked at, how far apart, and after how long no new round begins."""
ENOUGH = 5
"""Readings that must be the same to the last digit before somebody should wonder."""
NOISY = "onboard/climate/"
QUIET = ("ads7830", "ant-801s")
"""Parts without noise: steps of 20 mV, a contact that rests."""


async def check(box: Box) -> Sequence[Verdict]:
    """Of everything that the gateway samples: the trouble it had lately, then its readings."""
    await _watch(box)
    verdicts: list[Verdict] = []
    for sampled in box.gateway.sampled:
        troubles = [error for at, error in sampled.errors if at >= box.since]
        if sampled.placed.name in box.explained and (sampled.lost or troubles):
            why = box.explained[sampled.placed.name]
            verdicts.append(unknown(_subject(sampled.placed), f"not judged: {why}"))
        elif sampled.lost or troubles:
            verdicts.append(await _failing(box, sampled, troubles))
        else:
            verdicts += _readings(box, sampled.placed)
    return verdicts


async def _watch(box: Box) -> None:
    """Look at every point some times. A gateway that runs samples by itself; one that was opened
    for us is told to."""
    gateway, clock = box.gateway, box.gateway.clock
    end = clock.monotonic() + LONGEST_S
    for _ in range(ROUNDS):
        if box.alone:
            await gateway.read_now()
        for reading in gateway.live.all():
            seen = box.watched.setdefault(reading.name, [])
            if not seen or seen[-1].time_ns != reading.time_ns:
                seen.append(reading)
        if clock.monotonic() > end:
            break
        await asyncio.sleep(APART_S)


async def _failing(box: Box, sampled: Sampled, troubles: Sequence[BusError | ChipError]) -> Verdict:
    """What went wrong most often. What is over is a warning."""
    subject = _subject(sampled.placed)
    if not troubles:
        cure = "report it with the log of the gateway"
        return Verdict(Level.DIFFERENCE, "failed", subject, sampled.lost, "an answer", cure)
    (kind, times), *_ = Counter(type(error) for error in troubles).most_common()
    error = [e for e in troubles if isinstance(e, kind)][-1]
    name, cure = cause(error)
    if isinstance(error, NoAcknowledge) and await box.answers(error.address):
        name, cure = REFUSED
    if isinstance(error, BusUnavailable):
        if owner := await _owner(box, sampled.placed):
            name, cure = "kernel-owned", f"take the overlay of {owner} out of config.txt, restart"
        elif sampled.placed.placement and sampled.placed.placement.serial:
            name, cure = "port-gone", "look for a cable in the Type-C socket, and at lsusb"
    if sampled.lost:
        return Verdict(Level.DIFFERENCE, name, subject, sampled.lost, "an answer", cure)
    often = f"{error} ({times} times, and then it went on)"
    return Verdict(Level.WARNING, name, subject, often, "an answer each time", cure)


async def _owner(box: Box, placed: Placed) -> str:
    """The kernel driver that owns an address of the module; "" when all are free."""
    for address in addresses(placed.placement) if placed.placement else ():
        if owner := await box.owner(address):
            return owner
    return ""


def _readings(box: Box, placed: Placed) -> Iterator[Verdict]:
    wrong = [v for p in placed.points for v in _point(box, placed, p.point.name)]
    yield from wrong
    if not wrong:
        seen = [n for p in placed.points if (n := p.point.name) in box.watched]
        yield fine(_subject(placed), f"answers, {len(seen)} of {len(placed.points)} points read")


def _point(box: Box, placed: Placed, name: str) -> Iterator[Verdict]:
    readings = box.watched.get(name, ())
    if not readings:
        return
    subject, last = f"{_subject(placed)} {name}", readings[-1]
    match last.status:
        case Status.UNCERTAIN if _warming(box, placed):
            yield unknown(subject, "not trustworthy yet: it warms up", "warming-up")
        case Status.SATURATED | Status.UNCERTAIN:
            yield Verdict(
                Level.WARNING,
                "out-of-range",
                subject,
                f"{last.status}: {last.value if last.value is not None else 'no value'}",
                "a value inside the range of the input",
                "measure at the terminal: the signal is beyond what the input can take",
            )
        case Status.FAULT if placed.placement and placed.placement.serial:
            yield _of_line(placed, subject)
        case Status.FAULT if judges(placed.name):
            return
        case Status.FAULT:
            yield Verdict(
                Level.DIFFERENCE,
                "wire-fault",
                subject,
                "it says that its wire or what it measures with is broken, or it is not there",
                "a signal",
                "check the wires and the transmitter's supply, then whether the module sits home",
            )
        case _ if not _quiet(placed) and _frozen(box, name, readings):
            yield Verdict(
                Level.WARNING,
                "frozen-value",
                subject,
                f"{last.value} {len(readings)} times, to the last digit",
                "some noise",
                "change what it measures, or compare with another instrument: it may be stuck",
            )


def _of_line(placed: Placed, subject: str) -> Verdict:
    """A value that did not come over a serial line, from somebody who answers."""
    refused = isinstance(placed.module, Rak5802) and not placed.module.client.damaged
    name, cure = CAUSES[UnitRefused if refused else ChecksumMismatch]
    found = "its unit refuses it" if refused else "its answers come damaged"
    return Verdict(Level.DIFFERENCE, name, subject, found, "a value", cure)


def _warming(box: Box, placed: Placed) -> bool:
    """Whether the module needs longer than the gateway has run."""
    settles = placed.placement.module.settles if placed.placement else ""
    seconds = box.gateway.clock.monotonic() - box.gateway.started
    return bool(settles) and seconds < parse(settles, "time").si


def _quiet(placed: Placed) -> bool:
    chips = placed.placement.module.chips if placed.placement else ()
    return any(chip.part in QUIET for chip in chips)


def _frozen(box: Box, name: str, readings: Sequence[Reading]) -> bool:
    """Only of numbers that are not at rest: nothing at zero has no noise. Of the board's own
    functions one measures finely enough to have any; the others count, or come in steps."""
    point = box.gateway.live.points[name]
    if point.source.startswith("onboard/") and not point.source.startswith(NOISY):
        return False
    if point.kind is not Kind.FLOAT or point.writable or len(readings) < ENOUGH:
        return False
    values = {r.value for r in readings}
    return len(values) == 1 and values != {0.0}


def _subject(placed: Placed) -> str:
    return placed.placement.title if placed.placement else placed.name
