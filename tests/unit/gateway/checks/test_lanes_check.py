from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.gateway.checks.lanes import check
from wisgate.gateway.verdicts import Box, Level, Verdict
from wisgate.plan.bus_time import Job, LaneBudget


@dataclass
class Worked:
    name: str
    busy_s: float


@dataclass
class Planned:
    lanes: tuple[LaneBudget, ...]


@dataclass
class OneBus:
    lanes: tuple[Worked, ...]
    plan: Planned


@dataclass
class OneGateway:
    board: OneBus
    clock: VirtualClock = field(default_factory=VirtualClock)
    started: float = 0.0


def judged(
    busy: float, planned: float, *, seconds: float = 1000.0, alone: bool = False
) -> list[Verdict]:
    """Of a bus that worked for `busy` of `seconds`."""
    job = Job("i2c-1", "wisblock-1", "", (), planned, 1.0, "slot wisblock-1")
    gateway = OneGateway(OneBus((Worked("i2c-1", busy),), Planned((LaneBudget("i2c-1", (job,)),))))
    gateway.started = gateway.clock.monotonic()
    gateway.clock.advance(seconds)
    box = Box(gateway, None, alone)  # type: ignore[arg-type]
    return list(asyncio.run(check(box)))


@pytest.mark.parametrize(
    ("busy", "planned", "level", "found"),
    [
        (120.0, 0.11, Level.OK, "busy 12% of the time, planned 11%"),
        (209.0, 0.11, Level.OK, "busy 21% of the time, planned 11%"),
        (220.0, 0.11, Level.WARNING, "busy 22% of the time, planned 11%"),
        (790.0, 0.78, Level.OK, "busy 79% of the time, planned 78%"),
        (850.0, 0.78, Level.WARNING, "busy 85% of the time, planned 78%"),
    ],
)
def test_a_bus_works_as_much_as_planned(
    busy: float, planned: float, level: Level, found: str
) -> None:
    (verdict,) = judged(busy, planned)
    assert (verdict.level, verdict.subject, verdict.found) == (level, "i2c-1", found)
    assert (verdict.name == "bus-time") == (level is Level.WARNING)


def test_what_is_only_starting_or_does_not_sample_is_not_judged() -> None:
    assert judged(59.0, 0.1, seconds=59.0) == []
    assert judged(900.0, 0.1, alone=True) == []
