"""RAK13300 and RAK13006 on the virtual board, seen from the slot."""

from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.board import VirtualRak7391

EXPANDER = 0x26
RADIO = (
    "80 00", "97 02 00 02 80", "07 00 00", "9D 01", "8A 01", "86 36 41 99 9A", "95 02 02 00 01",
    "8E 16 04", "8B 07 04 01 00", "8C 00 08 00 FF 01 00", "8F 00 00", "08 03 E3 03 E3 00 00 00 00",
)  # fmt: skip
CAN = (
    "20 02 10", "20 50 80 04 60 E7", "20 5C 09 04 60 EF", "21 D0 81", "20 1C 00 00 02 28",
    "20 03 00",
)  # fmt: skip


class Bench:
    def __init__(self, **modules: str) -> None:
        self.clock = VirtualClock()
        names = {slot.replace("_", "-"): module for slot, module in modules.items()}
        self.board = VirtualRak7391(self.clock, modules=names)
        # IO1 to IO6 of slot 1 are lines 1 to 6: IO3 and IO4 outputs, high.
        self.board.i2c.transfer(EXPANDER, bytes.fromhex("02 FF"))
        self.board.i2c.transfer(EXPANDER, bytes.fromhex("06 E7"))
        self.clock.advance(0.01)

    def say(self, *frames: str, slot: str = "wisblock-1") -> None:
        for frame in frames:
            self.board.spis[slot].transfer(bytes.fromhex(frame))
            self.clock.advance(0.0002)

    def ask(self, frame: str, slot: str = "wisblock-1") -> bytes:
        return self.board.spis[slot].transfer(bytes.fromhex(frame))

    def line(self, number: int) -> bool:
        levels = self.board.i2c.transfer(EXPANDER, b"\x00", 1)[0]
        return bool(levels >> number & 1)


def radio(**modules: str) -> Bench:
    bench = Bench(**modules or {"wisblock_1": "rak13300"})
    bench.say(*RADIO)
    return bench


def test_busy_and_reset_reach_the_expander():
    bench = radio()
    assert not bench.line(5)
    bench.board.i2c.transfer(EXPANDER, bytes.fromhex("02 EF"))
    assert bench.line(5)
    bench.board.i2c.transfer(EXPANDER, bytes.fromhex("02 FF"))
    assert bench.line(5)
    bench.clock.advance(0.004)
    assert not bench.line(5)
    assert bench.ask("11 00 00")[2] == 0


def test_the_node_in_the_garden_is_heard():
    bench = radio()
    bench.say("82 FF FF FF")
    bench.clock.advance(9.9)
    assert not bench.line(6)
    bench.clock.advance(0.5)
    assert bench.line(6)
    length, start = bench.ask("13 00 00 00")[2:]
    text = bench.ask(f"1E {start:02X} 00" + " 00" * length)[3:].decode()
    number, temperature, humidity = text.split()
    assert (number, float(temperature), float(humidity)) == (
        "1", pytest.approx(21, abs=4), pytest.approx(45, abs=20)
    )  # fmt: skip


def test_the_node_acknowledges():
    bench = radio()
    bench.say("0E 00 70 69 6E 67", "8C 00 08 00 04 01 00", "83 00 00 00")
    bench.clock.advance(0.08)
    bench.say("82 FF FF FF")
    bench.clock.advance(0.3)
    assert bench.ask("1E 00 00" + " 00" * 8)[3:] == b"ack ping"
    rssi = bench.ask("14 00 00 00 00")[2] / -2
    assert rssi == pytest.approx(14 - 115, abs=8)


def test_nobody_there():
    bench = radio()
    bench.board.faults.inject("nobody-there", "wisblock-1")
    bench.say("82 FF FF FF")
    bench.clock.advance(30.0)
    assert not bench.line(6)
    bench.board.faults.clear("nobody-there", "wisblock-1")
    bench.clock.advance(11.0)
    assert bench.line(6)


def test_without_its_supply_the_antenna_hears_little():
    bench = radio()
    bench.board.i2c.transfer(EXPANDER, bytes.fromhex("02 F7"))
    bench.say("82 FF FF FF")
    bench.clock.advance(30.0)
    assert not bench.line(6)


def test_two_modules_hear_each_other():
    bench = Bench(wisblock_1="rak13300", wisblock_2="rak13300")
    bench.board.i2c.transfer(EXPANDER, bytes.fromhex("07 E7"))
    bench.clock.advance(0.01)
    for slot in ("wisblock-1", "wisblock-2"):
        bench.say(*RADIO, slot=slot)
    bench.say("82 FF FF FF", slot="wisblock-2")
    bench.clock.advance(0.011)
    bench.say("0E 00 68 69", "8C 00 08 00 02 01 00", "83 00 00 00")
    bench.clock.advance(0.06)
    assert bench.ask("13 00 00 00", "wisblock-2")[2:] == b"\x02\x00"
    assert bench.ask("1E 00 00 00 00", "wisblock-2")[3:] == b"hi"
    assert bench.ask("14 00 00 00 00", "wisblock-2")[4] == 2 * (40 - 14)


def test_a_stuck_radio():
    bench = radio()
    bench.board.faults.inject("never-ready", "wisblock-1")
    bench.clock.advance(1.0)
    assert bench.line(5)


@pytest.mark.parametrize("module", ["rak13300", "rak13006"])
def test_pulled_out_and_put_back(module):
    bench = Bench(wisblock_1=module)
    bench.board.pull("wisblock-1")
    assert bench.ask("C0 00") == b"\xff\xff"
    assert bench.line(5)
    assert bench.line(6)
    bench.board.plug("wisblock-1")
    bench.clock.advance(0.01)
    assert bench.ask("C0 00") != b"\xff\xff"


def can(**modules: str) -> Bench:
    bench = Bench(**modules or {"wisblock_1": "rak13006"})
    for slot in modules or {"wisblock_1": ""}:
        bench.say(*CAN, slot=slot.replace("_", "-"))
    bench.clock.advance(0.001)
    return bench


def received(bench: Bench, slot: str = "wisblock-1") -> tuple[int, bytes] | None:
    """The oldest frame, and room for the next."""
    status = bench.ask("30 60" + " 00" * 8, slot)[2:]
    if not status[0] & 1:
        return None
    at = 0x400 + int.from_bytes(status[4:6], "little")
    entry = bench.ask(f"{0x3000 | at:04X}" + " 00" * 16, slot)[2:]
    bench.say("20 5D 01", slot=slot)
    return int.from_bytes(entry[:2], "little"), entry[8 : 8 + (entry[4] & 15)]


def test_the_other_node_tells():
    bench = can()
    assert bench.line(6)
    bench.clock.advance(0.6)
    assert not bench.line(6)
    identifier, payload = received(bench) or (0, b"")
    assert identifier == 0x180
    level = bench.board.world.get("tank.level")
    assert int.from_bytes(payload[:2], "little") == pytest.approx(1000 * level, abs=50)
    assert payload[2] == 0
    assert bench.line(6)
    bench.clock.advance(5.0)
    seen = {}
    while (frame := received(bench)) is not None:
        seen[frame[0]] = frame[1]
    assert set(seen) == {0x180, 0x181}
    assert int.from_bytes(seen[0x181], "little", signed=True) == pytest.approx(210, abs=40)


def test_the_other_node_does_what_it_is_told():
    bench = can()
    for state in (1, 0):
        at = 0x400 + int.from_bytes(bench.ask("30 58 00 00 00 00")[2:4], "little")
        bench.say(f"{0x2000 | at:04X} 01 02 00 00 01 00 00 00 0{state} 00 00 00", "20 51 03")
        bench.clock.advance(0.01)
        bench.ask("30 54 00 00 00 00")
        assert bench.board.world.get("valve.open") == state


def test_two_can_modules_are_on_one_bus():
    bench = can(wisblock_1="rak13006", wisblock_2="rak13006")
    bench.say("24 00 23 01 00 00 01 00 00 00 2A 00 00 00", "20 51 03")
    bench.clock.advance(0.001)
    assert received(bench, "wisblock-2") == (0x123, b"\x2a")


@pytest.mark.parametrize(
    ("fault", "errors"), [("nobody-there", 0x158000), ("bus-shorted", 0x3F0000)]
)
def test_faults_of_the_bus(fault, errors):
    bench = can()
    bench.board.faults.inject(fault, "wisblock-1")
    bench.say("24 00 23 01 00 00 01 00 00 00 2A 00 00 00", "20 51 03")
    bench.clock.advance(0.1)
    state = int.from_bytes(bench.ask("30 34 00 00 00 00")[2:], "little")
    assert state & 0x3F8000 == errors & 0x3F8000 or (fault, state >> 21) == ("bus-shorted", 1)
    bench.board.faults.clear(fault, "wisblock-1")
    bench.clock.advance(0.1)
    state = int.from_bytes(bench.ask("30 34 00 00 00 00")[2:], "little")
    assert state >> 20 == 0


def test_an_oscillator_that_does_not_run():
    bench = Bench(wisblock_1="rak13006")
    bench.board.faults.inject("never-ready", "wisblock-1")
    assert bench.ask("3E 00 00 00 00 00")[3] & 4 == 0


def test_brown_out():
    bench = can()
    bench.board.faults.inject("brown-out", "wisblock-1")
    assert bench.ask("30 00 00 00 00 00")[2:] == bytes.fromhex("60 07 98 04")
    bench = radio()
    bench.board.faults.inject("brown-out", "wisblock-1")
    bench.clock.advance(0.004)
    assert bench.ask("11 00 00")[2] == 0
