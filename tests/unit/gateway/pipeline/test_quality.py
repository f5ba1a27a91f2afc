"""Stage quality: value or status, never both and never neither."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.points import Reading, Status
from wisgate.gateway.pipeline.quality import quality


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_a_fault(value: float) -> None:
    assert quality(Reading("x", value)) == Reading("x", None, Status.FAULT)


@pytest.mark.parametrize("status", [Status.ABSENT, Status.FAULT, Status.SATURATED, Status.STALE])
def test_a_status_without_value_carries_none(status: Status) -> None:
    assert quality(Reading("x", 1.0, status)) == Reading("x", None, status)
    assert quality(Reading("x", None, status)) == Reading("x", None, status)


@pytest.mark.parametrize("status", [Status.GOOD, Status.UNCERTAIN])
def test_a_value_that_is_missing_is_a_fault(status: Status) -> None:
    assert quality(Reading("x", None, status)) == Reading("x", None, Status.FAULT)


@pytest.mark.parametrize("value", [0.0, 0, False, "", -1.5])
def test_what_is_right_passes_as_it_is(value: float | bool | str) -> None:
    reading = Reading("x", value, Status.UNCERTAIN, 5, "rule 1")
    assert quality(reading) is reading


@given(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.floats()),
    st.sampled_from(Status),
)
def test_there_is_a_value_exactly_when_the_status_carries_one(value, status) -> None:  # type: ignore[no-untyped-def]
    found = quality(Reading("x", value, status))
    assert (found.value is not None) == found.status.carries_value
