"""ATECC608A twin, from the boards sheet A11; written without looking at the driver.

World inputs: `config_locked` and `slots_locked`, the state of the zones; a chip as it leaves the
maker has neither. `keys` are the private keys of its slots. The arithmetic on P-256 is real.

A command takes its longest time, an error comes at once. Random numbers follow the seed, and a
signature is that of RFC 6979: the same for the same key and digest, so that one seed gives the same
bytes. The watchdog strikes after its typical 1.3 s.
Not modelled: how long SDA was low (any byte to address 0 wakes), commands beyond those of the map,
Nonce and Sign in other modes, the contents of slots and OTP, what a slot's configuration forbids
beyond the kind of its key, that commands use TempKey up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from hashlib import sha256
from random import Random

from ...core.clock import Clock
from ...registers.atecc608a import (
    BLOCK,
    CRC_POLYNOMIAL,
    EXECUTION_S,
    GENERAL_CALL,
    KEY_TYPE_P256,
    LOCK_CONFIG,
    LOCK_VALUE,
    LOCKED,
    REVISION_608A,
    SHA_BLOCK,
    UNLOCKED,
    WAKE_TIME_S,
    GenKeyMode,
    NonceMode,
    Opcode,
    ShaMode,
    SignMode,
    Status,
    VerifyMode,
    WordAddress,
    Zone,
)
from ..p256 import ORDER, matches, public_half, sign

WATCHDOG_S = 1.3
SERIAL = bytes.fromhex("0123456789ABCDEFEE")
KEY_SLOTS = (0, 1, 2)
"""Whose key configuration says "private key on P-256"."""
UNSEEDED = bytes.fromhex("FFFF0000") * 8
"""What Random gives before the configuration is locked."""

_BLANK = bytes.fromhex(
    "01 01 00 C0 00 00 00 83 20 87 20 8F 20 C4 8F 8F 8F 8F 8F"
    "9F 8F AF 8F 00 00 00 00 00 00 00 00 00 00 00 00"
    "00 00 AF 8F FF FF FF FF 00 00 00 00 FF FF FF FF"
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
    "00 00 00 00 00 00 55 55 FF FF 00 00 00 00 00 00"
    "33 00 33 00 33 00 1C 00 1C 00 1C 00 1C 00 1C 00"
    "3C 00 3C 00 3C 00 3C 00 3C 00 3C 00 3C 00 1C 00"
)
"""The configuration from byte 13 on, as it comes from the maker."""


class _Power(Enum):
    ASLEEP = auto()
    IDLE = auto()
    AWAKE = auto()


class _Refusal(Exception):
    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status


class Atecc608aTwin:
    """Threads: lane only."""

    addresses: tuple[int, ...] = (0x60,)

    def __init__(
        self,
        clock: Clock,
        *,
        serial: bytes = SERIAL,
        keys: Mapping[int, int] | None = None,
        seed: int = 1,
    ) -> None:
        self.config_locked = False
        self.slots_locked = False
        self.keys = dict(keys or {})
        self.never_ready = False
        """A fault: no command ever ends."""
        self._clock, self._serial = clock, serial
        self._random = Random(f"{seed}/atecc608a")
        self._commands: dict[int, Callable[[int, int, bytes], bytes]] = {
            Opcode.READ: self._read,
            Opcode.NONCE: self._nonce,
            Opcode.RANDOM: self._draw,
            Opcode.REVISION: self._revision,
            Opcode.GEN_KEY: self._gen_key,
            Opcode.SIGN: self._sign,
            Opcode.VERIFY: self._verify,
            Opcode.SHA: self._sha,
        }
        self.power_cycle()

    def addressed(self, address: int, read: bool) -> bool:
        self._watch()
        if address == GENERAL_CALL:
            self._wake()
        if address not in self.addresses or self._power is not _Power.AWAKE:
            return False
        if self._now() < self._ready_at or (self._running and self.never_ready):
            return False
        return not (read and self._answer is None)

    def write(self, data: bytes) -> int:
        if not data or data[0] not in tuple(WordAddress):
            return 0
        if data[0] == WordAddress.COMMAND:
            return 1 + self._command(data[1:])
        if data[0] == WordAddress.RESET:
            self._position = 0
        elif data[0] == WordAddress.SLEEP:
            self.power_cycle()
        else:
            self._power = _Power.IDLE
        return len(data)

    def read(self, count: int) -> bytes:
        begin, answer = self._position, self._answer or b""
        self._position += count
        self._running = False
        return answer[begin : self._position].ljust(count, b"\xff")

    def stop(self) -> None:
        return None

    def power_cycle(self) -> None:
        """Asleep; keys and locks stay, everything volatile is lost."""
        self._power = _Power.ASLEEP
        self._temp_key: bytes | None = None
        self._hashing: bytes | None = None
        self._answer: bytes | None = None

    def _now(self) -> float:
        return self._clock.monotonic() + 1e-9  # the clock counts whole nanoseconds

    def _watch(self) -> None:
        if self._power is _Power.AWAKE and self._now() >= self._asleep_at:
            self.power_cycle()

    def _wake(self) -> None:
        """SDA was low long enough; an awake chip takes no notice."""
        if self._power is _Power.AWAKE:
            return
        now = self._clock.monotonic()
        self._power, self._ready_at = _Power.AWAKE, now + WAKE_TIME_S
        self._asleep_at = now + WATCHDOG_S
        self._reply(bytes([Status.AWAKE]))
        self._running = False

    def _reply(self, content: bytes) -> None:
        packet = bytes([len(content) + 3]) + content
        self._answer, self._position = packet + _crc(packet), 0

    def _command(self, packet: bytes) -> int:
        """Take a command; half of one leaves nothing to read."""
        self._answer = None
        if not packet or len(packet) < packet[0]:
            return len(packet)
        packet = packet[: max(1, packet[0])]
        self._running = True
        try:
            content = self._execute(packet)
        except _Refusal as refusal:
            content = bytes([refusal.status])
        self._reply(content)
        return len(packet)

    def _execute(self, packet: bytes) -> bytes:
        if len(packet) < 7 or _crc(packet[:-2]) != packet[-2:]:
            raise _Refusal(Status.COMMUNICATION_ERROR)
        command = self._commands.get(packet[1])
        if command is None:
            raise _Refusal(Status.PARSE_ERROR)
        end = self._clock.monotonic() + EXECUTION_S[Opcode(packet[1])]
        if end > self._asleep_at:
            raise _Refusal(Status.WATCHDOG_SOON)
        content = command(packet[2], int.from_bytes(packet[3:5], "little"), packet[5:-2])
        self._ready_at = end
        return content

    def _revision(self, mode: int, parameter: int, data: bytes) -> bytes:
        _demand(mode == parameter == 0 and not data)
        return REVISION_608A

    def _read(self, zone: int, address: int, data: bytes) -> bytes:
        size = 32 if zone & BLOCK else 4
        begin = address // 8 * 32 if zone & BLOCK else address * 4
        _demand(zone & ~BLOCK in tuple(Zone) and not data)
        if zone & ~BLOCK != Zone.CONFIG:
            raise _Refusal(Status.EXECUTION_ERROR)
        found = self._config()[begin : begin + size]
        _demand(bool(found))
        return found

    def _config(self) -> bytes:
        config = bytearray(self._serial[:4] + REVISION_608A + self._serial[4:] + _BLANK)
        config[LOCK_VALUE] = LOCKED if self.slots_locked else UNLOCKED
        config[LOCK_CONFIG] = LOCKED if self.config_locked else UNLOCKED
        return bytes(config)

    def _draw(self, mode: int, parameter: int, data: bytes) -> bytes:
        _demand(mode in (0, 1) and parameter == 0 and not data)
        return self._random.randbytes(32) if self.config_locked else UNSEEDED

    def _nonce(self, mode: int, parameter: int, data: bytes) -> bytes:
        _demand(mode == NonceMode.PASS_THROUGH and parameter == 0 and len(data) == 32)
        self._temp_key = data
        return bytes([Status.OK])

    def _sha(self, mode: int, length: int, data: bytes) -> bytes:
        _demand(mode in tuple(ShaMode) and length == len(data))
        if mode == ShaMode.START:
            _demand(not data)
            self._hashing = b""
            return bytes([Status.OK])
        if self._hashing is None:
            raise _Refusal(Status.EXECUTION_ERROR)
        _demand(len(data) == SHA_BLOCK if mode == ShaMode.UPDATE else len(data) < SHA_BLOCK)
        self._hashing += data
        if mode == ShaMode.UPDATE:
            return bytes([Status.OK])
        self._temp_key, self._hashing = sha256(self._hashing).digest(), None
        return self._temp_key

    def _gen_key(self, mode: int, slot: int, data: bytes) -> bytes:
        _demand(mode in tuple(GenKeyMode) and slot < 16 and not data)
        if not self.config_locked or slot not in KEY_SLOTS:
            raise _Refusal(Status.EXECUTION_ERROR)
        if mode == GenKeyMode.CREATE:
            self.keys[slot] = self._random.randrange(1, ORDER)
        return public_half(self._key(slot))

    def _sign(self, mode: int, slot: int, data: bytes) -> bytes:
        _demand(mode == SignMode.EXTERNAL and slot < 16 and not data)
        key, digest = self._key(slot), self._temp_key
        if not (self.config_locked and self.slots_locked) or digest is None:
            raise _Refusal(Status.EXECUTION_ERROR)
        return sign(key, digest)

    def _verify(self, mode: int, kind: int, data: bytes) -> bytes:
        _demand(mode == VerifyMode.EXTERNAL and kind == KEY_TYPE_P256 and len(data) == 128)
        if self._temp_key is None:
            raise _Refusal(Status.EXECUTION_ERROR)
        try:
            good = matches(data[64:], self._temp_key, data[:64])
        except ValueError:
            raise _Refusal(Status.EXECUTION_ERROR) from None
        return bytes([Status.OK if good else Status.MISCOMPARE])

    def _key(self, slot: int) -> int:
        if slot not in self.keys:
            raise _Refusal(Status.EXECUTION_ERROR)
        return self.keys[slot]


def _demand(legal: bool) -> None:
    """Length and parameters that the command knows, or a parse error."""
    if not legal:
        raise _Refusal(Status.PARSE_ERROR)


def _crc(packet: bytes) -> bytes:
    """Low byte first."""
    crc = 0
    for byte in packet:
        for n in range(8):
            feedback = crc >> 15 ^ byte >> n & 1
            crc = (crc << 1 ^ (CRC_POLYNOMIAL if feedback else 0)) & 0xFFFF
    return crc.to_bytes(2, "little")
