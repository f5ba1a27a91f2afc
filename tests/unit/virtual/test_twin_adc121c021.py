from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge
from wisgate.virtual.chips.adc121c021 import Adc121c021Twin
from wisgate.virtual.i2c import VirtualI2c


def adc(**settings: bool) -> tuple[VirtualClock, Adc121c021Twin]:
    clock = VirtualClock()
    return clock, Adc121c021Twin(clock, addresses=(0x55,), **settings)


def register(chip: Adc121c021Twin, number: int, size: int = 2) -> int:
    chip.write(bytes([number]))
    return int.from_bytes(chip.read(size), "big")


def volts(code: int) -> float:
    return code * 5 / 4096


def test_an_input_that_nobody_drives_is_at_ground_and_the_supply_is_5_v() -> None:
    _clock, chip = adc()
    assert register(chip, 0) == 0
    chip.vin = 2.5
    assert register(chip, 0) == 2048


def test_without_supply_nobody_answers_and_all_is_forgotten() -> None:
    clock, chip = adc()
    bus = VirtualI2c(clock)
    bus.twins.append(chip)
    bus.transfer(0x55, b"\x02\x20")
    bus.transfer(0x55, b"\x03\x01\xf4")
    chip.powered = False
    with pytest.raises(NoAcknowledge):
        bus.transfer(0x55, b"\x02", 1)
    chip.powered = True
    assert bus.transfer(0x55, b"", 2) == b"\x00\x00"
    assert bus.transfer(0x55, b"\x02", 1) == b"\x00"
    assert bus.transfer(0x55, b"\x03", 2) == b"\x00\x00"


def test_switching_on_what_is_on_changes_nothing() -> None:
    _clock, chip = adc()
    assert chip.powered
    chip.write(b"\x02\x20")
    chip.powered = True
    assert register(chip, 2, 1) == 0x20


def test_brown_out_ends_the_automatic_mode() -> None:
    clock, chip = adc()
    chip.vin = volts(500)
    chip.write(b"\x02\x20")
    clock.advance(0.001)
    assert register(chip, 6) == 500
    chip.power_cycle()
    clock.advance(0.001)
    assert register(chip, 6) == 0x0FFF
    assert chip.write(b"\x01") == 1
    chip.power_cycle()
    assert chip.read(2) == b"\x01\xf4"


@pytest.mark.parametrize(
    ("cycle", "rate"),
    [(1, 27e3), (2, 13.5e3), (3, 6.7e3), (4, 3.4e3), (5, 1.7e3), (6, 900), (7, 400)],
)
def test_each_cycle_converts_at_its_rate(cycle: int, rate: float) -> None:
    clock, chip = adc()
    chip.vin = volts(500)
    chip.write(bytes([2, cycle << 5]))
    clock.advance(0.99 / rate)
    assert register(chip, 0) == 0
    clock.advance(0.02 / rate)
    assert register(chip, 0) == 500
    chip.vin = volts(3000)
    clock.advance(0.98 / rate)
    assert register(chip, 0) == 500
    clock.advance(0.02 / rate)
    assert register(chip, 0) == 3000


def test_a_new_configuration_begins_a_new_cycle() -> None:
    clock, chip = adc()
    chip.vin = volts(500)
    chip.write(b"\x02\xe0")
    clock.advance(0.002)
    chip.write(b"\x02\xe0")
    clock.advance(0.002)
    assert register(chip, 0) == 0
    clock.advance(0.0006)
    assert register(chip, 0) == 500


def test_looks_at_the_world_once_per_conversion() -> None:
    clock, chip = adc()
    looks: list[float] = []
    chip.look = lambda: looks.append(clock.monotonic())
    register(chip, 0)
    assert looks == [0.0]
    register(chip, 4)
    assert len(looks) == 1
    chip.write(b"\x00")
    chip.read(6)
    assert len(looks) == 4


def test_the_alert_pin() -> None:
    clock, chip = adc()
    assert chip.alert_level() is None
    chip.write(b"\x04\x07\xd0")
    chip.write(b"\x02\x24")
    assert chip.alert_level() is True
    chip.vin = volts(3000)
    clock.advance(0.001)
    assert chip.alert_level() is False
    chip.vin = volts(1000)
    clock.advance(0.001)
    assert chip.alert_level() is True
    chip.write(b"\x02\x25")
    assert chip.alert_level() is False
    chip.vin = volts(3000)
    clock.advance(0.001)
    assert chip.alert_level() is True
    chip.powered = False
    assert chip.alert_level() is None


def test_an_alert_is_seen_before_it_is_written_away() -> None:
    clock, chip = adc()
    chip.write(b"\x04\x07\xd0")
    chip.write(b"\x02\x30")
    chip.vin = volts(3000)
    clock.advance(0.001)
    chip.write(b"\x01\x02")
    assert register(chip, 1, 1) == 0


def test_the_other_reading_of_the_datasheet_clears_with_zeros() -> None:
    clock, chip = adc(cleared_by_ones=False)
    chip.write(b"\x03\x01\xf4")
    chip.write(b"\x02\x30")
    clock.advance(0.001)
    assert register(chip, 1, 1) == 0b01
    chip.vin = volts(1000)
    clock.advance(0.001)
    chip.write(b"\x01\x03")
    assert register(chip, 1, 1) == 0b01
    chip.write(b"\x01\x00")
    assert register(chip, 1, 1) == 0


def test_normal_mode_compares_nothing() -> None:
    clock, chip = adc()
    chip.write(b"\x04\x07\xd0")
    chip.write(b"\x02\x08")
    chip.vin = volts(3000)
    clock.advance(0.001)
    assert register(chip, 0) == 3000
    assert register(chip, 1, 1) == 0


def test_half_a_word_writes_nothing_and_more_than_a_word_no_more() -> None:
    _clock, chip = adc()
    assert chip.write(b"\x03\x01") == 2
    assert register(chip, 3) == 0
    assert chip.write(b"") == 0
    assert chip.write(b"\x02\x20\xff") == 3
    assert register(chip, 2, 1) == 0x20
    assert chip.write(b"\x03\x01\xf4\x00") == 4
    assert register(chip, 3) == 500


def test_an_odd_count_ends_in_the_middle_of_a_word() -> None:
    _clock, chip = adc()
    chip.write(b"\x04")
    assert chip.read(3) == b"\x0f\xff\x0f"
