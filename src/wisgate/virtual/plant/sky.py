"""Where the box stands, and how much of the sky its antenna sees."""

from __future__ import annotations

from random import Random

from .noise import Wander

QUANTITIES = {
    "place.latitude": "number", "place.longitude": "number", "place.altitude": "length",
    "place.speed": "speed", "place.heading": "number", "place.accuracy": "length",
    "sky.satellites": "number",
}  # fmt: skip
"""Latitude, longitude and heading in degrees, north and east positive."""
LATITUDE, LONGITUDE, ALTITUDE = 47.2852, 8.5652, 430.0
METRE = 1 / 111_320
"""Degrees of latitude."""


class Place:
    """It stands still; what a receiver makes of it wanders by a metre or two."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._north, self._east = Wander(random, 2.0, 60.0), Wander(random, 2.0, 60.0)
        self._up, self._seen = Wander(random, 4.0, 60.0), Wander(random, 4.0, 120.0)
        values["place.speed"] = values["place.heading"] = 0.0
        self.step(values, 0.0)

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        values["place.latitude"] = LATITUDE + METRE * self._north.step()
        values["place.longitude"] = LONGITUDE + METRE * self._east.step()
        values["place.altitude"] = ALTITUDE + self._up.step()
        seen = 11.0 + self._seen.step()
        values["sky.satellites"] = float(max(6, round(seen)))
        values["place.accuracy"] = 25.0 / seen
