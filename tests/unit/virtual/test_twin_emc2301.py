from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.emc2301 import Emc2301Twin

SETTING, CONFIG_1, CONFIG_2, SPIN_UP, STEP, LEAST, VALID = 0x30, 0x32, 0x33, 0x36, 0x37, 0x38, 0x39
STATUS, STALL, SPIN, FAIL = 0x24, 0x25, 0x26, 0x27


class Bench:
    """A chip at time 0 with a fan at some speed."""

    def __init__(self, rpm: float = 3840.0) -> None:
        self.clock = VirtualClock()
        self.chip = Emc2301Twin(self.clock)
        self.chip.rpm = rpm

    def put(self, register: int, value: int) -> None:
        assert self.chip.write(bytes([register, value])) == 2

    def get(self, register: int) -> int:
        self.chip.write(bytes([register]))
        return self.chip.read(1)[0]

    def drive(self) -> int:
        """What the fan gets now, without an access."""
        self.chip.advance(self.clock.monotonic())
        return round(self.chip.duty * 255)

    def aim(self, count: int) -> None:
        self.put(0x3C, count << 3 & 0xFF)
        self.put(0x3D, count >> 5)


def test_only_its_address() -> None:
    chip = Bench().chip
    for read in (True, False):
        assert chip.addressed(0x2F, read)
        assert not chip.addressed(0x2E, read)
    assert Emc2301Twin(VirtualClock(), addresses=[0x2C]).addressed(0x2C, True)


def test_bytes_beyond_the_first_are_those_of_an_idle_bus() -> None:
    bench = Bench()
    bench.chip.write(b"\xfd")
    assert bench.chip.read(3) == b"\x37\xff\xff"
    assert bench.chip.write(b"\x38\x44\x55") == 3
    assert (bench.get(0x38), bench.get(0x39)) == (0x44, 0xF5)
    assert bench.chip.write(b"") == 0


def test_it_looks_at_the_fan_at_every_access() -> None:
    bench = Bench()

    def look() -> None:
        bench.chip.rpm = 1920.0

    bench.chip.look = look
    assert bench.get(0x3E) == 0x80


def test_it_looks_at_the_fan_before_it_judges_it() -> None:
    bench = Bench()
    bench.put(SETTING, 0x80)
    bench.clock.advance(1.0)
    assert bench.get(STATUS) == 0

    def look() -> None:
        bench.chip.rpm = 0.0

    bench.chip.look = look
    assert bench.chip.read(1) == b"\x01"


def test_what_happens_by_itself_happens_at_its_moment() -> None:
    bench = Bench()
    assert bench.drive() == 0
    bench.clock.advance(4.0)
    assert bench.drive() == 255


@pytest.mark.parametrize(("rpm", "high", "low"), [(-5.0, 0xFF, 0xF8), (1e6, 0x00, 0x38)])
def test_ends_of_the_tachometer(rpm: float, high: int, low: int) -> None:
    bench = Bench(rpm)
    assert (bench.get(0x3E), bench.get(0x3F)) == (high, low)


def test_a_spin_up_is_a_kick_and_a_level() -> None:
    bench = Bench()
    bench.put(SETTING, 0x40)
    assert bench.drive() == 255
    bench.clock.advance(0.124)
    assert bench.drive() == 255
    bench.clock.advance(0.002)
    assert bench.drive() == 153
    bench.clock.advance(0.373)
    assert bench.drive() == 153
    bench.clock.advance(0.002)
    assert bench.drive() == 0x40


@pytest.mark.parametrize(("code", "seconds"), [(0, 0.25), (1, 0.5), (2, 1.0), (3, 2.0)])
def test_a_spin_up_without_a_kick(code: int, seconds: float) -> None:
    bench = Bench()
    bench.put(SPIN_UP, 0x20 | code)  # 30 %
    bench.put(SETTING, 0x40)
    bench.clock.advance(seconds - 0.001)
    assert bench.drive() == round(0.30 * 255)
    bench.clock.advance(0.002)
    assert bench.drive() == 0x40


def test_a_setting_during_a_spin_up_waits_for_its_end_and_0_does_not() -> None:
    bench = Bench()
    bench.put(SETTING, 0x40)
    bench.clock.advance(0.2)
    bench.put(SETTING, 0x20)
    assert bench.drive() == 153
    bench.clock.advance(0.4)
    assert bench.drive() == 0x20
    bench.put(SETTING, 0)
    bench.put(SETTING, 0x40)
    bench.put(SETTING, 0)
    assert bench.drive() == 0
    bench.clock.advance(2.0)
    assert bench.drive() == 0


def test_the_setting_reads_what_is_driven() -> None:
    bench = Bench()
    bench.put(SETTING, 0x40)
    assert bench.get(SETTING) == 255


def test_inverted_output() -> None:
    bench = Bench()
    bench.put(0x2A, 1)
    assert bench.chip.duty == 1.0
    bench.put(SETTING, 255)
    bench.clock.advance(1.0)
    bench.chip.advance(1.0)
    assert bench.chip.duty == 0.0


def test_a_ramp_takes_a_step_each_update() -> None:
    bench = Bench()
    bench.put(SETTING, 0x40)
    bench.clock.advance(1.0)
    bench.put(CONFIG_2, 0x68)
    bench.put(CONFIG_1, 0x28)  # 100 ms
    bench.put(STEP, 0x20)
    bench.put(SETTING, 0x8F)
    seen = []
    for _ in range(4):
        bench.clock.advance(0.1001)
        seen.append(bench.drive())
    assert seen == [0x60, 0x80, 0x8F, 0x8F]
    bench.put(SETTING, 0x80)
    bench.clock.advance(0.05)
    bench.put(SETTING, 0x60)  # takes no new time
    bench.clock.advance(0.051)
    assert bench.drive() == 0x6F
    bench.put(SETTING, 0)
    assert bench.drive() == 0


def test_after_a_spin_up_a_ramp_begins_at_its_level() -> None:
    bench = Bench()
    bench.put(CONFIG_2, 0x68)
    bench.put(SETTING, 0xFF)
    bench.clock.advance(0.501)
    assert bench.drive() == 153
    bench.clock.advance(0.4)
    assert bench.drive() == 153 + 16


def test_a_target_hurries_no_ramp() -> None:
    bench = Bench()
    bench.put(SETTING, 0x40)
    bench.clock.advance(1.0)
    bench.put(CONFIG_2, 0x68)
    bench.put(SETTING, 0x80)
    bench.aim(2048)
    assert bench.drive() == 0x40
    bench.clock.advance(0.401)
    assert bench.drive() == 0x50


@pytest.mark.parametrize("config", [0x2B, 0xAB])
def test_the_same_mode_again_disturbs_no_spin_up(config: int) -> None:
    bench = Bench()
    bench.put(CONFIG_1, config)
    bench.aim(2048)
    bench.put(SETTING, 0x99)
    bench.put(CONFIG_1, config)
    bench.clock.advance(0.2)
    assert bench.drive() == 153
    bench.put(CONFIG_1, config)
    bench.clock.advance(1.0)
    assert bench.drive() == 0x99
    bench.chip.rpm = 1920.0
    bench.clock.advance(1.0)
    assert (bench.drive() > 0x99) is (config == 0xAB)


def test_a_fan_that_is_switched_off_is_not_stalled() -> None:
    bench = Bench(0.0)
    bench.put(SETTING, 0)
    bench.clock.advance(10.0)
    assert bench.get(STATUS) == 0


def test_a_fan_that_starts_is_not_stalled() -> None:
    bench = Bench(0.0)
    bench.put(SETTING, 0x80)
    bench.clock.advance(0.4)
    bench.chip.advance(0.4)
    bench.chip.rpm = 3840.0
    bench.clock.advance(0.2)
    assert bench.get(STATUS) == 0


def test_a_stalled_fan_that_is_switched_off_is_no_longer() -> None:
    bench = Bench(0.0)
    bench.put(SETTING, 0x80)
    bench.clock.advance(1.0)
    assert bench.get(STATUS) == 3
    bench.put(SETTING, 0)
    assert (bench.get(STALL), bench.get(STALL)) == (1, 0)
    assert (bench.get(SPIN), bench.get(SPIN)) == (1, 0)


def test_the_watchdog_leaves_the_fan_time_to_start() -> None:
    bench = Bench(0.0)
    bench.clock.advance(4.001)
    assert bench.drive() == 255
    bench.clock.advance(0.4)
    assert bench.get(STATUS) == 0x80
    bench.clock.advance(0.2)
    assert bench.get(STATUS) == 0x01


def test_the_watchdog_ends_the_automatic_control() -> None:
    bench = Bench()
    bench.put(CONFIG_1, 0xAB)
    bench.put(0x20, 0x60)
    bench.aim(2048)
    bench.clock.advance(4.1)
    assert bench.get(CONFIG_1) == 0x2B
    bench.clock.advance(3.9)
    assert bench.get(SETTING) == 255


def test_a_watchdog_that_is_switched_off_again() -> None:
    bench = Bench()
    bench.put(SETTING, 0x80)
    bench.put(0x20, 0x60)
    bench.clock.advance(2.0)
    bench.put(0x20, 0x40)
    bench.clock.advance(10.0)
    assert bench.get(STATUS) == 0
    assert bench.get(SETTING) == 0x80


def test_a_watchdog_begins_when_it_is_switched_on() -> None:
    bench = Bench()
    bench.put(SETTING, 0x80)
    bench.clock.advance(10.0)
    bench.put(0x20, 0x60)
    bench.clock.advance(3.9)
    assert bench.drive() == 0x80
    bench.clock.advance(0.2)
    assert bench.drive() == 255


def test_writing_other_bits_of_the_configuration_starts_no_watchdog() -> None:
    bench = Bench()
    bench.put(SETTING, 0x80)
    bench.put(0x20, 0xC0)
    bench.clock.advance(10.0)
    assert bench.get(SETTING) == 0x80


def follow(bench: Bench, seconds: float, top: float = 5000.0) -> None:
    """A fan whose speed follows its drive, in small steps."""
    for _ in range(round(seconds / 0.05)):
        bench.clock.advance(0.05)
        bench.chip.advance(bench.clock.monotonic())
        bench.chip.rpm += (top * bench.chip.duty - bench.chip.rpm) * 0.05


@pytest.mark.parametrize("rpm", [2000.0, 3000.0, 4500.0])
def test_the_automatic_control_keeps_a_speed(rpm: float) -> None:
    bench = Bench(0.0)
    bench.put(LEAST, 0x33)
    bench.put(CONFIG_1, 0xAB)
    bench.aim(int(7_864_320 / rpm))
    follow(bench, 20.0)
    assert bench.chip.rpm == pytest.approx(rpm, rel=0.02)
    assert bench.get(STATUS) == 0
    settled = bench.drive()
    follow(bench, 5.0)
    assert bench.drive() == pytest.approx(settled, abs=1)


def test_a_target_that_is_switched_off_and_on() -> None:
    bench = Bench(0.0)
    bench.put(CONFIG_1, 0xAB)
    bench.aim(2048)
    follow(bench, 10.0)
    bench.aim(0x1FFF)
    assert bench.drive() == 0
    follow(bench, 10.0)
    assert bench.drive() == 0
    bench.aim(2048)
    assert bench.drive() == 255


def test_a_target_during_a_spin_up_waits_for_its_end_and_off_does_not() -> None:
    bench = Bench()
    bench.put(CONFIG_1, 0xAB)
    bench.aim(2048)
    assert bench.drive() == 255
    bench.clock.advance(0.05)
    bench.aim(4096)  # less would be enough
    bench.clock.advance(0.05)
    assert bench.drive() == 255
    bench.aim(0x1FFF)
    assert bench.drive() == 0


def test_a_direct_setting_does_nothing_to_the_automatic_control() -> None:
    bench = Bench()
    bench.put(CONFIG_1, 0xAB)
    bench.aim(2048)
    bench.clock.advance(2.0)
    bench.put(SETTING, 0x10)
    assert bench.get(SETTING) == 153


def test_automatic_control_switched_off_keeps_the_drive() -> None:
    bench = Bench()
    bench.put(CONFIG_1, 0xAB)
    bench.aim(2048)
    bench.clock.advance(2.0)
    bench.put(CONFIG_1, 0x2B)
    bench.aim(1024)
    bench.clock.advance(10.0)
    assert bench.get(SETTING) == 153
    bench.put(SETTING, 0x20)
    assert bench.get(SETTING) == 0x20


def test_automatic_control_switched_off_ends_its_spin_up() -> None:
    bench = Bench()
    bench.put(CONFIG_1, 0xAB)
    bench.aim(2048)
    bench.clock.advance(0.05)
    bench.put(CONFIG_1, 0x2B)
    bench.clock.advance(10.0)
    assert bench.drive() == 255


def test_a_step_is_half_the_way_and_no_more_than_the_largest() -> None:
    bench = Bench(4000.0)  # 1966 counts
    bench.put(CONFIG_1, 0xAB)
    bench.put(STEP, 0x3F)
    bench.aim(1800)
    bench.clock.advance(0.5001)
    assert bench.drive() == 153
    bench.clock.advance(0.4)
    assert bench.drive() == 153 + round((153 * 1966 / 1800 - 153) / 2)
    bench.put(STEP, 0x02)
    bench.clock.advance(0.4)
    assert bench.drive() == 160 + 2


@pytest.mark.parametrize(("code", "updates"), [(0x40, 16), (0x80, 32), (0xC0, 64)])
def test_full_drive_fails_after_so_many_updates(code: int, updates: int) -> None:
    bench = Bench()
    bench.put(SPIN_UP, 0x19 | code)
    bench.put(CONFIG_1, 0xA8)  # 100 ms
    bench.aim(1024)
    bench.clock.advance(0.5 + 0.1 * 7 - 0.05 + 0.1 * (updates - 1))
    assert bench.get(FAIL) == 0
    bench.clock.advance(0.1)
    assert bench.get(FAIL) == 1


def test_full_drive_counts_from_the_first_update() -> None:
    bench = Bench()
    bench.put(SPIN_UP, 0x59)
    bench.put(SETTING, 255)
    bench.clock.advance(1.0)
    bench.aim(1024)
    bench.put(CONFIG_1, 0xA8)  # 100 ms, the first update at once
    bench.clock.advance(0.1 * 15 - 0.05)
    assert bench.get(FAIL) == 0
    bench.clock.advance(0.1)
    assert bench.get(FAIL) == 1


def test_a_drive_that_is_enough_for_once_begins_a_new_count() -> None:
    bench = Bench()
    bench.put(SPIN_UP, 0x59)
    bench.put(CONFIG_1, 0xA8)
    bench.aim(1024)
    bench.clock.advance(2.0)
    bench.chip.advance(2.0)
    bench.chip.rpm = 7680.0
    bench.clock.advance(0.1)
    bench.chip.advance(2.1)
    bench.chip.rpm = 3840.0
    bench.clock.advance(1.4)
    assert bench.get(FAIL) == 0
    bench.clock.advance(1.0)
    assert bench.get(FAIL) == 1


def test_a_stalled_fan_is_started_again_and_again() -> None:
    bench = Bench()
    bench.put(CONFIG_1, 0xAB)
    bench.aim(2048)
    bench.clock.advance(3.0)
    assert bench.drive() == 153
    bench.chip.rpm = 0.0
    bench.clock.advance(0.41)
    assert bench.get(STATUS) == 1
    seen = set()
    for _ in range(40):
        bench.clock.advance(0.05)
        seen.add(bench.drive())
    assert seen == {153, 255}
    assert bench.get(STATUS) == 3


def test_a_target_of_0_drives_full() -> None:
    bench = Bench()
    bench.put(CONFIG_1, 0xAB)
    bench.aim(0)
    bench.clock.advance(10.0)
    assert bench.drive() == 255


def test_power_cycle() -> None:
    bench = Bench()
    bench.put(SETTING, 0x80)
    bench.put(0xEF, 1)
    bench.put(0x2A, 1)
    bench.get(0x3E)
    bench.clock.advance(1.0)
    bench.chip.power_cycle()
    assert bench.chip.duty == 0.0
    assert bench.chip.read(1) == b"\x00"
    assert [bench.get(register) for register in (0xEF, 0x2A, 0x3F, SETTING)] == [0, 0, 0xF8, 0]
    bench.clock.advance(3.9)
    assert bench.get(SETTING) == 0
    bench.clock.advance(0.2)
    assert bench.get(SETTING) == 255


def test_it_does_not_go_back() -> None:
    bench = Bench()
    bench.put(SETTING, 0x80)
    bench.clock.advance(1.0)
    assert bench.drive() == 0x80
    bench.chip.advance(0.2)
    bench.put(SETTING, 0)
    bench.put(SETTING, 0x80)
    bench.clock.advance(0.49)
    assert bench.drive() == 153
