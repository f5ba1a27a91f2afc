"""RAK13005 in a slot: a LIN bus with two nodes. Modules sheet 4.7.

    0x10, from the climate node     int16 temperature in 0.01 °C, low byte first; humidity in %
    0x11, to the damper node        position that it shall take, in %
    0x12, from the damper node      position that it has, in %; 1 while it moves
    0x20, asked of us               one byte, when we are a responder

With the role "commander" the bus is ours. With "responder" or "monitor" a commander on it asks for
these frames, ten a second. IO6 high switches the transceiver on, and its terminal needs 5.5 V.
Not modelled: IO5 (WK; the chip works either way), the 150 us until the transceiver is on, the
supply of the nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..faults import FaultKind
from ..plant.lin import Damper
from ..slot import Attached, Options, SlotSide
from ..units.lin import LinBus
from ..units.lin_nodes import Commander, Responder, Slot
from ..world import World

PROCESSES = (Damper,)
ENABLE_IO = 6
SUPPLY_V = 5.5
CLIMATE, DAMPER_TARGET, DAMPER_POSITION, ASKED = 0x10, 0x11, 0x12, 0x20
SLOT_S = 0.1
MOVING = 0.005
"""A way left that counts as moving."""


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Options `baud` (19200) and `role` ("commander")."""

    def connected() -> bool:
        return slot.driven(ENABLE_IO) and world.observe("lin.supply") >= SUPPLY_V

    bus = LinBus(slot.clock, int(options.get("baud", 19200)), connected)
    bus.add(_climate(world))
    damper = _Damper(world)
    bus.add(damper)
    if options.get("role", "commander") != "commander":
        bus.commander = Commander(_schedule(world), slot.clock.monotonic() + SLOT_S)
    slot.uart.twins.append(bus)

    def hold(on: bool, parameters: Mapping[str, Any]) -> None:
        bus.stuck = on

    def intrude(on: bool, parameters: Mapping[str, Any]) -> None:
        bus.nodes[2:] = []
        if on:
            bus.add(_intruder())

    return Attached(
        effects={FaultKind.BUS_DOMINANT: hold, FaultKind.COLLISION: intrude},
        detach=lambda: slot.uart.twins.remove(bus),
    )


class _Damper(Responder):
    """A node that moves the damper of the world."""

    def __init__(self, world: World) -> None:
        super().__init__({DAMPER_POSITION: self._tell}, {DAMPER_TARGET: 1})
        self._world = world

    def hear(self, identifier: int, response: bytes, now: float) -> None:
        super().hear(identifier, response, now)
        if identifier == DAMPER_TARGET and identifier in self.taken:
            self._world.drive("damper.target", min(100, self.taken[identifier][0]) / 100)

    def _tell(self) -> bytes:
        position = self._world.observe("damper.position")
        moving = abs(self._world.get("damper.target") - position) > MOVING
        return bytes([round(position * 100), moving])


def _climate(world: World) -> Responder:
    def tell() -> bytes:
        temperature = round(world.observe("room.temperature") * 100)
        humidity = round(world.observe("room.humidity") * 100)
        return temperature.to_bytes(2, "little", signed=True) + bytes([humidity])

    return Responder({CLIMATE: tell})


def _intruder() -> Responder:
    """A node that has the identifiers of the others."""
    return Responder({CLIMATE: lambda: b"\x00\x00\x00", DAMPER_POSITION: lambda: b"\x00\x00"})


def _schedule(world: World) -> list[Slot]:
    return [
        Slot(CLIMATE, SLOT_S, size=3),
        Slot(DAMPER_TARGET, SLOT_S, lambda: bytes([round(100 * world.observe("room.humidity"))])),
        Slot(DAMPER_POSITION, SLOT_S, size=2),
        Slot(ASKED, SLOT_S, size=1),
    ]
