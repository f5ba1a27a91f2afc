"""RAK13006 in a slot: an MCP2518FD on a CAN bus with one more node. Modules sheet 6.8.

    180, twice a second    level of the tank in millimetres (two bytes, low one first); 1 while the
                           pump runs
    181, every 5 s         temperature in 0.1 °C (two bytes, low one first, signed)
    201, asked of us       one byte: 1 opens the valve, 0 closes it

INT ends at IO6. Modules in two slots are wired to the same bus, which has the bit rate of the
first. Not modelled: INT0 and INT1, the clock at IO1, the transceiver's standby.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..can_node import Cyclic, CyclicNode
from ..chips.mcp2518fd import Mcp2518fdTwin
from ..faults import FaultKind
from ..slot import Attached, Options, SlotSide
from ..world import World

INT_IO = 6
LEVEL, TEMPERATURE, VALVE = 0x180, 0x181, 0x201


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Options `bitrate` in bits per second (500000) and
    `payload_bitrate` (2000000)."""
    twin = Mcp2518fdTwin(slot.clock, slot.can)
    rates = float(options.get("bitrate", 500e3)), float(options.get("payload_bitrate", 2e6))
    others = any(isinstance(node, CyclicNode) for node in slot.can.nodes)
    node = None if others else _node(slot, world, rates)
    slot.spi.twin = twin
    end_look = slot.before_reading(lambda: slot.drive(INT_IO, twin.level("int")))

    def hang(on: bool, parameters: Mapping[str, Any]) -> None:
        twin.dead = on

    def touch(on: bool, parameters: Mapping[str, Any]) -> None:
        slot.can.shorted = on

    def vanish(on: bool, parameters: Mapping[str, Any]) -> None:
        for present in slot.can.nodes:
            if isinstance(present, CyclicNode):
                present.plug(not on)

    def detach() -> None:
        end_look()
        slot.spi.twin = None
        slot.drive(INT_IO, None)
        twin.leave()
        if node is not None:
            node.leave()

    return Attached(
        effects={
            FaultKind.NEVER_READY: hang,
            FaultKind.BUS_SHORTED: touch,
            FaultKind.NOBODY_THERE: vanish,
        },
        power_cycle=twin.power_cycle,
        detach=detach,
    )


def _node(slot: SlotSide, world: World, rates: tuple[float, float]) -> CyclicNode:
    def level() -> bytes:
        pumping = world.observe("pump.running") >= 0.5
        return round(1000 * world.observe("tank.level")).to_bytes(2, "little") + bytes([pumping])

    def temperature() -> bytes:
        tenths = round(10 * world.observe("room.temperature"))
        return tenths.to_bytes(2, "little", signed=True)

    def move(payload: bytes) -> None:
        if payload:
            world.drive("valve.open", float(payload[0] & 1))

    return CyclicNode(
        slot.can,
        slot.clock.monotonic(),
        [Cyclic(LEVEL, 0.5, level), Cyclic(TEMPERATURE, 5.0, temperature)],
        {VALVE: move},
        rates=rates,
    )
