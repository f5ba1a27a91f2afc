"""Whether the buses have time for what is asked of them, and whether the plan knew."""

from __future__ import annotations

from collections.abc import Sequence

from ...plan.bus_time import FULL
from ..verdicts import Box, Level, Verdict, fine
from ..view import LaneUse, lane_uses

LEAST_S = 60.0
"""After the start everybody is opened, which is no measure of what follows."""
BEYOND = 0.1
"""Of its time: a lane that works so much more than planned has somebody slow, or many retries."""


async def check(box: Box) -> Sequence[Verdict]:
    """Of a gateway that has sampled for a while: the part of their time that its lanes work."""
    gateway = box.gateway
    seconds = gateway.clock.monotonic() - gateway.started
    if box.alone or seconds < LEAST_S:
        return []
    uses = lane_uses(gateway.board.lanes, gateway.board.plan.lanes)
    return [_judged(lane, lane.busy_s / seconds) for lane in uses]


def _judged(lane: LaneUse, share: float) -> Verdict:
    found = f"busy {share:.0%} of the time, planned {lane.planned:.0%}"
    limit = min(FULL, lane.planned + BEYOND)
    if share <= limit:
        return fine(lane.name, found)
    return Verdict(
        Level.WARNING,
        "bus-time",
        lane.name,
        found,
        f"at most {limit:.0%}",
        "look for who answers late or needs retries (wisgate read -v); or sample less often",
    )
