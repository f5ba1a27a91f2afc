from __future__ import annotations

import pytest
from radio_bench import ROOF, SHED

from wisgate.core.clock import VirtualClock
from wisgate.lorawan.radio import After, Eui, Moment
from wisgate.lorawan.timeline import KEEP_S, Timeline


class Bench:
    """Two boards whose counters have nothing to do with each other, nor with the clock."""

    def __init__(self, bits: int = 32) -> None:
        self.clock = VirtualClock()
        self.clock.advance(5000)  # its microseconds are beyond 32 bits
        self.offsets = {ROOF: 17, SHED: 3_000_000_000}
        self.timeline = Timeline(self.clock, bits, self.now)

    def now(self, board: Eui) -> Moment | None:
        if board not in self.offsets:
            return None
        return Moment(board, 1, round(self.clock.monotonic() * 1e6) + self.offsets[board])

    def ago(self, board: Eui, us: int) -> Moment:
        now = self.now(board)
        assert now is not None
        return Moment(board, 1, now.counter - us)


@pytest.mark.parametrize("delay", [1_000_000, 2_000_000, 5_000_000, 6_000_000, 16_000_000])
@pytest.mark.parametrize("board", [ROOF, SHED])
def test_to_the_microsecond(board, delay):
    bench = Bench()
    moment = bench.ago(board, 31_417)
    number = bench.timeline.place(moment)
    assert 0 <= number < 1 << 32
    bench.clock.advance(0.7)
    assert bench.timeline.due((number + delay) % (1 << 32)) == After(moment, delay)


def test_two_boards_are_one_counter():
    bench = Bench()
    first = bench.timeline.place(bench.ago(ROOF, 1000))
    second = bench.timeline.place(bench.ago(SHED, 400))
    assert second - first == 600
    bench.clock.advance(2)
    assert bench.timeline.place(bench.ago(SHED, 400)) - second == 2_000_000


def test_two_frames_of_one_microsecond():
    bench = Bench()
    moments = [bench.ago(board, us) for board in (ROOF, SHED) for us in (5, 4)]
    numbers = [bench.timeline.place(moment) for moment in moments]
    assert len(set(numbers)) == 4
    assert numbers == [bench.timeline.place(moment) for moment in moments]  # the same again
    for number, moment in zip(numbers, moments, strict=True):
        assert bench.timeline.due(number + 1_000_000) == After(moment, 1_000_000)


def test_a_board_of_an_earlier_session():
    bench = Bench()
    moment = Moment(ROOF, 0, 77)
    number = bench.timeline.place(moment)
    assert bench.timeline.ahead_us(number) == 0
    assert bench.timeline.due(number + 2_000_000) == After(moment, 2_000_000)
    assert bench.timeline.ahead_us(bench.timeline.place(Moment("00", 1, 9))) <= 1


@pytest.mark.parametrize("ahead", [999_999, 1_000_001, 17_000_000])
def test_what_is_no_window_is_reckoned_on_the_last_board(ahead):
    bench = Bench()
    bench.timeline.place(bench.ago(ROOF, 5))
    moment = bench.ago(SHED, 0)
    placed = bench.timeline.place(moment)
    assert bench.timeline.due((placed + ahead) % (1 << 32)) == After(moment, ahead)
    bench.clock.advance(0.5)
    now = bench.ago(SHED, 0)
    assert bench.timeline.due((placed + ahead) % (1 << 32)) == After(now, ahead - 500_000)


@pytest.mark.parametrize("ahead", [0, -1, -1_000_000])
def test_the_past_is_no_time_to_send(ahead):
    bench = Bench()
    placed = bench.timeline.place(bench.ago(ROOF, 0))
    assert bench.timeline.due((placed + ahead) % (1 << 32)) is None


def test_nothing_is_reckoned_on_a_board_that_is_not_there():
    bench = Bench()
    assert bench.timeline.due(5) is None
    placed = bench.timeline.place(bench.ago(ROOF, 0))
    del bench.offsets[ROOF]
    assert bench.timeline.due(placed + 700_000) is None
    assert bench.timeline.due(placed + 1_000_000) is not None


def test_beyond_the_wrap():
    bench = Bench()
    bench.clock.advance((1 << 32) * 1e-6 - 5000 % 4294.967296 - 0.5)
    number = bench.timeline.place(bench.ago(ROOF, 0))
    assert number > (1 << 32) - 1_000_000
    late = (number + 1_000_000) % (1 << 32)
    assert bench.timeline.ahead_us(late) == 1_000_000
    assert bench.timeline.due(late) is not None


def test_the_past_is_negative():
    bench = Bench()
    number = bench.timeline.place(bench.ago(ROOF, 0))
    bench.clock.advance(3)
    assert bench.timeline.ahead_us(number) == -3_000_000


def test_old_uplinks_are_forgotten():
    bench = Bench(48)
    number = bench.timeline.place(bench.ago(ROOF, 0))
    for _ in range(10):
        bench.clock.advance(KEEP_S / 8)
        bench.timeline.place(bench.ago(SHED, 0))
    bench.offsets.clear()
    assert bench.timeline.due(number + 1_000_000) is None
    assert len(bench.timeline._moments) <= 10
