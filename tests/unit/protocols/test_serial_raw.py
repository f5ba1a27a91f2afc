from __future__ import annotations

from wisgate.protocols.serial_raw import RawLine


class Waiting:
    """A port with bytes that have come already."""

    baud = 9600

    def __init__(self) -> None:
        self.bytes = b""

    def inject(self, data: bytes) -> None:
        self.bytes += data

    def read(self, count: int, timeout: float) -> bytes:
        came, self.bytes = self.bytes[:count], self.bytes[count:]
        return came

    def write(self, data: bytes) -> None:
        raise AssertionError("who listens says nothing")

    def flush(self) -> None:
        self.bytes = b""

    def send_break(self, seconds: float) -> None:
        raise AssertionError("who listens says nothing")

    def set_baud(self, baud: int) -> None:
        raise AssertionError("the module sets it")


def test_half_a_line_waits_for_its_end_unless_it_is_forgotten():
    uart = Waiting()
    line = RawLine(uart, lines=True)
    uart.inject(b"half")
    assert line.take() == []
    uart.inject(b" and half\n")
    assert line.take() == ["half and half"]
    uart.inject(b"lost")
    assert line.take() == []
    line.forget()
    uart.inject(b"found\n")
    assert line.take() == ["found"]
    assert line.count == 4 + 10 + 4 + 6


def test_nothing_comes():
    for lines in (True, False):
        assert RawLine(Waiting(), lines=lines).take() == []
