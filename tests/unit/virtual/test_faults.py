from __future__ import annotations

from pkgutil import iter_modules

import pytest

from wisgate.bus.host import PciUnit
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, BusUnavailable, NoAcknowledge
from wisgate.virtual import modules
from wisgate.virtual.board import VirtualRak7391
from wisgate.virtual.faults import FaultKind
from wisgate.virtual.units.modbus_host import ModbusTcpHost

PUMP_HOUSE = {"wisblock-1": "rak5801", "wisblock-2": "rak13007"}
AMBIENT = {"wisblock-1": "rak5802", "wisblock-2": "rak16000"}
ASK = bytes.fromhex("2A 01 00 00 00 01 FB D1")


def board(modules: dict[str, str] = AMBIENT) -> VirtualRak7391:
    made = VirtualRak7391(VirtualClock(), modules=modules)
    made.clock.sleep(0.001)
    return made


@pytest.mark.parametrize(
    ("target", "address"),
    [("adc", 0x4B), ("0x4b", 0x4B), ("0x4B", 0x4B), ("wisblock-2", 0x41), ("expander-2", 0x26)],
)
def test_no_acknowledge(target: str, address: int) -> None:
    made = board()
    made.faults.inject("no-acknowledge", target)
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(address)
    made.i2c.transfer(0x27)
    made.faults.clear("no-acknowledge", target)
    made.i2c.transfer(address)


def test_mute_bus() -> None:
    made = board()
    made.faults.inject(FaultKind.MUTE_BUS, "i2c")
    with pytest.raises(BusTimeout):
        made.i2c.transfer(0x26)
    made.faults.clear("mute-bus", "i2c")
    made.i2c.transfer(0x26)


def test_never_ready_of_every_converter() -> None:
    made = board()
    for target in ("adc", "climate", "wisblock-2"):
        made.faults.inject("never-ready", target)
    made.i2c.transfer(0x4B, b"\x01\xc3\x83")
    made.i2c.transfer(0x70, b"\x78\x66")
    made.i2c.transfer(0x41, b"\x00\x39\x9b")
    made.clock.sleep(1)
    assert made.i2c.transfer(0x4B, b"\x01", 2)[0] & 0x80 == 0
    assert made.i2c.transfer(0x41, b"\x02", 2)[1] & 2 == 0
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(0x70, read=6)


def test_wrong_chip() -> None:
    made = board()
    made.faults.inject("wrong-chip", "adc", answer=0xA5)
    assert made.i2c.transfer(0x4B, b"\x05", 2) == b"\xa5\xa5"
    made.faults.clear("wrong-chip", "adc")
    assert made.i2c.transfer(0x4B, b"\x05", 2) == b"\x00\x80"


def test_bit_flips() -> None:
    made = board()
    made.faults.inject("bit-flips", "adc", rate=1.0)
    assert made.i2c.transfer(0x4B, b"\x05", 2) != b"\x00\x80"
    made.faults.clear("bit-flips", "adc")
    assert made.i2c.transfer(0x4B, b"\x05", 2) == b"\x00\x80"


@pytest.mark.parametrize(
    ("target", "forgets"),
    [("board", {0x26, 0x41}), ("expander-2", {0x26}), ("0x26", {0x26}), ("wisblock-2", {0x41})],
)
def test_brown_out(target: str, forgets: set[int]) -> None:
    made = board()
    made.i2c.transfer(0x26, b"\x06\xef")
    made.i2c.transfer(0x41, b"\x05\x10\x00")
    made.faults.inject("brown-out", target)
    assert (made.i2c.transfer(0x26, b"\x06", 1) == b"\xff") == (0x26 in forgets)
    assert (made.i2c.transfer(0x41, b"\x05", 2) == b"\x00\x00") == (0x41 in forgets)


@pytest.mark.parametrize("target", ["board", "wisblock-2"])
def test_the_end_of_a_brown_out_forgets_nothing(target: str) -> None:
    made = board()
    made.faults.inject("brown-out", target)
    made.i2c.transfer(0x41, b"\x05\x10\x00")
    made.faults.clear("brown-out", target)
    assert made.i2c.transfer(0x41, b"\x05", 2) == b"\x10\x00"


def test_brown_out_lets_go_of_the_relay() -> None:
    made = board(PUMP_HOUSE)
    made.i2c.transfer(0x26, b"\x07\xef")
    made.clock.sleep(0.02)
    assert made.world.get("pump.running") == 1.0
    made.faults.inject("brown-out", "board")
    made.clock.sleep(0.02)
    assert made.world.get("pump.running") == 0.0


def test_frozen_value() -> None:
    made = board()
    made.faults.inject("frozen-value", "load.volts")
    seen = made.world.observe("load.volts")
    made.world.set("load.volts", 1.0)
    assert made.world.observe("load.volts") == seen
    made.faults.clear("frozen-value", "load.volts")
    assert made.world.observe("load.volts") == 1.0


def test_port_gone_and_back() -> None:
    made = board()
    port = made.uarts["wisblock-1"]
    made.faults.inject("port-gone", "wisblock-1")
    with pytest.raises(BusUnavailable):
        port.write(ASK)
    made.faults.clear("port-gone", "wisblock-1")
    port.write(ASK)
    assert len(port.read(6, 1.0)) == 6


def test_serial_silence_noise_and_echo() -> None:
    made = board()
    port = made.uarts["wisblock-1"]

    def answer() -> bytes:
        port.write(ASK)
        return port.read(64, 1.0)

    good = answer()
    made.faults.inject("serial-silence", "wisblock-1")
    assert answer() == b""
    made.faults.clear("serial-silence", "wisblock-1")
    made.faults.inject("serial-noise", "wisblock-1", rate=1.0)
    assert len(answer()) == len(good)
    assert answer() != good
    made.faults.clear("serial-noise", "wisblock-1")
    made.faults.inject("serial-echo", "wisblock-1")
    assert answer() == ASK + good
    made.faults.clear("serial-echo", "wisblock-1")
    assert answer() == good


def test_a_fault_of_a_module_survives_pulling_it() -> None:
    made = board()
    made.faults.inject("never-ready", "wisblock-2")
    made.faults.inject("module-pulled", "wisblock-2")
    made.faults.clear("module-pulled", "wisblock-2")
    made.clock.sleep(1)
    assert made.i2c.transfer(0x41, b"\x02", 2)[1] & 2 == 0


def test_a_fault_cleared_while_the_module_is_away_is_gone_when_it_returns() -> None:
    made = board()
    made.faults.inject("never-ready", "wisblock-2")
    made.pull("wisblock-2")
    made.faults.clear("never-ready", "wisblock-2")
    made.plug("wisblock-2")
    made.clock.sleep(1)
    assert made.i2c.transfer(0x41, b"\x02", 2)[1] & 2


def test_active_tells_and_clearing_twice_is_once() -> None:
    made = board()
    assert not made.faults.active("broker-gone", "broker")
    made.faults.inject("broker-gone", "broker")
    assert made.faults.active("broker-gone", "broker")
    assert made.faults.active(FaultKind.BROKER_GONE)
    assert not made.faults.active("never-ready")
    assert made.faults.all_active == ((FaultKind.BROKER_GONE, "broker"),)
    made.faults.clear("broker-gone", "broker")
    made.faults.clear("broker-gone", "broker")
    assert made.faults.all_active == ()


def test_every_kind_can_happen_somewhere() -> None:
    fronts = sorted(m.name for m in iter_modules(modules.__path__))
    known = [board({"wisblock-1": front}).faults for front in fronts]
    carded = board({})
    carded.fit_card("m2", PciUnit("", 0x1E60, 0x2864))
    carded.fit_host("10.0.0.5:502", ModbusTcpHost({}))
    known.append(carded.faults)
    assert all(any(faults.targets(kind) for faults in known) for kind in FaultKind)


@pytest.mark.parametrize(
    ("kind", "target", "says"),
    [
        ("no-such", "adc", r'no fault "no-such"; there are: no-acknowledge, mute-bus'),
        ("never-ready", "0x26", r'never-ready cannot hit "0x26"; it can hit: adc, climate'),
        ("open-loop", "wisblock-1", r"it can hit: nothing on this board"),
        ("frozen-value", "tank", r"it can hit: .*, cpu\.temperature,"),
    ],
)
def test_what_cannot_happen_says_what_can(kind: str, target: str, says: str) -> None:
    faults = board().faults
    for use in (faults.inject, faults.clear, faults.active, faults.check):
        with pytest.raises(ValueError, match=says):
            use(kind, target)


def test_putting_a_module_back_repeats_no_brown_out_and_no_pulling() -> None:
    made = board()
    made.faults.inject("brown-out", "board")
    made.faults.inject("module-pulled", "wisblock-2")
    made.i2c.transfer(0x26, b"\x06\xef")
    made.plug("wisblock-2")
    made.i2c.transfer(0x41)
    assert made.i2c.transfer(0x26, b"\x06", 1) == b"\xef"
