"""The last reading of every point, and who hears of it; in virtual time."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.clock import VirtualClock
from wisgate.core.columns import Columns, Readings
from wisgate.core.points import Point, Reading, Status
from wisgate.gateway.live import STALE_INTERVALS, TOLERANCE_S, Live

POINTS = (Point("level", "m", interval=2.0), Point("limit", "m"), Point("flow", interval=1.0))
OLDEST = STALE_INTERVALS * 2.0 + TOLERANCE_S


def live() -> tuple[VirtualClock, Live]:
    clock = VirtualClock()
    return clock, Live(POINTS, clock)


def test_nothing_before_the_first_reading() -> None:
    _, found = live()
    assert found.get("level") is None
    assert found.stale_in("level") is None
    assert found.all() == []


def test_readings_stand_in_the_order_of_the_file() -> None:
    _, found = live()
    for name in ("flow", "level"):
        found.put(Reading(name, 1.0))
    assert [r.name for r in found.all()] == ["level", "flow"]


def test_a_point_that_is_not_read_becomes_stale() -> None:
    clock, found = live()
    found.put(Reading("level", 1.0, time_ns=5))
    assert found.stale_in("level") == OLDEST
    clock.advance(OLDEST)
    assert found.get("level") == Reading("level", 1.0, time_ns=5)
    assert found.stale_in("level") == 0.0
    clock.advance(0.001)
    assert found.get("level") == Reading("level", None, Status.STALE, time_ns=5)
    assert found.stale_in("level") is None
    found.put(Reading("level", 2.0))
    assert found.get("level") == Reading("level", 2.0)


def test_a_point_that_is_only_set_never_is() -> None:
    clock, found = live()
    found.put(Reading("limit", 3.0))
    clock.advance(1e6)
    assert found.get("limit") == Reading("limit", 3.0)
    assert found.stale_in("limit") is None


def test_listeners_hear_in_their_order_until_they_end() -> None:
    _, found = live()
    heard: list[str] = []
    end = found.listen(lambda r: heard.append(f"first {r.value}"))
    found.listen(lambda r: heard.append(f"second {r.value}"))
    found.put(Reading("level", 1))
    end()
    found.put(Reading("level", 2))
    assert heard == ["first 1", "second 1", "second 2"]


def test_a_listener_may_end_itself() -> None:
    _, found = live()
    heard: list[object] = []

    def once(reading: Reading) -> None:
        heard.append(reading.value)
        end()

    end = found.listen(once)
    found.listen(lambda r: heard.append(-1))
    found.put(Reading("level", 1))
    found.put(Reading("level", 2))
    assert heard == [1, -1, -1]


def test_what_happened_once_does_not_grow_stale() -> None:
    clock = VirtualClock()
    found = Live((Point("card", interval=0.5, event=True),), clock)
    found.put(Reading("card", "04A1"))
    assert found.stale_in("card") is None
    clock.advance(86400.0)
    assert found.get("card") == Reading("card", "04A1")


def test_who_names_points_hears_of_no_others() -> None:
    _, found = live()
    heard: list[object] = []
    windows: dict[str, int] = {}
    found.listen(lambda r: heard.append(r.value), {"level"})
    found.listen(lambda r: heard.append(-1), windows.keys())
    found.put_all([Reading("flow", 1), Reading("level", 2), Reading("limit", 3)])
    assert heard == [2]
    windows["flow"] = 0
    found.put_all([Reading("flow", 4)])
    assert heard == [2, -1]
    assert found.get("flow") == Reading("flow", 4)


NAMES = ("level", "limit", "flow")
HALL, WALL = Columns(NAMES), Columns(NAMES[:2])
PUTS = st.lists(
    st.tuples(st.just(HALL), st.tuples(*[st.integers(0, 9)] * 3))
    | st.tuples(st.just(WALL), st.tuples(*[st.integers(0, 9)] * 2))
    | st.tuples(st.sampled_from(NAMES), st.integers(0, 9))
    | st.tuples(st.just("later"), st.integers(-9, 9)),
    max_size=12,
)


@given(PUTS)
def test_what_comes_in_columns_is_what_each_is_alone(puts: list[Any]) -> None:
    found = [live(), live()]
    heard: list[list[Reading]] = [[], []]
    for (_, one), ears in zip(found, heard, strict=True):
        one.listen(ears.append)
        one.listen(ears.append, {"limit"})
    for at, (what, came) in enumerate(puts):
        for alone, (clock, one) in enumerate(found):
            clock.advance(0.7)
            if what == "later":
                one.correct(came)
            elif isinstance(what, Columns):
                readings = Readings(what, came, at)
                one.put_all(list(readings) if alone else readings)
            else:
                one.put(Reading(what, came, time_ns=at))
        ages = [[one.age(n) for n in NAMES] for _, one in found]
        assert ages[0] == ages[1]
        views = [(one.all(), one.stale(), one.stale_in("flow")) for _, one in found]
        assert views[0] == views[1]
    assert heard[0] == heard[1]


def test_who_names_more_points_hears_of_them_in_columns_too() -> None:
    _, found = live()
    heard: list[object] = []
    windows = {"level": 0}
    found.listen(lambda r: heard.append(r.value), windows.keys())
    found.put_all(Readings(HALL, (1, 2, 3)))
    windows["flow"] = 0
    found.put_all(Readings(HALL, (4, 5, 6)))
    assert heard == [1, 4, 6]
