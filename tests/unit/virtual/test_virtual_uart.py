from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusUnavailable
from wisgate.virtual.uart import VirtualUart

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
