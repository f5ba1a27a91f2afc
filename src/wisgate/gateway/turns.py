"""When the turn of a group comes: first at its moment, then at its interval."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from ..core.clock import Clock
from ..core.points import Group, Reading
from .sampler import Sampled

MOMENTS, TOGETHER = 10, 10
"""In an interval, or a second, at which groups are sampled first; more of them where more groups
than TOGETHER would meet."""


def phases(sampled: Sequence[Sampled]) -> list[tuple[Sampled, Group, float]]:
    """Every group with the seconds after which it is sampled first: spread over the first of their
    intervals, so that they do not meet; where there are more than `MOMENTS`, neighbours do, so that
    what follows a sampling is done once for some of them."""
    groups = [(s, g) for s in sampled for g in s.placed.module.groups]
    moments = min(len(groups), max(MOMENTS, len(groups) // TOGETHER))
    return [
        (s, g, min(g.interval, 1.0) * (index * moments // len(groups)) / moments)
        for index, (s, g) in enumerate(groups)
    ]


async def keep_sampling(
    sampled: Sampled,
    group: Group,
    clock: Clock,
    phase: float,
    take: Callable[[Sampled, Sequence[Reading]], None],
    counters: Counter[str],
) -> None:
    """Sample `group` at its interval for ever, first after `phase` seconds. What comes too late is
    counted and left out, never queued up."""
    await asyncio.sleep(phase)
    take(sampled, await sampled.sample(group))
    due = clock.monotonic() + group.interval  # the first sampling may wait for a sensor to warm up
    while True:
        await asyncio.sleep(max(0.0, due - clock.monotonic()))
        take(sampled, await sampled.sample(group))
        due += group.interval
        behind = clock.monotonic() - due
        if behind > 0:
            missed = int(behind // group.interval) + 1
            counters["late"] += missed
            due += missed * group.interval
