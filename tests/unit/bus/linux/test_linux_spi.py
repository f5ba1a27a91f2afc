"""SPI on Linux, tested at the ioctl: the structures that the kernel would see."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from pathlib import Path

import pytest

from wisgate.bus.linux.spi import LinuxSpi
from wisgate.core.errors import BusError, BusUnavailable

TRANSFER = struct.Struct("@QQIIHBBBBBB")
"""struct spi_ioc_transfer."""
MESSAGE, MODE, BITS, SPEED = 0x40206B00, 0x40016B01, 0x40016B03, 0x40046B04


class Kernel:
    """Answers a frame with its bytes inverted, or an error number."""

    def __init__(self, failure: int = 0, *, at: int = MESSAGE) -> None:
        self.settings: dict[int, bytes] = {}
        self.frames: list[bytes] = []
        self._failure, self._at = failure, at

    def __call__(
        self, fd: int, request: int, arg: int | bytearray, mutate_flag: bool = True, /
    ) -> int:
        os.fstat(fd)
        assert isinstance(arg, bytearray)
        if self._failure and request == self._at:
            raise OSError(self._failure, os.strerror(self._failure))
        if request != MESSAGE:
            self.settings[request] = bytes(arg)
            return 0
        out, into, size, *rest = TRANSFER.unpack(bytes(arg))
        assert not any(rest), "speed and mode are those of the port"
        sent = ctypes.string_at(out, size)
        self.frames.append(sent)
        ctypes.memmove(into, bytes(b ^ 0xFF for b in sent), size)
        return size


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/spidev0.1").touch()
    return tmp_path


def test_the_port_is_set_up_and_frames_go_both_ways(root: Path) -> None:
    kernel = Kernel()
    with LinuxSpi("0.1", 2_000_000, 3, root=root, ioctl=kernel) as spi:
        assert kernel.settings == {MODE: b"\x03", BITS: b"\x08", SPEED: b"\x80\x84\x1e\x00"}
        assert spi.transfer(b"\xc0\x00") == b"\x3f\xff"
        assert spi.transfer(b"\x01") == b"\xfe"
        assert spi.transfer(b"") == b""
        assert spi.transfer(bytes(4096)) == b"\xff" * 4096
    assert kernel.frames[:2] == [b"\xc0\x00", b"\x01"]


def test_more_than_the_kernel_takes_is_refused(root: Path) -> None:
    with (
        LinuxSpi("0.1", 1000, root=root, ioctl=Kernel()) as spi,
        pytest.raises(ValueError, match="4097 bytes at once; at most 4096"),
    ):
        spi.transfer(bytes(4097))


def test_a_failing_transfer_is_a_bus_error(root: Path) -> None:
    with LinuxSpi("0.1", 1000, root=root, ioctl=Kernel(errno.EIO)) as spi:
        with pytest.raises(BusError, match=r"spidev0.1: .*EIO"):
            spi.transfer(b"\x00")
        spi.close()
        with pytest.raises(BusUnavailable, match="closed"):
            spi.transfer(b"\x00")


def test_a_mode_that_is_refused(root: Path) -> None:
    kernel = Kernel(errno.EINVAL, at=MODE)
    with pytest.raises(BusUnavailable, match=r"spidev0\.1: mode 2 at 1000 Hz is refused"):
        LinuxSpi("0.1", 1000, 2, root=root, ioctl=kernel)


def test_a_missing_node_names_the_cure(root: Path) -> None:
    with pytest.raises(BusUnavailable, match="dtparam=spi=on"):
        LinuxSpi("1.0", 1000, root=root, ioctl=Kernel())
