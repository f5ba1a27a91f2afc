"""The virtual HAT: four kinds of wires, shared by six slots; no driver takes part."""

from __future__ import annotations

import pytest

from wisgate.bus.lines import Input, Output
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge
from wisgate.virtual.faults import FaultKind
from wisgate.virtual.rak6421 import VirtualRak6421


def hat(modules: dict[str, str] | None = None, **options: object) -> VirtualRak6421:
    return VirtualRak6421(VirtualClock(), modules=modules, **options)  # type: ignore[arg-type]


def convert(made: VirtualRak6421, channel: int, address: int = 0x48) -> float:
    """A single conversion in volts, at 4.096 V full scale."""
    made.i2c.transfer(address, bytes([1, 0xC3 | channel << 4, 0x83]))
    made.clock.sleep(0.0087)
    raw = int.from_bytes(made.i2c.transfer(address, b"\x00", 2), "big", signed=True)
    return raw * 4.096 / 32768


def test_who_is_on_the_bus() -> None:
    made = hat({"io-1": "rak16000"})
    there = []
    for address in range(0x08, 0x78):
        try:
            made.i2c.transfer(address)
        except NoAcknowledge:
            continue
        there.append(address)
    assert there == [0x41, 0x48], "neither expanders nor a climate chip"


def test_every_input_of_the_converter() -> None:
    made = hat()
    for n, (slot, ain) in enumerate([("io-1", 0), ("io-1", 1), ("io-2", 0), ("io-2", 1)]):
        made.slots[slot].ain(ain, lambda n=n: 0.5 + n / 2)
    assert [convert(made, n) for n in range(4)] == pytest.approx([0.5, 1.0, 1.5, 2.0])
    made.slots["io-2"].ain(0, None)
    assert convert(made, 2) == 0.0


def test_a_sensor_slot_has_no_analog_signals() -> None:
    with pytest.raises(ValueError, match="no AIN0; sensor-b has no analog signals"):
        hat().slots["sensor-b"].ain(0, lambda: 1.0)


def test_one_line_is_in_two_slots() -> None:
    """GPIO24 is IO5 of slot 1 and IO4 of slot 2 on a production board."""
    made = hat()
    made.lines.request(24, Output(True), "test")
    assert made.slots["io-1"].level(5)
    assert made.slots["io-2"].level(4)
    assert made.slots["sensor-d"].level(2)


def test_a_board_of_2022_has_other_lines() -> None:
    made = hat(revision="legacy")
    line = made.lines.request(6, Input(), "test")
    made.slots["io-1"].drive(5, True)
    assert line.get()
    with pytest.raises(ValueError, match="no IO2; io-1 has IO1, IO3"):
        made.slots["io-1"].level(2)


def test_slots_share_one_serial_port_and_two_chip_selects() -> None:
    made = hat()
    assert {id(made.slots[s].uart) for s in ("io-1", "io-2", "sensor-a", "sensor-d")} == {
        id(made.uarts["io-1"])
    }
    assert sorted(made.uarts) == ["io-1", "io-2", "sensor-a", "sensor-d"]
    assert made.slots["sensor-b"].uart is not made.uarts["io-1"]
    assert made.spis["io-1"] is made.spis["sensor-b"]
    assert made.spis["io-2"] is made.spis["sensor-c"]
    assert made.spis["io-1"] is not made.spis["io-2"]


def test_there_is_no_power_fail_and_no_led() -> None:
    made = hat()
    made.world.set("supply.volts", 0.0)
    assert not made.lines.level(16)
    assert made.indicators() == {}
    with pytest.raises(ValueError, match="supply"):
        made.faults.inject(FaultKind.SUPPLY_LOST, "supply")


def test_a_module_is_pulled_and_put_back() -> None:
    made = hat({"io-1": "rak16000"})
    made.faults.inject(FaultKind.MODULE_PULLED, "io-1")
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(0x41)
    made.faults.clear(FaultKind.MODULE_PULLED, "io-1")
    made.i2c.transfer(0x41)


def test_a_converter_that_hangs() -> None:
    made = hat()
    made.faults.inject(FaultKind.NEVER_READY, "adc")
    made.i2c.transfer(0x48, b"\x01\xc3\x83")
    made.clock.sleep(1)
    assert not made.i2c.transfer(0x48, b"\x01", 2)[0] & 0x80


def test_a_slot_that_is_none() -> None:
    with pytest.raises(ValueError, match='no slot "wisblock-1"; there are io-1, '):
        hat({"wisblock-1": "rak16000"})


def test_the_computer_is_a_raspberry_pi() -> None:
    host = hat().host
    assert [unit.vendor for unit in host.usb()] == [0x2109]
    assert [interface.name for interface in host.interfaces()] == ["eth0"]
    assert host.serial_ports() == ()
    assert [drive.kind for drive in host.drives()] == ["sd"]
    assert len(host.pci()) == 2
