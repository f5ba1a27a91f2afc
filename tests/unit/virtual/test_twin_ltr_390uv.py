from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.ltr_390uv import Ltr390uvTwin


def chip() -> tuple[VirtualClock, Ltr390uvTwin]:
    """A chip whose first state was read."""
    clock = VirtualClock()
    twin = Ltr390uvTwin(clock)
    assert registers(twin, 7) == b"\x20"
    return clock, twin


def registers(twin: Ltr390uvTwin, first: int, count: int = 1) -> bytes:
    twin.write(bytes([first]))
    return twin.read(count)


def light(twin: Ltr390uvTwin) -> int:
    return int.from_bytes(registers(twin, 0x0D, 3), "little")


def ultraviolet(twin: Ltr390uvTwin) -> int:
    return int.from_bytes(registers(twin, 0x10, 3), "little")


def test_only_its_address() -> None:
    _clock, twin = chip()
    for read in (False, True):
        assert twin.addressed(0x53, read)
        assert not twin.addressed(0x54, read)


@pytest.mark.parametrize("code", range(6))
def test_how_long_the_first_conversion_takes(code: int) -> None:
    clock, twin = chip()
    seconds = (0.4, 0.2, 0.1, 0.05, 0.025, 0.0125)[code]
    twin.write(bytes([0x04, code << 4]))
    twin.write(b"\x00\x02")
    clock.advance(seconds - 0.001)
    assert registers(twin, 7) == b"\x00"
    clock.advance(0.002)
    assert registers(twin, 7) == b"\x08"


@pytest.mark.parametrize("code", range(8))
def test_the_time_from_result_to_result(code: int) -> None:
    clock, twin = chip()
    seconds = (0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 2.0)[code]
    twin.write(bytes([0x04, 0x50 | code]))
    twin.write(b"\x00\x02")
    clock.advance(0.013)
    assert registers(twin, 7) == b"\x08"
    clock.advance(seconds - 0.001)
    assert registers(twin, 7) == b"\x00"
    clock.advance(0.001)
    assert registers(twin, 7) == b"\x08"


def test_results_come_in_step() -> None:
    clock, twin = chip()
    twin.write(b"\x00\x02")
    clock.advance(0.19)
    assert registers(twin, 7) == b"\x08"
    clock.advance(0.005)
    assert registers(twin, 7) == b"\x00"
    clock.advance(0.01)
    assert registers(twin, 7) == b"\x08"


@pytest.mark.parametrize(
    ("measurement", "gain", "lux", "code"),
    [("62", 0, 600, 125), ("72", 0, 600, 125), ("22", 5, 600, 18000), ("22", 7, 600, 18000)],
)
def test_reserved_codes_mean_the_last_one(
    measurement: str, gain: int, lux: float, code: int
) -> None:
    clock, twin = chip()
    twin.illuminance = lux
    twin.write(b"\x04" + bytes.fromhex(measurement))
    twin.write(bytes([0x05, gain]))
    twin.write(b"\x00\x02")
    clock.advance(0.2)
    assert light(twin) == code


@pytest.mark.parametrize(
    ("resolution", "bits"), [(0, 20), (1, 19), (2, 18), (3, 17), (4, 16), (5, 13)]
)
def test_a_result_has_as_many_bits_as_were_asked_for(resolution: int, bits: int) -> None:
    clock, twin = chip()
    twin.illuminance, twin.uv_index = 1e9, 1e9
    twin.write(bytes([0x04, resolution << 4]))
    for control in (0x02, 0x0A):
        twin.write(bytes([0x00, control]))
        clock.advance(0.5)
    assert (light(twin), ultraviolet(twin)) == ((1 << bits) - 1, (1 << bits) - 1)


def test_dark_until_the_world_says_something_else() -> None:
    clock, twin = chip()
    twin.write(b"\x00\x02")
    clock.advance(0.2)
    twin.write(b"\x00\x0a")
    clock.advance(0.2)
    assert registers(twin, 0x0D, 6) == bytes(6)


def test_below_nothing_is_nothing() -> None:
    clock, twin = chip()
    twin.illuminance = -5
    twin.write(b"\x00\x02")
    clock.advance(0.2)
    assert light(twin) == 0


def test_looks_at_the_world_when_a_result_is_found() -> None:
    clock, twin = chip()
    twin.write(b"\x00\x02")
    clock.advance(0.101)

    def look() -> None:
        twin.illuminance = 500

    twin.look = look
    assert light(twin) == 2500


def test_reset_in_the_middle_of_a_write() -> None:
    _clock, twin = chip()
    assert twin.write(b"\x00\x10\x55") == 1
    assert twin.write(b"\x04\x10\x03") == 3
    assert registers(twin, 4, 2) == b"\x10\x03"


def test_registers_that_are_none_read_zero() -> None:
    _clock, twin = chip()
    twin.write(b"\x30\x55")
    assert registers(twin, 0x30) == b"\x00"


def test_never_ready() -> None:
    clock, twin = chip()
    twin.never_ready = True
    twin.write(b"\x00\x02")
    clock.advance(5)
    assert registers(twin, 7) == b"\x00"
    twin.never_ready = False
    assert registers(twin, 7) == b"\x08"


def test_power_cycle() -> None:
    clock, twin = chip()
    twin.illuminance = 600
    twin.write(b"\x04\x02\x04")
    twin.write(b"\x00\x02")
    clock.advance(0.5)
    assert light(twin)
    twin.power_cycle()
    assert twin.read(1) == b"\x00"
    clock.advance(1)
    assert registers(twin, 7) == b"\x20"
    assert registers(twin, 4, 2) == b"\x22\x01"
    assert (registers(twin, 0), light(twin)) == (b"\x00", 0)


@pytest.mark.parametrize(
    ("control", "running", "result"),
    [(0x02, True, 0x0D), (0x03, True, 0x0D), (0x0A, True, 0x10), (0x08, False, 0), (0x01, False, 0),
     (0x00, False, 0), (0x09, False, 0)],
)  # fmt: skip
def test_the_bits_of_the_control(control: int, running: bool, result: int) -> None:
    """Bit 0 has no name and does nothing."""
    clock, twin = chip()
    twin.illuminance, twin.uv_index = 100.0, 1.0
    assert twin.write(bytes([0x00, control])) == 2
    clock.advance(1.0)
    assert registers(twin, 7) == (b"\x08" if running else b"\x00")
    seen = {first for first in (0x0D, 0x10) if any(registers(twin, first, 3))}
    assert seen == ({result} if running else set())


def test_a_conversion_is_over_when_its_time_is() -> None:
    clock, twin = chip()
    twin.write(b"\x04\x02")
    twin.write(b"\x00\x02")
    clock.advance(0.4)
    assert registers(twin, 7) == b"\x08"


def test_a_result_of_light_leaves_that_of_ultraviolet() -> None:
    clock, twin = chip()
    twin.illuminance, twin.uv_index = 500.0, 10.0
    twin.write(b"\x00\x0a")
    clock.advance(0.2)
    before = ultraviolet(twin)
    twin.write(b"\x00\x02")
    clock.advance(0.2)
    assert light(twin) == 2500
    assert ultraviolet(twin) == before != 0
    assert registers(twin, 0x13) == b"\x00"


def test_after_power_up_the_first_register_is_read() -> None:
    _clock, twin = chip()
    twin.write(b"\x04\x02")
    twin.write(b"\x06")
    twin.power_cycle()
    assert twin.read(5) == b"\x00\x00\x00\x00\x22"
