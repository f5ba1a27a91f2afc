"""Fifty Modbus RTU units on one simulated line, in virtual time: one is dead, one is slow, one
frame of a hundred is damaged on the way there or back."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from random import Random

import pytest

from wisgate.board.board import Placed
from wisgate.board.virtual_time import run
from wisgate.bus.lane import InlineLane
from wisgate.config.model import RegisterConfig, UnitConfig, Where
from wisgate.core.clock import VirtualClock
from wisgate.core.points import Reading, Status
from wisgate.gateway.sampler import Sampled
from wisgate.gateway.turns import keep_sampling, turns
from wisgate.gateway.walking import Holds
from wisgate.modules.rak5802 import Rak5802
from wisgate.virtual.uart import VirtualUart
from wisgate.virtual.units.modbus import ModbusUnit, Tables

UNITS, PERIOD_S, REGISTERS = 50, 5.0, 4
DEAD, SLOW = 20, 30
TIMEOUT_S = 0.3
ALIVE = [n for n in range(1, UNITS + 1) if n != DEAD]
HERE = Where("gateway.toml", 1)


class Noise:
    def __init__(self, seed: int) -> None:
        self.share, self.frames, self.hits = 0.0, 0, 0
        self._random = Random(seed)

    def passed(self, frame: bytes) -> bytes:
        self.frames += 1
        if self._random.random() >= self.share:
            return frame
        self.hits += 1
        at = self._random.randrange(len(frame))
        return frame[:at] + bytes([frame[at] ^ 1 << self._random.randrange(8)]) + frame[at + 1 :]


class Wire:
    """Units by number behind one wire: a frame is damaged once, whoever hears it."""

    baud = None

    def __init__(self, units: Mapping[int, ModbusUnit], noise: Noise) -> None:
        self._units, self._noise = units, noise

    def received(self, data: bytes) -> Iterable[tuple[float, bytes]]:
        heard = self._noise.passed(data)
        unit = self._units.get(heard[0])
        answers = unit.received(heard) if unit else ()
        return [(delay, self._noise.passed(answer)) for delay, answer in answers]


class Line:
    """A RAK5802 with its units, each of which shows its own number; `seen` has when each register
    was good."""

    def __init__(self, seed: int, slow: float) -> None:
        self.clock, self.noise = VirtualClock(), Noise(seed)
        uart = VirtualUart(self.clock, baud=19200)
        units = {
            n: ModbusUnit(
                n,
                Tables(holding=dict.fromkeys(range(REGISTERS), n)),
                delay=slow if n == SLOW else 0.005,
            )
            for n in ALIVE
        }
        uart.twins.append(Wire(units, self.noise))
        units_of_file = [unit_config(n) for n in (*ALIVE, DEAD)]
        module = Rak5802(uart, self.clock, units_of_file, baud=19200)
        placed = Placed("wisblock-1", "RAK5802", module, InlineLane("uart"), ())
        self.counters: Counter[str] = Counter()
        self.sampled = Sampled(placed, self.clock, Holds(), self.counters)
        self.good: dict[str, list[float]] = defaultdict(list)
        self.last: dict[str, Status] = {}

    def take(self, _: Sampled, readings: Sequence[Reading]) -> None:
        for reading in readings:
            self.last[reading.name] = reading.status
            if reading.status is Status.GOOD:
                assert reading.value == int(reading.name.split("_")[0][1:]), "never a wrong value"
                self.good[reading.name].append(self.clock.monotonic())

    async def working(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for turn in turns([self.sampled]):
                tasks.create_task(keep_sampling(turn, self.clock, self.take, self.counters))


def unit_config(n: int) -> UnitConfig:
    registers = tuple(
        RegisterConfig(HERE, f"r{at}", at, "holding", "uint16", 1.0, "") for at in range(REGISTERS)
    )
    return UnitConfig(HERE, n, f"u{n}", PERIOD_S, TIMEOUT_S, registers)


def play(line: Line, *phases: tuple[float, float]) -> None:
    """Each phase is seconds with a share of damaged frames."""

    async def main() -> None:
        working = asyncio.create_task(line.working())
        for seconds, share in phases:
            line.noise.share = share
            await asyncio.sleep(seconds)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    run(main(), line.clock)


def names(*units: int) -> set[str]:
    return {f"u{n}_r{at}" for n in units for at in range(REGISTERS)}


@pytest.mark.parametrize("seed", range(4))
def test_no_good_register_is_late_by_more_than_a_period(seed: int) -> None:
    line = Line(seed, slow=0.25)
    play(line, (600.0, 0.01))
    assert set(line.good) == names(*ALIVE)
    gaps = [b - a for times in line.good.values() for a, b in pairwise(times)]
    assert max(gaps) <= 2 * PERIOD_S  # a period, and late by one
    for times in line.good.values():
        assert times[0] <= 2 * PERIOD_S
        assert times[-1] >= 600.0 - 2 * PERIOD_S
    assert line.noise.hits > 80
    assert line.counters["late"] <= 10
    assert {line.last[name] for name in names(DEAD)} == {Status.ABSENT}


@pytest.mark.parametrize("seed", range(4))
def test_all_are_back_within_two_periods_after_the_noise(seed: int) -> None:
    line = Line(seed, slow=0.25)
    end = 60.0 + 2 * PERIOD_S
    play(line, (60.0, 0.01), (2 * PERIOD_S, 1.0), (2 * PERIOD_S, 0.0))
    during = [t for times in line.good.values() for t in times if 62.0 < t < end]
    assert not during  # nothing comes through such noise
    for name in names(*ALIVE):
        assert line.good[name][-1] > end, name


def test_a_unit_that_answers_too_late_harms_no_other() -> None:
    line = Line(1, slow=1.1 * TIMEOUT_S)
    play(line, (300.0, 0.01))
    others = names(*(n for n in ALIVE if n != SLOW))
    gaps = [b - a for name in others for a, b in pairwise(line.good[name])]
    assert max(gaps) <= 2 * PERIOD_S
