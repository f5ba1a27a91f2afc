"""ATECC608A packets and codes: boards sheet A11; execution times of Microchip's CryptoAuthLib.

No registers: a word address, then a packet of count, opcode, param 1, param 2 (low byte first), the
bytes that go with it and a checksum. An answer is count, bytes, checksum.
"""

from __future__ import annotations

from enum import IntEnum


class WordAddress(IntEnum):
    """The first byte of a write."""

    RESET = 0x00
    """The next read begins with the first byte of the answer again."""
    SLEEP = 0x01
    """Low power; everything volatile is forgotten."""
    IDLE = 0x02
    """Low power; TempKey is kept."""
    COMMAND = 0x03


class Opcode(IntEnum):
    """The commands that are used here."""

    READ = 0x02
    NONCE = 0x16
    RANDOM = 0x1B
    REVISION = 0x30
    """"Info" in the datasheet."""
    GEN_KEY = 0x40
    SIGN = 0x41
    VERIFY = 0x45
    SHA = 0x47


class Status(IntEnum):
    """The byte of an answer that holds nothing else."""

    OK = 0x00
    MISCOMPARE = 0x01
    """The signature does not match."""
    PARSE_ERROR = 0x03
    """Length, opcode or parameters are illegal, whatever the state."""
    ECC_FAULT = 0x05
    SELF_TEST_ERROR = 0x07
    HEALTH_ERROR = 0x08
    EXECUTION_ERROR = 0x0F
    """A legal command that cannot be done in this state."""
    AWAKE = 0x11
    """Woken, no command yet."""
    WATCHDOG_SOON = 0xEE
    """Too little time for this command before the watchdog."""
    COMMUNICATION_ERROR = 0xFF
    """The command came damaged and must be sent again."""


class Zone(IntEnum):
    """Param 1 of Read; `BLOCK` is added to read 32 bytes instead of 4."""

    CONFIG = 0
    OTP = 1
    SLOTS = 2


BLOCK = 0x80


class NonceMode(IntEnum):
    """Param 1."""

    PASS_THROUGH = 0x03
    """32 bytes go into TempKey as they are."""


class GenKeyMode(IntEnum):
    """Param 1; param 2 is the slot."""

    PUBLIC = 0x00
    """The public half of the key that is there."""
    CREATE = 0x04
    """A new private key; the answer is its public half."""


class SignMode(IntEnum):
    """Param 1; param 2 is the slot."""

    EXTERNAL = 0x80
    """What Nonce put into TempKey is signed."""


class VerifyMode(IntEnum):
    """Param 1; param 2 is `KEY_TYPE_P256`."""

    EXTERNAL = 0x02
    """Signature and public key come with the command, the digest is in TempKey."""


class ShaMode(IntEnum):
    """Param 1; param 2 is the number of bytes that come with it."""

    START = 0
    UPDATE = 1
    """64 bytes."""
    END = 2
    """The last 0 to 63 bytes; the answer is the digest."""


KEY_TYPE_P256 = 0x0004
SHA_BLOCK = 64

WAKE_TIME_S = 1.5e-3
"""tWHI: until it can be addressed after the wake pulse."""
WAKE_PULSE = b"\x00"
"""Sent to address 0, whose byte holds SDA low for 80 us at 100 kHz; tWLO is 60 us."""
GENERAL_CALL = 0x00

EXECUTION_S = {
    Opcode.READ: 5e-3,
    Opcode.NONCE: 20e-3,
    Opcode.RANDOM: 23e-3,
    Opcode.REVISION: 5e-3,
    Opcode.GEN_KEY: 115e-3,
    Opcode.SIGN: 115e-3,
    Opcode.VERIFY: 105e-3,
    Opcode.SHA: 36e-3,
}
"""The longest execution of each command: CryptoAuthLib, table of the 608 with clock divider M0."""

REVISION_608A = bytes.fromhex("00006002")
"""Answer to Info. The 608B ends in 03. Boards sheet A11."""

SERIAL_SPANS = ((0, 4), (8, 13))
"""Where the nine bytes of the serial number are in the configuration."""
LOCK_VALUE, LOCK_CONFIG = 86, 87
"""Bytes of the configuration: whether slots and configuration are locked."""
UNLOCKED, LOCKED = 0x55, 0x00

CRC_POLYNOMIAL = 0x8005
"""CRC-16 from 0, each byte lowest bit first, over count and bytes; sent low byte first."""
