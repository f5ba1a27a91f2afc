"""What a barometer and a light meter see."""

from __future__ import annotations

from random import Random

from .noise import Wander, daily

STANDARD_PA = 101_325.0
SUN_LX, LAMP_LX = 60e3, 8.0
NOON_UVI = 7.0
QUANTITIES = {
    "weather.pressure": "pressure",
    "light.illuminance": "illuminance",
    "light.uv_index": "number",
}


class Pressure:
    """Highs and lows that come and go over hours."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._weather = Wander(random, 900.0, 20_000.0)
        values["weather.pressure"] = STANDARD_PA

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        values["weather.pressure"] = STANDARD_PA + self._weather.step()


class Sun:
    """Day and night, and clouds. A lamp leaves some light at night, and no ultraviolet."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._clouds = Wander(random, 0.25, 240.0)
        values["light.illuminance"], values["light.uv_index"] = LAMP_LX, 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        height = max(0.0, daily(seconds_utc, 12))
        clear = min(1.0, max(0.1, 0.7 + self._clouds.step()))
        values["light.illuminance"] = LAMP_LX + SUN_LX * height * clear
        values["light.uv_index"] = NOON_UVI * height * height * clear
