from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.eui import dashed, id6, parse


@pytest.mark.parametrize(
    "text",
    [
        "0016C001FF000001",
        "0016c001ff000001",
        "0x0016C001FF000001",
        "00-16-C0-01-FF-00-00-01",
        "00:16:c0:01:ff:00:00:01",
        "00 16 C0 01 FF 00 00 01",
        "16:c001:ff00:1",
    ],
)
def test_notations_of_one(text: str) -> None:
    assert parse(text) == "0016c001ff000001"


@pytest.mark.parametrize(
    ("text", "eui"),
    [
        ("::0", "0" * 16),
        ("::", "0" * 16),
        ("::1", "0000000000000001"),
        ("1::", "0001000000000000"),
        ("::a:b", "00000000000a000b"),
        ("f:a123:f8:100", "000fa12300f80100"),
        ("::1100:1", "0000000011000001"),
    ],
)
def test_short_groups(text: str, eui: str) -> None:
    assert parse(text) == eui


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1:2:3",
        "1:2:3:4:5",
        "1:2::3:4",
        "12345::1",
        "::1::",
        "0016C001FF00001",
        "0016C001FF0000011",
        "00-16:C0-01-FF-00-00-01",
        "0016C001FF00000g",
        "+016:1:1:1",
    ],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no EUI"):
        parse(text)


@given(st.integers(0, 2**64 - 1))
def test_there_and_back(number: int) -> None:
    eui = f"{number:016x}"
    assert parse(id6(eui)) == parse(dashed(eui)) == parse(eui) == eui


def test_as_recorded() -> None:
    assert id6("000000ff00000001") == "0:ff:0:1"
    assert parse("0:ff:fe00:1") == "000000fffe000001"
    assert dashed("70b3d57ed0000001") == "70-B3-D5-7E-D0-00-00-01"
