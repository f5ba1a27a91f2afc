"""Frames as a file that Wireshark opens: pcapng, where each board is an interface, with the header
of LoRaTap 0. Version 1 would name the board by itself, but Wireshark before 4.2 takes its fields
for part of the frame.

Sources: pcapng (IETF draft-ietf-opsawg-pcapng), sections 4.1 to 4.3; LoRaTap, `loratap.h`: link
type 270, numbers big endian, RSSI from -139 dBm. That a negative SNR makes steps of 0.25 dB of it
stands there, too, but Wireshark knows nothing of it; we write what it shows.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from .radio import Eui, Lora, Modulation

_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_BYTE_ORDER, _MAJOR, _MINOR, _ANY_LENGTH = 0x1A2B3C4D, 1, 0, -1
_LORATAP, _LONGEST = 270, 65_535
_END, _NAME, _RESOLUTION, _FLAGS = 0, 2, 9, 2
"""Options; the flags are those of a packet."""
_NANOSECONDS = b"\x09"
_RECEIVED, _SENT = (1).to_bytes(4, "little"), (2).to_bytes(4, "little")
_UINT32 = Struct("<I")
_OPTION = Struct("<HH")
_TAP = Struct(">BBHIBBBBBBB")
_SYNC_WORD = 0x34
"""Of LoRaWAN."""
_LOWEST_DBM, _UNKNOWN = -139.0, 255
_STEP_HZ = 125_000


class Signal(NamedTuple):
    """How a frame was on the air: Hz, dBm, dB."""

    frequency: int
    modulation: Modulation
    rssi: float | None = None
    snr: float | None = None


class Capture:
    """What is to be written, in this order. Threads: one."""

    def __init__(self) -> None:
        self._interfaces: dict[Eui, int] = {}

    def begin(self) -> bytes:
        head = Struct("<IHHq").pack(_BYTE_ORDER, _MAJOR, _MINOR, _ANY_LENGTH)
        return _block(_SECTION, head)

    def heard(self, board: Eui, at_ns: int, phy: bytes, signal: Signal) -> bytes:
        """A frame as a board heard it; `at_ns` in UTC."""
        rssi, snr = signal.rssi or 0.0, signal.snr or 0.0
        levels = (round(rssi - _LOWEST_DBM), round(snr * 4))
        return self._packet(board, at_ns, _tap(signal, levels) + phy, _RECEIVED)

    def sent(self, board: Eui, at_ns: int, phy: bytes, signal: Signal) -> bytes:
        """A downlink that a board took."""
        return self._packet(board, at_ns, _tap(signal, (_UNKNOWN, 0)) + phy, _SENT)

    def _packet(self, board: Eui, at_ns: int, content: bytes, flags: bytes) -> bytes:
        before = b""
        if board not in self._interfaces:
            self._interfaces[board] = len(self._interfaces)
            before = _interface(board)
        number, size = self._interfaces[board], len(content)
        head = Struct("<IIIII").pack(number, at_ns >> 32, at_ns & 0xFFFF_FFFF, size, size)
        body = head + _padded(content) + _option(_FLAGS, flags) + _option(_END, b"")
        return before + _block(_PACKET, body)


def _interface(board: Eui) -> bytes:
    head = Struct("<HHI").pack(_LORATAP, 0, _LONGEST)
    options = _option(_NAME, board.encode()) + _option(_RESOLUTION, _NANOSECONDS)
    return _block(_INTERFACE, head + options + _option(_END, b""))


def _tap(signal: Signal, levels: tuple[int, int]) -> bytes:
    """`levels`: RSSI and SNR as the header has them."""
    width = factor = 0  # FSK
    if isinstance(signal.modulation, Lora):
        width = round(signal.modulation.bandwidth / _STEP_HZ)
        factor = signal.modulation.spreading_factor
    rssi, snr = min(max(levels[0], 0), _UNKNOWN), min(max(levels[1], -128), 127) & 0xFF
    return _TAP.pack(
        0, 0, _TAP.size, signal.frequency, width, factor, rssi, _UNKNOWN, _UNKNOWN, snr, _SYNC_WORD
    )


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)


def _option(code: int, value: bytes) -> bytes:
    return _OPTION.pack(code, len(value)) + _padded(value)


def _block(kind: int, body: bytes) -> bytes:
    size = _UINT32.pack(len(body) + 12)
    return _UINT32.pack(kind) + size + body + size
