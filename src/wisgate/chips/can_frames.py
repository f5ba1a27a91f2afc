"""Frames of CAN and CAN FD, and the message objects that hold them (Microchip DS20006027B, tables
3-5 and 3-6)."""

from __future__ import annotations

from dataclasses import dataclass
from struct import unpack

from ..registers.mcp2518fd import LENGTHS, ObjectFlags, ObjectId

HEADER = 8  # bytes of an object before its payload
LONGEST_CLASSIC = 8
STANDARD_BITS, EXTENDED_BITS = 11, 29


@dataclass(frozen=True)
class CanFrame:
    """One frame. `extended` has an identifier of 29 bits; `fd` up to 64 bytes of payload, `fast`
    of them at the second bit rate. Raises ValueError for what no such frame can carry."""

    identifier: int
    payload: bytes = b""
    extended: bool = False
    fd: bool = False
    fast: bool = False
    remote: bool = False

    def __post_init__(self) -> None:
        width = EXTENDED_BITS if self.extended else STANDARD_BITS
        if not 0 <= self.identifier < 1 << width:
            raise ValueError(f"identifier {self.identifier:#x} does not fit {width} bits")
        length = len(self.payload)
        if length not in LENGTHS or (length > LONGEST_CLASSIC and not self.fd):
            raise ValueError(
                f"{length} bytes: a frame has 0 to 8, one of CAN FD also 12, 16, 20, 24, 32, 48 or"
                " 64"
            )


def header_of(frame: CanFrame) -> bytes:
    """The message object of a frame, but for its payload."""
    standard, extended = frame.identifier, 0
    if frame.extended:
        standard, extended = frame.identifier >> 18, frame.identifier & 0x3FFFF
    flags = ObjectFlags(
        filter=0,
        error_passive=False,
        fd=frame.fd,
        bit_rate_switch=frame.fast,
        remote=frame.remote,
        extended=frame.extended,
        length=LENGTHS.index(len(frame.payload)),
    )
    identifier = ObjectId(extended=extended, standard=standard)
    return b"".join(word.encode().to_bytes(4, "little") for word in (identifier, flags))


def length_of(header: bytes) -> int:
    """How many bytes of payload follow the header of a received object."""
    _identifier, flags = _words(header)
    if flags.remote:
        return 0
    return LENGTHS[flags.length] if flags.fd else min(flags.length, LONGEST_CLASSIC)


def frame_of(header: bytes, payload: bytes) -> CanFrame:
    """The frame of a received object."""
    identifier, flags = _words(header)
    number = identifier.standard
    if flags.extended:
        number = number << 18 | identifier.extended
    return CanFrame(number, payload, flags.extended, flags.fd, flags.bit_rate_switch, flags.remote)


def _words(header: bytes) -> tuple[ObjectId, ObjectFlags]:
    identifier, flags = unpack("<II", header)
    return ObjectId.decode(identifier), ObjectFlags.decode(flags)
