"""The client against bytes of the fact sheet (9.2) and of the Modbus specification."""

from __future__ import annotations

import pytest
from scripted_uart import ScriptedUart, framed

from wisgate.core.errors import ChecksumMismatch, NoAnswer, UnexpectedValue, UnitRefused
from wisgate.protocols.modbus import ModbusRtu, silence
from wisgate.protocols.modbus_tables import Table

HOLDING, INPUT, COIL, DISCRETE = Table.HOLDING, Table.INPUT, Table.COIL, Table.DISCRETE
TWO_REGISTERS = framed("2A 03 04 00 3C F6 A8")


def client(*answers: bytes, **wire: object) -> tuple[ModbusRtu, ScriptedUart]:
    uart = ScriptedUart(answers=list(answers), **wire)  # type: ignore[arg-type]
    return ModbusRtu(uart, uart.clock), uart


@pytest.mark.parametrize(
    ("unit", "table", "address", "count", "request_hex"),
    [
        (42, COIL, 0, 1, "2A 01 00 00 00 01 FB D1"),
        (42, HOLDING, 0, 2, "2A 03 00 00 00 02 C2 10"),
        (0x6E, HOLDING, 0x6000, 1, "6E 03 60 00 00 01 93 55"),
        (17, HOLDING, 0x6B, 3, "11 03 00 6B 00 03 76 87"),
        (17, DISCRETE, 0xC4, 22, framed("11 02 00 C4 00 16").hex()),
        (17, INPUT, 8, 1, framed("11 04 00 08 00 01").hex()),
    ],
)
def test_read_requests_are_the_sheets(
    unit: int, table: Table, address: int, count: int, request_hex: str
) -> None:
    modbus, uart = client(b"")
    with pytest.raises(NoAnswer):
        modbus.read(unit, table, address, count)
    assert uart.sent == [bytes.fromhex(request_hex)]


def test_registers_are_read() -> None:
    modbus, _ = client(TWO_REGISTERS)
    assert modbus.read(42, HOLDING, 0, 2) == [60, 0xF6A8]


def test_coils_are_read_lowest_bit_first_and_padding_is_dropped() -> None:
    # The example of the Modbus Application Protocol, 6.1: coils 20 to 38 of unit 17.
    modbus, _ = client(framed("11 01 03 CD 6B 05"))
    bits = modbus.read(17, COIL, 19, 19)
    assert bits == [b == "1" for b in "1011001111010110101"]


@pytest.mark.parametrize(
    ("call", "request_hex", "answer_hex"),
    [
        (lambda m: m.write_coil(17, 0xAC, True), "11 05 00 AC FF 00", "11 05 00 AC FF 00"),
        (lambda m: m.write_coil(17, 0xAC, False), "11 05 00 AC 00 00", "11 05 00 AC 00 00"),
        (lambda m: m.write_register(17, 1, 3), "11 06 00 01 00 03", "11 06 00 01 00 03"),
        (
            lambda m: m.write_registers(17, 1, [10, 0x102]),
            "11 10 00 01 00 02 04 00 0A 01 02",
            "11 10 00 01 00 02",
        ),
        (
            lambda m: m.write_coils(17, 0x13, [b == "1" for b in "1011001110"]),
            "11 0F 00 13 00 0A 02 CD 01",
            "11 0F 00 13 00 0A",
        ),
    ],
)
def test_writes(call: object, request_hex: str, answer_hex: str) -> None:
    uart = ScriptedUart(answers=[framed("11 03 02 00 00"), framed(answer_hex)])
    modbus = ModbusRtu(uart, uart.clock)
    modbus.read(17, HOLDING, 0, 1)
    call(modbus)  # type: ignore[operator]
    assert uart.sent[1:] == [framed(request_hex)]


def test_an_exception_carries_its_code() -> None:
    modbus, _ = client(bytes.fromhex("2A 83 02 B0 F9"))
    with pytest.raises(UnitRefused, match="illegal address") as refused:
        modbus.read(42, HOLDING, 0, 2)
    assert refused.value.code == 2


def test_silence_costs_the_timeout_and_the_wire() -> None:
    modbus, uart = client(b"")
    with pytest.raises(NoAnswer, match="unit 42"):
        modbus.read(42, HOLDING, 0, 2, timeout=0.3)
    assert 0.3 < uart.clock.monotonic() < 0.35


def test_damage_is_told_from_silence_and_does_not_cost_the_timeout() -> None:
    modbus, uart = client(TWO_REGISTERS[:-1] + b"\x00")
    with pytest.raises(ChecksumMismatch):
        modbus.read(42, HOLDING, 0, 2)
    assert uart.clock.monotonic() < 0.1


@pytest.mark.parametrize(
    "foreign",
    [
        framed("2B 03 04 00 3C F6 A8"),  # another unit
        framed("2A 04 04 00 3C F6 A8"),  # another function
        framed("2A 03 02 00 3C"),  # an answer to an earlier, shorter request
        framed("2A 03 06 00 3C F6 A8 00 00"),  # … and to a longer one
        framed("2B 83 02"),  # another unit's exception
    ],
    ids=["unit", "function", "shorter", "longer", "exception"],
)
def test_foreign_answers_are_passed_over(foreign: bytes) -> None:
    modbus, uart = client(foreign + TWO_REGISTERS, foreign)
    assert modbus.read(42, HOLDING, 0, 2) == [60, 0xF6A8]
    with pytest.raises(UnexpectedValue, match="something else"):
        modbus.read(42, HOLDING, 0, 2)
    assert uart.clock.monotonic() > 1.0  # it was waited for to the end


@pytest.mark.parametrize(
    "noise",
    [
        bytes(8),
        bytes.fromhex("00 FF 13 37 80 00 00"),
        framed("2B 03 04 00 3C F6 A8") + TWO_REGISTERS[:-1] + b"\x00",
    ],
    ids=["break", "noise", "damaged after a foreign one"],
)
def test_what_is_no_frame_at_all_counts_as_damaged(noise: bytes) -> None:
    modbus, _ = client(noise)
    with pytest.raises(ChecksumMismatch, match="termination"):
        modbus.read(42, HOLDING, 0, 2)


def test_a_long_answer_takes_few_reads() -> None:
    modbus, uart = client(framed("2A 03 FA " + "00" * 250))
    modbus.read(42, HOLDING, 0, 125)
    assert uart.reads <= 3


def test_a_write_answered_for_another_value_is_not_believed() -> None:
    modbus, _ = client(framed("11 03 02 00 00"), framed("11 06 00 01 00 04"))
    modbus.read(17, HOLDING, 0, 1)
    with pytest.raises(UnexpectedValue):
        modbus.write_register(17, 1, 3)


def test_noise_before_and_between_is_skipped() -> None:
    modbus, _ = client(b"\x00\xff\x2a" + TWO_REGISTERS + b"\x00")
    assert modbus.read(42, HOLDING, 0, 2) == [60, 0xF6A8]


def test_a_glitch_alone_is_silence() -> None:
    modbus, _ = client(b"\x00")
    with pytest.raises(NoAnswer):
        modbus.read(42, HOLDING, 0, 2)


def test_what_came_before_the_request_is_thrown_away() -> None:
    modbus, uart = client(TWO_REGISTERS)
    uart.inject(framed("2A 03 04 00 01 00 01"))  # late, and of the very shape
    assert modbus.read(42, HOLDING, 0, 2) == [60, 0xF6A8]


@pytest.mark.parametrize("baud", [1200, 9600, 19200, 115200])
def test_frames_are_apart_by_three_and_a_half_characters(baud: int) -> None:
    modbus, uart = client(TWO_REGISTERS, TWO_REGISTERS, baud=baud)
    modbus.read(42, HOLDING, 0, 2)
    end = uart.clock.monotonic()
    modbus.read(42, HOLDING, 0, 2)
    expected = 3.5 * 11 / baud if baud <= 19200 else 1.75e-3
    assert uart.sent_at[1] - end == pytest.approx(expected)
    assert silence(baud) == pytest.approx(expected)


def test_an_echo_is_stripped() -> None:
    modbus, _ = client(TWO_REGISTERS, echo=True)
    assert modbus.read(42, HOLDING, 0, 2) == [60, 0xF6A8]


def test_an_echo_that_looks_like_an_answer_is_stripped() -> None:
    # 20 coils at 0x0300: the request itself is a frame with byte count 3 and a right checksum.
    modbus, uart = client(framed("2A 01 03 00 00 00"), framed("2A 01 03 AA AA 0A"), echo=True)
    assert not any(modbus.read(42, COIL, 0, 20))
    assert modbus.read(42, COIL, 0x300, 20)[:4] == [False, True, False, True]
    assert len(uart.sent) == 2


def test_an_echo_that_looks_like_an_answer_is_stripped_from_the_first_request_on() -> None:
    modbus, uart = client(framed("2A 01 01 00"), framed("2A 01 03 AA AA 0A"), echo=True)
    assert modbus.read(42, COIL, 0x300, 20)[:4] == [False, True, False, True]
    assert uart.sent[0] == framed("2A 01 03 00 00 01")


def test_the_echo_of_a_write_is_not_its_answer() -> None:
    modbus, uart = client(b"", b"", echo=True)
    with pytest.raises(NoAnswer):
        modbus.write_coil(42, 7, True)
    assert uart.sent == [framed("2A 01 00 07 00 01"), framed("2A 05 00 07 FF 00")]


def test_a_write_on_an_echoing_line_is_answered_after_its_echo() -> None:
    modbus, _ = client(framed("2A 01 01 00"), framed("2A 05 00 07 FF 00"), echo=True)
    modbus.write_coil(42, 7, True)


def test_the_line_is_asked_for_its_echo_once() -> None:
    answers = [framed("2A 83 02"), framed("2A 06 00 07 00 01"), framed("2A 06 00 07 00 02")]
    modbus, uart = client(*answers)
    modbus.write_register(42, 7, 1)
    modbus.write_register(42, 7, 2)
    assert [frame[1] for frame in uart.sent] == [3, 6, 6]


@pytest.mark.parametrize(
    ("table", "most"), [(COIL, 2000), (DISCRETE, 2000), (INPUT, 125), (HOLDING, 125)]
)
def test_read_limits(table: Table, most: int) -> None:
    size = most // 8 if table.holds_bits else 2 * most
    function = {COIL: 1, DISCRETE: 2, HOLDING: 3, INPUT: 4}[table]
    full = framed(f"2A {function:02X} {size:02X} " + "00" * size)
    modbus, uart = client(full)
    assert len(modbus.read(42, table, 0, most)) == most
    for wrong in (0, most + 1):
        with pytest.raises(ValueError, match=f"1 to {most}"):
            modbus.read(42, table, 0, wrong)
    assert len(uart.sent) == 1


def test_write_limits() -> None:
    modbus, uart = client(framed("2A 10 00 00 00 7B"), framed("2A 0F 00 00 07 B0"))
    modbus.write_registers(42, 0, [0] * 123)
    modbus.write_coils(42, 0, [False] * 1968)
    for call, most in ((modbus.write_registers, 123), (modbus.write_coils, 1968)):
        with pytest.raises(ValueError, match=f"1 to {most}"):
            call(42, 0, [0] * (most + 1))
    assert [len(frame) for frame in uart.sent] == [9 + 246, 9 + 246]


@pytest.mark.parametrize(("unit", "address", "count"), [(0, 0, 1), (248, 0, 1), (1, 0xFFFF, 2)])
def test_impossible_requests_are_refused_unsent(unit: int, address: int, count: int) -> None:
    modbus, uart = client()
    with pytest.raises(ValueError, match=r"unit|address"):
        modbus.read(unit, HOLDING, address, count)
    assert not uart.sent


def test_values_must_fit() -> None:
    modbus, uart = client()
    with pytest.raises(ValueError, match="65536"):
        modbus.write_register(42, 0, 0x10000)
    assert not uart.sent


def test_a_slow_line_gets_the_time_its_answer_needs() -> None:
    full = framed("2A 03 FA " + "00" * 250)  # 2.1 s at 1200 baud
    modbus, _ = client(full, baud=1200)
    assert len(modbus.read(42, HOLDING, 0, 125, timeout=0.5)) == 125
