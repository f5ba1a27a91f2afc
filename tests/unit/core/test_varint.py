"""Numbers of seven bits a byte. The examples are of MQTT 3.1.1, table 2.4, and of the guide to the
encoding of Protocol Buffers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.varint import varint


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "00"), (127, "7f"), (128, "8001"), (150, "9601"), (16_383, "ff7f"),
        (16_384, "808001"), (2_097_151, "ffff7f"), (268_435_455, "ffffff7f"),
    ],
)  # fmt: skip
def test_examples(value: int, expected: str) -> None:
    assert varint(value).hex() == expected


@given(st.integers(0, 1 << 70))
def test_seven_bits_a_byte(value: int) -> None:
    found = varint(value)
    assert sum((byte & 0x7F) << 7 * place for place, byte in enumerate(found)) == value
    assert [byte >= 0x80 for byte in found] == [True] * (len(found) - 1) + [False]
