"""Stage scale, and the stages in their order."""

from __future__ import annotations

import math

import pytest
from scripted_module import HERE

from wisgate.config.model import PointConfig
from wisgate.core.clock import VirtualClock
from wisgate.core.points import Kind, Point, Reading, Status, Value
from wisgate.gateway.pipeline import Pipelines
from wisgate.gateway.pipeline.quality import quality
from wisgate.gateway.pipeline.scale import Scale

LOOP = (4.0, 20.0, 0.0, 3.5)


@pytest.mark.parametrize(
    ("milliamperes", "metres"),
    [(4.0, 0.0), (12.0, 1.75), (20.0, 3.5), (3.8, -0.04375), (21, 3.71875)],
)
def test_linear_and_not_clamped(milliamperes: float, metres: float) -> None:
    reading = Reading("level", milliamperes, Status.UNCERTAIN, 7, "x")
    scaled = Scale(LOOP)(reading)
    assert scaled.value == pytest.approx(metres)
    assert (scaled.status, scaled.time_ns, scaled.cause) == (Status.UNCERTAIN, 7, "x")


def test_falling_scale() -> None:
    assert Scale((0.0, 10.0, 100.0, 0.0))(Reading("x", 2.5)).value == pytest.approx(75.0)


@pytest.mark.parametrize("value", [None, True, "text"])
def test_what_is_no_number_is_left_alone(value: Value) -> None:
    assert Scale(LOOP)(Reading("x", value)).value is value


def test_without_a_scale_nothing_is_touched() -> None:
    reading = Reading("x", 17)
    assert Scale(None)(reading) is reading


def test_a_reading_passes_scale_quality_and_deadband_under_its_new_name() -> None:
    point = PointConfig(HERE, "a1", Point("level", "m", Kind.FLOAT), LOOP, deadband=0.1)
    live: list[Reading] = []
    stored: list[Reading] = []
    pipelines = Pipelines({"a1": point}, VirtualClock(), live.extend, stored.extend)
    pipelines.take([Reading("a1", value, time_ns=5) for value in (12.0, 12.1, 16.0)])
    pipelines.take([Reading("a1", 2.0, Status.FAULT), Reading("a2", 1.0)])
    assert [(r.name, r.value) for r in live] == [
        ("level", 1.75), ("level", pytest.approx(1.771875)), ("level", 2.625), ("level", None)
    ]  # fmt: skip
    assert [r.value for r in stored] == [1.75, 2.625, None]


def test_what_was_written_is_not_scaled() -> None:
    point = PointConfig(HERE, "a1", Point("level", "m"), LOOP)
    live: list[Reading] = []
    stored: list[Reading] = []
    pipelines = Pipelines({"a1": point}, VirtualClock(), live.extend, stored.extend)
    pipelines.written(Reading("level", 12.0, cause="user anna"))
    assert live == stored == [Reading("level", 12.0, cause="user anna")]


CASES: list[tuple[Value, Status]] = [
    (7, Status.GOOD), (7.5, Status.GOOD), (True, Status.GOOD), ("on", Status.GOOD),
    (None, Status.GOOD), (math.nan, Status.GOOD), (math.inf, Status.GOOD), (-math.inf, Status.GOOD),
    (7.5, Status.UNCERTAIN), (math.nan, Status.UNCERTAIN), (7.5, Status.FAULT),
    (None, Status.STALE),
]  # fmt: skip


@pytest.mark.parametrize("channel", ["level", "a1"])
@pytest.mark.parametrize(("value", "status"), CASES)
def test_a_channel_called_as_its_point_goes_through_the_same_stages(
    channel: str, value: Value, status: Status
) -> None:
    point = PointConfig(HERE, channel, Point("level", "m"))
    live: list[Reading] = []
    pipelines = Pipelines({channel: point}, VirtualClock(), live.extend, lambda _news: None)
    pipelines.take([Reading(channel, value, status, 5, "rule 1")])
    assert live == [quality(Reading("level", value, status, 5, "rule 1"))]
