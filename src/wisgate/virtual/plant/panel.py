"""What hangs on terminals of modules with many lines: contacts, voltages, a lamp and a servo."""

from __future__ import annotations

from math import pi, sin
from random import Random

from ..world import STEP
from .noise import Wander

LINES, INPUTS = 16, 8
BUTTON, COUNTED = "panel.io0", "panel.io1"

QUANTITIES = {
    **{f"panel.io{n}": "" for n in range(LINES)},
    **{f"panel.ch{n}": "voltage" for n in range(INPUTS)},
    "panel.lamp": "ratio", "panel.servo": "number", "panel.bar": "number",
}  # fmt: skip
"""`panel.io…` is on while a terminal is at 3.3 V, and off at ground, each behind a resistor, so
that an output wins. `panel.servo` is in degrees, `panel.bar` counts LEDs that shine."""


class Contacts:
    """A button that is pressed every half minute, and a meter that gives a pulse every two seconds;
    the other terminals are at ground."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._random = random
        self._time, self._next = 0.0, 10.0
        values |= {f"panel.io{n}": 0.0 for n in range(LINES)}

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        self._time += STEP
        values[COUNTED] = float(self._time % 2 < 0.5)
        if self._time >= self._next:
            pressed = values[BUTTON] >= 0.5
            values[BUTTON] = float(not pressed)
            self._next = self._time + (20 + 20 * self._random.random() if pressed else 0.5)


class Voltages:
    """Input 0 swings slowly, input 1 wanders around 1.5 V, input 7 stays at 2.5 V; the others are
    at ground."""

    def start(self, values: dict[str, float], random: Random) -> None:
        self._wander = Wander(random, 0.3, 30.0)
        self._time = 0.0
        values |= {f"panel.ch{n}": 0.0 for n in range(INPUTS)}
        values["panel.ch0"] = values["panel.ch1"] = 1.5
        values["panel.ch7"] = 2.5

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        self._time += STEP
        values["panel.ch0"] = 1.5 + 1.4 * sin(2 * pi * self._time / 60)
        values["panel.ch1"] = min(3.0, max(0.0, 1.5 + self._wander.step()))


class Driven:
    """What modules drive: it stands still until they do."""

    def start(self, values: dict[str, float], random: Random) -> None:
        values["panel.lamp"] = values["panel.servo"] = values["panel.bar"] = 0.0

    def step(self, values: dict[str, float], seconds_utc: float) -> None:
        return None
