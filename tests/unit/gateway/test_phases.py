"""When the groups of a gateway are sampled first, and which of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scripted_module import ScriptedModule, sampled

from wisgate.core.clock import VirtualClock
from wisgate.core.points import Answer, Group
from wisgate.core.units import Seconds
from wisgate.gateway.turns import MOMENTS, Turn, turns


class Joined(ScriptedModule):
    async def sample_together(self, groups: Sequence[Group]) -> Mapping[str, Answer | None]:
        return {}


def module(count: int, *intervals: float) -> list[Group]:
    return [Group(f"u{n}", (), Seconds(intervals[n % len(intervals)])) for n in range(count)]


def found(*modules: list[Group]) -> list[Turn]:
    return turns([sampled(ScriptedModule(groups), VirtualClock()) for groups in modules])


def first(count: int, interval: float) -> list[float]:
    return [turn.phase for turn in found(module(count, interval))]


def test_few_groups_never_meet() -> None:
    assert first(4, 2.0) == [0.0, 0.25, 0.5, 0.75]
    assert first(2, 0.5) == [0.0, 0.25]
    assert len(set(first(MOMENTS, 1.0))) == MOMENTS


def test_of_many_as_many_meet_at_every_moment() -> None:
    made = found(module(2 * MOMENTS, 1.0))
    assert [turn.phase for turn in made] == [n / MOMENTS for n in range(MOMENTS)]
    assert [len(turn.groups) for turn in made] == [2] * MOMENTS
    uneven = [len(turn.groups) for turn in found(module(MOMENTS + 1, 60.0))]
    assert sorted(uneven) == [1] * (MOMENTS - 1) + [2]


def test_those_of_a_module_that_samples_several_in_one_go_meet_twice() -> None:
    made = turns([sampled(Joined(module(100, 1.0)), VirtualClock())])
    assert [(turn.phase, len(turn.groups)) for turn in made] == [(0.0, 50), (0.5, 50)]
    made = turns([sampled(Joined(module(3, 0.5)), VirtualClock())])
    assert [(turn.phase, len(turn.groups)) for turn in made] == [(0.0, 2), (0.25, 1)]
    made = turns([sampled(Joined(module(1000, 1.0)), VirtualClock())])
    assert {len(turn.groups) for turn in made} == {50}
    assert len({turn.phase for turn in made}) == 20
    made = turns([sampled(Joined(module(149, 1.0)), VirtualClock())])
    assert sorted(len(turn.groups) for turn in made) == [49, 50, 50]


def test_hosts_of_one_unit_have_nothing_to_join() -> None:
    made = turns([sampled(Joined(module(1, 1.0)), VirtualClock()) for _ in range(10)])
    assert len({turn.phase for turn in made}) == MOMENTS


def test_those_who_meet_and_differ_in_module_or_interval_take_turns_of_their_own() -> None:
    made = found(module(15, 1.0, 2.0), module(15, 1.0))
    every = [group for turn in made for group in turn.groups]
    assert len(every) == 30
    for turn in made:
        assert {group.interval for group in turn.groups} == {turn.interval}
        assert set(turn.groups) <= set(turn.sampled.placed.module.groups)
    assert len({turn.phase for turn in made}) == MOMENTS
