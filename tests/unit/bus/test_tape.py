"""Every end with a tape on it: played back, nobody is behind, and the answers are the same."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from wisgate.bus.host import ClockChip
from wisgate.bus.lines import Edge, Input
from wisgate.bus.tape import PlayingTape, Tape, WritingTape, entries
from wisgate.bus.taped import TapedHost, TapedI2c, TapedLines, TapedSpi, TapedUart
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, BusUnavailable, NoAcknowledge, ReplayDiffers
from wisgate.virtual.host import VirtualHost
from wisgate.virtual.lines import VirtualLines
from wisgate.virtual.plant import plant
from wisgate.virtual.world import World


@dataclass
class Bus:
    clock: VirtualClock
    failures: list[Exception] = field(default_factory=list)

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        self.clock.advance(0.001)
        if self.failures:
            raise self.failures.pop(0)
        return bytes(range(read))


class Echo:
    def transfer(self, data: bytes) -> bytes:
        return data[::-1]


class Port:
    baud = 19200

    def write(self, data: bytes) -> None: ...
    def read(self, count: int, timeout: float) -> bytes:
        return b"\x55" * count

    def flush(self) -> None: ...
    def send_break(self, seconds: float) -> None: ...
    def set_baud(self, baud: int) -> None: ...


Session = Callable[[Tape, bool], object]


def twice(session: Session, clock: VirtualClock | None = None) -> tuple[object, object]:
    """What a session gives with the real end, and what it gives from its tape."""
    out = io.StringIO()
    first = session(WritingTape(out, clock or VirtualClock()), True)
    tape = PlayingTape(entries(out.getvalue().splitlines()), VirtualClock())
    second = session(tape, False)
    assert tape.next is None
    return first, second


def test_i2c_with_its_failures() -> None:
    clock = VirtualClock()
    bus = Bus(clock, [NoAcknowledge(0x41), BusTimeout("stuck"), BusUnavailable("owned")])

    def session(tape: Tape, live: bool) -> object:
        end = TapedI2c("i2c-1", bus if live else None, tape)
        seen: list[object] = []
        for kind in (NoAcknowledge, BusTimeout, BusUnavailable):
            with pytest.raises(kind) as raised:
                end.transfer(0x41, b"\x01", 2)
            seen.append(str(raised.value))
        seen.append(end.transfer(0x41, b"\x01", 2))
        seen.append(end.transfer(0x41, b"\x01\x02"))
        return seen

    first, second = twice(session, clock)
    assert first == second == ["no acknowledge from 0x41", "stuck", "owned", b"\x00\x01", b""]


def test_spi_and_serial() -> None:
    def session(tape: Tape, live: bool) -> object:
        spi = TapedSpi("spi", Echo() if live else None, tape)
        port = TapedUart("uart", Port() if live else None, tape, baud=19200)
        port.set_baud(9600)
        port.write(b"\x01")
        port.flush()
        port.send_break(0.001)
        return spi.transfer(b"\x01\x02"), port.read(3, 0.5), port.baud

    assert twice(session) == ((b"\x02\x01", b"UUU", 9600),) * 2


def test_lines_with_edges_at_their_times() -> None:
    clock = VirtualClock()
    clock.advance(100.0)
    lines = VirtualLines(clock)
    out = io.StringIO()
    live = WritingTape(out, clock)
    end = TapedLines("host", lines, live)
    watched = end.request(4, Input(edges=True), "test")
    clock.advance(0.25)
    lines.drive(4, True)
    first = ([Edge(e.active, e.time - live.begin) for e in watched.edges()], watched.get())
    tape = PlayingTape(entries(out.getvalue().splitlines()), VirtualClock())
    end = TapedLines("host", None, tape)
    watched = end.request(4, Input(edges=True), "test")
    second = ([Edge(e.active, e.time - tape.begin) for e in watched.edges()], watched.get())
    assert first == second == ([Edge(True, 0.25)], True)


def test_the_computer_with_what_it_is_made_of() -> None:
    world = World(VirtualClock(), 1, plant())

    def session(tape: Tape, live: bool) -> object:
        host = TapedHost(VirtualHost(world) if live else None, tape)
        return host.boot_id(), host.cpu_temperature(), host.clock_chip()

    first, second = twice(session)
    assert first == second
    assert isinstance(first, tuple)
    assert first[2] is None or isinstance(first[2], ClockChip)


def test_another_call_is_told_with_both() -> None:
    out = io.StringIO()
    TapedSpi("spi", Echo(), WritingTape(out, VirtualClock())).transfer(b"\x01")
    tape = PlayingTape(entries(out.getvalue().splitlines()), VirtualClock())
    with pytest.raises(ReplayDiffers, match=r"recorded spi transfer\(01\); now spi transfer\(02\)"):
        TapedSpi("spi", None, tape).transfer(b"\x02")
