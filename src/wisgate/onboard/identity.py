"""Who this box is: the secure element ATECC608A, with a serial number that nobody can change and a
private key that never leaves it (boards sheet A11).

A chip that is not locked has a serial number only. Nobody publishes whether the RAK7391 ships
locked; we lock nothing, because that cannot be taken back. Keys and signatures go in and out as DER
in base64, which openssl and every library take.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Generator, Mapping
from hashlib import sha256

from ..chips.atecc608a import (
    CONFIG_WORD,
    KEY,
    LOCK_WORD,
    RANDOM,
    REVISION,
    SERIAL_WORDS,
    SIGNATURE,
    Atecc608a,
    locks,
)
from ..config.model import OnboardConfig
from ..core.errors import OutputRefused
from ..core.points import Channel, Commanding, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from ..protocols.ecdsa import key_from_der, key_to_der, signature_from_der, signature_to_der
from .carrier import Carrier

SERIAL = Channel("serial", kind=Kind.TEXT, decimals=0, point="serial_number")
CHIP = Channel("chip", kind=Kind.TEXT, decimals=0, point="identity_chip")
LOCKED = Channel("locked", kind=Kind.BOOL, decimals=0, point="identity_locked")

Asking = Generator[float, None, bytes]


class Identity:
    """The chip sleeps except while it is asked. Threads: lane only."""

    def __init__(self, atecc608a: Atecc608a, *, interval: Seconds = Seconds(3600.0)) -> None:
        self.groups = (Group("identity", (SERIAL, CHIP, LOCKED), interval),)
        self._chip = atecc608a

    @classmethod
    def fit(cls, carrier: Carrier, config: OnboardConfig) -> Identity:
        chip = Atecc608a(carrier.i2c, carrier.chips["U-SEC"])
        return cls(chip, interval=Seconds(config.interval))

    def open(self) -> None:
        return None

    def sample(self, group: Group) -> Sampling:
        """Raises WrongIdentity, UnexpectedValue, NotReady, ChecksumMismatch, BusError."""
        yield from self._wake()
        version = self._chip.version((yield from self._asked(self._chip.ask_revision(), REVISION)))
        words = {}
        for word in (*SERIAL_WORDS, LOCK_WORD):
            words[word] = yield from self._asked(self._chip.ask_config(word), CONFIG_WORD)
        self._chip.sleep()
        locked = locks(words[LOCK_WORD])
        return [
            Reading(SERIAL.name, self._chip.serial(words).hex().upper()),
            Reading(CHIP.name, f"ATECC{version}"),
            Reading(LOCKED.name, locked.config and locked.slots),
        ]

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """Raises OutputRefused for a key or signature that is none, UnexpectedValue when the chip
        is not locked or has no key there, NotReady, ChecksumMismatch, BusError."""
        digest = sha256(str(arguments.get("text", "")).encode()).digest()
        if name == "verify":
            signature = _decoded(arguments, "signature", signature_from_der)
            key = _decoded(arguments, "public_key", key_from_der)
            yield from self._wake()
            yield from self._load(digest)
            yield self._chip.verify(signature, key)
            result: dict[str, Value] = {"matches": self._chip.matches()}
        elif name == "random":
            yield from self._wake()
            found = yield from self._asked(self._chip.ask_random(), RANDOM)
            result = {"bytes": found.hex().upper()}
        else:
            yield from self._wake()
            result = yield from self._with_key(name, int(str(arguments["slot"])), digest)
        self._chip.sleep()
        return result

    def write(self, channel: str, value: Value) -> None:
        raise OutputRefused(f"identity has no writable channel {channel!r}")

    def close(self) -> None:
        return None

    def _with_key(
        self, name: str, slot: int, digest: bytes
    ) -> Generator[float, None, dict[str, Value]]:
        """Sign; or only tell the public half of a key, of a new one for `create_key`."""
        chip = self._chip
        ask = chip.create_key if name == "create_key" else chip.ask_public_key
        key = yield from self._asked(ask(slot), KEY)
        result: dict[str, Value] = {"public_key": _encoded(key_to_der(key))}
        if name == "sign":
            yield from self._load(digest)
            signature = yield from self._asked(chip.sign(slot), SIGNATURE)
            result["signature"] = _encoded(signature_to_der(signature))
        return result

    def _wake(self) -> Generator[float, None, None]:
        yield self._chip.wake()
        self._chip.check_awake()

    def _asked(self, takes: Seconds, count: int) -> Asking:
        yield takes
        return self._chip.answer(count)

    def _load(self, digest: bytes) -> Generator[float, None, None]:
        yield self._chip.load(digest)
        self._chip.done()


def _encoded(der: bytes) -> str:
    return b64encode(der).decode()


def _decoded(arguments: Mapping[str, Value], name: str, read: Callable[[bytes], bytes]) -> bytes:
    try:
        return read(b64decode(str(arguments[name]), validate=True))
    except ValueError as error:
        raise OutputRefused(f"{name}: {error}; write what sign gave, DER in base64") from None
