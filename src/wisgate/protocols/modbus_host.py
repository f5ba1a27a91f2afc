"""A host that speaks Modbus TCP: a single unit, or a gateway with many behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import accumulate

from ..bus.peer import Peer, Question
from ..core.clock import Clock
from ..core.errors import OutputRefused, Unreachable
from ..core.points import Answer, Group, Sampling, Value, Writing
from .modbus_contracts import Unit
from .modbus_tcp import ModbusTcp
from .modbus_unit import ModbusUnit

ROUND_S = 0.02
"""How long units are asked together before what they answered is passed on."""


class ModbusHost:
    """The `Module` contract: one group per unit, one channel per register. Outputs have no safe
    state of ours: they are in the units. Waits on the event loop only, so that a host that is dead
    keeps nobody else waiting. Threads: the event loop only."""

    def __init__(self, peer: Peer, clock: Clock, units: Sequence[Unit]) -> None:
        self._peer, self._client = peer, ModbusTcp(peer)
        self._units = {unit.name: ModbusUnit(self._client, unit, clock) for unit in units}
        self._by_channel = {
            channel.name: unit for unit in self._units.values() for channel in unit.group.channels
        }
        self.groups: tuple[Group, ...] = tuple(unit.group for unit in self._units.values())

    def open(self) -> None:
        """Nothing: the connection is made by who first asks for something."""

    def sample(self, group: Group) -> Sampling:
        """Read the unit of `group`, a step per request. Raises NoAnswer."""
        return self._units[group.name].sample()

    async def sample_together(self, groups: Sequence[Group]) -> Mapping[str, Answer | None]:
        """Those units that answered at once lately, question after question without a look at the
        answers in between; as many as `ROUND_S` is enough for, by what each took last."""
        units = [unit for group in groups if (unit := self._units[group.name]).is_prompt]
        begins = accumulate((unit.took for unit in units), initial=0.0)
        units = units[: sum(begin < ROUND_S for begin in begins)]
        asked = [(unit, unit.questions(self._client)) for unit in units]
        with suppress(Unreachable):  # `sample` tells
            await self._peer.ask_all([question for _, some in asked for question in some])
        reached = [(unit, some) for unit, some in asked if some[0].asked is not None]
        return {unit.group.name: _answer(unit, some) for unit, some in reached}

    def write(self, channel: str, value: Value) -> Writing:
        """Set a coil or holding register of a unit. Raises OutputRefused, UnitRefused, NoAnswer."""
        unit = self._by_channel.get(channel)
        if unit is None:
            raise OutputRefused(f'{self._peer.name} has no channel "{channel}"')
        return unit.write(channel, value)

    def close(self) -> None:
        """End the connection."""
        self._peer.close()


def _answer(unit: ModbusUnit, asked: Sequence[Question]) -> Answer | None:
    readings = unit.understood(asked)
    return None if readings is None else (readings, asked[-1].answered)
