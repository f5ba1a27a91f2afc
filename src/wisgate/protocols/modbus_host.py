"""A host that speaks Modbus TCP: a single unit, or a gateway with many behind it."""

from __future__ import annotations

from collections.abc import Sequence
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
"""As long as they took last time, units are asked together before what they answered is passed
on."""


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

    async def sample_together(self, groups: Sequence[Group]) -> Sequence[Answer | None]:
        """Those units that answered at once lately, question after question without a look at the
        answers in between; as many as `ROUND_S` is enough for. When none answers, all are to be
        sampled by themselves: each silent round would take a time-out."""
        units = [self._units[group.name] for group in groups]
        begins = accumulate((unit.promises for unit in units), initial=0.0)
        units = units[: sum(begin < ROUND_S for begin in begins)]
        asked = [unit.questions(self._client) for unit in units]
        every = [question for some in asked for question in some]
        with suppress(Unreachable):  # `sample` tells
            await self._peer.ask_all(every)
        if not any(question.answer for question in every):
            return [None] * len(groups)
        return [_answer(unit, some) for unit, some in zip(units, asked, strict=True)]

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
    readings = unit.understood(asked) if asked else None
    return None if readings is None else (readings, asked[-1].answered)
