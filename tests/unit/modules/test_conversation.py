"""What the catalog says a sample costs is what the driver does, seen on the traced bus."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import NamedTuple

import pytest

from wisgate.bus.lines import LineAt
from wisgate.bus.trace import TracedI2c, TracedUart
from wisgate.catalog.catalog import load
from wisgate.chips.sgm58031 import Sgm58031
from wisgate.chips.tpt29555 import Tpt29555
from wisgate.config.model import RegisterConfig, SlotConfig, UnitConfig, Where
from wisgate.core.clock import VirtualClock
from wisgate.core.points import Hold, Module
from wisgate.core.quantities import parse
from wisgate.modules.rak5802 import Rak5802
from wisgate.modules.wires import Wires
from wisgate.virtual.board import VirtualRak7391
from wisgate.virtual.uart import VirtualUart
from wisgate.virtual.units.modbus import ModbusUnit, Tables

PAUSE_S = 10.0
"""Before the sample that counts: nothing of the one before is under way any more."""
HERE = Where("gateway.toml", 1)
SLOT = "wisblock-1"


BUSES = {"26": "IO", "4B": "ADC"}
"""By the address of the chip; the rest is the module's own."""


class Cost(NamedTuple):
    transactions: int
    writes: int
    reads: int


def documented(name: str) -> dict[str, Cost]:
    """By bus."""
    entries = load().modules[name].conversation
    return {e.bus: Cost(e.transactions, e.writes, e.reads) for e in entries}


def wait(name: str) -> float:
    return sum(parse(e.wait).si for e in load().modules[name].conversation)


class Traced:
    """A module in slot 1 of the virtual board, with the lines of its bus."""

    def __init__(self, name: str) -> None:
        self.clock = VirtualClock()
        board = VirtualRak7391(self.clock, modules={SLOT: name})
        board.world.set("tank.level", 2.0)
        self.lines: list[str] = []
        self.bus = TracedI2c(board.i2c, self.clock, self.lines.append)
        expander = Tpt29555(self.bus, 0x26, clock=self.clock)
        self.wires = Wires(
            SLOT,
            self.clock,
            self.bus,
            Sgm58031(self.bus),
            {"AIN0": 0, "AIN1": 1},
            {f"IO{n}": LineAt(expander, n, "test") for n in range(1, 7)},
        )

    def sample(self, module: Module) -> tuple[float, bool]:
        """Sample once more, when all is open, warm and known: what was waited, and whether a chip
        was held."""
        module.open()
        self.clock.sleep(10.0)
        self._sampled(module)
        self.clock.sleep(PAUSE_S)
        self.lines.clear()
        waited, held = self._sampled(module)
        return waited - PAUSE_S, held  # the trace tells the pause before the first exchange, too

    def _sampled(self, module: Module) -> tuple[float, bool]:
        held = False
        steps = module.sample(module.groups[0])
        with suppress(StopIteration):
            while True:
                match next(steps):
                    case Hold():
                        held = True
                    case float() as seconds:
                        self.clock.sleep(seconds)
        waits = (line.split()[1] for line in self.lines if line.startswith("wait "))
        return 1e-6 * sum(map(int, waits)), held

    def costs(self) -> dict[str, Cost]:
        """By bus, of what was traced since."""
        found: dict[str, Cost] = {}
        for line in self.lines:
            address, colon, exchange = line.partition(":")
            if not colon:
                continue
            written, _, read = exchange.partition("->")
            bus = BUSES.get(address, "I2C1")
            one = Cost(1, len(written.split()), len(read.split()))
            found[bus] = Cost(*map(sum, zip(found.get(bus, Cost(0, 0, 0)), one, strict=True)))
        return found


def settings(name: str) -> SlotConfig:
    entry = load().modules[name]
    options = {
        o.name: parse(str(o.default)).si if o.dimension else o.default for o in entry.options
    }
    return SlotConfig(HERE, SLOT, name, 1.0, (), tuple(options.items()))


TRACED = (
    "rak12006",
    "rak12009",
    "rak12013",
    "rak12015",
    "rak13003",
    "rak13004",
    "rak14003",
    "rak14006",
    "rak16001",
    "rak12500",
    "rak13001",
    "rak13007",
    "rak13600",
    "rak16000",
    "rak5801",
    "rak5811",
    "rak1901",
    "rak1902",
    "rak1903",
    "rak1906",
    "rak12019",
    "rak12037",
)


@pytest.mark.parametrize("name", TRACED)
def test_a_sample_costs_what_the_catalog_says(name: str) -> None:
    kind = getattr(import_module(f"wisgate.modules.{name}"), name.capitalize())
    traced = Traced(name)
    waited, held = traced.sample(kind.fit(traced.wires, settings(name)))
    assert traced.costs() == documented(name), traced.lines
    assert waited == pytest.approx(wait(name), abs=1e-6)
    assert held == any(e.held for e in load().modules[name].conversation)


def test_a_modbus_register_costs_what_the_catalog_says() -> None:
    clock, lines = VirtualClock(), list[str]()
    line = VirtualUart(clock, baud=9600)
    line.twins.append(ModbusUnit(42, Tables(holding={0: 60})))
    uart = TracedUart(line, clock, lines.append)
    register = RegisterConfig(HERE, "level", 0, "holding", "uint16", 1.0, "", False)
    module = Rak5802(uart, clock, [UnitConfig(HERE, 42, "tank", 10.0, 0.5, (register,))])
    module.open()
    lines.clear()
    for _ in module.sample(module.groups[0]):
        pass
    sent = [text[1:].split() for text in lines if text.startswith(">")]
    received = [text[1:].split() for text in lines if text.startswith("<")]
    cost = Cost(len(sent), sum(map(len, sent)), sum(map(len, received)))
    assert {"UART1": cost} == documented("rak5802")
    assert wait("rak5802") == pytest.approx(3.5 * 11 / 9600, rel=0.03)  # a silence
