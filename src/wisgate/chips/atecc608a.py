"""ATECC608A secure element, ECC P-256 (boards sheet A11; times of Microchip's CryptoAuthLib).

The chip sleeps until it is woken, and again by itself about 1.3 s after that. Each command is two
calls: the first sends it and returns how long it takes, `answer`, `done` or `matches` reads what
came of it. Until then the chip refuses its address (NoAcknowledge).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from ..bus.i2c import I2c
from ..core.errors import (
    ChecksumMismatch,
    ChipError,
    NoAcknowledge,
    NotReady,
    UnexpectedValue,
    WrongIdentity,
)
from ..core.units import Seconds
from ..registers import atecc608a as codes
from ..registers.atecc608a import Opcode, Status, WordAddress

REVISION, CONFIG_WORD, RANDOM, DIGEST, KEY, SIGNATURE = 4, 4, 32, 32, 64, 64
"""Bytes of the answers."""
SERIAL_WORDS = (0, 2, 3)
"""Words of the configuration with the bytes of `SERIAL_SPANS`."""
LOCK_WORD = codes.LOCK_VALUE // 4
SERIAL_HEAD, SERIAL_TAIL = b"\x01\x23", b"\xee"  # A11
FAMILY, VERSIONS = b"\x00\x00\x60", {0x02: "608A", 0x03: "608B"}  # A11: revision
_OVERHEAD = 7  # count, opcode, param 1, param 2 (2 bytes), checksum (2 bytes)
_STATUS_COUNT = 4
AWAKE = bytes.fromhex("04113343")  # A11: wake reply

_FAILURES: dict[int, tuple[type[ChipError], str]] = {
    Status.MISCOMPARE: (UnexpectedValue, "it does not match"),
    Status.PARSE_ERROR: (UnexpectedValue, "it does not know such a command"),
    Status.ECC_FAULT: (UnexpectedValue, "the computation failed; try another number"),
    Status.SELF_TEST_ERROR: (UnexpectedValue, "its self-test failed; the chip is broken"),
    Status.HEALTH_ERROR: (UnexpectedValue, "its random numbers are bad; the chip is broken"),
    Status.EXECUTION_ERROR: (
        UnexpectedValue,
        "it cannot do that in its state; look whether it is locked and has a key in that slot",
    ),
    Status.AWAKE: (NotReady, "it was woken anew and has forgotten the command"),
    Status.WATCHDOG_SOON: (NotReady, "it goes to sleep before it could finish; wake it again"),
    Status.COMMUNICATION_ERROR: (ChecksumMismatch, "the command came damaged"),
}


@dataclass(frozen=True)
class Locks:
    """What can be changed no more. A chip that is not `config` locked has neither random numbers
    nor keys; one whose slots are open refuses to use them."""

    config: bool
    slots: bool


class Atecc608a:
    """One ATECC608A. Threads: lane only."""

    def __init__(self, bus: I2c, address: int = 0x60) -> None:
        self._bus, self._address = bus, address

    def wake(self) -> Seconds:
        """Hold SDA low, which takes a bus of 100 kHz at most, and return what to wait. Nobody
        acknowledges that. Raises BusError."""
        with suppress(NoAcknowledge):
            self._bus.transfer(codes.GENERAL_CALL, codes.WAKE_PULSE)
        return Seconds(codes.WAKE_TIME_S)

    def check_awake(self) -> None:
        """See that it has just woken. Raises NotReady, BusError (NoAcknowledge when it still sleeps
        or is not there)."""
        answer = self._bus.transfer(self._address, read=len(AWAKE))
        if answer != AWAKE:
            raise NotReady(
                f"{self._address:#04x}: woken, it answers {answer.hex(' ')}, expected"
                f" {AWAKE.hex(' ')}; it was awake already, wait 2 s, or it is another chip"
            )

    def sleep(self) -> None:
        """Sleep, and forget everything volatile. Raises BusError."""
        self._bus.transfer(self._address, bytes([WordAddress.SLEEP]))

    def idle(self) -> None:
        """Sleep, but keep what `load` gave it. Raises BusError."""
        self._bus.transfer(self._address, bytes([WordAddress.IDLE]))

    # Commands. Each raises BusError and returns what to wait.

    def ask_revision(self) -> Seconds:
        """`answer(REVISION)` is for `version`."""
        return self._send(Opcode.REVISION)

    def ask_config(self, word: int) -> Seconds:
        """A word of the configuration (0 to 31): `answer(CONFIG_WORD)`."""
        return self._send(Opcode.READ, codes.Zone.CONFIG, word)

    def ask_random(self) -> Seconds:
        """`answer(RANDOM)`; FF FF 00 00 repeated before the configuration is locked."""
        return self._send(Opcode.RANDOM)

    def load(self, digest: bytes) -> Seconds:
        """Put 32 bytes where `sign` and `verify` take them from: `done()`. Raises ValueError."""
        if len(digest) != DIGEST:
            raise ValueError(f"a digest has {DIGEST} bytes, not {len(digest)}")
        return self._send(Opcode.NONCE, codes.NonceMode.PASS_THROUGH, 0, digest)

    def ask_public_key(self, slot: int) -> Seconds:
        """The public half of the key in a slot: `answer(KEY)`, X and Y."""
        return self._send(Opcode.GEN_KEY, codes.GenKeyMode.PUBLIC, slot)

    def create_key(self, slot: int) -> Seconds:
        """Make a new key in a slot; the old one is lost: `answer(KEY)`, its public half."""
        return self._send(Opcode.GEN_KEY, codes.GenKeyMode.CREATE, slot)

    def sign(self, slot: int) -> Seconds:
        """Sign what was loaded with the key in a slot: `answer(SIGNATURE)`, R and S."""
        return self._send(Opcode.SIGN, codes.SignMode.EXTERNAL, slot)

    def verify(self, signature: bytes, key: bytes) -> Seconds:
        """Whether a signature of what was loaded belongs to a public key: `matches()`. Raises
        ValueError."""
        if (len(signature), len(key)) != (SIGNATURE, KEY):
            raise ValueError(f"signature and key have {SIGNATURE} bytes each")
        mode, kind = codes.VerifyMode.EXTERNAL, codes.KEY_TYPE_P256
        return self._send(Opcode.VERIFY, mode, kind, signature + key)

    def begin_digest(self) -> Seconds:
        """Begin a SHA-256: `done()`."""
        return self._send(Opcode.SHA, codes.ShaMode.START)

    def add_to_digest(self, block: bytes) -> Seconds:
        """64 bytes more: `done()`. Raises ValueError."""
        if len(block) != codes.SHA_BLOCK:
            raise ValueError(f"a block has {codes.SHA_BLOCK} bytes, not {len(block)}")
        return self._send(Opcode.SHA, codes.ShaMode.UPDATE, len(block), block)

    def end_digest(self, rest: bytes) -> Seconds:
        """The last 0 to 63 bytes: `answer(DIGEST)`. Raises ValueError."""
        if len(rest) >= codes.SHA_BLOCK:
            raise ValueError(f"the rest has less than {codes.SHA_BLOCK} bytes, not {len(rest)}")
        return self._send(Opcode.SHA, codes.ShaMode.END, len(rest), rest)

    # Answers. Each raises UnexpectedValue (the chip refuses), NotReady, ChecksumMismatch, BusError.

    def answer(self, count: int) -> bytes:
        """The `count` bytes that the last command asked for."""
        found = self._read(count)
        if len(found) < count:
            raise self._failure(found[0])
        return found

    def done(self) -> None:
        """See that the last command was carried out."""
        status = self._read(1)[0]
        if status != Status.OK:
            raise self._failure(status)

    def matches(self) -> bool:
        """What the last `verify` found."""
        status = self._read(1)[0]
        if status not in (Status.OK, Status.MISCOMPARE):
            raise self._failure(status)
        return status == Status.OK

    def version(self, revision: bytes) -> str:
        """ "608A" or "608B". Raises WrongIdentity."""
        if revision[:3] != FAMILY or revision[3] not in VERSIONS:
            raise WrongIdentity(
                f"{self._address:#04x}: the revision reads {revision.hex(' ')}, that of an"
                " ATECC608A 00 00 60 02; check what else has this address"
            )
        return VERSIONS[revision[3]]

    def serial(self, words: dict[int, bytes]) -> bytes:
        """The nine bytes of the serial number, from the words `SERIAL_WORDS` of the configuration.
        Raises WrongIdentity."""
        serial = words[0] + words[2] + words[3][:1]
        if not (serial.startswith(SERIAL_HEAD) and serial.endswith(SERIAL_TAIL)):
            raise WrongIdentity(
                f"{self._address:#04x}: the serial number reads {serial.hex(' ')}, those of this"
                " chip begin with 01 23 and end with ee"
            )
        return serial

    def _send(self, opcode: Opcode, param1: int = 0, param2: int = 0, more: bytes = b"") -> Seconds:
        packet = bytes([_OVERHEAD + len(more), opcode, param1, param2, 0]) + more
        self._bus.transfer(self._address, bytes([WordAddress.COMMAND]) + packet + _crc(packet))
        return Seconds(codes.EXECUTION_S[opcode])

    def _read(self, count: int) -> bytes:
        """The bytes of an answer, or the one of a status that came instead."""
        packet = self._bus.transfer(self._address, read=count + 3)
        if packet[0] not in (_STATUS_COUNT, count + 3):
            raise ChecksumMismatch(
                f"{self._address:#04x}: an answer of {packet[0]} bytes, expected {count + 3}"
            )
        body, check = packet[: packet[0] - 2], packet[packet[0] - 2 : packet[0]]
        if check != _crc(body):
            raise ChecksumMismatch(
                f"{self._address:#04x}: the answer {body[:8].hex(' ')} has the checksum"
                f" {check.hex(' ')}, expected {_crc(body).hex(' ')}"
            )
        return body[1:]

    def _failure(self, status: int) -> ChipError:
        unknown = (UnexpectedValue, "an unknown status")
        error, reason = _FAILURES.get(status, unknown)
        return error(f"{self._address:#04x}: status {status:#04x}: {reason}")


def locks(word: bytes) -> Locks:
    """From the word `LOCK_WORD` of the configuration."""
    at = codes.LOCK_VALUE - 4 * LOCK_WORD
    return Locks(config=word[at + 1] == codes.LOCKED, slots=word[at] == codes.LOCKED)


def _crc(packet: bytes) -> bytes:
    """CRC-16 of a packet, low byte first; A11."""
    crc = 0
    for byte in packet:
        for n in range(8):
            odd = (byte >> n ^ crc >> 15) & 1
            crc = (crc << 1 ^ (codes.CRC_POLYNOMIAL if odd else 0)) & 0xFFFF
    return crc.to_bytes(2, "little")
