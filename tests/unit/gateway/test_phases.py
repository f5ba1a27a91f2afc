"""When the groups of a gateway are sampled first."""

from __future__ import annotations

from collections import Counter

from scripted_module import ScriptedModule, sampled

from wisgate.core.clock import VirtualClock
from wisgate.core.points import Group
from wisgate.core.units import Seconds
from wisgate.gateway.turns import MOMENTS, phases


def first(count: int, interval: float) -> list[float]:
    groups = [Group(f"u{n}", (), Seconds(interval)) for n in range(count)]
    return [phase for _, _, phase in phases([sampled(ScriptedModule(groups), VirtualClock())])]


def test_few_groups_never_meet() -> None:
    assert first(4, 2.0) == [0.0, 0.25, 0.5, 0.75]
    assert first(2, 0.5) == [0.0, 0.25]
    assert len(set(first(MOMENTS, 1.0))) == MOMENTS


def test_of_many_as_many_meet_at_every_moment() -> None:
    found = first(2 * MOMENTS, 1.0)
    assert found == sorted(found)
    assert [*Counter(found).values()] == [2] * MOMENTS
    assert max(found) == 1.0 - 1.0 / MOMENTS
    uneven = Counter(first(MOMENTS + 1, 60.0)).values()
    assert sorted(uneven) == [1] * (MOMENTS - 1) + [2]
