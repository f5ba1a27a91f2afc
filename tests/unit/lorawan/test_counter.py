"""The counter of a board, against one that runs fast or slow, wraps, starts anew, and whose
datagrams come late and out of order."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.clock import VirtualClock
from wisgate.lorawan.counter import WRAP, Counter, later, pack, unpack
from wisgate.lorawan.radio import Moment

BOARD = "0016c001ff1a2b3c"
PAUSES_S = (0.001, 0.5, 3.0, 60.0, 1200.0, 4294.9, 9000.0, 60_000.0)


@dataclass
class Chip:
    """What really happens: a counter with a crystal of its own."""

    clock: VirtualClock
    drift: float
    started: float = 0.0
    starts: int = 0
    begin: int = 0

    def true(self) -> int:
        return self.begin + round((self.clock.monotonic() - self.started) * 1e6 * (1 + self.drift))

    def restart(self) -> None:
        self.started, self.begin = self.clock.monotonic(), 0
        self.starts += 1


def counter(clock: VirtualClock) -> Counter:
    return Counter(BOARD, clock, 7)


@given(
    st.integers(0, 2**32 - 1),
    st.floats(-50e-6, 50e-6),
    st.lists(
        st.sampled_from([0.001, 0.5, 3.0, 60.0, 1200.0, 4294.9, 9000.0, 60_000.0]), max_size=60
    ),
    st.randoms(use_true_random=False),
)
def test_a_counter_is_widened_over_wraps_and_silence(
    begin: int, drift: float, pauses: list[float], random: Random
) -> None:
    clock = VirtualClock()
    chip, ours = Chip(clock, drift, begin=begin), counter(clock)
    first = ours.heard(chip.true() % WRAP, ours.now_us())
    for pause in pauses:
        clock.advance(pause)
        true = chip.true()
        clock.advance(random.choice([0.0, 0.002, 0.01, 1.5]))
        moment = ours.heard(true % WRAP, ours.now_us())
        assert moment.session == first.session
        assert moment.counter - first.counter == true - begin
        assert moment.counter % WRAP == true % WRAP


@given(st.floats(-50e-6, 50e-6), st.integers(0, 1000))
def test_now_is_never_ahead_by_more_than_drift_nor_far_behind(drift: float, seed: int) -> None:
    random = Random(seed)
    clock = VirtualClock()
    chip, ours = Chip(clock, drift, begin=WRAP - 5_000_000), counter(clock)
    base = ours.heard(chip.true() % WRAP, ours.now_us()).counter - chip.true()
    for _ in range(200):
        clock.advance(random.expovariate(1 / 2.0))
        true = chip.true()
        clock.advance(min(1.0, random.expovariate(1 / 0.005)))
        ours.heard(true % WRAP, ours.now_us())
    now = ours.now()
    assert now is not None
    off = now.counter - base - chip.true()
    assert -20_000 < off <= 1_000


def test_now_follows_at_a_thousand_frames_a_second() -> None:
    """A counter that runs slow is followed also when almost no time passes between two frames."""
    clock = VirtualClock()
    chip, ours = Chip(clock, -50e-6), counter(clock)
    for _ in range(100_000):
        clock.advance(0.001)
        ours.heard(chip.true() % WRAP, ours.now_us())
    now = ours.now()
    assert now is not None
    assert abs(now.counter % WRAP - chip.true()) < 10


@given(
    st.floats(-50e-6, 50e-6),
    st.floats(10.0, 20_000.0),
    st.floats(4.0, 600.0),
    st.floats(0.1, 30.0),
)
def test_a_restart_begins_a_session(drift: float, before: float, dead: float, after: float) -> None:
    clock = VirtualClock()
    chip, ours = Chip(clock, drift), counter(clock)
    clock.advance(before)
    old = ours.heard(chip.true() % WRAP, ours.now_us())
    clock.advance(dead)
    chip.restart()
    clock.advance(after)
    unlucky = (before + dead) * 1e6 % WRAP
    moment = ours.heard(chip.true() % WRAP, ours.now_us())
    if 4e6 < unlucky < WRAP - 4e6:  # else the counter stands where the old one would
        assert moment.session != old.session
        assert ours.now() == moment


def test_what_was_overtaken_begins_no_session() -> None:
    clock = VirtualClock()
    ours = counter(clock)
    clock.advance(100.0)
    first = ours.heard(2_000_000, ours.now_us())
    late = ours.heard(WRAP - 500_000, ours.now_us())  # 2.5 s before, and before the wrap
    assert late.session == first.session
    assert late.counter == first.counter - 2_500_000
    assert late.counter > 0
    assert ours.now() == first


def test_a_told_restart_begins_a_session_at_once() -> None:
    clock = VirtualClock()
    ours = counter(clock)
    old = ours.heard(1_000_000, ours.now_us())
    ours.restart()
    assert ours.now() is None
    assert ours.heard(1_000_001, ours.now_us()).session == old.session + 1


def test_a_board_may_number_its_sessions_itself() -> None:
    clock = VirtualClock()
    ours = counter(clock)
    assert ours.now() is None
    assert ours.told(33, 5_000_000) == Moment(BOARD, 33, 5_000_000)
    clock.advance(1.0)
    assert ours.now() == Moment(BOARD, 33, 6_000_000)
    ours.told(34, 20)
    assert ours.now() == Moment(BOARD, 34, 20)


@given(
    st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**62), st.integers(0, 15)
)
def test_a_context_comes_back_as_the_moment_it_was(
    board: int, session: int, at: int, seconds: int
) -> None:
    moment = Moment(f"{board:016x}", session, at)
    assert unpack(pack(moment)) == moment
    delay = seconds * 1_000_000
    assert unpack(pack(later(moment, delay))).counter == at + delay


@pytest.mark.parametrize("context", [b"", b"\x01", b"\x02" + bytes(20), b"\x01" + bytes(21)])
def test_what_is_no_context_is_refused(context: bytes) -> None:
    with pytest.raises(ValueError, match="no context of this gateway"):
        unpack(context)
