"""Stage: a reading either has a value that can be trusted, or a status that says why not."""

from __future__ import annotations

import math
from dataclasses import replace

from ...core.points import Reading, Status


def quality(reading: Reading) -> Reading:
    """A value that is not finite is a fault, and a status without a value carries none."""
    value = reading.value
    if isinstance(value, float) and not math.isfinite(value):
        return replace(reading, value=None, status=Status.FAULT)
    if value is not None and not reading.status.carries_value:
        return replace(reading, value=None)
    if value is None and reading.status.carries_value:
        return replace(reading, status=Status.FAULT)
    return reading
