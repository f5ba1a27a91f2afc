"""Requests and answers of the other side, with the examples of the specification."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.errors import UnitRefused
from wisgate.protocols.modbus_serving import (
    Read,
    Write,
    parsed,
    read_answer,
    refusal_answer,
    write_answer,
)
from wisgate.protocols.modbus_tables import Table


@pytest.mark.parametrize(
    ("request_hex", "meant", "values", "answer_hex"),
    [  # Modbus Application Protocol V1.1b3, 6.1 to 6.4
        (
            "01 00 13 00 13", Read(Table.COIL, 0x13, 19),
            [int(b) for b in "1011001111010110101"], "01 03 CD 6B 05",
        ),
        (
            "02 00 C4 00 16", Read(Table.DISCRETE, 0xC4, 22),
            [int(b) for b in "0011010111011011101011"], "02 03 AC DB 35",
        ),
        (
            "03 00 6B 00 03", Read(Table.HOLDING, 0x6B, 3), [0x22B, 0, 0x64],
            "03 06 02 2B 00 00 00 64",
        ),
        ("04 00 08 00 01", Read(Table.INPUT, 8, 1), [10], "04 02 00 0A"),
    ],
)  # fmt: skip
def test_reads(request_hex: str, meant: Read, values: Sequence[int], answer_hex: str) -> None:
    pdu = bytes.fromhex(request_hex)
    assert parsed(pdu) == meant
    assert read_answer(pdu, values) == bytes.fromhex(answer_hex)


@pytest.mark.parametrize(
    ("request_hex", "meant", "answer_hex"),
    [  # 6.5, 6.6, 6.11, 6.12
        ("05 00 AC FF 00", Write(Table.COIL, 0xAC, (1,)), "05 00 AC FF 00"),
        ("05 00 AC 00 00", Write(Table.COIL, 0xAC, (0,)), "05 00 AC 00 00"),
        ("06 00 01 00 03", Write(Table.HOLDING, 1, (3,)), "06 00 01 00 03"),
        (
            "0F 00 13 00 0A 02 CD 01",
            Write(Table.COIL, 0x13, (1, 0, 1, 1, 0, 0, 1, 1, 1, 0)), "0F 00 13 00 0A",
        ),
        (
            "10 00 01 00 02 04 00 0A 01 02",
            Write(Table.HOLDING, 1, (10, 0x102)), "10 00 01 00 02",
        ),
    ],
)  # fmt: skip
def test_writes(request_hex: str, meant: Write, answer_hex: str) -> None:
    pdu = bytes.fromhex(request_hex)
    assert parsed(pdu) == meant
    assert write_answer(pdu) == bytes.fromhex(answer_hex)


@pytest.mark.parametrize(
    ("request_hex", "code"),
    [
        ("07", 1), ("2B 0E 01 00", 1), ("17 00 00 00 01 00 00 00 01 02 00 00", 1), ("83 02", 1),
        ("03 00 00", 3), ("03 00 00 00 00", 3), ("03 00 00 00 7E", 3), ("03 00 00 00 01 00", 3),
        ("01 00 00 07 D1", 3), ("05 00 00 00 01", 3), ("06 00 00 00 01 00", 3),
        ("0F 00 00 00 09 01 FF", 3), ("0F 00 00 07 B1 F7" + 247 * "00", 3),
        ("10 00 00 00 00 00", 3), ("10 00 00 00 01 02 00", 3), ("10 00 00 00 01 04 00 00", 3),
        ("10 00 00 00 7C F8" + 248 * "00", 3),
        ("03 FF FF 00 02", 2), ("01 FF F0 00 11", 2), ("10 FF FF 00 02 04 00 00 00 00", 2),
    ],
)  # fmt: skip
def test_refusals(request_hex: str, code: int) -> None:
    pdu = bytes.fromhex(request_hex)
    with pytest.raises(UnitRefused) as refused:
        parsed(pdu)
    assert refused.value.code == code
    assert refusal_answer(pdu, code) == bytes((pdu[0] | 0x80, code))


@pytest.mark.parametrize(
    "request_hex", ["03 FF FF 00 01", "03 00 00 00 7D", "01 00 00 07 D0", "10 FF FF 00 01 02 00 00"]
)
def test_the_very_edge_is_fine(request_hex: str) -> None:
    parsed(bytes.fromhex(request_hex))


@given(st.binary(min_size=1, max_size=253))
def test_no_request_does_more_than_be_refused(pdu: bytes) -> None:
    try:
        meant = parsed(pdu)
    except UnitRefused:
        return
    count = meant.count if isinstance(meant, Read) else len(meant.values)
    assert count >= 1
    assert meant.address + count <= 0x10000
    if isinstance(meant, Read):
        assert len(read_answer(pdu, [1] * count)) <= 253
