"""RAK17000 in a slot: two H-bridges (DRV8833). Modules sheet 4.11.

IO6 high wakes the driver, whose inputs count 1 ms later. xIN1 and xIN2: 0 0 coasts, 1 0 forward,
0 1 backward, 1 1 brakes; A is SPI_CLK and SPI_CS, B is IO3 and SPI_MOSI. Both bridges turn the
motors `motor_a` and `motor_b`, and together the stepper: a step that leads its rotor by half a turn
of the field moves nothing. Whatever is wired, the other one's quantities mean nothing.

A fault switches the bridges off; nFAULT is not on the connector, so that the board never learns of
it. Not modelled: the supply of the motors, chopping at the current limit, thermal shutdown, PWM
faster than a step of the world.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from ..faults import FaultKind
from ..plant.motor import Motors
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Motors,)
SLEEP_IO = 6
BRIDGES: dict[str, tuple[int | str, int | str]] = {
    "motor_a": ("SPI_CLK", "SPI_CS"),
    "motor_b": (3, "SPI_MOSI"),
}
WAKES_AFTER_S = 1e-3
POSITION = "stepper.position"
FIELD = {
    (1, 0): 0,
    (1, 1): 1,
    (0, 1): 2,
    (-1, 1): 3,
    (-1, 0): 4,
    (-1, -1): 5,
    (0, -1): 6,
    (1, -1): 7,
}
"""Half steps by the current in coil A and coil B."""


class _Driver:
    def __init__(self, slot: SlotSide, world: World) -> None:
        self._slot, self._world = slot, world
        self._tripped = False
        self._awake_at = inf
        self._rotor: int | None = None
        self._inputs = self._levels()
        self.sleep(slot.level(SLEEP_IO))

    def sleep(self, awake: bool) -> None:
        """nSLEEP changed, or its direction."""
        if not awake:
            self._awake_at = inf
        elif self._awake_at == inf:
            self._awake_at = self._slot.clock.monotonic() + WAKES_AFTER_S
        self.apply()

    def trip(self, on: bool, parameters: Mapping[str, Any]) -> None:
        """Over-current: the bridges are off for as long as it lasts."""
        self._tripped = on
        self.apply()

    def apply(self, _level: bool = False) -> None:
        """Let the outputs follow the inputs as they are now."""
        now = self._slot.clock.monotonic()
        if now > self._awake_at:  # what stood at the inputs when it woke moved the stepper then
            self._turn(self._inputs)
        self._inputs = self._levels()
        if now >= self._awake_at:
            self._turn(self._inputs)
        waits = max(0.0, self._awake_at - now) if self._awake_at < inf else 0.0
        off = self._tripped or self._awake_at == inf
        for motor, (first, second) in self._inputs.items():
            drive, braked = first - second, first and second
            self._world.drive(f"{motor}.drive", 0.0 if off else float(drive), waits)
            self._world.drive(f"{motor}.braked", float(braked and not off), waits)

    def _levels(self) -> dict[str, tuple[bool, bool]]:
        return {
            motor: (self._slot.level(first), self._slot.level(second))
            for motor, (first, second) in BRIDGES.items()
        }

    def _turn(self, inputs: Mapping[str, tuple[bool, bool]]) -> None:
        """Take the rotor along with the field, by less than half a turn of it."""
        a, b = (first - second for first, second in inputs.values())
        field = FIELD.get((a, b))
        if field is None or self._tripped:
            return
        if self._rotor is None:
            self._rotor = field  # the first field catches it
        ahead = (field - self._rotor + 4) % 8 - 4
        if abs(ahead) <= 2:
            self._rotor = field
            if ahead:
                self._world.drive(POSITION, self._world.get(POSITION) + ahead / 2)


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    driver = _Driver(slot, world)
    ends = [slot.watch(SLEEP_IO, driver.sleep)]
    ends += [slot.watch(io, driver.apply) for pair in BRIDGES.values() for io in pair]

    def detach() -> None:
        for end in ends:
            end()
        for motor in BRIDGES:
            world.drive(f"{motor}.drive", 0.0)
            world.drive(f"{motor}.braked", 0.0)

    return Attached(effects={FaultKind.OVER_CURRENT: driver.trip}, detach=detach)
