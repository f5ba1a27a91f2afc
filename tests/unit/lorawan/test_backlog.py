"""What waits for an upstream, and who waits behind it."""

from __future__ import annotations

from radio_bench import JOIN, ROOF, uplink

from wisgate.lorawan.backlog import Backlog, for_now
from wisgate.lorawan.queue_file import NO_ORDER, Progress, mote
from wisgate.lorawan.radio import Heard


def frame(number: int, address: int) -> Heard:
    phy = b"\x40" + address.to_bytes(4, "little") + bytes(7)
    return Heard(number, ROOF, "EU868", (uplink(phy=phy),))


def test_a_mote_is_held_until_its_last_frame_is_gone() -> None:
    backlog = Backlog(Progress(10, set()))
    assert not backlog
    for number, address in ((11, 1), (12, 2), (14, 1)):
        backlog.put(number, address)
    assert backlog
    assert backlog.count == 3
    assert backlog.holds(frame(20, 1))
    assert not backlog.holds(frame(20, 3))
    backlog.done([frame(11, 1), frame(12, 2)], 12)
    assert backlog.holds(frame(20, 1))
    assert not backlog.holds(frame(20, 2))
    backlog.done([frame(14, 1)], 14)
    assert not backlog
    assert not backlog.holds(frame(20, 1))
    assert backlog.count == 0


def test_what_went_ahead_neither_waits_nor_holds_its_mote() -> None:
    backlog = Backlog(Progress(10, {12}))
    backlog.put(11, 1)
    backlog.put(12, 2)
    backlog.put(14, 1)
    backlog.passed([frame(13, 3)])
    assert not backlog.holds(frame(20, 2))
    heard = [frame(11, 1), frame(12, 2), frame(13, 3), frame(14, 1), frame(15, 4)]
    assert [h.number for h in backlog.waiting(heard)] == [11, 14]


def test_frames_without_a_mote_have_no_order() -> None:
    backlog = Backlog(Progress(0, set()))
    backlog.put(1, NO_ORDER)
    assert not backlog.holds(Heard(2, ROOF, "EU868", (uplink(phy=JOIN),)))
    assert mote(JOIN) == mote(b"\xe0 proprietary") == NO_ORDER
    assert for_now(JOIN)
    assert not for_now(b"\xe0 proprietary")


def test_only_an_empty_backlog_follows() -> None:
    backlog = Backlog(Progress(0, set()))
    backlog.follow(5)
    assert (backlog.cursor, backlog.upto) == (5, 5)
    backlog.put(7, 1)
    backlog.follow(9)
    assert (backlog.cursor, backlog.upto) == (5, 7)
