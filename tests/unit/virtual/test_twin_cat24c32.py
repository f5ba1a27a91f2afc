from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge
from wisgate.virtual.chips.cat24c32 import Cat24c32Twin
from wisgate.virtual.i2c import Message, VirtualI2c

CYCLE = 0.005


def memory() -> tuple[VirtualClock, Cat24c32Twin]:
    clock = VirtualClock()
    return clock, Cat24c32Twin(clock)


def save(chip: Cat24c32Twin, data: bytes) -> int:
    assert chip.addressed(0x50, False)
    taken = chip.write(data)
    chip.stop()
    return taken


def test_only_its_address() -> None:
    _clock, chip = memory()
    for read in (True, False):
        assert chip.addressed(0x50, read)
        assert not chip.addressed(0x51, read)


def test_other_addresses() -> None:
    chip = Cat24c32Twin(VirtualClock(), addresses=[0x57])
    assert chip.addressed(0x57, True)
    assert not chip.addressed(0x50, True)


def test_the_cycle_takes_5_ms_from_the_stop() -> None:
    clock, chip = memory()
    save(chip, b"\x00\x00\x55")
    clock.advance(CYCLE - 1e-6)
    assert not chip.addressed(0x50, False)
    assert not chip.addressed(0x50, True)
    assert chip.contents[0] == 0xFF
    clock.advance(2e-6)
    assert chip.addressed(0x50, False)
    assert chip.contents[0] == 0x55


def test_a_stop_of_somebody_else_does_not_prolong_the_cycle() -> None:
    clock, chip = memory()
    save(chip, b"\x00\x00\x55")
    clock.advance(CYCLE / 2)
    chip.stop()
    clock.advance(CYCLE / 2 + 1e-6)
    assert chip.addressed(0x50, True)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x07"])
def test_without_a_byte_there_is_no_cycle(data: bytes) -> None:
    _clock, chip = memory()
    assert save(chip, data) == len(data)
    assert chip.addressed(0x50, False)


def test_half_an_address_moves_nothing() -> None:
    _clock, chip = memory()
    chip.contents[7] = 0x33
    save(chip, b"\x00\x07")
    save(chip, b"\x01")
    assert chip.read(1) == b"\x33"


def test_a_restart_instead_of_a_stop_writes_nothing() -> None:
    clock, chip = memory()
    bus = VirtualI2c(clock)
    bus.twins.append(chip)
    messages = [Message(0x50, b"\x00\x00\x55"), Message(0x50, length=1, read=True)]
    assert bus.messages(messages) == [b"\xff"]
    assert chip.addressed(0x50, True)
    assert chip.contents[0] == 0xFF


def test_the_pin_protects_bytes_not_the_address() -> None:
    _clock, chip = memory()
    chip.write_protect = 1.0
    chip.contents[5] = 0x66
    assert save(chip, b"\x00\x05\x11") == 2
    assert save(chip, b"\x00\x05") == 2
    assert chip.read(1) == b"\x66"


def test_never_ready() -> None:
    clock, chip = memory()
    bus = VirtualI2c(clock)
    bus.twins.append(chip)
    bus.transfer(0x50, b"\x00\x00\x55")
    chip.never_ready = True
    clock.advance(5)
    with pytest.raises(NoAcknowledge):
        bus.transfer(0x50)
    chip.never_ready = False
    assert bus.transfer(0x50, b"\x00\x00", 1) == b"\x55"


def test_never_ready_is_a_fault_of_write_cycles_only() -> None:
    _clock, chip = memory()
    chip.never_ready = True
    assert chip.addressed(0x50, True)


def test_a_supply_lost_in_the_cycle_loses_the_page() -> None:
    clock, chip = memory()
    save(chip, b"\x00\x00\x55")
    clock.advance(1.0)
    save(chip, b"\x00\x00\x66\x77")
    clock.advance(CYCLE / 2)
    chip.power_cycle()
    chip.stop()  # of somebody else
    assert chip.addressed(0x50, True)
    assert chip.read(2) == b"\x55\xff"


def test_the_supply_returns_and_the_memory_is_there() -> None:
    clock, chip = memory()
    save(chip, b"\x02\x00\x12")
    clock.advance(CYCLE * 2)
    assert chip.addressed(0x50, True)
    chip.power_cycle()
    assert chip.contents[0x200] == 0x12
    assert chip.read(1) == b"\xff"  # from address 0


def test_the_cycle_is_over_when_its_time_is() -> None:
    clock, chip = memory()
    save(chip, b"\x00\x00\x55")
    clock.advance(CYCLE)
    assert chip.addressed(0x50, False)
