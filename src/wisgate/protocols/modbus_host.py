"""A host that speaks Modbus TCP: a single unit, or a gateway with many behind it."""

from __future__ import annotations

from collections.abc import Sequence

from ..bus.peer import Peer
from ..core.clock import Clock
from ..core.errors import OutputRefused
from ..core.points import Group, Sampling, Value, Writing
from .modbus_tcp import ModbusTcp
from .modbus_unit import ModbusUnit, Unit


class ModbusHost:
    """The `Module` contract: one group per unit, one channel per register. Outputs have no safe
    state of ours: they are in the units. Waits on the event loop only, so that a host that is dead
    keeps nobody else waiting. Threads: the event loop only."""

    def __init__(self, peer: Peer, clock: Clock, units: Sequence[Unit]) -> None:
        self._peer, client = peer, ModbusTcp(peer)
        self._units = {unit.name: ModbusUnit(client, unit, clock) for unit in units}
        self._by_channel = {
            channel.name: unit for unit in self._units.values() for channel in unit.group.channels
        }
        self.groups: tuple[Group, ...] = tuple(unit.group for unit in self._units.values())

    def open(self) -> None:
        """Nothing: the connection is made by who first asks for something."""

    def sample(self, group: Group) -> Sampling:
        """Read the unit of `group`, a step per request. Raises NoAnswer."""
        return self._units[group.name].sample()

    def write(self, channel: str, value: Value) -> Writing:
        """Set a coil or holding register of a unit. Raises OutputRefused, UnitRefused, NoAnswer."""
        unit = self._by_channel.get(channel)
        if unit is None:
            raise OutputRefused(f'{self._peer.name} has no channel "{channel}"')
        return unit.write(channel, value)

    def close(self) -> None:
        """End the connection."""
        self._peer.close()
