"""LinuxUart on a real pseudo-terminal: the real system calls, a peer on the other end."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import termios
import time
import tty
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from wisgate.bus.linux.uart import LinuxUart
from wisgate.core.clock import SystemClock
from wisgate.core.errors import BusTimeout, BusUnavailable

DEADLINE = 10.0


class Peer:
    """What is plugged into the other end of a cable."""

    def __init__(self) -> None:
        self.fd, far = os.openpty()
        tty.setraw(far)
        self.node = Path(os.ttyname(far))
        os.close(far)

    def send(self, data: bytes) -> None:
        os.write(self.fd, data)

    def receive(self, count: int) -> bytes:
        received = b""
        while len(received) < count:
            assert select.select([self.fd], [], [], DEADLINE)[0], f"only {received!r} came"
            received += os.read(self.fd, count - len(received))
        return received

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self.fd)


class Watched(SystemClock):
    """The system's clock, noting every sleep."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        super().sleep(seconds)


@pytest.fixture
def ends() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def peer(ends: ExitStack) -> Peer:
    peer = Peer()
    ends.callback(peer.hang_up)
    return peer


@pytest.fixture
def uart(ends: ExitStack, peer: Peer) -> LinuxUart:
    return ends.enter_context(LinuxUart.at(peer.node, 115_200))


def plug(root: Path, place: str, interface: str, tty_name: str, node: Path) -> None:
    """A USB adapter as sysfs and udev show it; `node` is where its wire ends."""
    hub = "platform/scb/fd500000.pcie/pci0000:00/0000:01:00.0/usb1/1-1"
    port = root / "sys/devices" / hub / place / interface / tty_name / "tty" / tty_name
    port.mkdir(parents=True)
    for folder, target in (("sys/class/tty", port), ("dev", node)):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / tty_name).symlink_to(target)


def unplug(root: Path, tty_name: str) -> None:
    (root / "sys/class/tty" / tty_name).unlink()
    (root / "dev" / tty_name).unlink()


def test_what_is_written_arrives_whole(uart: LinuxUart, peer: Peer) -> None:
    data = bytes(range(256))
    uart.write(data)
    assert peer.receive(256) == data


def test_a_write_lasts_as_long_as_its_bits(ends: ExitStack, peer: Peer) -> None:
    clock = Watched()
    uart = ends.enter_context(LinuxUart.at(peer.node, 9600, clock=clock))
    uart.write(b"")
    start = time.monotonic()
    uart.write(bytes(48))
    assert time.monotonic() - start >= 48 * 10 / 9600
    assert len(clock.slept) == 1


def test_a_read_returns_as_soon_as_enough_is_there(uart: LinuxUart, peer: Peer) -> None:
    uart.flush()
    peer.send(b"\x01\x03\x04\x00\xff\x11\x13")
    start = time.monotonic()
    assert uart.read(5, DEADLINE) == b"\x01\x03\x04\x00\xff"
    assert uart.read(2, DEADLINE) == b"\x11\x13"
    assert time.monotonic() - start < DEADLINE / 2


def test_a_read_returns_what_came_when_its_time_is_over(uart: LinuxUart, peer: Peer) -> None:
    uart.flush()
    peer.send(b"\x01\x83")
    start = time.monotonic()
    assert uart.read(8, 0.05) == b"\x01\x83"
    assert time.monotonic() - start >= 0.05
    assert uart.read(8, 0.0) == b""
    assert uart.read(0, 1.0) == b""


def test_flush_throws_away_what_was_received(uart: LinuxUart, peer: Peer) -> None:
    uart.flush()
    peer.send(b"old")
    assert uart.read(1, DEADLINE) == b"o"
    uart.flush()
    assert uart.read(2, 0.0) == b""
    peer.send(b"new")
    assert uart.read(3, DEADLINE) == b"new"


def test_the_port_is_raw_and_8n1_at_its_rate(uart: LinuxUart, peer: Peer) -> None:
    uart.flush()
    iflag, oflag, cflag, lflag, ispeed, ospeed, _cc = termios.tcgetattr(peer.fd)
    assert not lflag & (termios.ICANON | termios.ECHO | termios.ISIG)
    assert not oflag & termios.OPOST
    assert not iflag & (termios.IXON | termios.ICRNL | termios.INLCR)
    assert cflag & termios.CSIZE == termios.CS8
    assert not cflag & (termios.PARENB | termios.CSTOPB | termios.CRTSCTS)
    assert (ispeed, ospeed) == (termios.B115200, termios.B115200)


def test_the_rate_can_be_changed(uart: LinuxUart, peer: Peer) -> None:
    uart.set_baud(19_200)
    assert uart.baud == 19_200
    assert termios.tcgetattr(peer.fd)[5] == termios.B19200
    uart.close()
    uart.flush()
    assert termios.tcgetattr(peer.fd)[5] == termios.B19200
    with pytest.raises(ValueError, match="0 is no baud rate"):
        uart.set_baud(0)
    assert uart.baud == 19_200


def test_a_break_lasts_as_long_as_asked(ends: ExitStack, peer: Peer) -> None:
    clock = Watched()
    uart = ends.enter_context(LinuxUart.at(peer.node, 19_200, clock=clock))
    uart.send_break(0.002)
    assert clock.slept == [0.002]
    uart.write(b"\x55")
    assert peer.receive(1) == b"\x55"


def test_the_port_is_taken_exclusively(uart: LinuxUart, peer: Peer) -> None:
    uart.flush()
    with (
        LinuxUart.at(peer.node, 9600) as second,
        pytest.raises(BusUnavailable, match="stop the program that uses it"),
    ):
        second.flush()
    other = os.open(peer.node, os.O_RDWR | os.O_NOCTTY) if os.geteuid() == 0 else None
    if other is None:
        with pytest.raises(OSError, match="busy") as refused:
            os.open(peer.node, os.O_RDWR | os.O_NOCTTY)
        assert refused.value.errno == errno.EBUSY
    else:
        # The superuser gets in; the flag is set nevertheless.
        flag = fcntl.ioctl(other, 0x80045440, bytes(4))  # TIOCGEXCL
        os.close(other)
        assert int.from_bytes(flag, "little") == 1
    uart.close()
    with LinuxUart.at(peer.node, 9600) as third:
        third.flush()


def test_a_port_that_takes_nothing_is_a_time_out(ends: ExitStack, peer: Peer) -> None:
    # Nobody reads at the other end, so its buffer fills.
    uart = ends.enter_context(LinuxUart.at(peer.node, 4_000_000))
    with pytest.raises(BusTimeout, match="takes no more bytes"):
        uart.write(bytes(60_000))


def test_the_constructor_opens_nothing(tmp_path: Path) -> None:
    uart = LinuxUart.at(tmp_path / "ttyUSB0", 9600)
    assert uart.baud == 9600
    with pytest.raises(BusUnavailable, match="ttyUSB0 does not exist; plug the adapter in"):
        uart.write(b"\x00")


def test_a_node_that_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BusUnavailable, match="cannot be opened"):
        LinuxUart.at(tmp_path / "file", 9600).read(1, 0.0)


def test_found_by_usb_path_under_any_number(ends: ExitStack, tmp_path: Path) -> None:
    first, second = Peer(), Peer()
    for end in (first, second):
        ends.callback(end.hang_up)
    plug(tmp_path, "1-1.3", "1-1.3:1.0", "ttyUSB0", first.node)
    plug(tmp_path, "1-1.4", "1-1.4:1.0", "ttyUSB7", second.node)
    uart = ends.enter_context(LinuxUart.at_usb("usb:1-1.4", 9600, root=tmp_path))
    uart.write(b"\x41")
    assert second.receive(1) == b"\x41"


def test_an_adapter_with_several_ports_must_be_named_exactly(
    ends: ExitStack, tmp_path: Path, peer: Peer
) -> None:
    modem = Peer()
    ends.callback(modem.hang_up)
    plug(tmp_path, "1-1.4", "1-1.4:1.0", "ttyUSB0", modem.node)
    plug(tmp_path, "1-1.4", "1-1.4:1.2", "ttyUSB1", peer.node)
    with pytest.raises(BusUnavailable, match=r"2 serial ports.*usb:1-1.4:1.0, usb:1-1.4:1.2"):
        LinuxUart.at_usb("1-1.4", 9600, root=tmp_path).flush()
    uart = ends.enter_context(LinuxUart.at_usb("1-1.4:1.2", 9600, root=tmp_path))
    uart.write(b"\x42")
    assert peer.receive(1) == b"\x42"


def test_nothing_is_plugged_in(tmp_path: Path) -> None:
    with pytest.raises(BusUnavailable, match=r"usb:1-1.4 has no serial port; plug"):
        LinuxUart.at_usb("1-1.4", 9600, root=tmp_path).flush()


@pytest.mark.parametrize("used", ["read", "write", "flush", "break", "baud"])
def test_gone_and_back_under_another_number(ends: ExitStack, tmp_path: Path, used: str) -> None:
    before, after = Peer(), Peer()
    ends.callback(after.hang_up)
    plug(tmp_path, "1-1.4", "1-1.4:1.0", "ttyUSB0", before.node)
    uart = ends.enter_context(LinuxUart.at_usb("1-1.4", 9600, root=tmp_path))
    uart.write(b"\x01")
    assert before.receive(1) == b"\x01"
    acts = {
        "read": lambda: uart.read(1, DEADLINE),
        "write": lambda: uart.write(b"\x01"),
        "flush": uart.flush,
        "break": lambda: uart.send_break(0.001),
        "baud": lambda: uart.set_baud(19_200),
    }
    before.hang_up()
    unplug(tmp_path, "ttyUSB0")
    with pytest.raises(BusUnavailable, match=r"usb:1-1\.4 is gone"):
        acts[used]()
    with pytest.raises(BusUnavailable, match="has no serial port"):
        uart.write(b"\x02")
    plug(tmp_path, "1-1.4", "1-1.4:1.1", "ttyUSB3", after.node)
    uart.write(b"\x03")
    assert after.receive(1) == b"\x03"


def test_gone_while_waiting(uart: LinuxUart, peer: Peer) -> None:
    uart.flush()
    peer.send(b"\x01")
    assert uart.read(1, DEADLINE) == b"\x01"
    peer.hang_up()
    with pytest.raises(BusUnavailable, match="is gone"):
        uart.read(1, DEADLINE)
