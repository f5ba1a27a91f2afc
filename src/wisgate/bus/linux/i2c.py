"""I2C on Linux: one I2C_RDWR ioctl per transfer.

Sources: kernel include/uapi/linux/i2c.h, i2c-dev.h, Documentation/i2c/dev-interface and
drivers/i2c/i2c-dev.c (8192 bytes a message, units of 10 ms for the time-out).
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, cast

from ...core.errors import BusUnavailable, NoAcknowledge
from .faults import bus_error
from .kernel import driver_of

I2C_RETRIES = 0x0701
I2C_TIMEOUT = 0x0702
I2C_FUNCS = 0x0705
I2C_RDWR = 0x0707
I2C_FUNC_I2C = 0x0001
I2C_M_RD = 0x0001

TIMEOUT_10MS = 10
"""100 ms for one transfer. The setting is the adapter's: it also holds for other processes."""
LONGEST = 8192
"""Bytes of one message (drivers/i2c/i2c-dev.c)."""
SHAPES_KEPT = 256
"""More kinds of transfer than a whole board has; past this the preparation starts afresh."""


class Ioctl(Protocol):
    """What `fcntl.ioctl` looks like from here."""

    def __call__(
        self, fd: int, request: int, arg: int | bytearray, mutate_flag: bool, /
    ) -> int: ...


class Message(ctypes.Structure):
    """`struct i2c_msg`."""

    _fields_ = [
        ("addr", ctypes.c_uint16),
        ("flags", ctypes.c_uint16),
        ("len", ctypes.c_uint16),
        ("buf", ctypes.c_void_p),
    ]


class Request(ctypes.Structure):
    """`struct i2c_rdwr_ioctl_data`."""

    _fields_ = [
        ("msgs", ctypes.c_void_p),
        ("nmsgs", ctypes.c_uint32),
    ]


@dataclass(frozen=True, slots=True)
class _Shape:
    """A transfer prepared once per (address, bytes written, bytes read), because filling ctypes
    structures costs more than the system call. `messages` only keeps alive what `request` points
    to."""

    request: bytearray
    count: int
    out: memoryview
    into: memoryview
    messages: ctypes.Array[Message]


class LinuxI2c:
    """The I2C bus `/dev/i2c-<number>`. Threads: lane only.

    `I2C_RDWR` does not respect drivers of the kernel, so the first transfer to an address looks in
    sysfs who owns it. A free address is remembered; an owned one is looked up again, so that
    unbinding the driver helps without a restart.

    The quick command (nothing written, nothing read) is a write of no bytes, which is also what
    the kernel makes of an SMBus quick on an I2C controller; the CM4's driver does it. A controller
    that refuses it (EOPNOTSUPP) is asked to read one byte instead, which a chip whose reads have
    side effects may notice.
    """

    def __init__(self, number: int, *, root: Path = Path("/"), ioctl: Ioctl | None = None) -> None:
        """Open the node. Raises BusUnavailable when it is missing, forbidden or SMBus only."""
        self.name = f"i2c-{number}"
        self._number = number
        self._root = root
        self._ioctl = ioctl or cast(Ioctl, fcntl.ioctl)
        self._out, self._out_address = _buffer()
        self._into, self._into_address = _buffer()
        self._shapes: dict[tuple[int, int, int], _Shape] = {}
        self._free: set[int] = set()
        self._fd = _open(root / f"dev/{self.name}", number)
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> LinuxI2c:
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
            self._shapes.clear()  # so that the next transfer is checked again

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        """See `I2c.transfer`.

        Raises NoAcknowledge, ArbitrationLost, BusTimeout, BusUnavailable (the kernel owns the
        chip, or the bus is closed) and BusError for what the controller does not explain;
        ValueError for an address beyond 7 bits and for more than 8192 bytes in one direction.
        """
        shape = self._shapes.get((address, len(write), read))
        if shape is None:
            shape = self._prepare(address, len(write), read)
        shape.out[:] = write
        try:
            done = self._ioctl(self._fd, I2C_RDWR, shape.request, True)
        except OSError as error:
            if error.errno == errno.EOPNOTSUPP and not write and not read:
                self.transfer(address, read=1)
                return b""
            raise bus_error(f"{self.name} {address:#04x}", address, error) from error
        if done != shape.count:
            # Some adapters report a missing chip only here.
            raise NoAcknowledge(address)
        return shape.into.tobytes()

    def _set_up(self) -> None:
        functions = bytearray(ctypes.sizeof(ctypes.c_ulong))
        try:
            self._ioctl(self._fd, I2C_FUNCS, functions, True)
            self._ioctl(self._fd, I2C_TIMEOUT, TIMEOUT_10MS, False)
            # To try again is a decision of the sampler, visible in its counters.
            self._ioctl(self._fd, I2C_RETRIES, 0, False)
        except OSError as error:
            raise BusUnavailable(
                f"/dev/{self.name} is no I2C bus ({error.strerror}); look at i2cdetect -l"
            ) from error
        if not ctypes.c_ulong.from_buffer(functions).value & I2C_FUNC_I2C:
            raise BusUnavailable(f"{self.name} can only do SMBus; a bus that does I2C is needed")

    def _prepare(self, address: int, written: int, read: int) -> _Shape:
        self._check(address, written, read)
        messages = self._messages(address, written, read)
        request = bytearray(bytes(Request(ctypes.addressof(messages), len(messages))))
        shape = _Shape(request, len(messages), self._out[:written], self._into[:read], messages)
        if len(self._shapes) >= SHAPES_KEPT:
            self._shapes.clear()
        self._shapes[address, written, read] = shape
        return shape

    def _messages(self, address: int, written: int, read: int) -> ctypes.Array[Message]:
        parts = []
        if written or not read:
            parts.append(Message(address, 0, written, self._out_address))
        if read:
            parts.append(Message(address, I2C_M_RD, read, self._into_address))
        return (Message * len(parts))(*parts)

    def _check(self, address: int, written: int, read: int) -> None:
        if self._fd < 0:
            raise BusUnavailable(f"{self.name} is closed")
        if not 0 <= address <= 0x7F:
            raise ValueError(f"{address:#x} is no 7-bit address; write 0x41, not 0x82")
        if not 0 <= read <= LONGEST or written > LONGEST:
            raise ValueError(
                f"{self.name} {address:#04x}: {max(written, read, key=abs)} bytes in one message;"
                f" 0 to {LONGEST} are possible"
            )
        if address not in self._free:
            self._refuse_owned(address)
            self._free.add(address)

    def _refuse_owned(self, address: int) -> None:
        name = driver_of(self._root, self._number, address)
        if not name:
            return
        chip = f"{self._number}-{address:04x}"
        raise BusUnavailable(
            f"{address:#04x} belongs to the kernel driver {name} on {self.name}; use what that"
            f" driver offers, or free it: echo {chip} > /sys/bus/i2c/drivers/{name}/unbind"
        )


def _buffer() -> tuple[memoryview, int]:
    """Memory that does not move, and where it is."""
    memory = (ctypes.c_ubyte * LONGEST)()
    return memoryview(memory).cast("B"), ctypes.addressof(memory)


def _open(node: Path, number: int) -> int:
    try:
        return os.open(node, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise BusUnavailable(why_not(node, number, error)) from error


def why_not(node: Path, number: int, error: OSError) -> str:
    """Why the bus cannot be opened, and the cure."""
    if error.errno == errno.ENOENT:
        parameter = "dtparam=i2c_arm=on" if number == 1 else f"dtoverlay=i2c{number}"
        return (
            f"{node} does not exist; put {parameter} into /boot/firmware/config.txt, load the"
            " module i2c-dev and restart"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"{node} may not be opened; add the user to the group i2c:"
            " sudo usermod -aG i2c $USER, then sign in again"
        )
    return f"{node} cannot be opened: {error.strerror}; look at dmesg"
