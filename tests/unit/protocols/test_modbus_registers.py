"""Numbers in words, and back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.errors import UnexpectedValue
from wisgate.protocols.modbus_registers import decimals, decode, encode, is_whole, width

RANGES = {
    "uint16": (0, 0xFFFF),
    "int16": (-0x8000, 0x7FFF),
    "uint32": (0, 0xFFFFFFFF),
    "int32": (-0x80000000, 0x7FFFFFFF),
    "uint32_swapped": (0, 0xFFFFFFFF),
    "int32_swapped": (-0x80000000, 0x7FFFFFFF),
}


@pytest.mark.parametrize(
    ("encoding", "words", "scale", "value"),
    [
        ("uint16", [0xFFFF], 1, 65535),
        ("int16", [0xF6A8], 0.01, -23.92),  # the vendor's demo shows 631.44 here
        ("uint16", [235], 0.1, 23.5),
        ("uint16", [1320], 0.01, 13.2),  # RAK9155: 13.20 V
        ("uint32", [0x0001, 0x0002], 1, 0x10002),
        ("uint32_swapped", [0x0002, 0x0001], 1, 0x10002),
        ("int32", [0xFFFF, 0xFFFE], 1, -2),
        ("int32_swapped", [0xFFFE, 0xFFFF], 1, -2),
        ("float32", [0x41B8, 0x0000], 1, 23.0),
        ("float32_swapped", [0x0000, 0x41B8], 1, 23.0),
        ("float32", [0x41B8, 0x0000], 10, 230.0),
        ("float32", [0x4115, 0xC28F], 1, 9.36),  # 9.359999656677246 in a double
        ("float32_swapped", [0xC28F, 0x4115], 0.1, 0.936),
        ("float32", [0x4126, 0xB7FC], 1, 10.419918),
        ("uint16", [3], 10, 30),
        ("bool", [1], 1, True),
        ("bool", [0], 1, False),
    ],
)
def test_decode(encoding: str, words: list[int], scale: float, value: float) -> None:
    decoded = decode(encoding, words, scale)
    assert decoded == value
    assert type(decoded) is (bool if encoding == "bool" else type(value))
    assert encode(encoding, value, scale) == words


@pytest.mark.parametrize("words", [[0x7FC0, 0], [0x7F80, 0], [0xFF80, 0]])
def test_what_is_no_number_is_never_a_value(words: list[int]) -> None:
    with pytest.raises(UnexpectedValue):
        decode("float32", words)


@given(st.sampled_from(sorted(RANGES)), st.data(), st.sampled_from([1, 0.1, 0.01, 0.001, 10, 2.5]))
def test_whole_numbers_survive_the_way_out_and_back(
    encoding: str, data: st.DataObject, scale: float
) -> None:
    low, high = RANGES[encoding]
    code = data.draw(st.integers(low, high))
    words = encode(encoding, code)
    assert len(words) == width(encoding)
    assert all(0 <= word <= 0xFFFF for word in words)
    assert decode(encoding, words) == code
    assert encode(encoding, decode(encoding, words, scale), scale) == words


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_floats_survive_the_way_out_and_back(value: float) -> None:
    for encoding in ("float32", "float32_swapped"):
        words = encode(encoding, value)
        back = decode(encoding, words)
        assert encode(encoding, back) == words
        assert back == pytest.approx(value, rel=1e-6, abs=1e-44)


@pytest.mark.parametrize(
    ("encoding", "value", "scale"),
    [
        ("uint16", -1, 1),
        ("uint16", 655.4, 0.01),
        ("int16", 32768, 1),
        ("uint32", 2**32, 1),
        ("float32", 1e39, 1),
        ("float32", math.nan, 1),
        ("uint16", math.inf, 1),
    ],
)
def test_what_does_not_fit_is_refused(encoding: str, value: float, scale: float) -> None:
    with pytest.raises(ValueError, match=encoding):
        encode(encoding, value, scale)


@pytest.mark.parametrize("encoding", ["uint64", "", "int16_swapped", "bool_swapped"])
def test_unknown_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match="unknown encoding"):
        width(encoding)


def test_what_people_see() -> None:
    assert [decimals(s) for s in (0.01, 0.1, 0.5, 1.0, 10.0)] == [2, 1, 1, 3, 3]
    assert is_whole("uint16", 10.0)
    assert not is_whole("uint16", 0.5)
    assert not is_whole("float32_swapped", 1.0)
