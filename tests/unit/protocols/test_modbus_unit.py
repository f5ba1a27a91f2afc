"""A unit as a group: refusals, silence, damage, writes. The other end is a small responder."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import pytest
from scripted_uart import ScriptedUart, crc16, framed

from wisgate.core.columns import Readings
from wisgate.core.errors import NoAnswer, OutputRefused, UnitRefused
from wisgate.core.points import Kind, Reading, Status, Step, Value
from wisgate.protocols.modbus import ModbusRtu
from wisgate.protocols.modbus_unit import REPEATS, ModbusUnit


@dataclass(frozen=True)
class Register:
    name: str
    address: int
    table: str = "holding"
    encoding: str = "uint16"
    scale: float = 1.0
    unit: str = ""
    writable: bool = False
    over: str = ""


@dataclass(frozen=True)
class Unit:
    registers: tuple[Register, ...]
    id: int = 42
    name: str = "meter"
    interval: float = 10.0
    timeout: float = 0.5


@dataclass
class Line:
    """Holding registers of unit 42. `holes` are refused with `code`; `silent` while set; `damaged`
    answers come with a wrong checksum."""

    words: dict[int, int]
    code: int = 2
    silent: bool = False
    damaged: int = 0
    singles: bool = True
    asked: list[tuple[int, int, int]] = field(default_factory=list)

    def __call__(self, request: bytes) -> bytes:
        function, first = request[1], int.from_bytes(request[2:4], "big")
        count = int.from_bytes(request[4:6], "big")
        self.asked.append((function, first, count))
        if self.silent:
            return b""
        answer = self._answer(request, function, range(first, first + count))
        if self.damaged:
            self.damaged -= 1
            return answer[:-1] + bytes((answer[-1] ^ 1,))
        return answer

    def _answer(self, request: bytes, function: int, addresses: range) -> bytes:
        if function == 6 and not self.singles:
            return framed(f"2A {function | 0x80:02X} 01")
        if function == 6:
            self.words[addresses.start] = len(addresses)
            return request
        if function == 16:
            for n, address in enumerate(addresses):
                self.words[address] = int.from_bytes(request[7 + 2 * n : 9 + 2 * n], "big")
            return request[:6] + crc16(request[:6])
        if any(a not in self.words for a in addresses):
            return framed(f"2A {function | 0x80:02X} {self.code:02X}")
        data = b"".join(self.words[a].to_bytes(2, "big") for a in addresses)
        body = bytes((42, function, len(data))) + data
        return body + crc16(body)


def placed(line: Line, *registers: Register, **unit: object) -> tuple[ModbusUnit, ScriptedUart]:
    uart = ScriptedUart(respond=line)
    client = ModbusRtu(uart, uart.clock)
    return ModbusUnit(client, Unit(registers, **unit), uart.clock), uart  # type: ignore[arg-type]


def result(steps: Generator[Step, None, Sequence[Reading]]) -> Sequence[Reading]:
    while True:
        try:
            assert next(steps) == 0.0
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]


def finished(steps: Generator[Step, None, Sequence[Reading]]) -> dict[str, Reading]:
    return {r.name: r for r in result(steps)}


def written(unit: ModbusUnit, channel: str, value: Value) -> None:
    assert list(unit.write(channel, value)) == []  # a serial line is waited for in its lane


def test_channels_say_what_the_registers_are() -> None:
    unit, _ = placed(
        Line({}),
        Register("humidity", 0, unit="%"),
        Register("temperature", 1, encoding="int16", scale=0.01, unit="Cel"),
        Register("flow", 2, encoding="float32", unit="m3/h"),
        Register("led", 0, "coil", "bool", writable=True),
    )
    assert unit.group.name == "meter"
    assert unit.group.interval == 10.0
    assert [(c.name, c.unit, c.kind, c.decimals, c.writable) for c in unit.group.channels] == [
        ("meter_humidity", "%", Kind.INT, 0, False),
        ("meter_temperature", "Cel", Kind.FLOAT, 2, False),
        ("meter_flow", "m3/h", Kind.FLOAT, 3, False),
        ("meter_led", "", Kind.BOOL, 0, True),
    ]


def test_joined_registers_cost_one_request() -> None:
    line = Line(dict.fromkeys(range(10), 7) | {1: 0xF6A8})
    unit, _ = placed(
        line,
        Register("b", 1, encoding="int16", scale=0.01),
        Register("a", 0),
        Register("c", 9),
    )
    readings = finished(unit.sample())
    assert list(readings) == ["meter_b", "meter_a", "meter_c"]
    assert [r.value for r in readings.values()] == [-23.92, 7, 7]
    assert line.asked == [(3, 0, 10)]


def test_spans_are_steps_so_that_writes_get_in_between() -> None:
    line = Line({0: 1, 100: 2})
    unit, _ = placed(line, Register("a", 0), Register("b", 100))
    steps = unit.sample()
    assert next(steps) == 0.0
    assert line.asked == [(3, 0, 1)]
    assert len(finished(steps)) == 2


@pytest.mark.parametrize("code", [2, 3])
def test_a_refused_gap_is_left_out_from_then_on(code: int) -> None:
    line = Line({0: 1, 1: 2, 5: 3}, code=code)
    unit, _ = placed(line, Register("a", 0), Register("b", 1), Register("c", 5))
    assert [r.value for r in finished(unit.sample()).values()] == [1, 2, 3]
    assert line.asked == [(3, 0, 6), (3, 0, 2), (3, 5, 1)]
    finished(unit.sample())
    assert line.asked[3:] == [(3, 0, 2), (3, 5, 1)]


def test_one_register_that_does_not_exist_is_a_fault_of_its_own() -> None:
    line = Line({0: 1, 2: 3, 3: 4})
    unit, _ = placed(line, *(Register(f"r{n}", n) for n in range(4)))
    readings = finished(unit.sample())
    assert [r.value for r in readings.values()] == [1, None, 3, 4]
    assert readings["meter_r1"].status is Status.FAULT


def test_a_failing_unit_is_not_split() -> None:
    line = Line({0: 1}, code=4)
    unit, _ = placed(line, Register("a", 0), Register("b", 1))
    assert {r.status for r in finished(unit.sample()).values()} == {Status.FAULT}
    assert line.asked == [(3, 0, 2)]


def test_what_is_whole_comes_in_columns_in_the_order_of_the_file() -> None:
    line = Line({0: 7, 1: 8, 40: 9})
    registers = Register("last", 40), Register("first", 0), Register("second", 1, scale=0.5)
    unit, _ = placed(line, *registers)
    several = result(unit.sample())
    assert isinstance(several, Readings)
    assert [(r.name, r.value) for r in several] == [
        ("meter_last", 9), ("meter_first", 7), ("meter_second", 4.0)
    ]  # fmt: skip
    assert result(unit.sample()).columns is several.columns  # type: ignore[attr-defined]


def test_they_do_so_after_a_gap_was_refused() -> None:
    line = Line({0: 7, 5: 8})
    unit, _ = placed(line, Register("late", 5), Register("early", 0))
    for _ in range(2):
        several = result(unit.sample())
        assert isinstance(several, Readings)
        assert [r.value for r in several] == [8, 7]


def test_not_a_number_is_a_fault_of_its_register() -> None:
    line = Line({0: 0x7FC0, 1: 0, 2: 5})
    unit, _ = placed(line, Register("flow", 0, encoding="float32"), Register("count", 2))
    readings = finished(unit.sample())
    assert readings["meter_flow"][:3] == ("meter_flow", None, Status.FAULT)
    assert readings["meter_count"].value == 5


def test_damage_is_asked_for_again() -> None:
    line = Line({0: 5}, damaged=REPEATS)
    unit, _ = placed(line, Register("a", 0))
    assert finished(unit.sample())["meter_a"].value == 5
    line.damaged = REPEATS + 1
    assert finished(unit.sample())["meter_a"].status is Status.FAULT
    assert len(line.asked) == 2 * (REPEATS + 1)


def test_a_silent_unit_is_left_alone_longer_and_longer_until_it_answers() -> None:
    line = Line({0: 5}, silent=True)
    unit, uart = placed(line, Register("a", 0))
    begin = uart.clock.monotonic()
    while uart.clock.monotonic() - begin < 600:
        with pytest.raises(NoAnswer, match="unit 42"):
            finished(unit.sample())
        uart.clock.advance(1.0)
    assert 10 <= len(line.asked) <= 18  # of 600
    gaps = [b - a for a, b in zip(uart.sent_at, uart.sent_at[1:], strict=False)]
    assert gaps[0] < 2  # one lost answer is no pattern
    assert max(gaps) < 63
    line.silent = False
    uart.clock.advance(60.0)
    assert finished(unit.sample())["meter_a"].value == 5
    assert finished(unit.sample())["meter_a"].value == 5


def test_a_span_without_answer_does_not_hide_the_others() -> None:
    line = Line({0: 1, 100: 2, 200: 3})
    unit, _ = placed(line, Register("a", 0), Register("b", 100), Register("c", 200))
    steps = unit.sample()
    next(steps)
    line.silent = True
    for _ in range(1 + REPEATS):
        next(steps)
    line.silent = False
    readings = finished(steps)
    assert [r.status for r in readings.values()] == [Status.GOOD, Status.ABSENT, Status.GOOD]


def test_a_unit_that_falls_silent_half_way_is_not_asked_for_the_rest() -> None:
    line = Line({0: 1, 100: 2, 200: 3, 300: 4})
    unit, _ = placed(line, *(Register(f"r{n}", n) for n in (0, 100, 200, 300)))
    steps = unit.sample()
    next(steps)
    line.silent = True
    with pytest.raises(NoAnswer):
        finished(steps)
    assert [address for _, address, _ in line.asked] == [0, *[100] * (1 + REPEATS), 200]


def test_an_answer_that_is_lost_is_asked_for_again() -> None:
    line = Line({0: 5})
    unit, _ = placed(line, Register("a", 0))
    finished(unit.sample())
    line.silent = True
    steps = unit.sample()
    assert next(steps) == 0.0
    line.silent = False
    assert finished(steps)["meter_a"].value == 5
    assert len(line.asked) == 3


def test_a_unit_that_never_answered_is_asked_once() -> None:
    line = Line({0: 5}, silent=True)
    unit, _ = placed(line, Register("a", 0))
    with pytest.raises(NoAnswer):
        finished(unit.sample())
    assert len(line.asked) == 1


def test_a_unit_that_takes_a_write_is_read_again_at_once() -> None:
    line = Line({0: 5}, silent=True)
    unit, _ = placed(line, Register("a", 0, writable=True))
    for _ in range(5):
        with pytest.raises(NoAnswer):
            finished(unit.sample())
    line.silent = False
    with pytest.raises(NoAnswer, match="asked again in"):
        finished(unit.sample())
    written(unit, "meter_a", 1)
    assert finished(unit.sample())["meter_a"].value == 1


@pytest.mark.parametrize("words", [{0: 5}, {}], ids=["answer", "refusal"])
def test_a_single_lost_answer_has_no_consequences(words: dict[int, int]) -> None:
    line = Line(words)
    unit, _ = placed(line, Register("a", 0))
    finished(unit.sample())
    for _ in range(3):
        line.silent = True
        with pytest.raises(NoAnswer, match="no answer within"):
            finished(unit.sample())
        line.silent = False
        finished(unit.sample())
    assert len(line.asked) == 1 + 3 * (1 + REPEATS) + 3


@pytest.mark.parametrize(
    ("register", "value", "words", "function"),
    [
        (Register("x", 7, writable=True), 500, {7: 500}, 6),
        (Register("x", 7, encoding="int16", scale=0.1, writable=True), -2.5, {7: 0xFFE7}, 6),
        (Register("x", 7, encoding="float32", writable=True), 23.0, {7: 0x41B8, 8: 0}, 16),
        (Register("x", 7, encoding="uint32_swapped", writable=True), 65538, {7: 2, 8: 1}, 16),
    ],
)
def test_writes(register: Register, value: Value, words: dict[int, int], function: int) -> None:
    line = Line({})
    unit, _ = placed(line, register)
    written(unit, "meter_x", value)
    assert line.words == words
    assert line.asked[-1][0] == function


def test_a_unit_that_takes_blocks_only_gets_blocks() -> None:
    line = Line({7: 0}, singles=False)
    unit, _ = placed(line, Register("x", 7, writable=True))
    written(unit, "meter_x", 1)
    written(unit, "meter_x", 2)
    assert line.words == {7: 2}
    assert [a[0] for a in line.asked] == [3, 6, 16, 16]


@pytest.mark.parametrize(
    ("register", "value", "why"),
    [
        (Register("x", 7), 1, "not writable"),
        (Register("x", 7, "input", writable=True), 1, "not writable"),
        (Register("x", 7, writable=True), 70000, "does not fit"),
        (Register("x", 7, writable=True), True, "takes a number"),
        (Register("x", 7, writable=True), "1", "takes a number"),
        (Register("x", 7, writable=True), None, "takes a number"),
        (Register("x", 7, "coil", "bool", writable=True), 1, "takes true or false"),
    ],
)
def test_refused_writes_are_never_sent(register: Register, value: Value, why: str) -> None:
    line = Line({7: 0})
    unit, _ = placed(line, register)
    with pytest.raises(OutputRefused, match=why):
        written(unit, "meter_x", value)
    assert not line.asked


def test_a_refused_write_says_so() -> None:
    unit, _ = placed(Line({}, singles=False), Register("x", 7, "coil", "bool", writable=True))
    with pytest.raises(UnitRefused):
        written(unit, "meter_x", True)
