from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.opt3001 import Opt3001Twin


def chip() -> tuple[VirtualClock, Opt3001Twin]:
    clock = VirtualClock()
    return clock, Opt3001Twin(clock, addresses=(0x44, 0x45))


def register(twin: Opt3001Twin, number: int) -> int:
    twin.write(bytes([number]))
    return int.from_bytes(twin.read(2), "big")


def configure(twin: Opt3001Twin, value: int) -> None:
    twin.write(b"\x01" + value.to_bytes(2, "big"))


def test_addresses() -> None:
    _clock, twin = chip()
    for read in (False, True):
        assert twin.addressed(0x45, read)
        assert not twin.addressed(0x46, read)


@pytest.mark.parametrize(
    ("config", "seconds"), [(0xCA10, 0.81), (0xC210, 0.11), (0x3A10, 0.8), (0x3210, 0.1)]
)
def test_how_long_a_conversion_takes(config: int, seconds: float) -> None:
    clock, twin = chip()
    configure(twin, config)
    clock.advance(seconds - 0.001)
    assert not register(twin, 1) & 0x80
    clock.advance(0.002)
    assert register(twin, 1) & 0x80


def test_dark_until_the_world_says_something_else() -> None:
    clock, twin = chip()
    configure(twin, 0xC210)
    clock.advance(0.12)
    assert register(twin, 0) == 0


@pytest.mark.parametrize(
    ("lux", "result"),
    [(40.95, 0x0FFF), (40.954, 0x0FFF), (40.96, 0x1800), (81.9, 0x1FFF), (81.92, 0x2800),
     (20966.4, 0x9FFF), (41932.8, 0xAFFF), (41943.04, 0xB800), (83865.6, 0xBFFF),
     (83870.0, 0xBFFF), (-5.0, 0)],
)  # fmt: skip
def test_the_lowest_range_that_fits(lux: float, result: int) -> None:
    clock, twin = chip()
    twin.illuminance = lux
    configure(twin, 0xC210)
    clock.advance(0.12)
    assert register(twin, 0) == result
    assert not register(twin, 1) & 0x100


def test_overflow_goes_away_with_the_light() -> None:
    clock, twin = chip()
    twin.illuminance = 90000
    configure(twin, 0xC410)
    clock.advance(0.12)
    assert register(twin, 1) & 0x180 == 0x180
    twin.illuminance = 100
    clock.advance(0.12)
    assert register(twin, 1) & 0x180 == 0x080


def test_a_single_conversion_sees_the_world_at_its_start() -> None:
    clock, twin = chip()

    def look() -> None:
        twin.illuminance = 2818.56

    twin.look = look
    configure(twin, 0xC210)
    twin.look = lambda: None
    twin.illuminance = 0
    clock.advance(0.12)
    assert register(twin, 0) == 0x789A


def test_a_continuous_conversion_sees_the_world_when_it_is_found() -> None:
    clock, twin = chip()
    configure(twin, 0xC410)
    clock.advance(0.12)

    def look() -> None:
        twin.illuminance = 2818.56

    twin.look = look
    assert register(twin, 0) == 0x789A


def test_continuous_results_come_in_step() -> None:
    clock, twin = chip()
    configure(twin, 0x3410)
    clock.advance(0.19)
    assert register(twin, 1) & 0x80
    clock.advance(0.005)
    assert not register(twin, 1) & 0x80
    clock.advance(0.01)
    assert register(twin, 1) & 0x80


def test_bytes_beyond_a_register_are_those_of_an_idle_bus() -> None:
    _clock, twin = chip()
    twin.write(b"\x7e")
    assert twin.read(4) == b"\x54\x49\xff\xff"
    twin.write(b"\x55")
    assert twin.read(2) == b"\x00\x00"


def test_half_a_register_is_not_stored() -> None:
    _clock, twin = chip()
    assert twin.write(b"\x02\x12") == 2
    assert register(twin, 2) == 0xC000


def test_never_ready() -> None:
    clock, twin = chip()
    twin.never_ready = True
    configure(twin, 0xC210)
    clock.advance(5)
    assert register(twin, 1) == 0xC210
    twin.never_ready = False
    assert register(twin, 1) == 0xC090


def test_power_cycle() -> None:
    clock, twin = chip()
    twin.illuminance = 100
    configure(twin, 0xC410)
    twin.write(b"\x02\x12\x34")
    clock.advance(0.5)
    assert register(twin, 0)
    twin.write(b"\x01")
    twin.power_cycle()
    clock.advance(2)
    assert twin.read(2) == b"\x00\x00"
    assert [register(twin, n) for n in (1, 2, 3)] == [0xC810, 0xC000, 0xBFFF]


def test_the_number_of_faults_is_stored_and_slows_nothing() -> None:
    clock, twin = chip()
    configure(twin, 0xC213)
    clock.advance(0.111)
    assert register(twin, 1) == 0xC093


def test_a_conversion_that_is_over_is_not_lost_with_the_next_start() -> None:
    clock, twin = chip()
    twin.illuminance = 40.95
    configure(twin, 0xC210)
    clock.advance(0.2)
    twin.illuminance = 10.0
    configure(twin, 0xC210)
    assert register(twin, 0) == 0x0FFF


def test_a_conversion_is_over_when_its_time_is() -> None:
    clock, twin = chip()
    configure(twin, 0x3210)
    clock.advance(0.1)
    assert register(twin, 1) & 0x80


def test_continuous_keeps_its_beat_however_seldom_it_is_read() -> None:
    clock, twin = chip()
    configure(twin, 0x3410)
    clock.advance(0.35)
    assert register(twin, 1) & 0x80
    clock.advance(0.04)
    assert not register(twin, 1) & 0x80
    clock.advance(0.02)
    assert register(twin, 1) & 0x80
