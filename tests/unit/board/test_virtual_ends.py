"""The pins of virtual boards end where the catalog says."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from module_bench import HAT, HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.bus.linux.uart import LinuxUart
from wisgate.catalog.catalog import load
from wisgate.core.clock import VirtualClock
from wisgate.core.points import Status
from wisgate.virtual.board import VirtualRak7391
from wisgate.virtual.frame import VirtualBoard
from wisgate.virtual.rak6421 import VirtualRak6421

LEGACY = HAT + '[hat]\nboard = "rak6421"\nrevision = "legacy"\n'
BOARDS = {
    ("rak7391", ""): VirtualRak7391,
    ("rak6421", "production"): partial(VirtualRak6421, revision="production"),
    ("rak6421", "legacy"): partial(VirtualRak6421, revision="legacy"),
}
EXAMPLE = Path(__file__).parents[3] / "examples" / "hat.toml"
CHIPS = {"U133": "expander-2", "host": "host"}
RELAYS = {(HAT, "io-1"): 16, (HAT, "io-2"): 24, (LEGACY, "io-1"): 16, (LEGACY, "io-2"): 24}


def pins(made: VirtualBoard, name: str) -> dict[str, tuple[str, int]]:
    names = {id(chip): name for name, chip in made.pin_chips.items()}
    return {s: (names[id(chip)], line) for s, (chip, line) in made.slots[name].pins.items()}


@pytest.mark.parametrize(("board", "revision"), BOARDS)
def test_signals_end_on_the_lines_of_the_catalog(board: str, revision: str) -> None:
    entry, made = load().boards[board], BOARDS[board, revision](VirtualClock())
    assert set(made.slots) <= {s.name for s in entry.slots}
    for name in made.slots:
        place = next(s for s in entry.slots if s.name == name)
        assert pins(made, name) == {
            s.name: (CHIPS[s.chip], s.line)
            for s in place.signals
            if s.line is not None and (not s.revisions or revision in s.revisions)
        }


@pytest.mark.parametrize(("board", "revision"), BOARDS)
def test_ports_and_inputs_are_those_of_the_catalog(board: str, revision: str) -> None:
    entry, made = load().boards[board], BOARDS[board, revision](VirtualClock())
    for name, side in made.slots.items():
        place = next(s for s in entry.slots if s.name == name)
        ain, uart, spi = (place.signal(n, revision) for n in ("AIN0", "UART1", "SPI"))
        assert side.first_ain == (ain.ain if ain else None)
        assert (name in made.uarts) is (uart is not None)
        assert (name in made.spis) is (spi is not None)
    shared = {id(spi) for spi in made.spis.values()}
    assert len(shared) == len({s.bus for p in entry.slots if (s := p.signal("SPI", revision))})


@pytest.mark.parametrize(("head", "name"), RELAYS)
def test_a_relay_switches_the_line_of_its_slot(head: str, name: str) -> None:
    bench = ModuleBench(slot(name, "rak13007"), head=head)
    module = next(p.module for p in bench.board.placed if p.name == name)
    module.open()
    module.write("relay", True)
    assert [n for n in range(28) if bench.twins.lines.driven(n)] == [RELAYS[head, name]]
    module.close()
    assert not bench.twins.lines.level(RELAYS[head, name])


@pytest.mark.parametrize("head", [HEAD, HAT])
def test_the_inputs_of_both_slots_are_told_apart(head: str) -> None:
    names = ("wisblock-1", "wisblock-2") if head == HEAD else ("io-1", "io-2")
    bench = ModuleBench(*(slot(name, "rak5811") for name in names), head=head)
    for name, volts in zip(names, (0.6, 2.4), strict=True):
        bench.twins.slots[name].ain(1, lambda volts=volts: volts)

    async def main() -> None:
        for name, volts in zip(names, (1.0, 4.0), strict=True):
            (reading,) = await bench.read(name)
            assert reading.value == pytest.approx(volts, abs=0.001)

    bench.run(main())


def test_the_serial_port_of_a_hat_is_that_of_the_header() -> None:
    from wisgate.board.linux import _uarts

    unit = '[[slot.unit]]\nid = 1\nname = "a"\n'
    registers = 'registers = [{ name = "x", address = 0, kind = "holding", type = "uint16" }]\n'
    bench = ModuleBench(slot("io-2", "rak5802"), unit, registers, head=HAT)
    ports = _uarts(bench.board.plan, VirtualClock())
    assert {name: port.name for name, port in ports.items()} == {"io-2": "/dev/serial0"}
    assert isinstance(ports["io-2"], LinuxUart)
    assert bench.board.ends.expanders == {}


def test_the_example_of_a_hat_runs() -> None:
    with open_modules(EXAMPLE) as board:
        board.write("io-1", "relay", True)
        readings = [r for name in ("io-1", "io-2", "sensor-c") for r in board.read(name)]
        assert {r.name for r in readings} == {"relay", "a1", "temperature", "humidity"}
        assert {r.status for r in readings} == {Status.GOOD}
        assert board.twins.lines.driven(16)
    assert not board.twins.lines.level(16)
