"""Examines the whole box: every check in its order, each with what the ones before found out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..bus.lane import Lane
from .verdicts import Box, Level, Verdict

if TYPE_CHECKING:
    from .gateway import Gateway

Examined = Mapping[str, Sequence[Verdict]]
"""Verdicts, by the heading of their check."""
LATELY_S = 60.0
"""Trouble that is longer ago is history."""


async def examine(gateway: Gateway, lane: Callable[[str], Lane], *, alone: bool) -> Examined:
    """Every verdict, by check. `lane` makes the lane in which the computer is asked; `alone` says
    that the gateway was opened for this and nobody samples by himself. Takes some seconds. Changes
    no output."""
    from .checks import CHECKS  # with half of the modules' drivers: only for who examines

    host_lane = lane("host")
    try:
        since = gateway.clock.monotonic() - LATELY_S
        box = Box(gateway, host_lane, alone, since)
        return {title: await check(box) for title, check in CHECKS.items()}
    finally:
        await host_lane.close()


def differs(examined: Examined) -> bool:
    """Whether anything is not as the plan says."""
    return any(v.level is Level.DIFFERENCE for several in examined.values() for v in several)
