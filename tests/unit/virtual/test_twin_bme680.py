from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips import bme680_part
from wisgate.virtual.chips.bme680 import Bme680Twin

GAS_AND_ALL = bytes.fromhex("5A74 6465 7110 7201 7425")


def chip() -> tuple[VirtualClock, Bme680Twin]:
    """A chip that has come up."""
    clock = VirtualClock()
    twin = Bme680Twin(clock, addresses=(0x76, 0x77))
    clock.advance(0.002)
    return clock, twin


def registers(twin: Bme680Twin, first: int, count: int = 1) -> bytes:
    twin.write(bytes([first]))
    return twin.read(count)


def test_addresses() -> None:
    _clock, twin = chip()
    for read in (False, True):
        assert twin.addressed(0x77, read)
        assert not twin.addressed(0x78, read)


def test_comes_up_2_ms_after_power() -> None:
    clock = VirtualClock()
    twin = Bme680Twin(clock, addresses=(0x76,))
    clock.advance(0.00199)
    assert not twin.addressed(0x76, True)
    clock.advance(0.00001)
    assert twin.addressed(0x76, True)


@pytest.mark.parametrize(
    ("humidity", "control", "milliseconds"),
    [
        (1, 0x25, 1.5 + 3 * 1.963 + 4 * 0.477),
        (2, 0x25, 1.5 + 4 * 1.963 + 4 * 0.477),
        (1, 0x45, 1.5 + 4 * 1.963 + 4 * 0.477),
        (1, 0x29, 1.5 + 4 * 1.963 + 4 * 0.477),
        (5, 0xB5, 1.5 + 48 * 1.963 + 4 * 0.477),
        (7, 0xFD, 1.5 + 48 * 1.963 + 4 * 0.477),
        (0, 0x01, 1.5 + 4 * 0.477),
    ],
)
def test_how_long_it_measures(humidity: int, control: int, milliseconds: float) -> None:
    clock, twin = chip()
    twin.write(bytes([0x72, humidity, 0x74, control]))
    clock.advance(milliseconds / 1e3 - 1e-5)
    assert registers(twin, 0x1D) == b"\x20"
    clock.advance(2e-5)
    assert registers(twin, 0x1D) == b"\x80"


@pytest.mark.parametrize(
    ("wait", "milliseconds"),
    [(0x01, 1), (0x3F, 63), (0x41, 4), (0x81, 16), (0xC1, 64), (0x65, 148)],
)
def test_how_long_it_heats(wait: int, milliseconds: float) -> None:
    clock, twin = chip()
    twin.write(bytes([0x64, wait, 0x71, 0x10, 0x72, 0x01, 0x74, 0x25]))
    measured = (1.5 + 3 * 1.963 + 4 * 0.477) / 1e3
    clock.advance(measured + 1e-5)
    assert registers(twin, 0x1D) == b"\x40"
    clock.advance(milliseconds / 1e3 + 5 * 0.477e-3 - 2e-5)
    assert registers(twin, 0x1D) == b"\x40"
    clock.advance(2e-5)
    assert registers(twin, 0x1D) == b"\x80"


def test_the_selected_profile_says_how_long() -> None:
    clock, twin = chip()
    twin.write(bytes.fromhex("6401 6D65 7119 7425"))
    clock.advance(0.1)
    assert registers(twin, 0x1D) == b"\x40"


@pytest.mark.parametrize(("wait", "stable"), [(0x13, False), (0x14, True)])
def test_the_heater_needs_20_ms(wait: int, stable: bool) -> None:
    clock, twin = chip()
    twin.write(bytes([0x64, wait, 0x71, 0x10, 0x74, 0x25]))
    clock.advance(0.1)
    assert bool(registers(twin, 0x2B)[0] & 0x10) is stable


def test_a_broken_heater_is_never_stable() -> None:
    clock, twin = chip()
    twin.heater_broken = True
    twin.write(GAS_AND_ALL)
    clock.advance(0.2)
    assert registers(twin, 0x2B)[0] & 0x30 == 0x20


def test_room_climate_until_the_world_says_something_else() -> None:
    clock, twin = chip()
    twin.write(GAS_AND_ALL)
    clock.advance(0.2)
    field = registers(twin, 0x1D, 15)
    fine = _fine(int.from_bytes(field[5:8], "big") >> 4)
    assert fine / 5120 == pytest.approx(25.0, abs=0.01)
    assert field[14] & 0x0F == 7


def _fine(code: int) -> float:
    a = (code / 16384 - 26195 / 1024) * 26290
    return a + (code / 131072 - 26195 / 8192) ** 2 * 48


@pytest.mark.parametrize(
    ("ohms", "code", "number"),
    [(12917166.9, 0, 0), (5797413.8, 1023, 0), (5790000.0, 96, 1), (15625.0, 512, 9),
     (176.7, 1023, 15), (20e6, 0, 0), (10.0, 1023, 15)],
)  # fmt: skip
def test_the_first_range_in_which_the_gas_fits(ohms: float, code: int, number: int) -> None:
    clock, twin = chip()
    twin.gas_ohm = ohms
    twin.write(GAS_AND_ALL)
    clock.advance(0.2)
    gas = int.from_bytes(registers(twin, 0x2A, 2), "big")
    assert (gas >> 6, gas & 0x0F) == (pytest.approx(code, abs=2), number)


@pytest.mark.parametrize("celsius", [-1000.0, 1000.0])
def test_codes_end_where_the_registers_end(celsius: float) -> None:
    clock, twin = chip()
    twin.temperature = celsius
    twin.write(bytes.fromhex("7425"))
    clock.advance(0.2)
    ends = {-1000.0: "000000", 1000.0: "FFFFF0"}
    assert registers(twin, 0x22, 3) == bytes.fromhex(ends[celsius])


@pytest.mark.parametrize(("humidity", "ends"), [(-5.0, "0000"), (20.0, "FFFF")])
def test_humidity_ends_where_its_register_ends(humidity: float, ends: str) -> None:
    clock, twin = chip()
    twin.temperature, twin.humidity = 19.3, humidity
    twin.write(bytes.fromhex("7201 7425"))
    clock.advance(0.2)
    assert registers(twin, 0x25, 2) == bytes.fromhex(ends)


def test_it_sees_the_world_at_the_start() -> None:
    clock, twin = chip()

    def look() -> None:
        twin.temperature = 19.311347590139484

    twin.look = look
    twin.write(bytes.fromhex("7425"))
    twin.look = lambda: None
    twin.temperature = 40
    clock.advance(0.2)
    assert registers(twin, 0x22, 3) == bytes.fromhex("755DC0")


def test_only_the_byte_of_a_mode_starts_it() -> None:
    clock, twin = chip()
    twin.write(bytes.fromhex("7424"))
    twin.write(bytes.fromhex("7526"))
    clock.advance(0.2)
    assert registers(twin, 0x1D) == b"\x00"


def test_what_is_stored() -> None:
    _clock, twin = chip()
    for register in (0x5A, 0x63, 0x64, 0x6D, 0x70, 0x75):
        twin.write(bytes([register, 0x04]))
        assert registers(twin, register) == b"\x04"
    for register in (0x59, 0x6E, 0x76, 0xE0, 0xF0):
        twin.write(bytes([register, 0x04]))
        assert registers(twin, register) != b"\x04"


def test_never_ready() -> None:
    clock, twin = chip()
    twin.never_ready = True
    twin.write(bytes.fromhex("7201 7425"))
    clock.advance(5)
    assert registers(twin, 0x1D) == b"\x20"
    twin.never_ready = False
    assert registers(twin, 0x1D) == b"\x80"


def test_power_cycle_ends_a_measurement() -> None:
    clock, twin = chip()
    twin.write(GAS_AND_ALL)
    twin.power_cycle()
    assert not twin.addressed(0x76, False)
    clock.advance(1)
    assert twin.read(1) == b"\x32"
    assert registers(twin, 0x1D, 10) == bytes.fromhex("00 00 800000 800000 8000")
    assert registers(twin, 0x71, 4) == bytes(4)


def test_pairs_leave_the_pointer_and_a_last_byte_sets_it() -> None:
    _clock, twin = chip()
    twin.write(b"\xd0")
    twin.write(b"\x5a\x11")
    assert twin.read(1) == b"\x61"
    twin.write(b"\x5b\x22\x5a")
    assert twin.read(2) == b"\x11\x22"


def test_a_read_goes_on_where_the_last_one_ended() -> None:
    _clock, twin = chip()
    twin.write(b"\xe1")
    assert (twin.read(1), twin.read(1)) == (b"\x3f", b"\xdd")


def measured(twin: Bme680Twin, clock: VirtualClock) -> bytes:
    twin.write(GAS_AND_ALL)
    clock.advance(0.2)
    return registers(twin, 0x1D, 15)


def test_what_it_sees_before_the_world_says_anything() -> None:
    clock, twin = chip()
    other = Bme680Twin(clock, addresses=(0x77,))
    other.temperature, other.pressure, other.humidity, other.gas_ohm = 25.0, 101325.0, 0.5, 50e3
    assert measured(twin, clock) == measured(other, clock)


@pytest.mark.parametrize(("heater", "stable"), [(0x01, 0x30), (0x08, 0x20)])
def test_one_bit_keeps_the_heater_cold(heater: int, stable: int) -> None:
    clock, twin = chip()
    twin.write(bytes([0x70, heater]))
    assert measured(twin, clock)[14] & 0x30 == stable


def test_a_profile_alone_measures_no_gas() -> None:
    clock, twin = chip()
    twin.write(bytes.fromhex("7101 7201 7425"))
    clock.advance(0.2)
    assert registers(twin, 0x2A, 2) == b"\x00\x00"


def test_a_cold_heater_leaves_the_range_as_it_is() -> None:
    """31281 Ω is in the middle of range 8."""
    clock, twin = chip()
    twin.gas_ohm, twin.heater_broken = 31281.28128, True
    assert measured(twin, clock)[13:] == b"\x80\x28"


def test_humidity_that_nobody_asked_for_takes_no_time() -> None:
    clock, twin = chip()
    twin.write(b"\x74\x25")
    clock.advance((1.5 + 2 * 1.963 + 4 * 0.477) / 1e3 + 1e-5)
    assert registers(twin, 0x1D) == b"\x80"
    assert registers(twin, 0x25, 2) == b"\x80\x00"


def test_a_measurement_that_is_over_is_not_lost_with_the_next_start() -> None:
    clock, twin = chip()
    before = measured(twin, clock)
    twin.temperature = 60.0
    twin.write(b"\x74\x25")
    assert registers(twin, 0x1F, 6) == before[2:8]
    clock.advance(0.2)
    twin.temperature = 10.0
    twin.write(b"\x74\x25")
    assert registers(twin, 0x1F, 6) != before[2:8]


def test_after_a_measurement_a_mode_stays_as_written() -> None:
    clock, twin = chip()
    measured(twin, clock)
    twin.write(b"\x74\x26")
    registers(twin, 0x1D)
    assert registers(twin, 0x74) == b"\x26"


def test_the_phases_begin_when_their_time_comes() -> None:
    """1.5 + 3 x 1.963 + 4 x 0.477 ms, then 1 ms of heating and 5 x 0.477 ms."""
    clock = VirtualClock()
    twin = Bme680Twin(clock, addresses=(0x76,))
    twin.write(bytes.fromhex("6401 7110 7201 7425"))
    clock.advance(0.009297)
    assert registers(twin, 0x1D) == b"\x40"
    clock.advance(0.003385)
    assert registers(twin, 0x1D) == b"\x80"


@pytest.fixture
def extreme(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that nobody makes: every coefficient counts."""
    part = {
        "t1": 30000, "t2": 30000, "t3": 127, "p1": 40000, "p2": -12000, "p3": 127, "p4": 9000,
        "p5": -300, "p6": 127, "p7": -128, "p8": -32000, "p9": 32000, "p10": 255, "h3": -100,
        "h4": 100, "h5": 120, "h6": 200, "h7": -90,
    }  # fmt: skip
    monkeypatch.setattr(bme680_part, "PART", part)
    monkeypatch.setattr(bme680_part, "H1", 800)
    monkeypatch.setattr(bme680_part, "H2", 1000)
    monkeypatch.setattr(bme680_part, "SWITCHING_ERROR", 7)


@pytest.mark.usefixtures("extreme")
def test_every_coefficient_counts() -> None:
    """The formulas of the modules sheet in rational numbers, worked out by a script of its own."""
    fine = bme680_part._fine(700000)
    assert fine == pytest.approx(408556.6848516464, rel=1e-12)
    assert bme680_part._pascals(300000, fine) == pytest.approx(115384.18001367424, rel=1e-12)
    percent = bme680_part._percent(16200, fine / 5120)
    assert percent == pytest.approx(96.72560734834546, rel=1e-12)
    assert bme680_part.humidity_code(percent, 700000) == 16200


@pytest.mark.usefixtures("extreme")
@pytest.mark.parametrize(
    ("code", "found"), [(700.45, (700, 0)), (700.55, (701, 0)), (1024.0, (80, 1))]
)
def test_gas_codes(code: float, found: tuple[int, int]) -> None:
    """v = 1340 + 5 x 7; 1024 does not fit into ten bits any more."""
    v = 1375.0
    assert bme680_part.gas_code(v * 8e6 / (code - 512 + v)) == found


def test_the_nearest_code() -> None:
    for target, code in ((4.4, 4), (4.5, 5), (4.6, 5), (-3.0, 0), (99.0, 9)):
        assert bme680_part._nearest(10, float, target) == code


def test_bits_that_mean_nothing_are_not_all_0() -> None:
    assert (bme680_part.CALIBRATION[0x02], bme680_part.CALIBRATION[0x04]) == (0xD6, 0x13)


def test_a_profile_beyond_the_last_is_the_last() -> None:
    clock, twin = chip()
    twin.write(bytes.fromhex("6D01 711F 7201 7425"))
    clock.advance(0.009297 + 0.003385 + 1e-5)
    assert registers(twin, 0x1D) == b"\x80"
