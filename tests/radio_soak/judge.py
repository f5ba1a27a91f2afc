"""Judges a life of the gateway: what was promised, against what the world outside remembers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

from soak.lives import Verdict

from wisgate.lorawan import frames
from wisgate.lorawan.backlog import for_now
from wisgate.lorawan.delivery import JOIN_LATE_S, LATE_S

from .box import LATECOMER
from .story import HOUR, OUTAGE, PROMISE_S, Boot
from .witness import Asked, Event, Got, Queued, Sent

WAY_S = 1.0
"""Between the queue and a server, with the try that broke."""
FORGOTTEN_S = 2.0
"""What was acknowledged so shortly before an end may come again."""
EventT = TypeVar("EventT", Queued, Got, Sent, Asked)


def judge(events: Sequence[Event], boots: Sequence[Boot], ends: Sequence[float]) -> Verdict:
    """`ends`: when each boot ended."""
    verdict = Verdict()
    queued, got = _of(events, Queued), _of(events, Got)
    verdict.faults += _numbers(queued)
    for server in ("cloud", "local"):
        theirs = [g for g in got if g.server == server]
        verdict.faults += _lost(queued, theirs, boots, ends, verdict.figures)
        verdict.faults += _disorder(theirs)
        verdict.faults += _stale(queued, theirs)
        verdict.faults += _twice(theirs, ends, verdict.figures)
    verdict.faults += _held_up([g for g in got if g.server == "cloud"], queued)
    verdict.faults += _air_time(_of(events, Sent), _of(events, Asked), verdict.figures)
    verdict.figures["boots"] = len(boots)
    verdict.figures["full disks"] = sum(boot.full is not None for boot in boots)
    verdict.figures["frames"] = len(queued)
    verdict.figures["replayed"] = sum(g.replayed for g in got)
    return verdict


def _of(events: Sequence[Event], kind: type[EventT]) -> list[EventT]:
    return [event for event in events if isinstance(event, kind)]


def _numbers(queued: Sequence[Queued]) -> Iterator[str]:
    last = 0
    for frame in queued:
        if frame.number <= last:
            yield f"boot {frame.boot}: number {frame.number} after {last}"
        last = frame.number


def _lost(
    queued: Sequence[Queued], got: Sequence[Got], boots: Sequence[Boot], ends: Sequence[float],
    figures: Counter[str],
) -> Iterator[str]:  # fmt: skip
    there = {g.number for g in got}
    for frame in queued:
        if for_now(frame.phy) or frame.number in there:
            continue
        boot = boots[frame.boot]
        if ends[frame.boot] - frame.at > PROMISE_S[boot.end]:
            yield f"boot {frame.boot}: frame {frame.number} of {frame.at:.3f} s never came"
        else:
            figures["taken by an end"] += 1


def _disorder(got: Sequence[Got]) -> Iterator[str]:
    """Per mote, counting what comes for the first time."""
    last: dict[int, int] = defaultdict(int)
    seen: set[int] = set()
    for frame in got:
        if for_now(frame.phy) or frame.number in seen:
            continue
        seen.add(frame.number)
        mote, counter = frames.address(frame.phy), frames.counter(frame.phy)
        if counter <= last[mote]:
            yield f"{frame.server}: mote {mote:x}: {counter} after {last[mote]}, {frame.at:.3f} s"
        last[mote] = counter


def _stale(queued: Sequence[Queued], got: Sequence[Got]) -> Iterator[str]:
    came = {frame.number: frame.at for frame in queued}
    for frame in got:
        age = frame.at - came[frame.number]
        if for_now(frame.phy) and (frame.replayed or age > JOIN_LATE_S + WAY_S):
            yield f"{frame.server}: a join {age:.1f} s old, replayed: {frame.replayed}"
        if not frame.replayed and age > max(LATE_S, JOIN_LATE_S) + WAY_S:
            yield f"{frame.server}: frame {frame.number} as new after {age:.1f} s"


def _twice(got: Sequence[Got], ends: Sequence[float], figures: Counter[str]) -> Iterator[str]:
    """Again only when the acknowledgement was lost: with the connection, or at an end."""
    last: dict[int, Got] = {}
    for frame in got:
        before = last.get(frame.number)
        last[frame.number] = frame
        if before is None:
            continue
        figures["twice"] += 1
        forgotten = before.boot != frame.boot and ends[before.boot] - before.at < FORGOTTEN_S
        if before.acknowledged and not forgotten:
            times = f"{before.at:.3f} and {frame.at:.3f} s"
            yield f"{frame.server}: frame {frame.number} again, {times}"


def _held_up(got: Sequence[Got], queued: Sequence[Queued]) -> Iterator[str]:
    """A mote of which nothing waits is passed on at once while the others' frames are replayed."""
    first = next((g for g in got if g.at > OUTAGE[1]), None)
    came = {frame.number: frame for frame in queued}
    for frame in got:
        if for_now(frame.phy) or frames.address(frame.phy) != 0x26000000 + LATECOMER:
            continue
        heard = came[frame.number]
        if first and heard.at > first.at and heard.boot == frame.boot == first.boot:
            waited = frame.at - heard.at
            if frame.replayed or waited > WAY_S:
                yield f"frame {frame.number}, which is new, waited {waited:.1f} s"


def _air_time(sent: Sequence[Sent], asked: Sequence[Asked], figures: Counter[str]) -> Iterator[str]:
    by_band: dict[int, list[Sent]] = defaultdict(list)
    for emission in sent:
        by_band[emission.band].append(emission)
    allowed = {a.band: a.allowed_us for a in asked}
    figures["emissions"] = len(sent)
    for band, emissions in by_band.items():
        for last in emissions:
            used = _hour(emissions, last.ends)
            if used > allowed[band]:
                yield f"{band} Hz: {used} µs in the hour up to {last.ends:.1f} s"
    for question in asked:
        before = [s for s in by_band[question.band] if s.at <= question.at]
        used = _hour(before, question.at, booked=True)
        figures["asked in doubt"] += question.used_us == question.allowed_us
        figures["asked when nearly full"] += question.used_us > 0.9 * question.allowed_us
        if question.used_us < used:
            found = f"{question.used_us} µs at {question.at:.1f} s"
            yield f"{question.band} Hz: the ledger says {found}, {used} were sent"


def _hour(emissions: Sequence[Sent], end: float, *, booked: bool = False) -> int:
    """Air time of the hour up to `end`; with what is still to come when `booked`."""
    return sum(s.air_us for s in emissions if s.ends > end - HOUR and (booked or s.ends <= end))
