from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.lps22hb import Lps22hbTwin

ONE_SHOT = b"\x11\x11"


def chip() -> tuple[VirtualClock, Lps22hbTwin]:
    clock = VirtualClock()
    return clock, Lps22hbTwin(clock, addresses=(0x5C, 0x5D))


def registers(twin: Lps22hbTwin, first: int, count: int = 1) -> bytes:
    twin.write(bytes([first]))
    return twin.read(count)


def test_addresses() -> None:
    _clock, twin = chip()
    for read in (False, True):
        assert twin.addressed(0x5D, read)
        assert not twin.addressed(0x5E, read)


def test_a_single_conversion_takes_a_period_of_the_fastest_rate() -> None:
    clock, twin = chip()
    twin.write(ONE_SHOT)
    clock.advance(0.0132)
    assert registers(twin, 0x11) == b"\x11"
    assert registers(twin, 0x27) == b"\x00"
    clock.advance(0.0002)
    assert registers(twin, 0x11) == b"\x10"
    assert registers(twin, 0x27) == b"\x03"


def test_ordinary_air_until_the_world_says_something_else() -> None:
    clock, twin = chip()
    twin.write(ONE_SHOT)
    clock.advance(0.014)
    assert registers(twin, 0x28, 5) == bytes.fromhex("00543F C409")


def test_a_single_conversion_sees_the_world_at_its_start() -> None:
    clock, twin = chip()
    looked = []

    def look() -> None:
        looked.append(clock.monotonic())
        twin.pressure = 126000

    twin.look = look
    twin.write(ONE_SHOT)
    assert looked == [clock.monotonic()]
    twin.look = lambda: None
    twin.pressure = 26000
    clock.advance(0.014)
    assert registers(twin, 0x28, 3) == bytes.fromhex("00C04E")


def test_a_continuous_conversion_sees_the_world_when_it_is_found() -> None:
    clock, twin = chip()
    twin.write(b"\x10\x10")
    clock.advance(1)

    def look() -> None:
        twin.pressure = 126000

    twin.look = look
    assert registers(twin, 0x28, 3) == bytes.fromhex("00C04E")


def test_single_conversions_are_for_power_down() -> None:
    clock, twin = chip()
    twin.write(b"\x10\x10")
    twin.write(ONE_SHOT)
    clock.advance(0.5)
    assert registers(twin, 0x27) == b"\x00"
    clock.advance(0.5)
    assert registers(twin, 0x27) == b"\x03"


def test_results_come_in_step_with_the_rate() -> None:
    clock, twin = chip()
    twin.write(b"\x10\x10")
    clock.advance(1.9)
    registers(twin, 0x28, 5)
    clock.advance(0.05)
    assert registers(twin, 0x27) == b"\x00"
    clock.advance(0.1)
    assert registers(twin, 0x27) == b"\x03"


@pytest.mark.parametrize(("seconds", "state"), [(1.5, 0x03), (2.5, 0x33), (3.5, 0x33)])
def test_overrun_is_more_than_one_result(seconds: float, state: int) -> None:
    clock, twin = chip()
    twin.write(b"\x10\x10")
    clock.advance(seconds)
    assert registers(twin, 0x27) == bytes([state])


def test_only_the_result_that_was_left_is_overrun() -> None:
    clock, twin = chip()
    twin.write(b"\x10\x10")
    clock.advance(1.1)
    registers(twin, 0x2A)
    clock.advance(1)
    assert registers(twin, 0x27) == b"\x23"


@pytest.mark.parametrize("code", [6, 7])
def test_rates_that_are_none_convert_nothing(code: int) -> None:
    clock, twin = chip()
    twin.write(bytes([0x10, code << 4]))
    clock.advance(10)
    assert registers(twin, 0x27) == b"\x00"


def test_codes_end_where_the_registers_end() -> None:
    clock, twin = chip()
    twin.pressure, twin.temperature = 1e6, 400.0
    twin.write(ONE_SHOT)
    clock.advance(0.014)
    assert registers(twin, 0x28, 5) == bytes.fromhex("FFFF7F FF7F")
    twin.pressure, twin.temperature = -1e6, -400.0
    twin.write(ONE_SHOT)
    clock.advance(0.014)
    assert registers(twin, 0x28, 5) == bytes.fromhex("000080 0080")


def test_several_registers_in_one_write() -> None:
    _clock, twin = chip()
    assert twin.write(b"\x10\x02\x10") == 3
    assert registers(twin, 0x10, 2) == b"\x02\x10"


def test_reset_ends_a_conversion() -> None:
    clock, twin = chip()
    twin.write(ONE_SHOT)
    twin.write(b"\x11\x14")
    clock.advance(1)
    assert registers(twin, 0x27) == b"\x00"


def test_registers_that_are_none_read_zero() -> None:
    _clock, twin = chip()
    twin.write(b"\x60\x55")
    assert registers(twin, 0x60) == b"\x00"


def test_never_ready() -> None:
    clock, twin = chip()
    twin.never_ready = True
    twin.write(ONE_SHOT)
    clock.advance(5)
    assert registers(twin, 0x27) == b"\x00"
    twin.never_ready = False
    assert registers(twin, 0x27) == b"\x03"


def test_power_cycle() -> None:
    clock, twin = chip()
    twin.write(b"\x10\x10\x10")
    twin.write(b"\x1a\x01")
    clock.advance(1.5)
    assert registers(twin, 0x27) == b"\x03"
    twin.power_cycle()
    assert twin.read(1) == b"\x00"
    clock.advance(2)
    assert registers(twin, 0x27, 6) == bytes(6)
    assert registers(twin, 0x10, 2) == b"\x00\x10"
    assert registers(twin, 0x1A) == b"\x00"


def test_without_increment_one_register_is_read_again_and_again() -> None:
    """The bit of the running shot beside it does not count."""
    _clock, twin = chip()
    twin.write(b"\x11\x01")
    assert registers(twin, 0x0F, 2) == b"\xb1\xb1"


def test_a_temperature_that_was_read_leaves_the_pressure_ready() -> None:
    clock, twin = chip()
    twin.write(ONE_SHOT)
    clock.advance(0.014)
    registers(twin, 0x2B, 2)
    assert registers(twin, 0x27) == b"\x01"


def test_after_power_up_every_result_is_0() -> None:
    clock, twin = chip()
    twin.write(ONE_SHOT)
    clock.advance(0.014)
    assert any(registers(twin, 0x28, 5))
    twin.power_cycle()
    assert registers(twin, 0x28, 6) == bytes(6)


def test_after_power_up_the_first_register_is_read() -> None:
    _clock, twin = chip()
    registers(twin, 0x0F)
    twin.power_cycle()
    assert twin.read(16)[15] == 0xB1


def test_a_shot_that_is_over_is_not_lost_with_the_next_write() -> None:
    clock, twin = chip()
    twin.write(ONE_SHOT)
    clock.advance(0.014)
    twin.write(b"\x10\x00")
    assert registers(twin, 0x27) == b"\x03"


def test_without_its_bit_nothing_is_shot() -> None:
    clock, twin = chip()
    twin.write(b"\x11\x10")
    clock.advance(0.1)
    assert registers(twin, 0x27) == b"\x00"


@pytest.mark.parametrize(("seconds", "state"), [(0.15, 0x03), (0.25, 0x33), (5.05, 0x33)])
def test_results_that_nobody_saw_between_two_looks(seconds: float, state: int) -> None:
    clock, twin = chip()
    twin.write(b"\x10\x20")
    clock.advance(seconds)
    assert registers(twin, 0x27) == bytes([state])
    registers(twin, 0x28, 5)
    clock.advance(0.04)
    assert registers(twin, 0x27) == b"\x00"
    clock.advance(0.06)
    assert registers(twin, 0x27) == b"\x03"
