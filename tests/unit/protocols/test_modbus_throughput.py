"""How much of an RS485 line our client uses, and how little a dead unit takes of it."""

from __future__ import annotations

import pytest

from wisgate.config.model import RegisterConfig, UnitConfig, Where
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAnswer
from wisgate.modules.rak5802 import Rak5802
from wisgate.protocols.modbus import silence
from wisgate.virtual.uart import VirtualUart
from wisgate.virtual.units.modbus import ModbusUnit, Tables

HERE = Where("gateway.toml", 1)
CHARACTER_BITS = 10
"""8N1, as the line is opened."""


def unit(id: int, *addresses: int, timeout: float = 0.5) -> UnitConfig:
    registers = tuple(
        RegisterConfig(HERE, f"r{at}", at, "holding", "uint16", 1.0, "") for at in addresses
    )
    return UnitConfig(HERE, id, f"unit{id}", 1.0, timeout, registers)


class Line:
    def __init__(self, baud: int, units: list[UnitConfig], living: dict[int, float]) -> None:
        """`living`: what a unit takes to begin its answer, in seconds."""
        self.clock = VirtualClock()
        self.uart = VirtualUart(self.clock, baud=baud)
        for id, delay in living.items():
            tables = Tables(holding=dict.fromkeys(range(200), 7))
            self.uart.twins.append(ModbusUnit(id, tables, delay=delay))
        self.module = Rak5802(self.uart, self.clock, units, baud=baud)
        self.module.open()

    def sample(self, place: int) -> None:
        steps = self.module.sample(self.module.groups[place])
        while True:
            try:
                self.clock.sleep(float(next(steps)))  # type: ignore[arg-type]
            except StopIteration:
                return


def exchange_s(baud: int, registers: int) -> float:
    """Seconds that the standard takes for one read: request, answer, and t3.5 after each."""
    characters = 8 + 5 + 2 * registers
    return characters * CHARACTER_BITS / baud + 2 * silence(baud)


@pytest.mark.parametrize("registers", [1, 10, 60, 125])
@pytest.mark.parametrize("baud", [9600, 19200])
def test_nine_tenths_of_what_the_wire_can_carry(baud: int, registers: int) -> None:
    line = Line(baud, [unit(42, *range(registers))], {42: silence(baud)})
    begin, count = line.clock.monotonic(), 100
    for _ in range(count):
        line.sample(0)
    took = (line.clock.monotonic() - begin) / count
    assert exchange_s(baud, registers) / took >= 0.9


def test_joining_across_a_gap_is_worth_it() -> None:
    """Eight words that nobody wants cost less than asking twice; modules sheet 4.2."""
    joined = Line(9600, [unit(42, 0, 9)], {42: silence(9600)})
    apart = Line(9600, [unit(42, 0, 10)], {42: silence(9600)})
    took = []
    for line in (joined, apart):
        begin = line.clock.monotonic()
        for _ in range(20):
            line.sample(0)
        took.append(line.clock.monotonic() - begin)
    assert joined.module.client.asked == 20
    assert apart.module.client.asked == 40
    assert took[0] < took[1]


@pytest.mark.parametrize("dead", [1, 3, 8])
def test_dead_units_starve_nobody(dead: int) -> None:
    """Ten minutes with one living unit that is read every second among dead ones. Each dead one is
    asked at 0, then after pauses of 1, 2, 4 … 60 s, for half a second each time."""
    units = [unit(42, 0, 1), *(unit(100 + n, 0) for n in range(dead))]
    line = Line(9600, units, {42: 0.005})
    late = []
    for second in range(600):
        line.clock.advance(max(0.0, second - line.clock.monotonic()))
        late.append(line.clock.monotonic() - second)
        line.sample(0)
        for place in range(1, dead + 1):
            with pytest.raises(NoAnswer):
                line.sample(place)
    spent = line.module.client.asked - 600
    assert spent <= 16 * dead
    assert spent * 0.52 / 600 <= 0.015 * dead
    assert sum(delay > 0.6 * dead for delay in late[20:]) <= 0.03 * len(late)
    assert sum(late[20:]) / len(late) <= 0.03 * dead**2
