"""When the turn of a group comes: first at its moment, then at its interval."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..core.clock import Clock
from ..core.points import Group, Reading
from .sampler import Sampled

MOMENTS, TOGETHER = 10, 10
"""In an interval, or a second, at which groups are sampled first; more of them where more groups
than TOGETHER would meet."""
JOINT_MOMENTS, JOINT_TOGETHER = 2, 50
"""The same of modules that sample several in one go: what follows a sampling is done once for all
of them, and costs most where it is done often for few."""

Take = Callable[[Sampled, Sequence[Reading]], None]


@dataclass(frozen=True)
class Turn:
    """Groups of one module that are sampled at the same moment: together, or one after another."""

    sampled: Sampled
    groups: tuple[Group, ...]
    phase: float
    """Seconds until they are sampled first."""

    @property
    def interval(self) -> float:
        return self.groups[0].interval


def turns(sampled: Sequence[Sampled]) -> list[Turn]:
    """Every group in one of them: spread over the first of their intervals, so that they do not
    meet; where there are more groups than moments, neighbours do, so that they wake the gateway
    once, and what follows a sampling is done once for some of them. Those that are sampled together
    are spread by themselves."""
    joint = [s for s in sampled if _join(s)]
    others = [s for s in sampled if not _join(s)]
    return [*_spread(others, MOMENTS, TOGETHER), *_spread(joint, JOINT_MOMENTS, JOINT_TOGETHER)]


def _join(sampled: Sampled) -> bool:
    """Whether its groups are sampled together."""
    return sampled.joint is not None and len(sampled.placed.module.groups) > 1


def _spread(sampled: Sequence[Sampled], moments: int, most: int) -> list[Turn]:
    groups = [(s, g) for s in sampled for g in s.placed.module.groups]
    moments = min(len(groups), max(moments, -(-len(groups) // most)))
    together: dict[tuple[int, Sampled, float], list[Group]] = {}
    for index, (of, group) in enumerate(groups):
        moment = index * moments // len(groups)
        together.setdefault((moment, of, group.interval), []).append(group)
    return [
        Turn(of, tuple(some), min(interval, 1.0) * moment / moments)
        for (moment, of, interval), some in together.items()
    ]


async def keep_sampling(turn: Turn, clock: Clock, take: Take, counters: Counter[str]) -> None:
    """Sample at the interval for ever. What comes too late is counted and left out, never queued
    up."""
    await asyncio.sleep(turn.phase)
    await _sample(turn, take)
    due = clock.monotonic()  # the first sampling may wait for a sensor to warm up
    while True:
        due += turn.interval
        behind = clock.monotonic() - due
        if behind > 0:
            missed = int(behind // turn.interval) + 1
            counters["late"] += missed * len(turn.groups)
            due += missed * turn.interval
        await asyncio.sleep(due - clock.monotonic())
        await _sample(turn, take)


async def _sample(turn: Turn, take: Take) -> None:
    """Every group once. What is there does not wait for who may be silent. Raises what `take`
    raised first, after all had their turn."""
    sampled, groups = turn.sampled, turn.groups
    failures: list[Exception] = []

    def pass_on(readings: Sequence[Reading]) -> None:
        try:
            take(sampled, readings)
        except Exception as error:  # noqa: BLE001  # raised below
            failures.append(error)

    failed: list[Group] = []
    answered = len(groups) > 1  # who is alone gains nothing
    while groups and answered:  # round by round, as long as somebody answers
        found = await sampled.sample_together(groups)
        for readings in found.values():
            if readings is not None:
                pass_on(readings)
        failed += [group for group in groups if found.get(group.name, ()) is None]
        groups = tuple(group for group in groups if group.name not in found)
        answered = any(readings is not None for readings in found.values())
    for group in (*groups, *failed):
        pass_on(await sampled.sample(group))
    if failures:
        raise failures[0]
