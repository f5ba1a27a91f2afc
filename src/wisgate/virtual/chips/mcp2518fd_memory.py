"""Where an MCP2518FD keeps its frames: the layout of its memory, its filters, its bit timing."""

from __future__ import annotations

from ...registers import mcp2518fd as codes
from ..can import CanFrame

OSCILLATOR_HZ = 40e6
TRANSMITS = 0x80
EXTENDED = 1 << 30
EVENT_BYTES = 8


class Memory:
    """Registers and objects in `store`, by their addresses. FIFO 0 is the transmit queue."""

    def __init__(self, store: bytearray) -> None:
        self._store = store

    def frame(self, slot: int) -> CanFrame:
        at = codes.MEMORY + self.place(0, slot)
        identity, flags = self.word(at), self.word(at + 4)
        length = codes.LENGTHS[flags & 15]
        fd, remote = bool(flags & 0x80), bool(flags & 0x20)
        length = length if fd else min(length, 8)
        extended = bool(flags & 0x10)
        number = identity & 0x7FF
        return CanFrame(
            number << 18 | identity >> 11 & 0x3FFFF if extended else number,
            b"" if remote else bytes(self._store[at + 8 : at + 8 + length]),
            extended, fd, fd and bool(flags & 0x40), remote and not fd,
        )  # fmt: skip

    def put(self, frame: CanFrame, number: int, index: int, hit: int) -> None:
        """Write a received frame into an object of a FIFO; `hit` is the filter that took it."""
        at = codes.MEMORY + self.place(number, index)
        standard, extended = _halves(frame)
        length = codes.LENGTHS.index(len(frame.payload))
        flags = (length | frame.extended << 4 | frame.remote << 5 | frame.switched << 6
                 | frame.fd << 7 | hit << 11)  # fmt: skip
        head = (extended << 11 | standard).to_bytes(4, "little") + flags.to_bytes(4, "little")
        entry = head + frame.payload[: self._payload(number)]
        self._store[at : at + len(entry)] = entry

    def filter(self, frame: CanFrame) -> tuple[int, int] | None:
        """The FIFO that takes a frame, and the filter that says so."""
        standard, extended = _halves(frame)
        for number in range(32):
            control = self._store[codes.FilterControl.address + number]
            at = codes.FilterObject.address + 8 * number
            wanted, mask = self.word(at), self.word(at + 4)
            identity = standard | (extended << 11 | EXTENDED if frame.extended else 0)
            mask &= EXTENDED | (0x1FFF_FFFF if frame.extended else 0x7FF)
            fifo = control & 31
            if control & 0x80 and fifo in self.receiving() and not (identity ^ wanted) & mask:
                return fifo, number
        return None

    def receiving(self) -> list[int]:
        return [n for n in range(1, 32) if not self.word(self.control(n)) & TRANSMITS]

    def place(self, number: int, index: int) -> int:
        """Where an object lies, counted from the begin of the memory."""
        control = self.word(codes.Control.address)
        events = (self.word(0x040) >> 24 & 31) + 1
        at = EVENT_BYTES * events if control & 1 << 19 else 0
        for earlier in range(0 if control & 1 << 20 else 1, number):
            at += self.objects(earlier) * (8 + self._payload(earlier))
        return at + index * (8 + self._payload(number))

    def control(self, number: int) -> int:
        return codes.QueueControl.address + codes.FIFO_STEP * number

    def objects(self, number: int) -> int:
        return (self.word(self.control(number)) >> 24 & 31) + 1

    def _payload(self, number: int) -> int:
        return codes.PAYLOADS[self.word(self.control(number)) >> 29]

    def bit_s(self) -> float:
        timing = codes.NominalTiming.decode(self.word(codes.NominalTiming.address))
        return (timing.prescaler + 1) * (timing.tseg1 + timing.tseg2 + 3) / OSCILLATOR_HZ

    def payload_bit_s(self) -> float:
        timing = codes.PayloadTiming.decode(self.word(codes.PayloadTiming.address))
        return (timing.prescaler + 1) * (timing.tseg1 + timing.tseg2 + 3) / OSCILLATOR_HZ

    def word(self, address: int) -> int:
        return int.from_bytes(self._store[address : address + 4], "little")


def _halves(frame: CanFrame) -> tuple[int, int]:
    """The upper 11 and the lower 18 bits of an identifier."""
    if frame.extended:
        return frame.identifier >> 18, frame.identifier & 0x3FFFF
    return frame.identifier, 0
