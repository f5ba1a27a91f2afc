from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusUnavailable
from wisgate.virtual.uart import BUFFER, LineTwin, VirtualUart

BYTE = 10 / 9600


class Parrot:
    """Answers everything after a while."""

    def __init__(self, delay: float = 0.1, baud: int | None = None) -> None:
        self.baud = baud
        self._delay = delay

    def received(self, data: bytes) -> list[tuple[float, bytes]]:
        return [(self._delay, data)]


def line(twin: Parrot | None = None, seed: int = 1) -> tuple[VirtualClock, VirtualUart]:
    clock = VirtualClock()
    uart = VirtualUart(clock, 9600, seed=seed)
    uart.twins.append(twin or Parrot())
    return clock, uart


def test_write_returns_when_the_last_bit_has_left() -> None:
    clock, uart = line()
    uart.write(b"12345678")
    assert clock.monotonic() == pytest.approx(8 * BYTE)


def test_read_waits_for_the_bytes_and_no_longer() -> None:
    clock, uart = line()
    uart.write(b"abcd")
    assert uart.read(4, 1.0) == b"abcd"
    assert clock.monotonic() == pytest.approx(4 * BYTE + 0.1 + 4 * BYTE)


def test_read_gives_what_came_when_time_is_over() -> None:
    clock, uart = line()
    uart.write(b"abcd")
    begin = clock.monotonic()
    assert uart.read(4, 0.1 + 2.5 * BYTE) == b"ab"
    assert clock.monotonic() - begin == pytest.approx(0.1 + 2.5 * BYTE)
    assert uart.read(9, 1.0) == b"cd"


def test_read_of_part_leaves_the_rest() -> None:
    _clock, uart = line()
    uart.write(b"abcd")
    assert uart.read(1, 1.0) == b"a"
    assert uart.read(3, 1.0) == b"bcd"


def test_silence_lasts_the_whole_time_out() -> None:
    clock, uart = line()
    assert uart.read(1, 0.75) == b""
    assert clock.monotonic() == pytest.approx(0.75)


def test_flush_drops_what_has_arrived_only() -> None:
    clock, uart = line()
    uart.write(b"abcd")
    clock.advance(0.1 + 2.5 * BYTE)
    uart.flush()
    assert uart.read(4, 1.0) == b"cd"


def test_baud_counts_and_a_twin_of_another_baud_hears_nothing() -> None:
    clock, uart = line(Parrot(baud=9600))
    uart.set_baud(19200)
    uart.write(b"ab")
    assert uart.baud == 19200
    assert clock.monotonic() == pytest.approx(BYTE)
    assert uart.read(1, 1.0) == b""


def test_echo_comes_before_the_answer() -> None:
    _clock, uart = line()
    uart.echo = True
    uart.write(b"ab")
    assert uart.read(4, 1.0) == b"abab"


def test_a_broken_wire_carries_nothing() -> None:
    _clock, uart = line()
    uart.silent = True
    uart.write(b"ab")
    assert uart.read(2, 1.0) == b""


def test_noise_damages_one_bit_and_follows_the_seed() -> None:
    def heard(seed: int) -> bytes:
        _clock, uart = line(seed=seed)
        uart.noise = 0.5
        uart.write(bytes(64))
        return uart.read(64, 9.0)

    one = heard(1)
    assert {b.bit_count() for b in one} == {0, 1}
    assert heard(1) == one
    assert heard(2) != one


def test_a_port_that_is_gone_loses_what_was_on_its_way() -> None:
    _clock, uart = line()
    uart.write(b"ab")
    uart.gone = True
    for call in (lambda: uart.write(b"x"), lambda: uart.read(1, 0.1), uart.flush):
        with pytest.raises(BusUnavailable, match="port is gone"):
            call()
    uart.gone = False
    assert uart.read(2, 1.0) == b""


def test_break_takes_its_time() -> None:
    clock, uart = line()
    uart.send_break(0.0014)
    assert clock.monotonic() == pytest.approx(0.0014)


class Talker(LineTwin):
    """Hears the line and says something unasked now and then."""

    def __init__(self, *sayings: tuple[float, bytes]) -> None:
        self.heard: list[object] = []
        self.sayings = list(sayings)

    def sent(self, data: bytes, baud: int) -> list[tuple[float, bytes]]:
        self.heard.append((data, baud))
        return [(-len(data) * 10 / baud, data), (0.1, b"?")]

    def held(self, seconds: float) -> list[tuple[float, bytes]]:
        self.heard.append(seconds)
        return [(-seconds, b"\0")]

    def spoken(self, until: float) -> list[tuple[float, bytes]]:
        due = [saying for saying in self.sayings[:1] if saying[0] <= until]
        del self.sayings[: len(due)]
        return due


def talk(*sayings: tuple[float, bytes]) -> tuple[VirtualClock, VirtualUart, Talker]:
    clock = VirtualClock()
    uart = VirtualUart(clock, 9600)
    twin = Talker(*sayings)
    uart.twins.append(twin)
    return clock, uart, twin


def test_a_twin_that_hears_the_line_hears_breaks_and_any_rate() -> None:
    clock, uart, twin = talk()
    uart.send_break(0.002)
    uart.set_baud(1200)
    uart.write(b"a")
    assert twin.heard == [0.002, (b"a", 1200)]
    begin = clock.monotonic()
    assert uart.read(2, 1.0) == b"\0a", "heard while it was sent"
    assert clock.monotonic() == begin
    assert uart.read(1, 1.0) == b"?"
    assert clock.monotonic() - begin == pytest.approx(0.1 + 10 / 1200)


def test_what_is_said_unasked_comes_at_its_time() -> None:
    clock, uart, _twin = talk((0.2, b"abc"), (0.5, b"de"))
    assert uart.read(9, 0.1) == b""
    assert uart.read(2, 1.0) == b"ab"
    assert clock.monotonic() == pytest.approx(0.2 + 2 * BYTE)
    assert uart.read(3, 1.0) == b"cde"


def test_nobody_says_more_than_is_waited_for() -> None:
    _clock, uart, twin = talk((0.2, b"abc"), (0.5, b"de"))
    uart.read(3, 1.0)
    assert twin.sayings == [(0.5, b"de")]


def test_flush_drops_what_was_said_unasked() -> None:
    clock, uart, _twin = talk((0.2, b"abc"), (0.5, b"de"))
    clock.advance(0.4)
    uart.flush()
    assert uart.read(9, 1.0) == b"de"


def test_what_was_said_before_comes_before_the_answer() -> None:
    clock, uart, _twin = talk((0.2, b"abc"))
    clock.advance(0.4)
    uart.write(b"x")
    assert uart.read(5, 1.0) == b"abcx?"


def test_bytes_of_one_time_come_in_the_order_of_their_ends() -> None:
    _clock, uart, twin = talk()
    uart.write(b"x")
    twin.sayings.append((0.0, b"abcdefgh"))
    assert uart.read(10, 1.0) == b"axbcdefgh?"


def test_the_buffer_has_an_end() -> None:
    clock, uart, _twin = talk((0.0, bytes(range(256)) * 20), (9.0, b"x"))
    clock.advance(10)
    uart.write(b"")
    assert len(uart.read(9999, 1.0)) == BUFFER


def test_a_broken_wire_carries_neither_breaks_nor_what_is_said() -> None:
    _clock, uart, twin = talk((0.2, b"abc"))
    uart.silent = True
    uart.send_break(0.002)
    assert twin.heard == []
    assert uart.read(1, 1.0) == b""


class Watch:
    def __init__(self) -> None:
        self.entered = 0

    def __enter__(self) -> None:
        self.entered += 1

    def __exit__(self, *_error: object) -> None:
        return None


def test_the_guard_is_held_while_twins_work() -> None:
    _clock, uart, _twin = talk()
    uart.twins.append(Parrot())
    uart.guard = Watch()
    for call in (lambda: uart.write(b"a"), lambda: uart.read(9, 0.1), lambda: uart.send_break(0)):
        before = uart.guard.entered
        call()
        assert uart.guard.entered > before
