"""What happens around every board: a tank with a pump, a room, a supply, a load. Numbers are chosen
so that a demonstration lives within a minute and a day still looks like a day."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from ..world import STEP
from .noise import Wander, bounded, daily

TANK_HEIGHT = 3.5
"""Metres; what comes above runs over."""
TANK_AREA = 0.1
"""Square metres: a standpipe."""
PUMP_FLOW = 0.0055
"""Cubic metres per second, 20 m³/h."""
MEAN_DEMAND = 0.0026
"""Cubic metres per second. Filling 2.2 m takes about 75 s, draining them about 85 s."""

QUANTITIES = {
    "tank.level": "length", "tank.inflow": "flow", "tank.outflow": "flow", "pump.running": "",
    "room.temperature": "temperature", "room.humidity": "ratio", "cpu.temperature": "temperature",
    "supply.volts": "voltage", "load.volts": "voltage", "load.amps": "current",
    "pressure.volts": "voltage", "valve.open": "", "fan.duty": "ratio", "fan.speed": "rotation",
    "fan.blocked": "",
}  # fmt: skip


class Tank:
    """A pump fills it, a varying demand drains it."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._demand = Wander(random, 0.15, 40.0)
        values["tank.level"] = 1.4 + 0.4 * random.random()
        values["tank.inflow"] = 0.0
        values["tank.outflow"] = MEAN_DEMAND
        values["pump.running"] = 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        level = values["tank.level"]
        inflow = PUMP_FLOW if values["pump.running"] >= 0.5 else 0.0
        wanted = MEAN_DEMAND * (1 + 0.2 * daily(seconds_utc, 18) + self._demand.step())
        outflow = wanted if wanted > 0 and level > 0 else 0.0
        level += (inflow - outflow) / TANK_AREA * STEP
        values["tank.level"] = bounded(level, 0.0, TANK_HEIGHT)
        values["tank.inflow"] = inflow
        values["tank.outflow"] = outflow


FAN_RPM = 4200.0
"""Of the fan at full drive."""
FAN_START = 0.2
"""It stands still when it gets less."""
FAN_STOPS = 60.0
"""Revolutions per minute below which a fan that is not driven stands still."""
FAN_S = 0.5
"""Time constant of its speed: it has started when a spin-up of half a second ends."""
FAN_COOLS = 16.0
"""By how many degrees, at full speed."""


class Room:
    """Warm in the afternoon, and drier then. The computer heats itself on top, and a fan cools
    it."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._warmth = Wander(random, 0.4, 600.0)
        self._damp = Wander(random, 0.02, 400.0)
        self._work = Wander(random, 2.5, 30.0)
        values["room.temperature"], values["room.humidity"] = 21.0, 0.45
        values["cpu.temperature"] = 47.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        sun = daily(seconds_utc, 15)
        room = 21.0 + 2.5 * sun + self._warmth.step()
        values["room.temperature"] = room
        values["room.humidity"] = bounded(0.45 - 0.06 * sun + self._damp.step(), 0.0, 1.0)
        cooling = FAN_COOLS * values["fan.speed"] / FAN_RPM
        values["cpu.temperature"] = room + 26.0 - cooling + self._work.step()


def nobody(rpm: float, seconds_utc: float) -> float:
    """Nothing drives the fan."""
    return 0.0


class Fan:
    """A fan of four wires: it turns as fast as its drive says, unless something blocks it.
    `control(rpm, seconds_utc)` is asked at each step for the drive, 0 to 1: so who keeps a speed
    sees it in time, however seldom somebody looks at the world."""

    def __init__(self) -> None:
        self.control: Callable[[float, float], float] = nobody

    def start(self, values: dict[str, float], random: Random) -> None:
        values["fan.duty"] = values["fan.speed"] = values["fan.blocked"] = 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        speed = values["fan.speed"]
        values["fan.duty"] = duty = self.control(speed, seconds_utc)
        turns = duty >= FAN_START and values["fan.blocked"] < 0.5
        speed += ((FAN_RPM * duty if turns else 0.0) - speed) * STEP / FAN_S
        values["fan.speed"] = speed if turns or speed > FAN_STOPS else 0.0


class Supply:
    """24 V with a little ripple."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._random = random
        self._sag = Wander(random, 0.15, 120.0)
        values["supply.volts"] = 24.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        ripple = 0.1 * (self._random.random() - 0.5)
        values["supply.volts"] = 24.0 + self._sag.step() + ripple


class Load:
    """A 12 V circuit: something small runs all the time, something larger comes and goes."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._random = random
        self._draw = Wander(random, 0.05, 20.0)
        self._on, self._left = False, 0.0
        values["load.volts"], values["load.amps"] = 12.1, 0.4

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        self._left -= STEP
        if self._left <= 0:
            self._on = not self._on
            self._left = 10 + 40 * self._random.random()
        amps = 0.4 + self._draw.step() + (0.9 if self._on else 0.0)
        values["load.amps"] = amps if amps > 0 else 0.0
        values["load.volts"] = 12.2 - 0.12 * amps + 0.01 * (self._random.random() - 0.5)


class Main:
    """A water main: a ratiometric transmitter, 0.5 to 4.5 V, tells its pressure, which falls by a
    quarter of the range while a valve is open."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._pressure = Wander(random, 0.1, 60.0)
        values["pressure.volts"], values["valve.open"] = 2.5, 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        rest = 1.5 if values["valve.open"] >= 0.5 else 2.5
        values["pressure.volts"] = bounded(rest + self._pressure.step(), 0.5, 4.5)


SITE = (Tank, Room, Fan, Supply, Load, Main)
"""What is around every board."""
