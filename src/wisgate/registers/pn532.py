"""PN532 frames and codes. NXP UM0701-02 (firmware 1.6), sections 6 and 7; modules sheet 5.6.

No registers: a frame with a command goes in, an acknowledge and a frame with the answer come out.
Over I2C every read begins with a byte whose bit 0 says whether there is something to read.
"""

from __future__ import annotations

from enum import IntEnum

START = b"\x00\x00\xff"
"""Preamble and start code; after it length, its complement, TFI, the rest, its complement, 00."""
ACK = bytes.fromhex("00 00 FF 00 FF 00")
"""From the chip: the command was understood. From the host: forget it."""
NACK = bytes.fromhex("00 00 FF FF 00 00")
"""From the host: say the last answer again."""
SYNTAX_ERROR = bytes.fromhex("00 00 FF 01 FF 7F 81 00")
"""From the chip: no such command, or wrong parameters. UM0701-02 6.2.1.5."""
TO_CHIP, TO_HOST = 0xD4, 0xD5
"""TFI, the first byte that the length counts."""
READY = 0x01
"""Bit 0 of the first byte of a read."""
IDENTITY = bytes.fromhex("32 01 06 07")
"""Answer to GET_FIRMWARE_VERSION: chip, version, revision, what it supports."""
FOREVER = 0xFF
"""Number of retries that never ends; the power-on value for passive activation."""
I2C_WAKES = 0x80
"""In the parameter of POWER_DOWN: an address on the I2C bus wakes the chip."""


class Command(IntEnum):
    """The answer to a command has the code of the command plus one. UM0701-02 7.2 and 7.3."""

    GET_FIRMWARE_VERSION = 0x02
    GET_GENERAL_STATUS = 0x04
    SAM_CONFIGURATION = 0x14
    POWER_DOWN = 0x16
    RF_CONFIGURATION = 0x32
    IN_EXCHANGE = 0x40
    IN_COMMUNICATE_THRU = 0x42
    IN_DESELECT = 0x44
    IN_LIST_PASSIVE_TARGET = 0x4A
    IN_RELEASE = 0x52
    IN_SELECT = 0x54
    IN_AUTO_POLL = 0x60


class SamMode(IntEnum):
    """First parameter of SAM_CONFIGURATION; the second is a time in 50 ms, the third whether the
    chip drives IRQ."""

    NORMAL = 1
    VIRTUAL_CARD = 2
    WIRED_CARD = 3
    DUAL_CARD = 4


class RfItem(IntEnum):
    """First parameter of RF_CONFIGURATION. MAX_RETRIES takes three: ATR, PSL and passive
    activation; the power-on values are FF 01 FF."""

    FIELD = 0x01
    TIMINGS = 0x02
    MAX_RETRIES_COMMUNICATION = 0x04
    MAX_RETRIES = 0x05


class Modulation(IntEnum):
    """Second parameter of IN_LIST_PASSIVE_TARGET: rate in kbit/s and type."""

    ISO14443A_106 = 0x00
    FELICA_212 = 0x01
    FELICA_424 = 0x02
    ISO14443B_106 = 0x03
    JEWEL_106 = 0x04


class Status(IntEnum):
    """First byte of the answer to an exchange, bits 5 to 0. UM0701-02 7.1."""

    OK = 0x00
    TIME_OUT = 0x01
    CHECKSUM = 0x02
    PARITY = 0x03
    BIT_COUNT = 0x04
    FRAMING = 0x05
    BIT_COLLISION = 0x06
    BUFFER_TOO_SMALL = 0x07
    RF_OVERFLOW = 0x09
    FIELD_NOT_IN_TIME = 0x0A
    RF_PROTOCOL = 0x0B
    OVERHEATED = 0x0D
    INTERNAL_OVERFLOW = 0x0E
    INVALID_PARAMETER = 0x10
    WRONG_FORMAT = 0x13
    AUTHENTICATION = 0x14
    UID_CHECK = 0x23
    INVALID_STATE = 0x25
    NOT_ALLOWED = 0x26
    NOT_ACCEPTABLE = 0x27
    RELEASED = 0x29
    CARD_EXCHANGED = 0x2A
    CARD_DISAPPEARED = 0x2B
    OVER_CURRENT = 0x2D


STATUS_MASK, MORE = 0x3F, 0x40
"""Of the status byte: the code; whether more of the answer follows."""


class Card(IntEnum):
    """Commands of the card inside an exchange. After KEY_A and KEY_B come block,
    key (6 bytes) and the last 4 bytes of the UID. UM0701-02 7.3.8."""

    READ = 0x30
    FAST_READ = 0x3A
    KEY_A = 0x60
    KEY_B = 0x61
    WRITE_BLOCK = 0xA0
    WRITE_PAGE = 0xA2
    TRANSFER = 0xB0
    DECREMENT = 0xC0
    INCREMENT = 0xC1
    RESTORE = 0xC2


GET_VERSION = 0x60
"""Command of an NTAG, for IN_COMMUNICATE_THRU: an exchange takes it for KEY_A. NTAG213, 10.1."""
CLASSIC_1K = 0x08
CLASSIC_4K = 0x18
TYPE_2 = 0x00
"""SEL_RES: MIFARE Classic 1K and 4K, Ultralight and NTAG."""
BLOCK, PAGE = 16, 4
"""Bytes of a block of a Classic and of a page of a type 2 tag."""
VERSION_SIZES = {0x0F: "ntag213", 0x11: "ntag215", 0x13: "ntag216"}
"""Seventh byte of the answer to VERSION. NXP NTAG213/215/216, table 28."""
