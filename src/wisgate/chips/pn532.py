"""PN532 NFC controller over I2C (NXP UM0701-02, firmware 1.6; modules sheet 5.6).

A verb is a conversation: the command goes in, an acknowledge and later an answer come out, and the
chip must be asked whether they are there. Each is a generator of the seconds that pass before the
next look, in which the bus is free, and returns what came. All of them raise BusError, NotReady
(nothing came), ChecksumMismatch, UnexpectedValue (another answer).

What becomes of a card is no error: it may leave at any moment. `Exchange` tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from ..bus.i2c import I2c
from ..core.errors import (
    ChecksumMismatch,
    NoAcknowledge,
    NotReady,
    UnexpectedValue,
    WrongIdentity,
)
from ..core.points import Conversation
from ..core.units import Seconds
from ..registers.pn532 import (
    ACK,
    BLOCK,
    FOREVER,
    IDENTITY,
    PAGE,
    READY,
    START,
    STATUS_MASK,
    SYNTAX_ERROR,
    TO_CHIP,
    TO_HOST,
    Card,
    Command,
    Modulation,
    RfItem,
    SamMode,
    Status,
)

ADDRESS = 0x24  # fixed in the chip; 5.6
WAKES_AFTER_S = 2e-3  # from an address that went unanswered; 5.6
ACK_AFTER_S, ACK_LOOKS = 1e-3, 15  # within 15 ms; 5.6
LOOK_S = 5e-3  # 5 to 10 ms; 5.6
ANSWER_S = 1.0  # the slowest answer of a chip that works; 3.1
SAM_TIME, SAM_IRQ = 0x14, 0x01  # 20 times 50 ms, only of a virtual card; IRQ is driven; 5.6
ONE_ATR, ONE_PSL = 0xFF, 0x01  # as after power-on; 5.6
UID_BYTES = 4  # of an authentication: the last ones; 5.6

FRAME = len(START) + 4  # length, its complement, sum, postamble
FIRMWARE_BYTES, TARGET_BYTES, READ_BYTES, STATUS_BYTES = 4, 30, BLOCK + 1, 1
"""The longest answers, after TFI and code. A frame is read whole: what is left of it is lost."""


@dataclass(frozen=True)
class Target:
    """A card in the field, selected: what it says of its type, and its number, 4, 7 or 10 bytes."""

    sens_res: int
    sel_res: int
    uid: bytes


@dataclass(frozen=True)
class Exchange:
    """What came of a command to the card."""

    status: Status
    payload: bytes = b""

    @property
    def gone(self) -> bool:
        """Whether the card does not answer any more: it left, or it halts after a refusal."""
        return self.status in (Status.TIME_OUT, Status.CARD_DISAPPEARED, Status.NOT_ACCEPTABLE)


class Pn532:
    """One PN532 on `bus`. `find` selects a card; the verbs below it talk to that one.
    Threads: lane only."""

    def __init__(self, bus: I2c, address: int = ADDRESS) -> None:
        self._bus, self._address = bus, address

    def wake(self) -> Conversation[None]:
        """Address it, which wakes it after power-on and power-down and may go unanswered."""
        with suppress(NoAcknowledge):
            self._bus.transfer(self._address)
        yield Seconds(WAKES_AFTER_S)

    def configure(self) -> Conversation[None]:
        """Normal mode, without a security chip: the first command after waking."""
        yield from self._ask(
            Command.SAM_CONFIGURATION, [SamMode.NORMAL, SAM_TIME, SAM_IRQ], longest=0
        )

    def identify(self) -> Conversation[None]:
        """Raises WrongIdentity."""
        answer = yield from self._ask(Command.GET_FIRMWARE_VERSION, longest=FIRMWARE_BYTES)
        if answer[:1] != IDENTITY[:1]:
            raise WrongIdentity(
                f"{self._address:#04x} says it is {answer.hex(' ')}, {IDENTITY.hex(' ')} expected"
            )

    def limit_retries(self, count: int) -> Conversation[None]:
        """Look for a card `count` times again, 0 to 254; without it the chip never gives up."""
        if not 0 <= count < FOREVER:
            raise ValueError(f"{count} retries; 0 to 254 are possible")
        retries = [RfItem.MAX_RETRIES, ONE_ATR, ONE_PSL, count]
        yield from self._ask(Command.RF_CONFIGURATION, retries, longest=0)

    def field_off(self) -> Conversation[None]:
        """Switch the field off until the next `find`."""
        yield from self._ask(Command.RF_CONFIGURATION, [RfItem.FIELD, 0], longest=0)

    def find(self) -> Conversation[Target | None]:
        """Select a card of ISO 14443 type A at 106 kbit/s, or None without one. A card that is
        selected is found again."""
        answer = yield from self._ask(
            Command.IN_LIST_PASSIVE_TARGET, [1, Modulation.ISO14443A_106], longest=TARGET_BYTES
        )
        if answer[:1] == b"\x00":
            return None
        # number of cards, then of the first: number, SENS_RES, SEL_RES, length of the UID, UID
        if len(answer) < 6 or len(answer) < 6 + answer[5]:
            raise UnexpectedValue(f"PN532: a card that says {answer.hex(' ')} of itself")
        sens_res, sel_res = int.from_bytes(answer[2:4], "big"), answer[4]
        return Target(sens_res, sel_res, answer[6 : 6 + answer[5]])

    def release(self) -> Conversation[None]:
        """Let go of every card."""
        yield from self._ask(Command.IN_RELEASE, [0], longest=STATUS_BYTES)

    def authenticate(
        self, target: Target, block: int, key: bytes, *, with_b: bool = False
    ) -> Conversation[Exchange]:
        """Open the sector of a block of a MIFARE Classic with key A or B, 6 bytes. After the wrong
        one (status AUTHENTICATION) the card halts: find it again."""
        if len(key) != 6:
            raise ValueError("a key has 6 bytes")
        command = Card.KEY_B if with_b else Card.KEY_A
        sent = bytes([command, block]) + key + target.uid[-UID_BYTES:]
        return (yield from self._exchange(sent, STATUS_BYTES))

    def read(self, address: int) -> Conversation[Exchange]:
        """16 bytes: a block of a Classic, or 4 pages of a type 2 tag, the first after the last."""
        exchange = yield from self._exchange(bytes([Card.READ, address]), READ_BYTES)
        if exchange.status is Status.OK and len(exchange.payload) != BLOCK:
            raise UnexpectedValue(f"PN532: {len(exchange.payload)} bytes read, 16 expected")
        return exchange

    def write_block(self, block: int, content: bytes) -> Conversation[Exchange]:
        """16 bytes into a block of a Classic. Sector trailers hold keys: who writes one must know
        what it does."""
        return (yield from self._write(Card.WRITE_BLOCK, block, content, BLOCK))

    def write_page(self, page: int, content: bytes) -> Conversation[Exchange]:
        """4 bytes into a page of a type 2 tag."""
        return (yield from self._write(Card.WRITE_PAGE, page, content, PAGE))

    def _write(
        self, command: Card, address: int, content: bytes, size: int
    ) -> Conversation[Exchange]:
        if len(content) != size:
            raise ValueError(f"{len(content)} bytes to write, {size} expected")
        return (yield from self._exchange(bytes([command, address]) + content, STATUS_BYTES))

    def _exchange(self, sent: bytes, longest: int) -> Conversation[Exchange]:
        answer = yield from self._ask(Command.IN_EXCHANGE, [1, *sent], longest=longest)
        if not answer:
            raise UnexpectedValue("PN532: an exchange without a status")
        try:
            status = Status(answer[0] & STATUS_MASK)
        except ValueError:
            raise UnexpectedValue(f"PN532: an exchange ends with {answer[0]:#04x}") from None
        return Exchange(status, answer[1:])

    def _ask(
        self, command: Command, arguments: Sequence[int] = (), *, longest: int
    ) -> Conversation[bytes]:
        """What follows the code in the answer, which has at most `longest` bytes of that."""
        name = command.name.lower()
        self._bus.transfer(self._address, _framed(bytes([TO_CHIP, command, *arguments])))
        yield Seconds(ACK_AFTER_S)
        yield from self._await(f"acknowledge of {name}", ACK_AFTER_S, ACK_LOOKS)
        if (came := self._take(len(ACK))) != ACK:
            raise UnexpectedValue(f"PN532: {came.hex(' ')} instead of the acknowledge of {name}")
        try:
            yield from self._await(f"answer to {name}", LOOK_S, round(ANSWER_S / LOOK_S))
        except NotReady:
            self._bus.transfer(self._address, ACK)  # forget the command
            raise
        return _answer(command, self._take(FRAME + 2 + longest))

    def _await(self, what: str, pause: float, looks: int) -> Conversation[None]:
        for _ in range(looks):
            if self._bus.transfer(self._address, read=1)[0] & READY:
                return
            yield Seconds(pause)
        raise NotReady(
            f"PN532 at {self._address:#04x}: no {what} within {pause * looks * 1e3:.0f} ms"
        )

    def _take(self, count: int) -> bytes:
        """A frame, behind the byte that says ready."""
        answer = self._bus.transfer(self._address, read=1 + count)
        if not answer[0] & READY:
            raise NotReady(f"PN532 at {self._address:#04x}: was ready and is not")
        return answer[1:]


def _framed(content: bytes) -> bytes:
    size, total = len(content), -sum(content)
    return START + bytes([size, -size & 0xFF]) + content + bytes([total & 0xFF, 0])


def _answer(command: Command, frame: bytes) -> bytes:
    """The bytes after TFI and code. Raises ChecksumMismatch, UnexpectedValue."""
    if frame.startswith(SYNTAX_ERROR):
        raise UnexpectedValue(f"PN532: does not understand {command.name.lower()}")
    size = frame[3]
    content = frame[5 : 5 + size]
    damaged = len(frame) < FRAME + size or (size + frame[4]) & 0xFF
    if damaged or not frame.startswith(START) or (sum(content) + frame[5 + size]) & 0xFF:
        raise ChecksumMismatch(f"PN532: the answer {frame.hex(' ')} is damaged")
    if content[:2] != bytes([TO_HOST, command + 1]):
        raise UnexpectedValue(
            f"PN532: {content.hex(' ')} came, which does not answer {command.name.lower()}"
        )
    return content[2:]
