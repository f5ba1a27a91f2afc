"""From codes to units, with the two parts of the witness and by hand."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from wisgate.chips.bme680_formulas import Calibration, heater_time

SECOND = Calibration(
    MappingProxyType(
        {
            "t1": 26041, "t2": 26469, "t3": 3, "p1": 36673, "p2": -10515, "p3": 88, "p4": 7310,
            "p5": -129, "p6": 30, "p7": 46, "p8": -3177, "p9": -2379, "p10": 30, "h3": 0, "h4": 45,
            "h5": 20, "h6": 120, "h7": -100, "g1": -30, "g2": -24754, "g3": 18, "heater_value": 48,
        }
    ),
    h1=676, h2=1029, heater_range=1, switching_error=0,
)  # fmt: skip


def test_the_second_part_of_the_witness():
    fine = SECOND.fine_temperature(501240)
    assert SECOND.temperature(501240) == pytest.approx(26.6931, abs=1e-4)
    assert SECOND.pressure(353485, fine) == pytest.approx(98_716.92, abs=0.01)
    assert SECOND.humidity(19019, fine) == pytest.approx(0.42410, abs=1e-5)
    assert SECOND.gas(0, 0) == pytest.approx(12_946_860, abs=1)


EXTREME = Calibration(
    MappingProxyType(
        {
            "t1": 30000, "t2": 30000, "t3": 127, "p1": 40000, "p2": -12000, "p3": 127, "p4": 9000,
            "p5": -300, "p6": 127, "p7": -128, "p8": -32000, "p9": 32000, "p10": 255, "h3": -100,
            "h4": 100, "h5": 120, "h6": 200, "h7": -90, "g1": 100, "g2": 32767, "g3": 127,
            "heater_value": -60,
        }
    ),
    h1=800, h2=1000, heater_range=0, switching_error=7,
)  # fmt: skip
"""A part that nobody makes: every coefficient counts."""


def test_every_coefficient_counts():
    """The formulas of the modules sheet in rational numbers, worked out by a script of its own."""
    fine = EXTREME.fine_temperature(700000)
    assert fine == pytest.approx(408556.6848516464, rel=1e-12)
    assert EXTREME.temperature(700000) == pytest.approx(79.79622751008719, rel=1e-12)
    assert EXTREME.pressure(300000, fine) == pytest.approx(115384.18001367424, rel=1e-12)
    assert EXTREME.humidity(16200, fine) == pytest.approx(0.9672560734834546, rel=1e-12)


@pytest.mark.parametrize(
    ("target", "code"), [(200.02, 230), (200.05, 231), (203.33, 232), (211.55, 238)]
)
def test_every_coefficient_of_the_heater_counts(target, code):
    assert EXTREME.heater_code(target, -40.0) == code


def test_heater_codes_end_at_0_and_255():
    assert EXTREME.heater_code(400.0, 85.0) == 255
    weakest = replace(
        EXTREME, heater_range=3, values={**EXTREME.values, "g1": -128, "heater_value": 127}
    )
    assert weakest.heater_code(0.0, 0.0) == 0


@pytest.mark.parametrize(("code", "fraction"), [(0, 0.0), (0xFFFF, 1.0)])
def test_humidity_ends_at_0_and_1(code, fraction):
    assert SECOND.humidity(code, SECOND.fine_temperature(501240)) == fraction


@pytest.mark.parametrize("scale", range(16))
def test_gas_in_the_middle_of_every_range_is_its_constant(scale):
    """512 is where R = k2: 8 MΩ, halved from range to range but for the sheet's rounding."""
    assert SECOND.gas(512, scale) == pytest.approx(8e6 / 2**scale, rel=0.01)


@pytest.mark.parametrize(
    ("scale", "k1"), [(4, 1.0), (5, 0.99), (7, 0.992), (10, 0.998), (11, 0.995), (13, 0.99)]
)
def test_gas_ranges_with_a_correction(scale, k1):
    v = 1340 * k1
    assert SECOND.gas(600, scale) / SECOND.gas(512, scale) == pytest.approx(v / (88 + v))


def test_the_switching_error_shifts_the_gas():
    """By hand: v = 1340 + 5 x 3 = 1355; 1355 x 8e6 / (1355 + 88)."""
    part = replace(SECOND, switching_error=3)
    assert part.gas(600, 0) == pytest.approx(1355 * 8e6 / 1443)


def test_heater_codes():
    """By hand: g1/16 + 49 = 47.125; g2/32768 x 0.0005 + 0.00235 = 0.0019723;
    47.125 x (1 + 0.0019723 x 320) = 76.867; + 18/1024 x 25 = 77.307; x 4/5 / 1.096 = 56.428;
    3.4 x (56.428 - 25) = 106.9."""
    assert SECOND.heater_code(320.0, 25.0) == 106
    assert SECOND.heater_code(320.0, -40.0) == 104
    assert SECOND.heater_code(400.0, 25.0) == 125
    assert SECOND.heater_code(0.0, 25.0) == 33


@pytest.mark.parametrize("celsius", [-0.1, 400.1])
def test_heaters_that_do_not_exist(celsius):
    with pytest.raises(ValueError, match="not within 0 to 400"):
        SECOND.heater_code(celsius, 25.0)


@pytest.mark.parametrize(
    ("seconds", "factor", "count", "real"),
    [(0.001, 0, 1, 0.001), (0.063, 0, 63, 0.063), (0.0635, 1, 16, 0.064), (0.148, 1, 37, 0.148),
     (0.150, 1, 38, 0.152), (1.0, 2, 63, 1.008), (4.0, 3, 63, 4.032), (4.032, 3, 63, 4.032)],
)  # fmt: skip
def test_heating_times_are_no_shorter_than_asked(seconds, factor, count, real):
    assert heater_time(seconds) == (factor, count, pytest.approx(real))


@pytest.mark.parametrize("seconds", [0.0, -1.0, 4.04, 60.0])
def test_heating_times_that_do_not_exist(seconds):
    with pytest.raises(ValueError, match=r"not within 1 ms and 4\.032 s"):
        heater_time(seconds)
