from __future__ import annotations

from itertools import pairwise

from wisgate.core.clock import VIRTUAL_START_NS, SteadyClock, VirtualClock

SECOND = 1_000_000_000


def test_it_follows_the_monotonic_clock_and_nothing_else() -> None:
    raw = VirtualClock()
    clock = SteadyClock(raw, trusted=True)
    raw.advance(1.5)
    assert clock.utc_ns() == VIRTUAL_START_NS + 1_500_000_000
    assert clock.monotonic() == 1.5
    clock.sleep(0.5)
    assert clock.utc_ns() == raw.utc_ns()


def test_a_trusted_clock_that_is_ahead_never_goes_back_and_gets_right() -> None:
    raw = VirtualClock()
    clock = SteadyClock(raw, trusted=True)
    right = clock.offset_ns - 10 * SECOND
    clock.know(right)
    told = [clock.utc_ns()]
    for _ in range(30):
        raw.advance(1)
        told.append(clock.utc_ns())
    assert told[0] == VIRTUAL_START_NS
    steps = [b - a for a, b in pairwise(told)]
    assert steps == [SECOND // 2] * 20 + [SECOND] * 10
    assert clock.offset_ns == right


def test_what_is_late_or_far_ahead_or_not_trusted_is_set_at_once() -> None:
    for trusted, change in ((True, 5 * SECOND), (True, -61 * SECOND), (False, -5 * SECOND)):
        clock = SteadyClock(VirtualClock(), trusted=trusted)
        clock.know(clock.offset_ns + change)
        assert clock.utc_ns() == VIRTUAL_START_NS + change
        assert clock.trusted


def test_an_estimate_is_not_trusted() -> None:
    clock = SteadyClock(VirtualClock())
    clock.estimate(7)
    assert (clock.utc_ns(), clock.trusted) == (7, False)


def test_a_clock_is_wrapped_once() -> None:
    raw = VirtualClock()
    steady = SteadyClock(raw)
    assert SteadyClock.over(steady) is steady
    assert SteadyClock.over(raw).trusted
