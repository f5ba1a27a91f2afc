"""Cayenne LPP: the examples of its documentation, and everything both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.lorawan.codecs.base import Raw
from wisgate.lorawan.codecs.cayenne import TYPES, Cayenne


def decode(payload):
    return Cayenne().decode(bytes.fromhex(payload), 1, 0)


@pytest.mark.parametrize(
    ("payload", "fields"),
    [
        # myDevices, "Cayenne Low Power Payload", its three examples
        ("03 67 0110 05 67 00ff", {"temperature_3": 27.2, "temperature_5": 25.5}),
        ("06 71 04d2 fb2e 0000", {"accelerometer_6.x": 1.234, "accelerometer_6.y": -1.234,
                                  "accelerometer_6.z": 0.0}),
        ("01 88 06765f f2960a 0003e8", {"gps_1.latitude": 42.3519, "gps_1.longitude": -87.9094,
                                        "gps_1.altitude": 10.0}),
        # each of the others, by the table
        ("00 00 01 01 01 ff", {"digital_in_0": 1, "digital_out_1": 255}),
        ("02 02 ffff 03 03 7fff", {"analog_in_2": -0.01, "analog_out_3": 327.67}),
        ("04 64 ffffffff", {"generic_4": 4294967295}),
        ("05 65 ffff 06 66 01", {"luminosity_5": 65535, "presence_6": 1}),
        ("07 68 7b", {"relative_humidity_7": 61.5}),
        ("08 73 2792", {"barometric_pressure_8": 1013.0}),
        ("09 74 0ce4 0a 75 03e8", {"voltage_9": 33.0, "current_10": 1.0}),
        ("0b 76 33bca100 0c 78 64", {"frequency_11": 868_000_000, "percentage_12": 100}),
        ("0d 79 fffe 0e 7d 0190", {"altitude_13": -2, "concentration_14": 400}),
        ("0f 80 01f4 10 82 000005dc", {"power_15": 500, "distance_16": 1.5}),
        ("11 83 000003e9 12 84 010e", {"energy_17": 1.001, "direction_18": 270}),
        ("13 85 6955b900", {"unix_time_19": 1767225600}),
        ("14 86 0001 ffff 0064", {"gyrometer_20.x": 0.01, "gyrometer_20.y": -0.01,
                                  "gyrometer_20.z": 1.0}),
        ("15 87 0a141e 16 8e 01", {"colour_21.red": 10, "colour_21.green": 20, "colour_21.blue": 30,
                                   "switch_22": 1}),
        ("", {}),
    ],
)  # fmt: skip
def test_examples(payload, fields):
    assert decode(payload).fields == fields
    assert decode(payload).error == ""


@pytest.mark.parametrize(
    ("payload", "error"),
    [("01", "byte 0: a channel without a type"), ("01 67 01", "byte 0: temperature lacks 1 bytes"),
     ("01 66 01 02 88 00", "byte 3: gps lacks 8 bytes"),
     ("01 66 01 02 f0 00", "byte 4: no type 240")],
)  # fmt: skip
def test_what_it_is_not(payload, error):
    found = decode(payload)
    assert found.error.startswith(error)
    assert found.fields == {}


@st.composite
def measurements(draw):
    """(channel, type, raw numbers), each channel once."""
    channels = draw(st.lists(st.integers(0, 255), unique=True, max_size=20))
    found = []
    for channel in channels:
        kind = draw(st.sampled_from(sorted(TYPES)))
        raw = [
            draw(st.integers(-(1 << 8 * p.size - 1), (1 << 8 * p.size - 1) - 1))
            if p.signed
            else draw(st.integers(0, (1 << 8 * p.size) - 1))
            for p in TYPES[kind].parts
        ]
        found.append((channel, kind, raw))
    return found


@given(measurements())
def test_everything_both_ways(measured):
    payload, expected = b"", {}
    for channel, kind, raw in measured:
        payload += bytes([channel, kind])
        for part, number in zip(TYPES[kind].parts, raw, strict=True):
            payload += number.to_bytes(part.size, "big", signed=part.signed)
            dot = f".{part.name}" if part.name else ""
            expected[f"{TYPES[kind].name}_{channel}{dot}"] = number / part.per
    found = Cayenne().decode(payload, 1, 0)
    assert (found.error, set(found.fields)) == ("", set(expected))
    assert found.fields == pytest.approx(expected)


@given(st.binary(max_size=60))
def test_anything_else_has_an_error_or_fields(payload):
    found = Cayenne().decode(payload, 1, 0)
    assert not (found.error and found.fields)


def test_raw():
    found = Raw().decode(b"\x00\xff", 7, 0)
    assert found.fields == {"hex": "00ff", "port": 7, "size": 2}
