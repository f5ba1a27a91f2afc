"""A twin of a host keeps the contract of a peer, in virtual time."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext

import pytest
from modbus_plant import Request

from wisgate.board.twin_hosts import ANSWERS_AFTER_S, TwinPeer
from wisgate.board.virtual_time import run
from wisgate.bus.peer import Question
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import Unreachable
from wisgate.virtual.units.modbus import ModbusUnit, Tables
from wisgate.virtual.units.modbus_host import ModbusTcpHost


class Bench:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.twin = ModbusTcpHost({n: ModbusUnit(n, Tables(holding={0: n})) for n in (1, 2, 3)})
        self.peer = TwinPeer("10.0.0.5:502", self.twin, nullcontext())
        self.order: list[int] = []

    def question(self, unit: int, patience: float = 0.5) -> Question:
        asked = Request(bytes((0, unit, 0, 0, 0, 6, unit, 3, 0, 0, 0, 1)))
        wanted = asked.words(unit)

        def accepts(frame: bytes) -> bool:
            self.order.append(unit)
            return frame == wanted

        return Question(asked.frame, accepts, patience)


def test_all_are_asked_one_after_the_other_and_whoever_asks_meanwhile_in_between() -> None:
    bench = Bench()
    several = [bench.question(unit) for unit in (1, 2, 3)]
    alone = bench.question(3)

    async def main() -> None:
        under_way = asyncio.create_task(bench.peer.ask_all(several))
        await asyncio.sleep(ANSWERS_AFTER_S / 2)
        assert await bench.peer.ask(alone)
        await under_way

    run(main(), bench.clock)
    assert bench.order == [1, 3, 2, 3]
    assert [q.answer and q.answer[-1] for q in several] == [1, 2, 3]
    times = [(round(q.asked or 0.0, 4), round(q.answered, 4)) for q in several]
    assert times == [(0.0, 0.002), (0.004, 0.006), (0.006, 0.008)]


def test_a_silence_is_waited_for_and_noted() -> None:
    bench = Bench()
    several = [bench.question(1), Question(b"no request", bool, 0.25), bench.question(2)]
    run(bench.peer.ask_all(several), bench.clock)
    assert [q.answer is None for q in several] == [False, True, False]
    assert [q.silent for q in several] == [False, True, False]
    assert bench.clock.monotonic() == pytest.approx(0.25 + 2 * ANSWERS_AFTER_S, abs=1e-5)


def test_who_is_switched_off_is_not_there() -> None:
    bench = Bench()
    bench.twin.gone = True
    question = bench.question(1)

    async def main() -> None:
        with pytest.raises(Unreachable, match="switched off"):
            await bench.peer.ask_all([question])
        await bench.peer.ask_all([])

    run(main(), bench.clock)
    assert question.asked is None
