"""ZOE-M8Q addresses and messages. u-blox UBX-13003221 (u-blox 8 / M8 receiver description): DDC
port, UBX protocol; modules sheet 6.11.

Over I2C the receiver is a byte stream: two bytes at COUNT_HIGH say how many wait at STREAM. A
write of two or more bytes goes into the receiver, a write of one is an address. A message is B5 62,
class, number, length (little-endian), payload, and two sums over all from class to payload.
"""

from __future__ import annotations

from enum import IntEnum

COUNT_HIGH, COUNT_LOW, STREAM = 0xFD, 0xFE, 0xFF
"""The address advances with each byte read and stays at STREAM."""
IDLE = 0xFF
"""What STREAM reads when nothing waits."""
SYNC = b"\xb5\x62"
DDC_PORT = 0
UBX, NMEA, RTCM = 0x01, 0x02, 0x04
"""Protocols of a port, bits of CFG-PRT; at power-up all go in, UBX and NMEA come out."""


class Message(IntEnum):
    """Class and number, as they follow each other."""

    NAV_PVT = 0x0107
    ACK_NAK = 0x0500
    ACK_ACK = 0x0501
    CFG_PRT = 0x0600
    CFG_MSG = 0x0601
    CFG_RST = 0x0604
    CFG_RATE = 0x0608
    MON_VER = 0x0A04


class Fix(IntEnum):
    """NAV-PVT fixType."""

    NONE = 0
    DEAD_RECKONING = 1
    TWO_D = 2
    THREE_D = 3
    COMBINED = 4
    TIME_ONLY = 5


PORT = "<BBHIIHHHH"
"""CFG-PRT: port, reserved, tx ready, mode (address times two), baud, protocols in, protocols out,
flags, reserved. One byte, the port, asks for it."""
RATE = "<HHH"
"""CFG-RATE: period of a measurement in ms, measurements per solution, time base (0 UTC, 1 GPS)."""
RESET = "<HBB"
"""CFG-RST: what to forget (FFFF all: cold start), how (RESET_GNSS), reserved. Not acknowledged."""
RESET_GNSS = 0x02
PVT = "<IHBBBBBBIiBBBBiiiiIIiiiiiIIH6xihH"
"""NAV-PVT, 92 bytes: time of week (ms), year, month, day, hour, minute, second, valid, accuracy
of time (ns), fraction (ns), fix, flags, flags 2, satellites, longitude, latitude (1e-7 degrees),
height above the ellipsoid, above the sea, horizontal and vertical accuracy (mm), velocity north,
east, down and over ground (mm/s), heading of motion (1e-5 degrees), accuracy of speed (mm/s) and of
heading (1e-5 degrees), dilution (0.01), reserved, heading of vehicle, magnetic declination and its
accuracy."""
VALID_DATE, VALID_TIME, RESOLVED = 0x01, 0x02, 0x04
"""In `valid` of NAV-PVT."""
FIX_OK = 0x01
"""In `flags` of NAV-PVT."""
