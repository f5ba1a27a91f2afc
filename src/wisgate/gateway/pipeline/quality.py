"""Stage: a reading either has a value that can be trusted, or a status that says why not."""

from __future__ import annotations

import math

from ...core.points import Reading, Status


def quality(reading: Reading) -> Reading:
    """A value that is not finite is a fault, and a status without a value carries none."""
    value = reading.value
    if isinstance(value, float) and not math.isfinite(value):
        return reading._replace(value=None, status=Status.FAULT)
    if value is not None and not reading.status.carries_value:
        return reading._replace(value=None)
    if value is None and reading.status.carries_value:
        return reading._replace(status=Status.FAULT)
    return reading
