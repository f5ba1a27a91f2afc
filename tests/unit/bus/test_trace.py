"""Traced buses: what they write can be read, and what they count is right."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from transcript import Exchange, Wait, load, replay

from wisgate.bus.lane import InlineLane
from wisgate.bus.trace import TracedI2c, TracedLane, TracedUart
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, BusUnavailable, NoAcknowledge

T = TypeVar("T")


class Answers:
    """A bus that answers from a list."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self._answers = deque(answers)

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        answer = self._answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer


class Serial:
    """A serial port that received something, or has gone."""

    def __init__(self, received: bytes = b"", *, clock: VirtualClock | None = None) -> None:
        self.received = received
        self.gone = False
        self.done: list[str] = []
        self.baud = 9600
        self._clock = clock or VirtualClock()

    def _do(self, what: str) -> None:
        if self.gone:
            raise BusUnavailable("usb:1-1.4 is gone")
        self.done.append(what)

    def write(self, data: bytes) -> None:
        self._do(f"write {data.hex()}")

    def read(self, count: int, timeout: float) -> bytes:
        self._do(f"read {count} {timeout}")
        self._clock.advance(timeout / 2)
        data, self.received = self.received[:count], self.received[count:]
        return data

    def flush(self) -> None:
        self._do("flush")

    def send_break(self, seconds: float) -> None:
        self._do(f"break {seconds}")

    def set_baud(self, baud: int) -> None:
        self._do(f"baud {baud}")
        self.baud = baud


def session(bus: TracedI2c, clock: VirtualClock) -> None:
    """Everything that can happen on a bus."""
    bus.transfer(0x41, b"\x00\x01\x9b")
    clock.advance(1172e-6)
    bus.transfer(0x41, b"\x01", 2)
    bus.transfer(0x70, read=3)
    bus.transfer(0x26)
    for address, write, read in ((0x70, b"\x35\x17", 0), (0x70, b"", 3), (0x29, b"", 0)):
        with pytest.raises(NoAcknowledge):
            bus.transfer(address, write, read)
    with pytest.raises(BusTimeout):
        bus.transfer(0x41, b"\x02", 2)
    clock.advance(0.5)
    bus.transfer(0x41, b"\x02", 2)


def answers() -> Answers:
    return Answers(
        b"", b"\x07\xd0", b"\x66\x66\x93", b"", NoAcknowledge(0x70), NoAcknowledge(0x70),
        NoAcknowledge(0x29), BusTimeout("i2c-1 0x41: SCL is low"), b"\x5d\x98",
    )  # fmt: skip


LINES = [
    "41: 00 01 9B",
    "wait 1172 us",
    "41: 01 -> 07 D0",
    "70: -> 66 66 93",
    "26:",
    "70: 35 17 !",
    "70: -> !",
    "29: !",
    "# BusTimeout at 41: 02 -> 2 bytes: i2c-1 0x41: SCL is low",
    "wait 500000 us",
    "41: 02 -> 5D 98",
]


def test_a_session_is_written_in_the_notation_of_transcripts() -> None:
    clock, lines = VirtualClock(), list[str]()
    session(TracedI2c(answers(), clock, lines.append), clock)
    assert lines == LINES


def test_a_traced_session_is_a_transcript(tmp_path: Path) -> None:
    clock, path = VirtualClock(), tmp_path / "traced.txt"
    with path.open("w", encoding="utf-8") as file:
        print("= recorded", file=file)
        bus = TracedI2c(answers(), clock, lambda line: print(line, file=file))
        session(bus, clock)
    chip = str(tmp_path / "traced")
    steps = load(chip, "recorded")
    exchanges = [step for step in steps if isinstance(step, Exchange)]
    assert [(e.address, e.write, e.read, e.acknowledged) for e in exchanges] == [
        (0x41, b"\x00\x01\x9b", b"", True),
        (0x41, b"\x01", b"\x07\xd0", True),
        (0x70, b"", b"\x66\x66\x93", True),
        (0x26, b"", b"", True),
        (0x70, b"\x35\x17", b"", False),
        (0x70, b"", b"", False),
        (0x29, b"", b"", False),
        (0x41, b"\x02", b"\x5d\x98", True),
    ]
    assert [s.seconds for s in steps if isinstance(s, Wait)] == pytest.approx([1172e-6, 0.5])
    again = Answers(
        b"", b"\x07\xd0", b"\x66\x66\x93", b"", NoAcknowledge(0x70), NoAcknowledge(0x70),
        NoAcknowledge(0x29), b"\x5d\x98",
    )  # fmt: skip
    replay(chip, "recorded", again, lambda name, value: None, clock.advance)


def test_without_sink_lines_go_to_the_log_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    clock = VirtualClock()
    with caplog.at_level(logging.DEBUG, logger="wisgate.bus.trace"):
        session(TracedI2c(answers(), clock, name="i2c-1"), clock)
    assert [record.getMessage() for record in caplog.records] == [f"i2c-1 {x}" for x in LINES]
    assert {record.levelno for record in caplog.records} == {logging.DEBUG}


def test_a_quiet_log_gets_nothing_and_everything_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = VirtualClock()
    with caplog.at_level(logging.INFO, logger="wisgate.bus.trace"):
        bus = TracedI2c(answers(), clock)
        session(bus, clock)
    assert caplog.records == []
    assert bus.counters.transactions == 9
    assert bus.counters.failures == 4


def test_bus_seconds_of_a_register_read() -> None:
    # START, address, pointer, repeated START, address, two bytes, STOP: 5 * 9 + 3 clocks.
    bus = TracedI2c(Answers(b"\x07\xd0"), VirtualClock(), rate=400_000)
    bus.transfer(0x41, b"\x01", 2)
    assert bus.counters.bytes == 5
    assert bus.counters.bus_seconds == pytest.approx(48 / 400_000)


def test_bus_seconds_of_write_read_and_quick() -> None:
    bus = TracedI2c(Answers(b"", b"\x00\x00\x00", b""), VirtualClock(), rate=100_000)
    bus.transfer(0x41, b"\x00\x01\x9b")
    bus.transfer(0x70, read=3)
    bus.transfer(0x70)
    assert bus.counters.bytes == 4 + 4 + 1
    assert bus.counters.bus_seconds == pytest.approx((38 + 38 + 11) / 100_000)


def test_uart_session() -> None:
    clock, lines = VirtualClock(), list[str]()
    serial = Serial(b"\x01\x83\x02", clock=clock)
    uart = TracedUart(serial, clock, lines.append)
    uart.flush()
    uart.set_baud(19200)
    uart.write(b"\x01\x03")
    assert uart.read(8, 0.25) == b"\x01\x83\x02"
    assert uart.read(8, 0.25) == b""
    uart.send_break(0.001)
    assert lines == [
        "# flush",
        "# baud 19200",
        "> 01 03",
        "wait 125000 us",
        "< 01 83 02",
        "wait 125000 us",
        "# break 1000 us",
    ]
    assert serial.done == ["flush", "baud 19200", "write 0103", "read 8 0.25", "read 8 0.25",
                           "break 0.001"]  # fmt: skip
    assert uart.baud == 19200
    assert (uart.counters.transactions, uart.counters.bytes) == (2, 5)
    assert uart.counters.bus_seconds == pytest.approx(50 / 19200)


def test_a_quiet_log_gets_nothing_of_a_uart_and_everything_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "wisgate.bus.trace")
    serial = Serial(b"\x01\x83\x02")
    uart = TracedUart(serial, VirtualClock())
    uart.write(b"\x01\x03")
    assert uart.read(8, 0.25) == b"\x01\x83\x02"
    assert not caplog.messages
    assert serial.done == ["write 0103", "read 8 0.25"]
    assert (uart.counters.transactions, uart.counters.bytes) == (2, 5)


def test_uart_that_is_gone() -> None:
    lines = list[str]()
    serial = Serial()
    serial.gone = True
    uart = TracedUart(serial, VirtualClock(), lines.append)
    with pytest.raises(BusUnavailable):
        uart.write(b"\x01")
    with pytest.raises(BusUnavailable):
        uart.read(4, 1.0)
    assert lines == [
        "# BusUnavailable at > 01: usb:1-1.4 is gone",
        "# BusUnavailable at < 4 bytes: usb:1-1.4 is gone",
    ]
    assert (uart.counters.failures, uart.counters.transactions) == (2, 0)


def test_a_traced_lane_keeps_urgent_jobs_urgent() -> None:
    class Asked(InlineLane):
        urgent: list[bool] = []  # noqa: RUF012  # one lane, one test

        async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
            self.urgent.append(urgent)
            return await super().run(job)

    async def main() -> None:
        lane = TracedLane(Asked("i2c-1"), VirtualClock())
        assert await lane.run(lambda: 1) == 1
        assert await lane.run(lambda: 2, urgent=True) == 2
        assert Asked.urgent == [False, True]

    asyncio.run(main())


def test_longest_hold_is_what_the_clock_or_the_bus_says() -> None:
    clock = VirtualClock()
    bus = TracedI2c(Answers(*[b""] * 10), clock)

    def page() -> None:
        for _ in range(3):
            bus.transfer(0x3C, bytes(99))

    async def main() -> None:
        lane = TracedLane(InlineLane("i2c-1"), clock, bus.counters)
        await lane.run(page, urgent=True)
        assert lane.longest_hold == pytest.approx(3 * 902 / 100_000)
        await lane.run(lambda: clock.sleep(0.04))
        assert lane.longest_hold == pytest.approx(0.04)
        await lane.run(lambda: clock.sleep(0.01))
        assert (lane.name, lane.jobs) == ("i2c-1", 3)
        assert lane.longest_hold == pytest.approx(0.04)
        await lane.close()
        with pytest.raises(BusUnavailable):
            await lane.run(page)

    asyncio.run(main())
