"""The TCP client as bytes: the examples of the Modbus specification, and answers that are none of
ours. The other end is a small responder."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from scripted_peer import ScriptedPeer, told, walked

from wisgate.core.errors import NoAnswer, UnexpectedValue, UnitRefused, Unreachable
from wisgate.protocols.modbus_tables import Table
from wisgate.protocols.modbus_tcp import ModbusTcp, frame_size


def read(peer: ScriptedPeer, table: Table, address: int, count: int, unit: int = 17) -> bytes:
    return walked(ModbusTcp(peer).reading(unit, table, address, count, 0.5))


@pytest.mark.parametrize(
    ("table", "address", "count", "request_hex", "answer_hex", "payload_hex"),
    [  # Modbus Application Protocol V1.1b3, 6.1 to 6.4
        (Table.COIL, 0x13, 19, "01 00 13 00 13", "01 03 CD 6B 05", "CD 6B 05"),
        (Table.DISCRETE, 0xC4, 22, "02 00 C4 00 16", "02 03 AC DB 35", "AC DB 35"),
        (
            Table.HOLDING, 0x6B, 3, "03 00 6B 00 03", "03 06 02 2B 00 00 00 64",
            "02 2B 00 00 00 64",
        ),
        (Table.INPUT, 8, 1, "04 00 08 00 01", "04 02 00 0A", "00 0A"),
    ],
)  # fmt: skip
def test_reads_of_the_specification(
    table: Table, address: int, count: int, request_hex: str, answer_hex: str, payload_hex: str
) -> None:
    peer = ScriptedPeer(told(answer_hex))
    assert read(peer, table, address, count) == bytes.fromhex(payload_hex)
    assert peer.asked == [bytes.fromhex("00 01 00 00 00 06 11") + bytes.fromhex(request_hex)]
    assert peer.again == [True]  # a read may be asked twice


@pytest.mark.parametrize(
    ("table", "address", "values", "single", "request_hex", "answer_hex"),
    [  # 6.5, 6.6, 6.11, 6.12
        (Table.COIL, 0xAC, [1], True, "05 00 AC FF 00", "05 00 AC FF 00"),
        (Table.COIL, 0xAC, [0], True, "05 00 AC 00 00", "05 00 AC 00 00"),
        (Table.HOLDING, 1, [3], True, "06 00 01 00 03", "06 00 01 00 03"),
        (
            Table.COIL, 0x13, [1, 0, 1, 1, 0, 0, 1, 1, 1, 0], False,
            "0F 00 13 00 0A 02 CD 01", "0F 00 13 00 0A",
        ),
        (
            Table.HOLDING, 1, [0x0A, 0x102], False,
            "10 00 01 00 02 04 00 0A 01 02", "10 00 01 00 02",
        ),
    ],
)  # fmt: skip
def test_writes_of_the_specification(
    table: Table,
    address: int,
    values: Sequence[int],
    single: bool,
    request_hex: str,
    answer_hex: str,
) -> None:
    peer = ScriptedPeer(told(answer_hex))
    walked(ModbusTcp(peer).writing(17, table, address, values, single=single, timeout=0.5))
    assert peer.asked[0][7:] == bytes.fromhex(request_hex)
    assert int.from_bytes(peer.asked[0][4:6], "big") == len(peer.asked[0]) - 6
    assert peer.again == [False]  # a write is never sent twice by itself


def test_a_write_answered_for_another_value_is_not_believed() -> None:
    peer = ScriptedPeer(told("06 00 01 00 04"))
    with pytest.raises(UnexpectedValue, match="unit 17: write of holding 0x0001"):
        walked(ModbusTcp(peer).writing(17, Table.HOLDING, 1, [3], single=True, timeout=0.5))


def test_every_request_has_a_number_of_its_own_and_late_answers_are_not_taken() -> None:
    late: list[bytes] = []

    def answer(request: bytes) -> bytes:
        late.append(told("03 02 00 05")(request))
        return late[0]

    peer = ScriptedPeer(answer)
    client = ModbusTcp(peer)
    assert walked(client.reading(1, Table.HOLDING, 0, 1, 0.5)) == b"\x00\x05"
    with pytest.raises(NoAnswer, match=r"unit 1: read of holding 0x0000: .* within 0.5 s"):
        walked(client.reading(1, Table.HOLDING, 0, 1, 0.5))
    assert [r[:2] for r in peer.asked] == [b"\x00\x01", b"\x00\x02"]


def test_the_number_begins_again_after_65535() -> None:
    peer = ScriptedPeer(told("03 02 00 05"))
    client = ModbusTcp(peer)
    client._transaction = 0xFFFE
    for _ in range(2):
        walked(client.reading(1, Table.HOLDING, 0, 1, 0.5))
    assert [r[:2] for r in peer.asked] == [b"\xff\xff", b"\x00\x00"]


def test_an_exception_carries_its_code() -> None:
    with pytest.raises(UnitRefused, match="illegal address") as refused:
        read(ScriptedPeer(told("83 02")), Table.HOLDING, 0, 1)
    assert refused.value.code == 2


@pytest.mark.parametrize("code", ["0A", "0B"])
def test_a_gateway_that_does_not_reach_the_unit_speaks_for_its_silence(code: str) -> None:
    with pytest.raises(NoAnswer, match="gateway"):
        read(ScriptedPeer(told(f"83 {code}")), Table.HOLDING, 0, 1)


def test_a_host_that_is_not_there_is_not_silent() -> None:
    with pytest.raises(Unreachable, match="no route"):
        read(ScriptedPeer(lambda _: Unreachable("no route")), Table.HOLDING, 0, 1)


@pytest.mark.parametrize(
    "answer",
    ["04 02 00 05", "03 04 00 05 00 06", "03 02 00", "03 02 00 05 00", "84 02", "83 02 00"],
)
def test_what_answers_something_else_is_not_believed(answer: str) -> None:
    with pytest.raises(UnexpectedValue, match="something else"):
        read(ScriptedPeer(told(answer)), Table.HOLDING, 0, 1)


@pytest.mark.parametrize(("table", "most"), [(Table.COIL, 2000), (Table.INPUT, 125)])
def test_what_cannot_be_asked_is_not_sent(table: Table, most: int) -> None:
    peer = ScriptedPeer(told("83 02"))
    for address, count in ((0, 0), (0, most + 1), (0xFFFF, 2)):
        with pytest.raises(ValueError, match=r"possible|leaves"):
            read(peer, table, address, count)
    assert not peer.asked


def test_a_frame_is_measured_by_its_header() -> None:
    frame = bytes.fromhex("00 01 00 00 00 05 11 03 02 00 05")
    assert frame_size(frame) == frame_size(frame[:7]) == frame_size(frame + frame) == 11
    assert frame_size(frame[:6]) == 0


@pytest.mark.parametrize(
    "head",
    [
        "00 01 00 01 00 05 11",
        "00 01 00 00 00 02 11",
        "00 01 00 00 00 FF 11",
        "48 54 54 50 2F 31 2E",
    ],
)
def test_what_is_no_modbus_is_told(head: str) -> None:
    with pytest.raises(UnexpectedValue, match="no Modbus TCP"):
        frame_size(bytes.fromhex(head))
