"""What a point did over the last while; each value holds until the next one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.gateway.windows import KEPT, Window


def filled(seconds: float, *steps: tuple[float, float | None]) -> Window:
    window = Window(seconds)
    for time, value in steps:
        window.put(time, value)
    return window


def test_an_average_weighs_by_time() -> None:
    window = filled(10.0, (0.0, 4.0), (5.0, 8.0), (9.0, 100.0))
    assert window.average(10.0) == pytest.approx((5 * 4 + 4 * 8 + 100) / 10)
    assert window.average(15.0) == pytest.approx((4 * 8 + 6 * 100) / 10)


def test_half_of_the_span_must_be_known() -> None:
    window = filled(10.0, (0.0, 4.0))
    assert window.average(4.9) is None
    assert window.extremes(4.9) is None
    assert window.average(5.0) == 4.0
    window.put(6.0, None)
    assert window.average(10.0) == 4.0
    assert window.average(11.1) is None


def test_extremes_include_what_held_at_the_begin() -> None:
    window = filled(10.0, (0.0, 9.0), (8.0, 1.0))
    assert window.extremes(17.9) == (1.0, 9.0)
    assert window.extremes(18.0) == (1.0, 1.0)


def test_a_change_needs_both_ends() -> None:
    window = filled(60.0, (0.0, 1.0), (30.0, 1.5))
    assert window.change(59.9) is None
    assert window.change(60.0) == 0.5
    window.put(90.0, 1.25)
    assert window.change(90.0) == -0.25
    window.put(100.0, None)
    assert window.change(100.0) is None


def test_before_the_first_value_nothing_is_known() -> None:
    window = Window(10.0)
    assert (window.average(5.0), window.extremes(5.0), window.change(5.0)) == (None, None, None)


def test_memory_is_bounded_and_the_average_hardly_moves() -> None:
    window = Window(100.0)
    for n in range(100_000):
        window.put(n * 0.01, float(n % 2))
    assert len(window._steps) <= 1.1 * KEPT
    assert window.average(1000.0) == pytest.approx(0.5, abs=0.51)


@given(
    st.lists(st.tuples(st.floats(0, 5), st.none() | st.floats(-1e6, 1e6)), max_size=40),
    st.floats(0, 50),
)
def test_an_average_lies_between_the_extremes(
    steps: list[tuple[float, float | None]], later: float
) -> None:
    window, time = Window(20.0), 0.0
    for pause, value in steps:
        time += pause
        window.put(time, value)
    average, extremes = window.average(time + later), window.extremes(time + later)
    assert (average is None) == (extremes is None)
    if average is not None and extremes is not None:
        low, high = extremes
        assert low - 1e-6 <= average <= high + 1e-6
