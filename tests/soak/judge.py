"""Judges a life of the box: what was promised, kept against what the world outside remembers."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from wisgate.store.series import POWER_LOST

from .ledger import LOOK_S, SESSION, Ledger
from .lives import Verdict
from .story import DAY, HOUR, PROMISE_S, Boot

MAX_BYTES = 64e6
MAX_AGE_S = 10 * DAY
WARM_UP_S = 6 * HOUR
GROWTH_BYTES = 8e6
LIMIT_C = 45.0
ALARM = "alarm/hot"


def judge(
    ledger: Ledger, boots: Sequence[Boot], ends: Sequence[float], rate: float | None
) -> Verdict:
    """`ends`: when each boot ended, in its own monotonic seconds. `rate`: what the broker was to
    get per second at most."""
    verdict = Verdict()
    gaps = {int(row[0]): row for row in ledger.notes("gap")}  # type: ignore[call-overload]
    delivered = _deliveries(ledger, verdict)
    spans = sorted((int(g[1]), int(g[2]), str(g[3])) for g in gaps.values())  # type: ignore[call-overload]
    told = _told(delivered, spans)
    verdict.faults += _unexplained(delivered, spans)
    verdict.faults += _losses(ledger, delivered, told, boots, ends, verdict.figures)
    verdict.faults += _alarms(ledger, delivered, told, verdict.figures)
    verdict.faults += _looks(ledger, boots, rate or math.inf, verdict.figures)
    verdict.figures["boots"] = len(boots)
    verdict.figures["gaps"] = len(gaps)
    return verdict


def _deliveries(ledger: Ledger, verdict: Verdict) -> array[int]:
    """The key of each number that the broker got; 0 where it got none, 1 for a gap record."""
    keys = array("Q", [0])
    top = deliveries = 0
    for seq, key in ledger.all_received():
        if seq == SESSION:
            verdict.figures["connections"] += 1
            continue
        deliveries += 1
        key = key or 1
        if seq > top:
            keys.extend([0] * (seq - top))
            top = seq
        elif not keys[seq]:
            verdict.faults.append(f"{seq} came after {top}")
        elif keys[seq] != key:
            verdict.faults.append(f"{seq} came twice with different content")
        else:
            verdict.figures["duplicates"] += 1
        keys[seq] = key
    verdict.figures["deliveries"] = deliveries
    return keys


def _unexplained(keys: array[int], spans: Sequence[tuple[int, int, str]]) -> Iterator[str]:
    """A number that never came lies in a gap that was told."""
    begins = [first for first, _, _ in spans]
    reach, farthest = [], 0
    for _, last, _ in spans:
        farthest = max(farthest, last)
        reach.append(farthest)
    missing = [seq for seq in range(1, len(keys)) if not keys[seq]]
    for seq in missing:
        place = bisect_right(begins, seq) - 1
        if place < 0 or reach[place] < seq:
            yield f"{seq} never came, and no gap tells of it"


def _losses(
    ledger: Ledger, keys: array[int], told: bytes, boots: Sequence[Boot], ends: Sequence[float],
    figures: Counter[str],
) -> Iterator[str]:  # fmt: skip
    """What was handed to the store came, in this order, but for what the promise leaves out.
    `told`: as `_told` says."""
    may_miss = sum(told)
    important = {row[0] for row in ledger.notes("reading") if row[1] == ALARM or row[3]}
    numbers = (key for key in keys if key > 1)
    expected = next(numbers, None)
    handed = promised = 0
    for key, boot, when in ledger.all_appended():
        handed += 1
        if key == expected:
            expected = next(numbers, None)
            continue
        age = ends[boot] - when
        if age <= PROMISE_S[boots[boot].end] + 0.001:
            figures["lost within the promise"] += 1
        else:
            promised += 1
            if key in important:
                yield f"a switching or an alarm of boot {boot} at {when:.3f} s was dropped"
            if promised > may_miss:
                yield f"lost from boot {boot} at {when:.3f} s, {age:.3f} s before its end"
    figures["readings"], figures["lost and told"] = handed, promised
    if expected is not None:
        yield "the broker got something, or in an order, that nobody handed to the store"


def _told(keys: array[int], spans: Sequence[tuple[int, int, str]]) -> bytes:
    """Which numbers never came, and a gap that is not about a power cut tells of them."""
    told = bytearray(len(keys))
    for power in (False, True):
        for first, last, cause in spans:
            if (cause == POWER_LOST) is power:
                told[first : last + 1] = bytes([not power]) * (last + 1 - first)
    return bytes(there and not key for there, key in zip(told, keys, strict=True))


def _alarms(ledger: Ledger, keys: array[int], told: bytes, figures: Counter[str]) -> Iterator[str]:
    """Every excursion raises the alarm once, in the order in which it was delivered. Measurements
    may be missing where a gap tells of it, changes of the alarm never."""
    rows: dict[int, Any] = {int(row[0]): row[1:] for row in ledger.notes("reading")}  # type: ignore[call-overload]
    active = False
    hot: int | None = 0
    for seq, key in enumerate(keys):
        if told[seq]:
            hot = None  # nobody knows what is missing
        if key not in rows:
            continue
        name, value, _cause = rows[key]
        if name == "warmth" and isinstance(value, float):
            hot = (hot or 0) + 1 if value > LIMIT_C else 0
            if hot > 1 and not active:
                yield f"{seq}: no alarm in spite of {value:.1f} °C"
        elif name == ALARM:
            now = '"active"' in str(value)
            figures["alarms"] += now
            if now and active:
                yield f"{seq}: the alarm fired twice for one excursion"
            if now and hot == 0:
                yield f"{seq}: the alarm fired without heat"
            active = now


def _looks(
    ledger: Ledger, boots: Sequence[Boot], rate: float, figures: Counter[str]
) -> Iterator[str]:
    memory: dict[int, list[float]] = defaultdict(list)
    jumped = sum(abs(by) for boot in boots for _, by in boot.jumps)
    for boot, what, value in _seen(ledger):
        match what:
            case "size" if value > MAX_BYTES:
                yield f"the store has {value / 1e6:.1f} MB in boot {boot}"
            case "age" if value > MAX_AGE_S + HOUR + jumped:
                yield f"a record of {value / DAY:.1f} days is kept in boot {boot}"
            case "rate":
                figures["readings/s at most"] = max(figures["readings/s at most"], round(value))
                if value > 1.1 * rate:
                    yield f"the broker got {value:.1f} readings/s in boot {boot}"
            case "left on" if value:
                yield f"the relay is on after the end of boot {boot}"
            case "astray" if value:
                yield f"the relay differs from its point in boot {boot}"
            case "memory":
                memory[boot].append(float(value))
    for boot, values in memory.items():
        warm = values[int(WARM_UP_S / LOOK_S) :]
        if warm and max(warm) - warm[0] > GROWTH_BYTES:
            yield f"memory grew by {(max(warm) - warm[0]) / 1e6:.1f} MB in boot {boot}"


def _seen(ledger: Ledger) -> Iterator[tuple[int, str, float]]:
    """Boot, what was looked at, and what it was."""
    for boot, looks in ledger.notes("look"):
        assert isinstance(boot, int)
        assert isinstance(looks, dict)
        for what, value in looks.items():
            yield boot, what, value
