from __future__ import annotations

from wisgate.core.columns import Columns, Readings
from wisgate.core.points import Reading
from wisgate.store.ring import Ring

HALL = Columns(["a", "b", "c"])


def several(time_ns: int) -> Readings:
    return Readings(HALL, (1, 2, 3), time_ns)


def test_readings_wait_in_their_order_alone_and_together() -> None:
    ring, one = Ring(), Reading("a", 1, time_ns=2)
    ring.extend(several(1))
    ring.extend([one])
    assert len(ring) == 4
    ring.shift(10)
    assert ring.take() == ([several(11), Reading("a", 1, time_ns=12)], 0)
    assert (len(ring), bool(ring)) == (0, False)


def test_what_came_together_is_dropped_together_and_switchings_stay() -> None:
    ring, switching = Ring(size=7), Reading("pump", True, time_ns=1, cause="user anna")
    ring.extend([switching])
    for time_ns in (2, 3):
        ring.extend(several(time_ns))
    ring.bound()
    assert len(ring) == 7
    ring.extend([Reading("a", 1, time_ns=4)])
    ring.bound()
    assert (len(ring), ring.dropped) == (5, 3)
    batch, lost = ring.take()
    assert (batch, lost) == ([switching, several(3), Reading("a", 1, time_ns=4)], 3)
    ring.extend(several(5))
    ring.put_back(batch, lost)
    assert (len(ring), ring.dropped) == (5, 6)
    assert ring.take() == ([switching, Reading("a", 1, time_ns=4), several(5)], 6)
