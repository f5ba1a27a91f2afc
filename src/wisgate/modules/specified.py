"""A value inside what its maker specifies is good; outside it is uncertain."""

from __future__ import annotations

from ..core.points import Channel, Reading, Status

Range = tuple[float, float]


def judged(channel: Channel, value: float, specified: Range) -> Reading:
    """The reading of `channel`; both ends of the range belong to it."""
    low, high = specified
    status = Status.GOOD if low <= value <= high else Status.UNCERTAIN
    return Reading(channel.name, value, status)
