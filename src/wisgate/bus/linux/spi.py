"""SPI on Linux: one SPI_IOC_MESSAGE ioctl per transfer.

Source: kernel include/uapi/linux/spi/spidev.h, Documentation/spi/spidev. A message is at most
4096 bytes unless the module parameter `bufsiz` says otherwise (drivers/spi/spidev.c).
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import cast

from ...core.errors import BusUnavailable
from .faults import bus_error
from .i2c import Ioctl

SPI_IOC_MESSAGE_1 = 0x40206B00
"""_IOW('k', 0, one `struct spi_ioc_transfer` of 32 bytes)."""
SPI_IOC_WR_MODE = 0x40016B01
SPI_IOC_WR_BITS_PER_WORD = 0x40016B03
SPI_IOC_WR_MAX_SPEED_HZ = 0x40046B04
LONGEST = 4096


class Transfer(ctypes.Structure):
    """`struct spi_ioc_transfer`; what is left 0 is as the port was set up."""

    _fields_ = [
        ("tx_buf", ctypes.c_uint64),
        ("rx_buf", ctypes.c_uint64),
        ("len", ctypes.c_uint32),
        ("speed_hz", ctypes.c_uint32),
        ("delay_usecs", ctypes.c_uint16),
        ("bits_per_word", ctypes.c_uint8),
        ("cs_change", ctypes.c_uint8),
        ("tx_nbits", ctypes.c_uint8),
        ("rx_nbits", ctypes.c_uint8),
        ("word_delay_usecs", ctypes.c_uint8),
        ("pad", ctypes.c_uint8),
    ]


class LinuxSpi:
    """The chip select `/dev/spidev<select>` ("0.1"). `hertz` is the clock at most, `mode` 0 to 3.
    Threads: lane only."""

    def __init__(
        self,
        select: str,
        hertz: int,
        mode: int = 0,
        *,
        root: Path = Path("/"),
        ioctl: Ioctl | None = None,
    ) -> None:
        """Open and set up. Raises BusUnavailable when the node is missing or forbidden."""
        self.name = f"spidev{select}"
        self._ioctl = ioctl or cast(Ioctl, fcntl.ioctl)
        self._out = (ctypes.c_ubyte * LONGEST)()
        self._into = (ctypes.c_ubyte * LONGEST)()
        self._fd = _open(root / "dev" / self.name)
        try:
            self._set(SPI_IOC_WR_MODE, mode.to_bytes(1, "little"))
            self._set(SPI_IOC_WR_BITS_PER_WORD, b"\x08")
            self._set(SPI_IOC_WR_MAX_SPEED_HZ, hertz.to_bytes(4, "little"))
        except OSError as error:
            self.close()
            raise BusUnavailable(
                f"{self.name}: mode {mode} at {hertz} Hz is refused ({error.strerror})"
            ) from error

    def __enter__(self) -> LinuxSpi:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the node. Idempotent."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def transfer(self, data: bytes) -> bytes:
        """See `Spi.transfer`. Raises BusError; ValueError for more than 4096 bytes."""
        if len(data) > LONGEST:
            raise ValueError(f"{self.name}: {len(data)} bytes at once; at most {LONGEST}")
        if self._fd < 0:
            raise BusUnavailable(f"{self.name} is closed")
        ctypes.memmove(self._out, data, len(data))
        request = bytearray(
            bytes(Transfer(ctypes.addressof(self._out), ctypes.addressof(self._into), len(data)))
        )
        try:
            self._ioctl(self._fd, SPI_IOC_MESSAGE_1, request, True)
        except OSError as error:
            raise bus_error(self.name, None, error) from error
        return bytes(memoryview(self._into)[: len(data)])

    def _set(self, request: int, value: bytes) -> None:
        self._ioctl(self._fd, request, bytearray(value), True)


def _open(node: Path) -> int:
    try:
        return os.open(node, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ENOENT:
            why = (
                f"{node} does not exist; put dtparam=spi=on into /boot/firmware/config.txt and"
                " restart"
            )
        elif error.errno in (errno.EACCES, errno.EPERM):
            why = (
                f"{node} may not be opened; add the user to the group spi:"
                " sudo usermod -aG spi $USER, then sign in again"
            )
        else:
            why = f"{node} cannot be opened: {error.strerror}; look at dmesg"
        raise BusUnavailable(why) from error
