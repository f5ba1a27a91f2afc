"""The demonstration unit of the RAK5802, wired to the world.

    coil 0              an LED
    holding 0           relative humidity in %, a whole number
    holding 1           temperature in 0.01 °C, int16
    input 0 and 1       flow out of the tank in m³/h, float32, high word first

Coil and holding registers are those of the vendor's example (unit 42); the flow is ours.
"""

from __future__ import annotations

from struct import pack

from ..world import World
from .modbus import ModbusUnit, Tables

UNIT = 42
CUBIC_METRES_PER_HOUR = 3600.0


def climate_unit(world: World, unit_id: int = UNIT) -> ModbusUnit:
    """A unit that measures `room.temperature`, `room.humidity` and `tank.outflow`."""

    def humidity() -> int:
        return round(world.observe("room.humidity") * 100)

    def temperature() -> int:
        return round(world.observe("room.temperature") * 100)

    def flow(word: int) -> int:
        packed = pack(">f", world.observe("tank.outflow") * CUBIC_METRES_PER_HOUR)
        return int.from_bytes(packed[2 * word : 2 * word + 2], "big")

    return ModbusUnit(
        unit_id,
        Tables(
            coils={0: 0},
            holding={0: humidity, 1: temperature},
            inputs={0: lambda: flow(0), 1: lambda: flow(1)},
        ),
    )
