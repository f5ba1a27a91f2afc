"""A unit that is asked together with others: when it is, what it is asked, and what is believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from struct import pack

import pytest
from modbus_plant import Request, register, unit_of_file
from scripted_peer import ScriptedPeer, told, walked

from wisgate.bus.peer import Question
from wisgate.config.units import RegisterConfig
from wisgate.core.clock import VirtualClock
from wisgate.core.columns import Readings
from wisgate.core.errors import NoAnswer
from wisgate.core.points import Reading, Status
from wisgate.protocols.modbus_tables import Table
from wisgate.protocols.modbus_tcp import ModbusTcp
from wisgate.protocols.modbus_unit import PROMPT_AFTER, PROMPT_S, REPEATS, ModbusUnit

PROMPT, SLOW = 0.9 * PROMPT_S, 1.1 * PROMPT_S
SILENT = NoAnswer("silent")
WORDS = {0: 7, 1: 20, 40: 0x7FC0, 41: 0, 80: 0x4048, 81: 0xF5C3}
"""Holding registers of the units below: numbers, and at 40 a float that is none."""


def shown(frame: bytes) -> bytes:
    """What a unit with these registers answers; of coils and inputs every other is on."""
    request = Request(frame)
    if frame[7] in (1, 2):
        body = bytes([0b01010101]) * ((request.count + 7) // 8)
        return request.answer(frame[7:8] + bytes([len(body)]) + body)
    return request.words(*(WORDS.get(request.address + n, 0) for n in range(request.count)))


class Bench:
    """A unit, and the host that answers for it; every answer takes `seconds`."""

    def __init__(self, *registers: RegisterConfig) -> None:
        self.clock, self.seconds = VirtualClock(), PROMPT
        self.next: list[Callable[[bytes], bytes | Exception]] = []
        """What answers the next requests instead."""
        self.peer = ScriptedPeer(self._answer)
        self.client = ModbusTcp(self.peer)
        self.unit = ModbusUnit(self.client, unit_of_file(7, *registers), self.clock)

    def _answer(self, frame: bytes) -> bytes | Exception:
        self.clock.advance(self.seconds)
        return self.next.pop(0)(frame) if self.next else shown(frame)

    def sampled(self, times: int = 1) -> Sequence[Reading]:
        return [walked(self.unit.sample()) for _ in range(times)][-1]

    def questions(self) -> list[Question]:
        return self.unit.questions(self.client) if self.unit.is_prompt else []

    def answered(self, seconds: float = PROMPT) -> list[Question]:
        """The questions with the answers of the unit."""
        questions = self.questions()
        for question in questions:
            question.asked, question.answered = 5.0, 5.0 + seconds
            question.answer = shown(question.request)
        return questions


def test_who_answered_at_once_so_often_is_asked_together() -> None:
    bench = Bench()
    for _ in range(PROMPT_AFTER):
        assert bench.questions() == []
        bench.sampled()
    assert len(bench.questions()) == 1


@pytest.mark.parametrize(
    "answer",
    [lambda frame: Request(frame).refusal(6), told("03 02 00"), lambda _: SILENT],
    ids=["refusal", "odd", "silence that a repeat mends"],
)
def test_one_answer_that_is_not_good_has_it_begin_again(
    answer: Callable[[bytes], bytes | Exception],
) -> None:
    bench = Bench()
    bench.sampled(PROMPT_AFTER)
    bench.next = [answer]
    bench.sampled()
    assert bench.questions() == []
    bench.sampled(PROMPT_AFTER - 1)
    mended = bench.sampled()[0].status is Status.GOOD
    assert mended
    assert len(bench.questions()) == 1


@pytest.mark.parametrize(("together", "tries"), [(True, REPEATS), (False, REPEATS + 1)])
def test_a_silence_among_others_is_the_first_of_the_tries(together: bool, tries: int) -> None:
    bench = Bench()
    bench.sampled(PROMPT_AFTER)
    if together:
        questions = bench.questions()
        questions[0].silent = True
        assert bench.unit.understood(questions) is None
    before = len(bench.peer.asked)
    bench.next = [lambda _: SILENT] * (REPEATS + 1)
    with pytest.raises(NoAnswer):
        bench.sampled()
    assert len(bench.peer.asked) == before + tries
    bench.next = []
    assert bench.sampled()[0].status is Status.GOOD
    bench.next = [lambda _: SILENT] * (REPEATS + 1)
    before = len(bench.peer.asked)
    with pytest.raises(NoAnswer):
        bench.sampled()
    assert len(bench.peer.asked) == before + REPEATS + 1


def test_one_that_takes_longer_has_it_begin_again() -> None:
    bench = Bench()
    bench.sampled(PROMPT_AFTER)
    bench.seconds = SLOW
    bench.sampled()
    assert bench.questions() == []
    bench.seconds = PROMPT
    bench.sampled(PROMPT_AFTER)
    assert len(bench.questions()) == 1


def test_every_answer_of_a_sampling_must_come_at_once() -> None:
    bench = Bench(*(register(f"r{n}", 100 * n) for n in range(PROMPT_AFTER + 1)))

    def slowly(frame: bytes) -> bytes:
        bench.clock.advance(SLOW)
        return shown(frame)

    for _ in range(3):
        bench.next = [slowly]
        bench.sampled()
        assert bench.questions() == []
    bench.sampled()
    assert len(bench.questions()) == PROMPT_AFTER + 1


def test_it_is_asked_what_a_sampling_asks() -> None:
    bench = Bench(
        register("far", 500, "input"), register("near", 3), register("door", 9, "discrete", "bool")
    )
    bench.sampled(PROMPT_AFTER)
    alone = [frame[2:] for frame in bench.peer.asked[-3:]]
    questions = bench.questions()
    assert [q.request[2:] for q in questions] == alone
    assert len({q.request[:2] for q in questions} | {f[:2] for f in bench.peer.asked}) == 12
    for question in questions:
        assert question.patience == 0.5
        assert question.accepts(shown(question.request))
        assert not any(question.accepts(shown(o.request)) for o in questions if o is not question)


@pytest.mark.parametrize(
    "registers",
    [
        (register("a", 1), register("b", 0)),
        (register("far", 80, encoding="float32"), register("near", 0)),
        (register("flow", 40, encoding="float32"), register("count", 0)),
        (register("part", 0, over="whole"), register("whole", 1)),
        (register("part", 0, over="flow"), register("flow", 40, encoding="float32")),
        (
            register("led", 2, "coil", "bool"),
            register("door", 5, "discrete", "bool"),
            register("level", 0, "input"),
        ),
    ],
    ids=["order", "spans", "not a number", "share", "share of none", "bits"],
)
def test_it_is_understood_as_a_sampling_is(registers: tuple[RegisterConfig, ...]) -> None:
    bench = Bench(*registers)
    alone = bench.sampled(PROMPT_AFTER)
    for _ in range(3):  # what is no number does not end it
        together = bench.unit.understood(bench.answered())
        assert together == alone
        assert isinstance(together, Readings) == isinstance(alone, Readings)
    assert {r.name for r in alone} == {f"u7_{r.name}" for r in registers}


@pytest.mark.parametrize("place", [0, 1])
def test_without_one_good_answer_nothing_is_understood(place: int) -> None:
    bench = Bench(register("near", 0), register("far", 80))
    bench.sampled(PROMPT_AFTER)
    questions = bench.answered()
    questions[place].answer = None
    assert bench.unit.understood(questions) is None
    assert bench.questions() == []


def test_a_slow_answer_counts_and_is_the_last_among_others() -> None:
    bench = Bench()
    bench.sampled(PROMPT_AFTER)
    understood = bench.unit.understood(bench.answered(SLOW))
    assert understood is not None
    assert [r.value for r in understood] == [7]
    assert bench.questions() == []


def test_what_was_asked_before_a_write_is_not_believed() -> None:
    bench = Bench()
    bench.sampled(PROMPT_AFTER)
    questions = bench.answered()
    bench.next = [bytes]
    walked(bench.unit.write("u7_level", 9))
    assert bench.unit.understood(questions) is None
    assert bench.unit.understood(bench.answered()) is not None


def payload(
    answer: Callable[[bytes], bytes], table: Table, address: int, count: int
) -> bytes | None:
    question = ModbusTcp(ScriptedPeer(told(""))).question(17, table, address, count, 0.5)
    question.answer = answer(question.request)
    return ModbusTcp.payload(question)


@pytest.mark.parametrize(
    ("table", "address", "count", "answer_hex", "payload_hex"),
    [  # Modbus Application Protocol V1.1b3, 6.1 to 6.4
        (Table.COIL, 0x13, 19, "01 03 CD 6B 05", "CD 6B 05"),
        (Table.DISCRETE, 0xC4, 22, "02 03 AC DB 35", "AC DB 35"),
        (Table.HOLDING, 0x6B, 3, "03 06 02 2B 00 00 00 64", "02 2B 00 00 00 64"),
        (Table.INPUT, 8, 1, "04 02 00 0A", "00 0A"),
    ],
)
def test_answers_of_the_specification(
    table: Table, address: int, count: int, answer_hex: str, payload_hex: str
) -> None:
    assert payload(told(answer_hex), table, address, count) == bytes.fromhex(payload_hex)


@pytest.mark.parametrize(
    "answer",
    [
        "04 02 00 05", "03 04 00 05 00 06", "03 02 00", "03 02 00 05 00", "03 01 00 05", "84 02",
        "83 02", "83 0B", "83 02 00",
    ],
)  # fmt: skip
def test_anything_else_is_no_answer(answer: str) -> None:
    assert payload(told(answer), Table.HOLDING, 0, 1) is None


def test_the_number_of_another_unit_is_overlooked_as_by_a_sampling() -> None:
    def other(frame: bytes) -> bytes:
        answer = told("03 02 00 05")(frame)
        return answer[:6] + b"\xff" + answer[7:]

    assert payload(other, Table.HOLDING, 0, 1) == pack(">H", 5)
    asked_alone = ModbusTcp(ScriptedPeer(other)).reading(17, Table.HOLDING, 0, 1, 0.5)
    assert walked(asked_alone) == pack(">H", 5)


def test_what_cannot_be_asked_is_no_question() -> None:
    with pytest.raises(ValueError, match="126 values"):
        payload(told("03 02 00 05"), Table.HOLDING, 0, 126)
