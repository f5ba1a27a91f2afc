"""What is remembered of frames that may be answered, and for how long."""

from __future__ import annotations

import pytest
from radio_bench import DATA, JOIN, ROOF, SHED, uplink

from wisgate.core.clock import VirtualClock
from wisgate.lorawan import copies
from wisgate.lorawan.copies import KEEP_S, MOST_FRAMES, Copies
from wisgate.lorawan.radio import Heard, Moment


def heard(counter: int, *boards: str, phy: bytes = DATA, gps_ms: int | None = None) -> Heard:
    uplinks = tuple(
        uplink(board, phy, moment=Moment(board, 1, counter), gps_ms=gps_ms) for board in boards
    )
    return Heard(counter, ROOF, "EU868", uplinks)


def test_every_copy_leads_to_all_of_them() -> None:
    known = Copies(VirtualClock())
    frame = heard(5, SHED, ROOF)
    known.remember([frame])
    assert known.of(Moment(ROOF, 1, 5)) == known.of(Moment(SHED, 1, 5)) == frame.uplinks
    assert known.of(Moment(ROOF, 2, 5)) == ()
    assert known.of(Moment(ROOF, 1, 6)) == ()


@pytest.mark.parametrize("traffic", [0.5, KEEP_S, 3 * KEEP_S])
def test_a_frame_is_kept_as_long_as_it_may_be_answered_and_not_for_ever(traffic: float) -> None:
    clock = VirtualClock()
    known = Copies(clock)
    for start in range(7):
        clock.advance(start)
        known.remember([heard(1_000_000 + start, ROOF)])
        begin = clock.monotonic()
        number = 0
        while clock.monotonic() - begin < 3 * KEEP_S:
            clock.advance(traffic)
            known.remember([heard(number, ROOF)])
            number += 1
            age = clock.monotonic() - begin
            if age <= KEEP_S:
                assert known.of(Moment(ROOF, 1, 1_000_000 + start))
        assert not known.of(Moment(ROOF, 1, 1_000_000 + start))


def test_after_a_silence_nothing_old_is_left() -> None:
    clock = VirtualClock()
    known = Copies(clock)
    for number, pause in enumerate((0.0, KEEP_S + 1, 3 * KEEP_S)):
        clock.advance(pause)
        known.remember([heard(number, ROOF)])
    assert [bool(known.of(Moment(ROOF, 1, number))) for number in range(3)] == [False, False, True]


def test_a_flood_is_forgotten_earlier() -> None:
    known = Copies(VirtualClock())
    for number in range(2 * MOST_FRAMES):
        known.remember([heard(number, ROOF)])
    assert known.of(Moment(ROOF, 1, MOST_FRAMES))  # the newest
    known.remember([heard(2 * MOST_FRAMES, ROOF)])
    assert not known.of(Moment(ROOF, 1, MOST_FRAMES - 1))
    assert known.of(Moment(ROOF, 1, MOST_FRAMES))


def test_the_board_that_heard_a_mote_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "MOST_MOTES", 3)
    known = Copies(VirtualClock())
    known.remember([heard(1, SHED, ROOF)])
    downlink = b"\x60" + DATA[1:5] + bytes(10)
    assert known.board(downlink) == SHED
    known.remember([heard(2, ROOF)])
    assert known.board(downlink) == ROOF
    for other in range(3):
        known.remember([heard(3, SHED, phy=b"\x40" + bytes([other]) * 20)])
    assert known.board(downlink) == ROOF
    for other in range(10, 14):
        known.remember([heard(3, SHED, phy=b"\x40" + bytes([other]) * 20)])
    assert known.board(downlink) is None
    assert known.board(JOIN) is None


def test_gps_time_on_the_counter_of_a_board() -> None:
    known = Copies(VirtualClock())
    known.remember([heard(5_000_000, ROOF, gps_ms=1_000_000)])
    known.remember([heard(6_000_000, ROOF)])
    assert known.at_gps(ROOF, 1_000_250) == Moment(ROOF, 1, 5_250_000)
    assert known.at_gps(SHED, 1_000_250) is None
