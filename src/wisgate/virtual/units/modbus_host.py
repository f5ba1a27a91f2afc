"""A host that speaks Modbus TCP with units behind it, of our own, from the Modbus Messaging on
TCP/IP Implementation Guide V1.0b.

Not modelled: several connections, more than one frame at a time, exceptions of the gateway beyond
"no answer behind it".
"""

from __future__ import annotations

from collections.abc import Mapping

from .modbus import ModbusUnit

MBAP, LONGEST_FRAME = 7, 260
"""Bytes: transaction, protocol, length, unit; and all of a frame."""
SHORTEST_PDU = 3
NOBODY_BEHIND = 11


class ModbusTcpHost:
    """Units by their number. Threads: one at a time."""

    def __init__(self, units: Mapping[int, ModbusUnit]) -> None:
        self.units = dict(units)
        self.gone = False
        """Switched off: it takes no connection."""

    def answer(self, frame: bytes) -> bytes | None:
        """The frame that answers a request; None for what is no request."""
        if not MBAP + SHORTEST_PDU <= len(frame) <= LONGEST_FRAME:
            return None
        if frame[2:6] != (len(frame) - MBAP + 1).to_bytes(4, "big"):  # protocol 0, and the length
            return None
        unit, pdu = self.units.get(frame[6]), frame[MBAP:]
        answer = bytes([pdu[0] | 0x80, NOBODY_BEHIND]) if unit is None else unit.respond(pdu)
        return frame[:4] + (len(answer) + 1).to_bytes(2, "big") + frame[6:7] + answer
