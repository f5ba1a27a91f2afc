"""One Modbus unit as a group of channels: sampled span by span, written, left alone while dead."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import chain
from sys import intern
from typing import Any

from ..bus.peer import Question
from ..core.clock import Clock
from ..core.columns import Columns, Readings
from ..core.errors import (
    ChecksumMismatch,
    ChipError,
    NoAnswer,
    OutputRefused,
    UnexpectedValue,
    UnitRefused,
    Unreachable,
    WisgateError,
)
from ..core.points import Channel, Group, Kind, Reading, Sampling, Status, Step, Value, Writing
from ..core.units import Seconds
from .modbus_contracts import Client, Register, Unit
from .modbus_decoding import SpanDecoder
from .modbus_registers import decimals, encode, is_whole
from .modbus_spans import Span, plan_reads, split
from .modbus_tables import Table
from .modbus_tcp import ModbusTcp

_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 1, 2, 3
_LONGEST_PAUSE_S = 60.0
PROMPT_S, PROMPT_AFTER = 0.01, 3
"""Who answered within that time, so often in a row and to each question of a sampling, is asked
together with others, if there are any."""
REPEATS = 2
"""How often a question is asked again that noise may have hit: where it damages one frame of a
hundred, one sampling of a hundred thousand fails then."""


LaidOut = tuple[Span[Register], SpanDecoder[Register]]
Answered = tuple[SpanDecoder[Register], bytes]


class ModbusUnit:
    """A unit behind `client`. After a second silent sampling in a row it is left alone for a while,
    each time twice as long, 60 s at most, so that a dead unit takes little of the line from the
    others. A host that cannot be reached is not the unit's fault. Threads: lane only."""

    def __init__(self, client: Client, unit: Unit, clock: Clock) -> None:
        self._client, self._unit, self._clock = client, unit, clock
        self._registers = {self._channel(r): r for r in unit.registers}
        channels = tuple(channel_of(name, r) for name, r in self._registers.items())
        self.group = Group(unit.name, channels, Seconds(unit.interval))
        self._columns = Columns(self._registers)
        self._shares = any(r.over for r in unit.registers)
        self._spans = [self._laid_out(span) for span in plan_reads(unit.registers)]
        self._order = self._ordered()
        self._silences, self._ask_again_at = 0, 0.0
        self._there = False  # its last answer is not followed by a silence
        self._missed = False  # it was silent when asked together: the first of its tries
        self._prompt = 0  # how many of its last answers were good, and came at once
        self.took = 0.0
        """How long the good answers of the last sampling took together, in seconds."""
        self._written = False  # since the last sampling began
        self._only_blocks = False  # refuses functions 5 and 6, takes 15 and 16

    def sample(self) -> Sampling:
        """Read every register, one span per step; all once more when one was written in between,
        for it may have been read before that. A register that the unit refuses, garbles or leaves
        unanswered has that status alone. Raises NoAnswer when the unit says nothing."""
        self._check_pause()
        self._written = False
        readings = yield from self._sampled()
        if self._written:
            yield 0.0
            readings = yield from self._sampled()
        return readings

    def _sampled(self) -> Sampling:
        self.took = 0.0
        answers: list[Answered] = []
        lost: dict[str, Reading] = {}
        waiting = list(self._spans)
        while waiting:
            laid_out = waiting.pop(0)
            span, decoder = laid_out
            try:
                answers.append((decoder, (yield from self._payload(span))))
            except UnitRefused as refused:
                if _may_split(span, refused):
                    waiting[:0] = self._split(laid_out)
                else:
                    lost |= self._without_value(span, refused)
            except ChipError as error:
                lost |= self._without_value(span, error)
            except NoAnswer as error:
                if not (answers or lost) or self._silences > 1:
                    raise
                lost |= self._without_value(span, error)
            if waiting:
                yield 0.0
        return self._readings(answers, lost)

    @property
    def is_prompt(self) -> bool:
        """Whether it keeps no others waiting, as far as can be told."""
        return self._prompt >= max(PROMPT_AFTER, len(self._spans))

    def questions(self, client: ModbusTcp) -> list[Question]:
        """What to ask so that `understood` knows every register."""
        unit, self._written, self.took = self._unit, False, 0.0
        return [
            client.question(unit.id, span.table, span.address, span.count, unit.timeout)
            for span, _ in self._spans
        ]

    def understood(self, questions: Sequence[Question]) -> Sequence[Reading] | None:
        """Every register, when all answers are good; None when `sample` must find out what is the
        matter, or what a register shows that was written meanwhile."""
        if self._written:
            return None
        answers: list[Answered] = []
        for (_, decoder), question in zip(self._spans, questions, strict=True):
            payload = ModbusTcp.payload(question)
            if payload is None:
                self._prompt, self._missed = 0, question.silent
                return None
            self._note_time(question.answered - (question.asked or 0.0))
            answers.append((decoder, payload))
        return self._readings(answers, {})

    def _readings(self, answers: Sequence[Answered], lost: dict[str, Reading]) -> Sequence[Reading]:
        if not lost and not self._shares:
            try:
                return self._together(answers)
            except ChipError:
                pass  # one of the numbers is none
        readings = lost
        for decoder, payload in answers:
            readings |= decoder.readings(payload)
        self._divide(readings)
        return [readings[channel.name] for channel in self.group.channels]

    def _together(self, answers: Sequence[Answered]) -> Readings:
        """What all spans answered. Raises ChipError when a number is none."""
        values = [*chain.from_iterable(decoder.values(payload) for decoder, payload in answers)]
        if self._order is not None:
            values = [values[at] for at in self._order]
        return Readings(self._columns, values)

    def _ordered(self) -> list[int] | None:
        """Where each channel lies in the values of all spans; None when these are in its order."""
        names = [name for _, decoder in self._spans for name in decoder.names]
        places = {name: at for at, name in enumerate(names)}
        order = [places[name] for name in self._columns.names]
        return None if order == [*range(len(names))] else order

    def write(self, channel: str, value: Value) -> Writing:
        """Set a writable coil or holding register, wide ones in one message. Raises OutputRefused,
        UnitRefused, NoAnswer."""
        register = self._registers[channel]
        if not register.writable or not Table(register.table).writable:
            raise OutputRefused(f"{channel} is not writable")
        words = _encoded(channel, register, value)
        try:
            yield from self._send(register, words, len(words) == 1 and not self._only_blocks)
        except UnitRefused as refused:
            if refused.code != _ILLEGAL_FUNCTION or len(words) > 1 or self._only_blocks:
                raise
            yield from self._send(register, words, False)
            self._only_blocks = True
        self._written = True
        self._silences = 0  # it lives: read it again at its next turn

    def _send(self, register: Register, words: Sequence[int], single: bool) -> Writing:
        unit, table = self._unit, Table(register.table)
        return self._client.writing(
            unit.id, table, register.address, words, single=single, timeout=unit.timeout
        )

    def _payload(self, span: Span[Register]) -> Generator[Step, Any, bytes]:
        """What stands in `span`. It is asked for again when the answer was damaged or another's,
        and when none came from a unit that was there before: noise may have hit the request."""
        repeats, self._missed = REPEATS - self._missed, False
        for repeats_left in range(repeats, -1, -1):
            try:
                return (yield from self._read(span))
            except Unreachable:
                raise
            except NoAnswer:
                self._prompt = 0
                if not self._there or not repeats_left:
                    self._count_silence()
                    raise
            except (ChecksumMismatch, UnexpectedValue):
                if not repeats_left:
                    raise
            yield 0.0
        raise AssertionError("the last repeat returns or raises")

    def _read(self, span: Span[Register]) -> Generator[Step, Any, bytes]:
        unit, began = self._unit, self._clock.monotonic()
        try:
            payload = yield from self._client.reading(
                unit.id, span.table, span.address, span.count, unit.timeout
            )
        except ChipError:
            self._answered()
            self._prompt = 0
            raise
        self._answered()
        self._note_time(self._clock.monotonic() - began)
        return payload

    def _answered(self) -> None:
        self._silences, self._there = 0, True

    def _note_time(self, seconds: float) -> None:
        """How long a good answer took."""
        self.took += seconds
        self._prompt = self._prompt + 1 if seconds <= PROMPT_S else 0

    def _count_silence(self) -> None:
        self._silences, self._there = self._silences + 1, False
        pause = min(self._unit.timeout * 2.0 ** min(self._silences, 30), _LONGEST_PAUSE_S)
        self._ask_again_at = self._clock.monotonic() + pause

    def _check_pause(self) -> None:
        rest = self._ask_again_at - self._clock.monotonic()
        if self._silences > 1 and rest > 0:
            raise NoAnswer(f"unit {self._unit.id}: silent; it is asked again in {rest:.1f} s")

    def _laid_out(self, span: Span[Register]) -> LaidOut:
        return span, SpanDecoder(span, self._channel)

    def _split(self, laid_out: LaidOut) -> list[LaidOut]:
        at, parts = self._spans.index(laid_out), [self._laid_out(s) for s in split(laid_out[0])]
        self._spans[at : at + 1] = parts
        self._order = self._ordered()
        return parts

    def _divide(self, readings: dict[str, Reading]) -> None:
        """Shares: one register over another."""
        for name, register in self._registers.items():
            if register.over:
                part, whole = readings[name], readings[f"{self._unit.name}_{register.over}"]
                if isinstance(part.value, int | float) and whole.value:
                    share = round(part.value / float(whole.value), 6)
                    readings[name] = part._replace(value=share)
                else:
                    status = Status.FAULT if whole.status.carries_value else whole.status
                    status = part.status if part.value is None else status
                    readings[name] = part._replace(value=None, status=status)

    def _without_value(self, span: Span[Register], error: WisgateError) -> dict[str, Reading]:
        names = [self._channel(register) for register in span.registers]
        return {name: Reading(name, None, error.status) for name in names}

    def _channel(self, register: Register) -> str:
        return intern(f"{self._unit.name}_{register.name}")  # the name of a point, too


def channel_of(name: str, register: Register) -> Channel:
    """The channel that shows `register`. It has no safe state: what a unit does when its client is
    lost is set in the unit."""
    encoding = register.encoding
    if encoding == "bool":
        return Channel(name, "", Kind.BOOL, 0, register.writable)
    if register.over:
        return Channel(name, register.unit, Kind.FLOAT, 1)
    if is_whole(encoding, register.scale):
        return Channel(name, register.unit, Kind.INT, 0, register.writable)
    return Channel(name, register.unit, Kind.FLOAT, decimals(register.scale), register.writable)


def _may_split(span: Span[Register], refused: UnitRefused) -> bool:
    # Illegal value: some units say so of a read that is longer than they like.
    return len(span.registers) > 1 and refused.code in (_ILLEGAL_ADDRESS, _ILLEGAL_VALUE)


def _encoded(channel: str, register: Register, value: Value) -> list[int]:
    wanted = bool if register.encoding == "bool" else (int, float)
    if not isinstance(value, wanted) or isinstance(value, bool) != (wanted is bool):
        kind = "true or false" if wanted is bool else "a number"
        raise OutputRefused(f"{channel} takes {kind}, not {value!r}")
    try:
        return encode(register.encoding, value, register.scale)
    except ValueError as error:
        raise OutputRefused(f"{channel}: {error}") from error
