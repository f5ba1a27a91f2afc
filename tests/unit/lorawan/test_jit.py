"""The queue of one board: what is known to collide before a forwarder says so."""

from __future__ import annotations

import pytest

from wisgate.lorawan.jit import AHEAD_US, CAPACITY, HANDING_US, LEAD_US, Jit, Rank, Slot
from wisgate.lorawan.radio import Moment, Verdict

BOARD = "0016c001ff1a2b3c"
CLASS_C: Rank = (False, 0)
CLASS_A: Rank = (True, 0)
AIR = 50_000


def at(counter: int, session: int = 1) -> Moment:
    return Moment(BOARD, session, counter)


NOW = at(10_000_000)


@pytest.fixture
def jit() -> Jit:
    return Jit()


def taken(place: Slot | Verdict) -> Slot:
    assert isinstance(place, Slot)
    return place


def test_what_cannot_be_in_time_is_too_late(jit: Jit) -> None:
    first = NOW.counter + LEAD_US + HANDING_US
    assert jit.place(at(first - 1), AIR, CLASS_A, NOW) is Verdict.TOO_LATE
    assert jit.place(at(0), AIR, CLASS_A, NOW) is Verdict.TOO_LATE
    assert taken(jit.place(at(first), AIR, CLASS_A, NOW)).start == at(first)


def test_a_moment_of_an_older_session_is_too_late(jit: Jit) -> None:
    assert jit.place(at(11_000_000, session=0), AIR, CLASS_A, NOW) is Verdict.TOO_LATE


def test_what_forwarders_find_too_far_ahead_is_too_early(jit: Jit) -> None:
    assert jit.place(at(NOW.counter + AHEAD_US + 1), AIR, CLASS_A, NOW) is Verdict.TOO_EARLY
    taken(jit.place(at(NOW.counter + AHEAD_US), AIR, CLASS_A, NOW))


@pytest.mark.parametrize(
    ("gap", "free"), [(LEAD_US, False), (LEAD_US + 1, True), (-AIR, False), (0, False)]
)
def test_two_frames_need_the_lead_between_them(jit: Jit, gap: int, free: bool) -> None:
    first = taken(jit.place(at(11_000_000), AIR, CLASS_A, NOW))
    after = jit.place(at(first.end + gap), AIR, CLASS_A, NOW)
    assert isinstance(after, Slot) is free
    if isinstance(after, Slot):
        jit.free(after)
    before = jit.place(at(11_000_000 - AIR - gap), AIR, CLASS_A, NOW)
    assert isinstance(before, Slot) is free


def test_a_frame_of_higher_rank_takes_the_place_of_one_that_is_held(jit: Jit) -> None:
    low = taken(jit.place(at(12_000_000), AIR, CLASS_C, NOW))
    high = taken(jit.place(at(12_010_000), AIR, CLASS_A, NOW))
    assert low.lost
    assert not high.lost
    assert jit.place(at(12_010_000), AIR, CLASS_C, NOW) is Verdict.COLLISION_PACKET
    assert jit.place(at(12_010_000), AIR, CLASS_A, NOW) is Verdict.COLLISION_PACKET
    taken(jit.place(at(12_010_000), AIR, (True, 1), NOW))


def test_a_frame_that_the_forwarder_has_keeps_its_place(jit: Jit) -> None:
    low = taken(jit.place(at(12_000_000), AIR, CLASS_C, NOW))
    low.given = True
    assert jit.place(at(12_000_000), AIR, CLASS_A, NOW) is Verdict.COLLISION_PACKET
    assert not low.lost


def test_one_of_several_that_stays_keeps_all_others(jit: Jit) -> None:
    held = taken(jit.place(at(12_000_000), AIR, CLASS_C, NOW))
    given = taken(jit.place(at(12_500_000), AIR, CLASS_C, NOW))
    given.given = True
    assert jit.place(at(12_000_000), 600_000, CLASS_A, NOW) is Verdict.COLLISION_PACKET
    assert not held.lost


def test_what_goes_at_once_goes_into_the_first_gap(jit: Jit) -> None:
    soon = NOW.counter + LEAD_US + HANDING_US
    assert taken(jit.place_soon(AIR, CLASS_C, NOW)).start.counter == soon
    taken(jit.place(at(soon + 3 * AIR), AIR, CLASS_A, NOW))
    place = taken(jit.place_soon(AIR, CLASS_C, NOW))
    assert place.start.counter == soon + 4 * AIR + LEAD_US + 1


def test_there_is_room_for_as_many_as_a_forwarder_takes(jit: Jit) -> None:
    for number in range(CAPACITY):
        taken(jit.place(at(11_000_000 + number * 200_000), AIR, CLASS_C, NOW))
    last = at(60_000_000)
    assert jit.place(last, AIR, CLASS_A, NOW) is Verdict.QUEUE_FULL
    assert jit.place_soon(AIR, CLASS_A, NOW) is Verdict.QUEUE_FULL
    taken(jit.place(at(11_000_000), AIR, CLASS_A, NOW))  # in the place of another
    later = at(11_000_000 + AIR + 1)
    taken(jit.place(last, AIR, CLASS_A, later))  # the first is over


def test_a_restart_of_the_board_empties_its_queue(jit: Jit) -> None:
    old = taken(jit.place(at(11_000_000), AIR, CLASS_A, NOW))
    fresh = at(500_000, session=2)
    taken(jit.place(at(11_000_000, session=2), AIR, CLASS_C, fresh))
    assert old.lost


def test_a_board_is_busy_while_it_emits_and_just_before(jit: Jit) -> None:
    slot = taken(jit.place(at(12_000_000), AIR, CLASS_A, NOW))
    assert not jit.busy(NOW)
    assert jit.busy(at(12_000_000 - 2 * LEAD_US))
    assert jit.busy(at(slot.end))
    assert not jit.busy(at(slot.end + LEAD_US + 1))
    jit.free(slot)
    assert not jit.busy(at(12_000_000))
