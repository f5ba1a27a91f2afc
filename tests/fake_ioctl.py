"""A kernel behind `fcntl.ioctl`: decodes the structures that a program really passes, follows
their pointers, and answers bytes or an error number."""

from __future__ import annotations

import ctypes
import os
import struct
from collections import deque
from dataclasses import dataclass

I2C_RETRIES, I2C_TIMEOUT, I2C_FUNCS, I2C_RDWR = 0x0701, 0x0702, 0x0705, 0x0707
READ = 0x0001
"""The flag I2C_M_RD."""

REQUEST = struct.Struct("@PI4x")
"""struct i2c_rdwr_ioctl_data on a 64-bit machine: pointer, count, padding."""
MESSAGE = struct.Struct("@HHHxxP")
"""struct i2c_msg: address, flags, length, padding, pointer."""


@dataclass(frozen=True)
class Seen:
    """One message as the kernel sees it."""

    address: int
    flags: int
    length: int
    written: bytes = b""


class FakeIoctl:
    """Answers transfers from a list, and remembers everything it was asked.

    An answer is the bytes of the read message, an error number (int), or a `Short` count.
    """

    def __init__(self, *answers: bytes | int | Short, functions: int = 0x0EFF0009) -> None:
        self.answers = deque(answers)
        self.transfers: list[list[Seen]] = []
        self.settings: list[tuple[int, object]] = []
        self.functions = functions

    def __call__(
        self, fd: int, request: int, arg: int | bytearray, mutate_flag: bool = True, /
    ) -> int:
        os.fstat(fd)  # a closed descriptor fails as in the kernel
        if request == I2C_RDWR:
            assert isinstance(arg, bytearray)
            return self._transfer(bytes(arg))
        if request == I2C_FUNCS:
            assert isinstance(arg, bytearray)
            assert mutate_flag
            arg[:] = self.functions.to_bytes(len(arg), "little")
            return 0
        self.settings.append((request, arg))
        return 0

    def _transfer(self, request: bytes) -> int:
        place, count = REQUEST.unpack(request)
        messages = [
            MESSAGE.unpack(ctypes.string_at(place + n * MESSAGE.size, MESSAGE.size))
            for n in range(count)
        ]
        self.transfers.append([_seen(*message) for message in messages])
        answer = self.answers.popleft() if self.answers else b""
        if isinstance(answer, Short):
            return answer.count
        if isinstance(answer, int):
            raise OSError(answer, os.strerror(answer))
        _address, flags, length, pointer = messages[-1]
        if flags & READ:
            assert len(answer) == length, f"{length} bytes are read, {len(answer)} answered"
            ctypes.memmove(pointer, answer, length)
        return count


@dataclass(frozen=True)
class Short:
    """A transfer that ended well after fewer messages than asked for."""

    count: int


def _seen(address: int, flags: int, length: int, pointer: int) -> Seen:
    written = b"" if flags & READ else ctypes.string_at(pointer, length)
    return Seen(address, flags, length, written)
