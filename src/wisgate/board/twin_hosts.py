"""The Modbus hosts of the network, as twins."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from ..bus.peer import Question
from ..config.model import ModbusHostConfig, RegisterConfig, UnitConfig
from ..core.errors import NoAnswer, Unreachable
from ..protocols.modbus_registers import encode, width
from ..virtual.units.modbus import ModbusUnit, Tables, Value
from ..virtual.units.modbus_host import ModbusTcpHost
from ..virtual.world import World

ANSWERS_AFTER_S = 0.002
"""How long a twin takes for an answer."""
FOLLOWED = {
    "Cel": ("room.temperature", 1.0), "%": ("room.humidity", 100.0), "m": ("tank.level", 1.0),
    "m3/h": ("tank.outflow", 3600.0), "V": ("supply.volts", 1.0), "A": ("load.amps", 1.0),
}  # fmt: skip
"""What a register of a twin shows, by its unit: a quantity of the world, times a factor."""
HIGHEST = 1000
"""A register that follows nothing shows its own address, up to here and then from 0 again."""


class TwinPeer:
    """The `Peer` contract with a twin at its other end. `guard` is held while the twin looks at
    the world. Threads: the event loop only."""

    def __init__(
        self, name: str, twin: ModbusTcpHost, guard: AbstractContextManager[object]
    ) -> None:
        self.name, self.twin, self._guard = name, twin, guard
        self._turn = asyncio.Lock()

    async def ask(self, question: Question, *, again: bool = False) -> bytes:
        await self._ask(question)
        if question.answer is None:
            raise NoAnswer(f"{self.name}: no answer within {question.patience:g} s")
        return question.answer

    async def ask_all(self, questions: Sequence[Question]) -> None:
        for question in questions:
            await self._ask(question)

    async def _ask(self, question: Question) -> None:
        async with self._turn:
            if self.twin.gone:
                raise Unreachable(f"{self.name}: no connection: it is switched off")
            loop = asyncio.get_running_loop()
            question.asked = loop.time()
            with self._guard:
                answer = self.twin.answer(question.request)
            if answer is None or not question.accepts(answer):
                await asyncio.sleep(question.patience)
                question.silent = True
                return
            await asyncio.sleep(ANSWERS_AFTER_S)
            question.answer, question.answered = answer, loop.time()

    def close(self) -> None:
        """Nothing is open."""


def twin_of(host: ModbusHostConfig, world: World) -> ModbusTcpHost:
    """A twin with the registers that the user's file names."""
    return ModbusTcpHost({u.id: ModbusUnit(max(u.id, 1), _tables(u, world)) for u in host.units})


def _tables(unit: UnitConfig, world: World) -> Tables:
    places: dict[str, dict[int, Value]] = {"coil": {}, "discrete": {}, "input": {}, "holding": {}}
    for register in unit.registers:
        places[register.table] |= _words(register, world)
    return Tables(places["coil"], places["discrete"], places["holding"], places["input"])


def _words(register: RegisterConfig, world: World) -> Mapping[int, Value]:
    """What stands at the addresses of a register: what somebody wrote, the world, or a constant."""
    count = width(register.encoding)
    quantity, factor = FOLLOWED.get(register.unit, ("", 1.0))
    if register.encoding == "bool":
        return {register.address: register.address & 1}
    if not quantity or register.writable:
        words = encode(register.encoding, register.address % HIGHEST)
        return {register.address + n: word for n, word in enumerate(words)}

    def word(place: int) -> Callable[[], int]:
        return lambda: _encoded(register, world.observe(quantity) * factor)[place]

    return {register.address + n: word(n) for n in range(count)}


def _encoded(register: RegisterConfig, value: float) -> list[int]:
    try:
        return encode(register.encoding, value, register.scale)
    except ValueError:  # more than it can show
        return [0] * width(register.encoding)
