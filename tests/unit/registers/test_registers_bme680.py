"""The BME680 map against the modules sheet 6.5, written out a second time."""

import pytest

from wisgate.core.errors import UnexpectedValue
from wisgate.registers import bme680
from wisgate.registers.bme680 import SAMPLES, Mode, Oversampling

WORDS = {  # name: address, width, reset, writable
    "State": (0x1D, 8, 0x00, False),
    "Gas": (0x2A, 16, 0x0000, False),
    "HeaterResistance": (0x5A, 8, 0x00, True),
    "HeaterTime": (0x64, 8, 0x00, True),
    "HeaterControl": (0x70, 8, 0x00, True),
    "GasControl": (0x71, 8, 0x00, True),
    "HumidityControl": (0x72, 8, 0x00, True),
    "MeasurementControl": (0x74, 8, 0x00, True),
    "Filter": (0x75, 8, 0x00, True),
    "Identity": (0xD0, 8, 0x61, False),
    "Variant": (0xF0, 8, 0x00, False),
    "HeaterRange": (0x02, 8, 0x00, False),
    "SwitchingError": (0x04, 8, 0x00, False),
}
FLAGS = {
    "State": {"new": 7, "gas_measuring": 6, "measuring": 5},
    "Gas": {"valid": 5, "stable": 4},
    "HeaterControl": {"off": 3},
    "GasControl": {"run": 4},
}
FIELDS = [  # word, field, raw, code
    ("State", "gas_index", 0xEF, 15), ("State", "gas_index", 0xF0, 0),
    ("Gas", "code", 0xFFC0, 1023), ("Gas", "code", 0x0040, 1),
    ("Gas", "range", 0x000F, 15), ("Gas", "range", 0xFFF0, 0),
    ("HeaterResistance", "code", 0xFF, 255), ("HeaterTime", "factor", 0xC0, 3),
    ("HeaterTime", "factor", 0x40, 1), ("HeaterTime", "count", 0x3F, 63),
    ("HeaterTime", "count", 0xC1, 1), ("GasControl", "profile", 0x0F, 15),
    ("GasControl", "profile", 0x10, 0), ("Filter", "coefficient", 0x1C, 7),
    ("Filter", "coefficient", 0xE3, 0), ("Filter", "coefficient", 0x04, 1),
    ("Identity", "code", 0xFF, 255), ("Variant", "code", 0xFF, 255),
    ("HeaterRange", "code", 0x30, 3), ("HeaterRange", "code", 0xDF, 1),
    ("HeaterRange", "code", 0xCF, 0), ("SwitchingError", "code", 0x70, 7),
    ("SwitchingError", "code", 0xF0, -1), ("SwitchingError", "code", 0x8F, -8),
]  # fmt: skip
COEFFICIENTS = {
    "t1": (0xE9, 2, False), "t2": (0x8A, 2, True), "t3": (0x8C, 1, True),
    "p1": (0x8E, 2, False), "p2": (0x90, 2, True), "p3": (0x92, 1, True), "p4": (0x94, 2, True),
    "p5": (0x96, 2, True), "p6": (0x99, 1, True), "p7": (0x98, 1, True), "p8": (0x9C, 2, True),
    "p9": (0x9E, 2, True), "p10": (0xA0, 1, False),
    "h3": (0xE4, 1, True), "h4": (0xE5, 1, True), "h5": (0xE6, 1, True), "h6": (0xE7, 1, False),
    "h7": (0xE8, 1, True), "g1": (0xED, 1, True), "g2": (0xEB, 2, True), "g3": (0xEE, 1, True),
    "heater_value": (0x00, 1, True),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(bme680, name)
    assert (word.address, word.width, word.reset, word.writable) == WORDS[name]


@pytest.mark.parametrize("name", FLAGS)
def test_flags(name):
    word = getattr(bme680, name)
    for flag, position in FLAGS[name].items():
        for other in FLAGS[name]:
            assert getattr(word.decode(1 << position), other) is (other == flag)


@pytest.mark.parametrize(("word", "name", "raw", "code"), FIELDS)
def test_fields(word, name, raw, code):
    assert getattr(getattr(bme680, word).decode(raw), name) == code


@pytest.mark.parametrize("code", range(8))
def test_oversampling(code):
    expected = [0, 1, 2, 4, 8, 16, 16, 16][code]
    control = bme680.MeasurementControl
    assert SAMPLES[Oversampling(code)] == expected
    assert SAMPLES[bme680.HumidityControl.decode(code).oversampling] == expected
    assert SAMPLES[control.decode(code << 5).temperature] == expected
    assert SAMPLES[control.decode(code << 2).pressure] == expected


def test_names_of_oversampling():
    assert [o.name for o in Oversampling] == ["SKIPPED", "X1", "X2", "X4", "X8", "X16"]


@pytest.mark.parametrize("code", [-1, 8])
def test_there_is_no_more_oversampling(code):
    with pytest.raises(ValueError, match="is not a valid Oversampling"):
        Oversampling(code)


def test_modes():
    assert [(mode.name, mode.value) for mode in Mode] == [("SLEEP", 0), ("FORCED", 1)]
    assert bme680.MeasurementControl.decode(0xFD).mode is Mode.FORCED


def test_coefficients():
    assert {name: tuple(place) for name, place in bme680.COEFFICIENTS.items()} == COEFFICIENTS
    assert (bme680.H1_HIGH, bme680.H2_HIGH, bme680.H_LOW) == (0xE3, 0xE1, 0xE2)


def test_the_field():
    assert (bme680.FIELD, bme680.FIELD_SIZE) == (0x1D, 15)
    places = (bme680.FIELD_PRESSURE, bme680.FIELD_TEMPERATURE, bme680.FIELD_HUMIDITY)
    assert [bme680.FIELD + place for place in places] == [0x1F, 0x22, 0x25]
    assert bme680.FIELD + bme680.FIELD_GAS == 0x2A
    assert (bme680.SKIPPED_20, bme680.SKIPPED_16) == (0x80000, 0x8000)


def test_gas_constants():
    odd = {5: 0.99, 7: 0.992, 10: 0.998, 11: 0.995, 13: 0.99}
    assert tuple(odd.get(number, 1.0) for number in range(16)) == bme680.GAS_K1
    assert bme680.GAS_K2 == (
        8e6, 4e6, 2e6, 1e6, 499500.4995, 248262.1648, 125000, 63004.03226, 31281.28128, 15625,
        7812.5, 3906.25, 1953.125, 976.5625, 488.28125, 244.140625,
    )  # fmt: skip


def test_reset_and_times():
    assert (bme680.RESET, bme680.RESET_WORD, bme680.RESET_S) == (0xE0, 0xB6, 0.01)
    assert (bme680.CYCLE_S, bme680.SWITCH_S, bme680.WAKE_S) == (1963e-6, 477e-6, 1.5e-3)


def test_where_fields_end():
    assert bme680.HumidityControl.decode(0x08).oversampling == 0
    assert bme680.MeasurementControl.decode(0x01).mode is Mode.FORCED
    with pytest.raises(UnexpectedValue, match="0x2"):
        bme680.MeasurementControl.decode(0x02)
    with pytest.raises(UnexpectedValue, match="0x3"):
        bme680.MeasurementControl.decode(0x03)
