"""What the transcript cannot say: time, pins, the general call, and a supply that fails."""

from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.ads1115 import Ads1115Twin

CH0, CH1 = b"\x01\xc3\x83", b"\x01\xd3\x83"


def adc() -> tuple[VirtualClock, Ads1115Twin]:
    clock = VirtualClock()
    return clock, Ads1115Twin(clock, addresses=(0x48,))


def register(chip: Ads1115Twin, number: int) -> int:
    chip.write(bytes([number]))
    return int.from_bytes(chip.read(2), "big")


def test_too_early_reads_the_previous_conversion() -> None:
    clock, chip = adc()
    chip.ain0, chip.ain1 = 1.0, 2.0
    chip.write(CH0)
    clock.advance(0.008)
    chip.write(CH1)
    clock.advance(0.0077)
    assert register(chip, 0) == 8000
    clock.advance(0.0003)
    assert register(chip, 0) == 16000


def test_the_value_is_that_of_the_start() -> None:
    clock, chip = adc()
    chip.ain0 = 1.0
    chip.write(CH0)
    chip.ain0 = 3.0
    clock.advance(0.011)
    assert register(chip, 0) == 8000


def test_a_start_while_it_converts_is_ignored() -> None:
    clock, chip = adc()
    chip.ain0, chip.ain1 = 1.0, 2.0
    chip.write(CH0)
    clock.advance(0.006)
    chip.write(CH1)
    clock.advance(0.005)
    assert register(chip, 1) & 0x8000
    assert register(chip, 0) == 8000


def test_continuous_follows_one_period_behind() -> None:
    clock, chip = adc()
    chip.ain0 = 1.0
    chip.write(b"\x01\x42\x83")
    assert register(chip, 0) == 0
    assert register(chip, 1) == 0x4283
    clock.advance(0.011)
    assert register(chip, 0) == 8000
    chip.ain0 = 2.0
    assert register(chip, 0) == 8000
    clock.advance(0.011)
    assert register(chip, 0) == 16000


@pytest.mark.parametrize(("code", "hertz"), [(0, 8), (1, 16), (4, 128), (5, 250), (7, 860)])
def test_conversion_time(code: int, hertz: int) -> None:
    clock, chip = adc()
    chip.write(bytes([1, 0xC3, code << 5 | 3]))
    clock.advance(0.98 / hertz)
    assert not register(chip, 1) & 0x8000
    clock.advance(0.03 / hertz)
    assert register(chip, 1) & 0x8000


def test_never_ready_until_the_fault_is_over() -> None:
    clock, chip = adc()
    chip.never_ready = True
    chip.write(CH0)
    clock.advance(10)
    assert not register(chip, 1) & 0x8000
    chip.never_ready = False
    assert register(chip, 1) & 0x8000


def test_pins_stop_at_the_supply_whatever_the_gain() -> None:
    clock, chip = adc()
    chip.ain0 = 5.0
    chip.write(CH0)
    clock.advance(0.011)
    assert register(chip, 0) == 26400
    chip.write(b"\x01\xc1\x83")
    clock.advance(0.011)
    assert register(chip, 0) == 17600


def test_pins_stop_at_the_protection_below_ground() -> None:
    clock, chip = adc()
    chip.ain0 = -1.0
    chip.write(CH0)
    clock.advance(0.011)
    assert register(chip, 0) == 0x10000 - 2400


@pytest.mark.parametrize("channel", range(4))
def test_a_pin_that_nobody_drives_is_at_ground(channel: int) -> None:
    clock, chip = adc()
    chip.write(bytes([1, 0xC3 | channel << 4, 0x83]))
    clock.advance(0.011)
    assert register(chip, 0) == 0


def test_a_conversion_ends_after_its_period_and_not_before() -> None:
    clock, chip = adc()
    chip.write(CH0)
    clock.advance(1 / 128 - 1e-6)
    assert not register(chip, 1) & 0x8000
    clock.advance(2e-6)
    assert register(chip, 1) & 0x8000


def test_two_bits_are_the_pointer_and_half_a_word_writes_nothing() -> None:
    _clock, chip = adc()
    chip.write(b"\x06\x12\x34")  # 2 in two bits
    assert register(chip, 2) == 0x1234
    chip.write(b"\x02\x10")
    assert register(chip, 2) == 0x1234
    assert chip.read(4) == b"\x12\x34\xff\xff"


def test_six_to_the_general_call_is_a_reset() -> None:
    _clock, chip = adc()
    chip.write(b"\x02\x12\x34")
    assert chip.addressed(0x00, False)
    assert not chip.addressed(0x00, True)
    chip.addressed(0x00, False)
    chip.write(b"\x04")
    chip.addressed(0x48, False)
    assert register(chip, 2) == 0x1234
    chip.addressed(0x00, False)
    chip.write(b"\x06")
    chip.addressed(0x48, False)
    assert register(chip, 2) == 0x8000


def test_power_cycle_forgets_and_aborts() -> None:
    clock, chip = adc()
    chip.ain0 = 1.0
    chip.write(b"\x02\x12\x34")
    chip.write(CH0)
    chip.power_cycle()
    clock.advance(0.011)
    assert register(chip, 0) == 0
    assert register(chip, 1) == 0x8583
    assert register(chip, 2) == 0x8000


def test_looks_at_the_world_once_per_conversion() -> None:
    clock, chip = adc()
    looks: list[float] = []
    chip.look = lambda: looks.append(clock.monotonic())
    chip.write(CH0)
    clock.advance(0.011)
    register(chip, 1), register(chip, 0)
    assert looks == [0.0]


def test_the_pointer_starts_at_the_conversion() -> None:
    _clock, chip = adc()
    chip.write(b"\x01")
    chip.power_cycle()
    assert chip.read(2) == b"\x00\x00"
    assert register(chip, 1) == 0x8583
