"""The unit against frames of the sheet and of the specification, never against our client."""

from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.plant import plant
from wisgate.virtual.units.climate import climate_unit
from wisgate.virtual.units.modbus import ModbusUnit, Tables, crc16
from wisgate.virtual.world import World


def unit(**options: object) -> ModbusUnit:
    tables = Tables(
        coils={n: n % 2 for n in range(20)},
        discrete={0: 1, 1: lambda: 1},
        holding={0: 0x022B, 1: 0x0000, 2: 0x0064, 3: -1, 9: lambda: 7},
        inputs={8: 0x000A},
    )
    return ModbusUnit(0x2A, tables, **options)  # type: ignore[arg-type]


def frame(body: str) -> bytes:
    data = bytes.fromhex(body)
    return data + crc16(data).to_bytes(2, "little")


def ask(twin: ModbusUnit, body: str) -> str:
    """What comes back to a good frame, without its checksum."""
    answers = twin.received(frame(body))
    if not answers:
        return ""
    ((_delay, answer),) = answers
    assert crc16(answer) == 0
    return answer[:-2].hex(" ").upper()


@pytest.mark.parametrize(
    "whole",
    [
        "2A 01 00 00 00 01 FB D1",
        "2A 03 00 00 00 02 C2 10",
        "6E 03 60 00 00 01 93 55",
        "11 03 00 6B 00 03 76 87",
        "2A 83 02 B0 F9",
    ],
)
def test_checksum_of_the_sheets_frames(whole: str) -> None:
    data = bytes.fromhex(whole)
    assert crc16(data[:-2]).to_bytes(2, "little") == data[-2:]
    assert crc16(data) == 0


def test_sheets_requests_are_answered() -> None:
    ((delay, answer),) = unit(delay=0.02).received(bytes.fromhex("2A 01 00 00 00 01 FB D1"))
    assert delay == 0.02
    assert answer == frame("2A 01 01 00")
    ((_, answer),) = unit().received(bytes.fromhex("2A0300000002C210"))
    assert answer == frame("2A 03 04 02 2B 00 00")


def test_sheets_exception() -> None:
    ((_, answer),) = unit().received(frame("2A 03 00 50 00 01"))
    assert answer == bytes.fromhex("2A 83 02 B0 F9")


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("2A 01 00 00 00 0B", "2A 01 02 AA 02"),
        ("2A 02 00 00 00 02", "2A 02 01 03"),
        ("2A 03 00 03 00 01", "2A 03 02 FF FF"),
        ("2A 03 00 09 00 01", "2A 03 02 00 07"),
        ("2A 04 00 08 00 01", "2A 04 02 00 0A"),
        ("2A 05 00 04 FF 00", "2A 05 00 04 FF 00"),
        ("2A 06 00 01 00 03", "2A 06 00 01 00 03"),
        ("2A 0F 00 00 00 0A 02 CD 01", "2A 0F 00 00 00 0A"),
        ("2A 10 00 01 00 02 04 00 0A 01 02", "2A 10 00 01 00 02"),
        ("2A 17 00 00 00 02 00 01 00 01 02 12 34", "2A 17 04 02 2B 12 34"),
    ],
)
def test_functions(request_: str, answer: str) -> None:
    assert ask(unit(), request_) == answer


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("2A 08 00 00 00 00", "2A 88 01"),
        ("2A 04 00 00 00 01", "2A 84 02"),
        ("2A 03 00 02 00 03", "2A 83 02"),
        ("2A 01 00 00 00 00", "2A 81 03"),
        ("2A 01 00 00 07 D1", "2A 81 03"),
        ("2A 03 00 00 00 7E", "2A 83 03"),
        ("2A 03 00 00 01", "2A 83 03"),
        ("2A 05 00 04 12 34", "2A 85 03"),
        ("2A 06 00 09 00 01", "2A 86 02"),
        ("2A 0F 00 00 00 0A 01 CD", "2A 8F 03"),
        ("2A 10 00 01 00 02 04 00 0A 01", "2A 90 03"),
        ("2A 10 00 03 00 02 04 00 0A 01 02", "2A 90 02"),
        ("2A 17 00 00 00 02 00 01 00 01 03 12 34", "2A 97 03"),
    ],
)
def test_exceptions(request_: str, answer: str) -> None:
    assert ask(unit(), request_) == answer


def test_what_was_written_is_read_back() -> None:
    twin = unit()
    ask(twin, "2A 05 00 04 FF 00")
    ask(twin, "2A 0F 00 05 00 03 01 05")
    assert ask(twin, "2A 01 00 04 00 04") == "2A 01 01 0B"
    ask(twin, "2A 10 00 01 00 02 04 00 0A 01 02")
    assert ask(twin, "2A 03 00 00 00 03") == "2A 03 06 02 2B 00 0A 01 02"


def test_a_refused_write_changes_nothing() -> None:
    twin = unit()
    ask(twin, "2A 10 00 03 00 02 04 00 0A 01 02")
    assert ask(twin, "2A 03 00 03 00 01") == "2A 03 02 FF FF"


def test_an_illegal_read_keeps_read_write_from_writing() -> None:
    twin = unit()
    assert ask(twin, "2A 17 00 50 00 02 00 01 00 01 02 12 34") == "2A 97 02"
    assert ask(twin, "2A 03 00 01 00 01") == "2A 03 02 00 00"


def test_broadcast_writes_and_stays_silent() -> None:
    twin = unit()
    assert ask(twin, "00 06 00 01 00 03") == ""
    assert ask(twin, "2A 03 00 01 00 01") == "2A 03 02 00 03"


@pytest.mark.parametrize("data", ["2A 01 00 00 00 01 FB D0", "11 03 00 6B 00 03 76 87", "2A", ""])
def test_damaged_and_foreign_frames_get_silence(data: str) -> None:
    assert unit().received(bytes.fromhex(data)) == ()


def test_too_long_a_frame_gets_silence() -> None:
    assert unit().received(frame("2A 03" + "00" * 260)) == ()


def test_the_longest_frame_is_heard() -> None:
    assert ask(unit(), "2A 08" + "00" * 252) == "2A 88 01"


def test_a_busy_unit_refuses_everything() -> None:
    twin = unit()
    twin.busy = 6
    assert ask(twin, "2A 03 00 00 00 01") == "2A 83 06"


@pytest.mark.parametrize("number", [0, 248])
def test_no_such_unit(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 247"):
        ModbusUnit(number, Tables())


def test_climate_unit_tells_the_world() -> None:
    clock = VirtualClock()
    world = World(clock, 1, plant())
    world.set("room.humidity", 0.43)
    world.set("room.temperature", -12.34)
    world.set("tank.outflow", 2.5 / 3600)
    twin = climate_unit(world)
    assert ask(twin, "2A 03 00 00 00 02") == "2A 03 04 00 2B FB 2E"
    assert ask(twin, "2A 04 00 00 00 02") == "2A 04 04 40 20 00 00"
    assert ask(twin, "2A 01 00 00 00 01") == "2A 01 01 00"
    ask(twin, "2A 05 00 00 FF 00")
    assert ask(twin, "2A 01 00 00 00 01") == "2A 01 01 01"
