"""Stage: linear scaling from the channel's unit to the point's unit."""

from __future__ import annotations

from ...core.points import Reading


class Scale:
    """`scale` is the low and high end in the channel's unit, then in the point's unit; None leaves
    the value as it is. Not clamped: what is beyond the ends is what the sensor says."""

    __slots__ = ("_active", "_factor", "_offset")  # one for every point

    def __init__(self, scale: tuple[float, float, float, float] | None) -> None:
        self._factor, self._offset = 1.0, 0.0
        self._active = scale is not None
        if scale is not None:
            low, high, to_low, to_high = scale
            self._factor = (to_high - to_low) / (high - low)
            self._offset = to_low - low * self._factor

    def __call__(self, reading: Reading) -> Reading:
        value = reading.value
        if not self._active or isinstance(value, (bool, str)) or value is None:
            return reading
        scaled = value * self._factor + self._offset
        return Reading(reading.name, scaled, reading.status, reading.time_ns, reading.cause)
