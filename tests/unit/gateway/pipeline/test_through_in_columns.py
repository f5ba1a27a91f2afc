"""What comes in columns ends as each reading alone would."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from scripted_module import HERE

from wisgate.config.model import PointConfig
from wisgate.core.clock import VirtualClock
from wisgate.core.columns import Columns, Readings
from wisgate.core.points import Kind, Point, Reading, Status
from wisgate.gateway.pipeline import Pipelines
from wisgate.gateway.pipeline.deadband import HEARTBEAT_S

NAMES = ("a", "b")
PLAIN = [PointConfig(HERE, n, Point(n, kind=Kind.FLOAT)) for n in NAMES]
SCALED = [PLAIN[0], PointConfig(HERE, "b", Point("b"), (4.0, 20.0, 0.0, 3.5))]
QUIET = [PLAIN[0], PointConfig(HERE, "b", Point("b"), deadband=1.0)]
SWITCH = [PLAIN[0], PointConfig(HERE, "b", Point("b", kind=Kind.BOOL))]
RENAMED = [PLAIN[0], PointConfig(HERE, "b", Point("level"))]
ALONE = [PLAIN[0]]

VALUES = st.sampled_from([0, 1, 1.5, True, math.nan, math.inf, -math.inf])
GOOD = (1.5, 1.5)
BAD = st.sampled_from([Status.FAULT, Status.ABSENT])
STEPS = st.lists(
    st.tuples(st.sampled_from([0.0, 1.0, HEARTBEAT_S]), st.tuples(VALUES, VALUES) | BAD), max_size=8
)


class Taken:
    """What pipelines of two points let through."""

    def __init__(self, points: Sequence[PointConfig]) -> None:
        self.clock = VirtualClock()
        self.live: list[Reading] = []
        self.stored: list[Reading] = []
        self.pipelines = Pipelines(
            {p.channel: p for p in points}, self.clock, self.live.extend, self.stored.extend
        )


@example(PLAIN, [(1.0, Status.FAULT), (0.0, (1.5, 1.5)), (0.0, Status.FAULT)])
@example(PLAIN, [(1.0, (10**400, 1.5))])
@example(PLAIN, [(1.0, w) for w in (GOOD, GOOD, Status.FAULT, Status.FAULT, GOOD, Status.FAULT)])
@given(st.sampled_from([PLAIN, SCALED, QUIET, SWITCH, RENAMED, ALONE]), STEPS)
def test_columns_end_as_each_alone(points: Sequence[PointConfig], steps: list[Any]) -> None:
    columns = Columns(NAMES), Columns(NAMES)
    together, alone = Taken(points), Taken(points)
    for at, (pause, what) in enumerate(steps):
        for taken in (together, alone):
            taken.clock.advance(pause)
        if isinstance(what, Status):
            readings: Sequence[Reading] = [Reading(n, None, what, 5) for n in NAMES]
        else:
            readings = Readings(columns[at % 2], what, 5)
        together.pipelines.take(readings)
        alone.pipelines.take(list(readings))
    assert repr(together.live) == repr(alone.live)
    assert repr(together.stored) == repr(alone.stored)


def test_what_nothing_changes_stays_in_columns() -> None:
    came: list[object] = []
    pipelines = Pipelines({p.channel: p for p in PLAIN}, VirtualClock(), came.append, came.append)
    readings = Readings(Columns(NAMES), (1.0, 2.0), 5)
    pipelines.take(readings)
    assert [each is readings for each in came] == [True, True]
