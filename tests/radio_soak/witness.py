"""What the world outside of the gateway remembers. Its file is written at once and lies on another
disk, so that no end of the gateway takes anything with it."""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path

import msgspec


class Queued(msgspec.Struct, tag=True, array_like=True):
    """A frame entered the queue."""

    at: float
    boot: int
    number: int
    phy: bytes


class Got(msgspec.Struct, tag=True, array_like=True):
    """A server has a frame."""

    at: float
    boot: int
    server: str
    number: int
    phy: bytes
    replayed: bool
    acknowledged: bool
    """Whether the gateway was told."""


class Sent(msgspec.Struct, tag=True, array_like=True):
    """A board took a frame for the air, until `ends`."""

    at: float
    boot: int
    band: int
    ends: float
    air_us: int


class Asked(msgspec.Struct, tag=True, array_like=True):
    """What the ledger says of a sub-band."""

    at: float
    boot: int
    band: int
    used_us: int
    allowed_us: int


Event = Queued | Got | Sent | Asked


class Witness:
    """Threads: one process at a time writes."""

    def __init__(self, file: Path) -> None:
        self._path = file
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
        self._now = mmap.mmap(-1, 8)
        self._encode = msgspec.json.Encoder().encode

    def note(self, event: Event) -> None:
        os.write(self._file, self._encode(event) + b"\n")

    def tick(self, now: float) -> None:
        """The world's time, for the moment of an end."""
        struct.pack_into("d", self._now, 0, now)

    @property
    def now(self) -> float:
        moment: float = struct.unpack_from("d", self._now)[0]
        return moment

    def events(self) -> list[Event]:
        decode = msgspec.json.Decoder(Event).decode
        return [decode(line) for line in self._path.read_bytes().splitlines()]
