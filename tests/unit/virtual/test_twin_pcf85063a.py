from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.pcf85063a import Pcf85063aTwin

FRESH = bytes.fromhex("00 00 00 00 80 00 00 01 06 01 00 80 80 80 80 80 00 18")


def running(moment: datetime, *, backup: bool = False) -> tuple[VirtualClock, Pcf85063aTwin]:
    """A clock that was set before, and runs."""
    clock = VirtualClock()
    chip = Pcf85063aTwin(clock, backup=backup)
    clock.advance(5.0)
    chip.keep(moment.replace(tzinfo=UTC).timestamp())
    return clock, chip


def get(chip: Pcf85063aTwin, register: int, count: int) -> str:
    chip.write(bytes([register]))
    return chip.read(count).hex(" ")


def put(chip: Pcf85063aTwin, text: str) -> None:
    assert chip.write(bytes.fromhex(text)) == len(bytes.fromhex(text))


def test_only_its_address() -> None:
    chip = Pcf85063aTwin(VirtualClock())
    for read in (True, False):
        assert chip.addressed(0x51, read)
        assert not chip.addressed(0x50, read)


def test_a_clock_that_was_set_before() -> None:
    clock, chip = running(datetime(2026, 11, 29, 13, 45, 58))
    assert get(chip, 4, 7) == "58 45 13 29 00 11 26"
    clock.advance(2.0)
    assert get(chip, 4, 7) == "00 46 13 29 00 11 26"


def test_it_keeps_parts_of_seconds() -> None:
    clock, chip = running(datetime(2026, 11, 28, 23, 59, 59, 750_000))
    assert get(chip, 4, 7) == "59 59 23 28 06 11 26"
    clock.advance(0.24)
    assert get(chip, 4, 1) == "59"
    clock.advance(0.02)
    assert get(chip, 4, 7) == "00 00 00 29 00 11 26"


def test_writing_does_not_touch_the_dividers() -> None:
    clock, chip = running(datetime(2026, 1, 1, 0, 0, 0, 900_000))
    put(chip, "04 30")
    clock.advance(0.2)
    assert get(chip, 4, 1) == "31"


def test_without_a_battery_everything_is_lost() -> None:
    clock, chip = running(datetime(2026, 1, 1))
    put(chip, "0B 00 00 00 00 00 05 14")
    put(chip, "03 A5")
    clock.advance(2.7)
    chip.power_cycle()
    assert chip.read(18) == FRESH
    clock.advance(0.9)
    assert get(chip, 4, 1) == "80"
    clock.advance(0.2)
    assert get(chip, 4, 1) == "81"


def test_with_a_battery_a_power_cycle_changes_nothing() -> None:
    clock, chip = running(datetime(2026, 1, 1, 12), backup=True)
    put(chip, "03 A5")
    chip.power_cycle()
    clock.advance(1.5)
    assert get(chip, 3, 3) == "a5 01 00"


def test_the_time_stands_still_while_the_supply_was_gone() -> None:
    clock, chip = running(datetime(2026, 1, 1, 12))
    clock.advance(100.0)
    chip.power_cycle()
    assert get(chip, 4, 7) == "80 00 00 01 06 01 00"


def test_a_stopped_crystal_loses_the_time() -> None:
    clock, chip = running(datetime(2026, 1, 1))
    clock.advance(1.0)
    assert get(chip, 4, 1) == "01"
    chip.crystal_stopped = True
    clock.advance(60.0)
    assert get(chip, 4, 2) == "81 00"
    put(chip, "04 01")
    assert get(chip, 4, 1) == "81"
    chip.crystal_stopped = False
    clock.advance(1.0)
    assert get(chip, 4, 2) == "82 00"
    put(chip, "04 02")
    assert get(chip, 4, 1) == "02"


def test_the_lost_flag_cannot_be_written_to_1() -> None:
    _clock, chip = running(datetime(2026, 1, 1))
    put(chip, "04 80")
    assert get(chip, 4, 1) == "00"


@pytest.mark.parametrize(
    ("register", "stored"),
    [(0x05, "7f"), (0x06, "3f"), (0x07, "3f"), (0x08, "07"), (0x09, "1f"), (0x0A, "ff"),
     (0x0B, "ff"), (0x0C, "ff"), (0x0D, "bf"), (0x0E, "bf"), (0x0F, "87"), (0x11, "1b")],
)  # fmt: skip
def test_bits_that_do_not_exist_read_0(register: int, stored: str) -> None:
    chip = Pcf85063aTwin(VirtualClock())
    value = 0xFB if register == 0x11 else 0xFF  # the timer not enabled
    chip.write(bytes([register, value]))
    assert get(chip, register, 1) == stored


def test_a_software_reset_bit_alone_resets_nothing() -> None:
    chip = Pcf85063aTwin(VirtualClock())
    put(chip, "03 A5")
    put(chip, "00 10")
    assert get(chip, 0, 4) == "00 00 00 a5"
    put(chip, "00 85")
    assert get(chip, 0, 1) == "85"
    put(chip, "00 58")
    assert get(chip, 0, 4) == "00 00 00 00"


def test_a_date_that_does_not_exist_stands_still() -> None:
    clock, chip = running(datetime(2026, 1, 1))
    put(chip, "04 00 00 00 31 01 02 26")
    clock.advance(100.0)
    assert get(chip, 4, 7) == "00 00 00 31 01 02 26"


def test_hold_and_hold_again_is_one_hold() -> None:
    clock, chip = running(datetime(2026, 1, 1, 0, 0, 0, 900_000))
    put(chip, "00 20")
    clock.advance(3.0)
    put(chip, "00 20")
    put(chip, "00 00")
    clock.advance(0.5)
    assert get(chip, 4, 1) == "00"
    clock.advance(0.01)
    assert get(chip, 4, 1) == "01"


def test_writing_control_1_of_a_running_clock_changes_no_phase() -> None:
    clock, chip = running(datetime(2026, 1, 1, 0, 0, 0, 100_000))
    put(chip, "00 01")
    clock.advance(0.5)
    assert get(chip, 4, 1) == "00"


@pytest.mark.parametrize(("offset", "seconds"), [("7F", 4), ("C0", 225), ("BF", -221), ("01", -4)])
def test_the_offset_of_an_exact_crystal(offset: str, seconds: int) -> None:
    """Ten days; a step is 4.34 ppm, with the top bit 4.069 ppm: 64 of these are 225 s more."""
    clock, chip = running(datetime(2026, 1, 11, 0, 0, 0, 500_000))
    put(chip, "02" + offset)
    clock.advance(864_000)
    moment = datetime(2026, 1, 21) + timedelta(seconds=seconds)
    assert get(chip, 4, 3) == f"{moment:%S %M %H}"


def test_the_first_and_the_last_second_of_the_alarm() -> None:
    clock, chip = running(datetime(2026, 1, 1, 5, 59, 58))
    put(chip, "0B 00 00 06 01 04")
    clock.advance(1.0)
    assert get(chip, 1, 1) == "00"
    clock.advance(1.0)
    assert get(chip, 1, 1) == "40"


def test_an_alarm_of_the_present_moment_comes_the_next_time() -> None:
    clock, chip = running(datetime(2026, 1, 1, 6, 0, 0))
    put(chip, "0B 80 00 06 80 80")
    clock.advance(86_399)
    assert get(chip, 1, 1) == "00"
    clock.advance(1)
    assert get(chip, 1, 1) == "40"


def test_an_alarm_in_the_afternoon_of_a_twelve_hour_clock() -> None:
    clock, chip = running(datetime(2026, 1, 1, 3, 0, 0))
    put(chip, "00 02")
    put(chip, "0B 80 80 23 80 80")  # 3 PM
    clock.advance(43_199)
    assert get(chip, 1, 1) == "00"
    clock.advance(1)
    assert get(chip, 1, 1) == "40"


def test_an_alarm_that_never_comes_takes_no_time_to_find_out() -> None:
    clock, chip = running(datetime(2026, 1, 1))
    put(chip, "0B 80 80 80 31 80")
    put(chip, "09 02")  # February: its 31st does not come before that of March
    clock.advance(58 * 86_400 - 1)
    assert get(chip, 1, 1) == "00"
    clock.advance(1)
    assert get(chip, 1, 1) == "40"


def test_the_timer_reads_what_is_left() -> None:
    clock, chip = running(datetime(2026, 1, 1))
    put(chip, "10 05 14")
    assert get(chip, 0x10, 1) == "05"
    clock.advance(1.5)
    assert get(chip, 0x10, 1) == "04"
    clock.advance(4.0)
    assert get(chip, 0x10, 1) == "05"  # begun anew half a second ago
    assert get(chip, 1, 1) == "08"
    put(chip, "01 00")
    clock.advance(4.4)
    assert get(chip, 1, 1) == "00"
    clock.advance(0.2)
    assert get(chip, 1, 1) == "08"


def test_a_timer_comes_at_its_moment_and_once() -> None:
    clock, chip = running(datetime(2026, 1, 1))
    put(chip, "10 05 14")
    clock.advance(5.0)
    assert get(chip, 1, 1) == "08"
    assert get(chip, 0x10, 1) == "05"
    put(chip, "01 00")
    clock.advance(4.5)
    assert get(chip, 1, 1) == "00"


def test_the_timer_begins_with_every_write() -> None:
    clock, chip = running(datetime(2026, 1, 1))
    put(chip, "10 03 14")
    clock.advance(2.5)
    put(chip, "10 03")
    clock.advance(2.9)
    assert get(chip, 1, 1) == "00"
    clock.advance(0.2)
    assert get(chip, 1, 1) == "08"


def test_a_stopped_timer_reads_what_was_written() -> None:
    clock, chip = running(datetime(2026, 1, 1))
    put(chip, "10 07")
    clock.advance(3.0)
    assert get(chip, 0x10, 1) == "07"
    put(chip, "11 14")
    clock.advance(3.0)
    put(chip, "11 10")
    clock.advance(30.0)
    assert get(chip, 0x10, 1) == "07"
    assert get(chip, 1, 1) == "00"


def test_time_that_is_held_holds_the_timer() -> None:
    clock, chip = running(datetime(2026, 1, 1))
    put(chip, "10 05 14")
    put(chip, "00 20")
    clock.advance(30.0)
    assert get(chip, 0x10, 1) == "05"
