from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.ina219 import Ina219Twin


def chip(shunt_ohm: float = 0.1) -> tuple[VirtualClock, Ina219Twin]:
    clock = VirtualClock()
    return clock, Ina219Twin(clock, addresses=(0x41, 0x44), shunt_ohm=shunt_ohm)


def register(twin: Ina219Twin, number: int) -> int:
    twin.write(bytes([number]))
    return int.from_bytes(twin.read(2), "big")


def test_addresses() -> None:
    _clock, twin = chip()
    assert twin.addressed(0x44, True)
    assert not twin.addressed(0x40, True)


def test_continuous_is_ready_again_after_the_power_was_read() -> None:
    clock, twin = chip()
    clock.advance(0.002)
    assert register(twin, 2) & 2
    register(twin, 3)
    assert not register(twin, 2) & 2
    clock.advance(0.002)
    assert register(twin, 2) & 2


def test_power_down_and_off_never_convert() -> None:
    clock, twin = chip()
    for mode in (0, 4):
        twin.write(bytes([0, 0x39, 0x98 | mode]))
        twin.bus_v = 12.0
        clock.advance(1)
        assert register(twin, 2) == 0


def test_current_beyond_its_register_is_an_overflow() -> None:
    clock, twin = chip()
    twin.bus_v, twin.load_a = 26.0, 3.2
    twin.write(b"\x05\x10\x00")
    twin.write(b"\x00\x39\x9b")
    clock.advance(0.002)
    assert not register(twin, 2) & 1
    twin.write(b"\x05\xa0\x00")
    twin.write(b"\x00\x39\x9b")
    clock.advance(0.002)
    assert register(twin, 2) & 1


def test_shunt_decides_what_a_current_is() -> None:
    clock, twin = chip(shunt_ohm=0.01)
    twin.load_a = 1.0
    clock.advance(0.002)
    assert register(twin, 1) == 1000


def test_negative_bus_reads_zero() -> None:
    clock, twin = chip()
    twin.bus_v = -1.0
    clock.advance(0.002)
    assert register(twin, 2) >> 3 == 0


def test_never_ready() -> None:
    clock, twin = chip()
    twin.never_ready = True
    twin.bus_v = 12.0
    clock.advance(5)
    assert register(twin, 2) == 0
    twin.never_ready = False
    assert register(twin, 2) == 0x5DC2


def test_power_cycle_forgets() -> None:
    clock, twin = chip()
    twin.write(b"\x05\x10\x00")
    twin.write(b"\x00\x39\x9b")
    clock.advance(0.002)
    twin.power_cycle()
    assert register(twin, 0) == 0x399F
    assert register(twin, 5) == 0
    assert register(twin, 2) == 0


def test_looks_at_the_world() -> None:
    clock, twin = chip()

    def look() -> None:
        twin.bus_v = 12.0

    twin.look = look
    clock.advance(0.002)
    assert register(twin, 2) == 0x5DC2


def test_nothing_connected_reads_zero() -> None:
    clock, twin = chip()
    clock.advance(0.002)
    assert register(twin, 1) == 0
    assert register(twin, 2) == 2


# 4.9: seconds by ADC code.
TABLE_5 = (84e-6, 148e-6, 276e-6, 532e-6, 84e-6, 148e-6, 276e-6, 532e-6,
           532e-6, 1.06e-3, 2.13e-3, 4.26e-3, 8.51e-3, 17.02e-3, 34.05e-3, 68.10e-3)  # fmt: skip


@pytest.mark.parametrize(("mode", "shift"), [(1, 3), (2, 7)])
@pytest.mark.parametrize(("code", "seconds"), list(enumerate(TABLE_5)))
def test_conversion_time(mode: int, shift: int, code: int, seconds: float) -> None:
    clock, twin = chip()
    twin.write(b"\x00" + (code << shift | mode).to_bytes(2, "big"))
    clock.advance(seconds - 1e-6)
    assert not register(twin, 2) & 2
    clock.advance(1e-6)
    assert register(twin, 2) & 2


def test_unknown_register_reads_nothing_and_half_a_word_writes_nothing() -> None:
    _clock, twin = chip()
    assert register(twin, 9) == 0
    twin.write(b"\x05\x10")
    assert register(twin, 5) == 0
    twin.write(b"\x00")
    assert twin.read(4) == b"\x39\x9f\xff\xff"


def test_the_pointer_starts_at_the_configuration() -> None:
    _clock, twin = chip()
    assert twin.read(2) == b"\x39\x9f"
    twin.write(b"\x05")
    twin.power_cycle()
    assert twin.read(2) == b"\x39\x9f"


def test_a_shunt_alone_does_not_wait_for_the_bus() -> None:
    clock, twin = chip()
    twin.write(b"\x00\x3f\x99")
    clock.advance(0.0006)
    assert register(twin, 2) & 2
