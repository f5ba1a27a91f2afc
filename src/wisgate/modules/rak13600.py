"""RAK13600 NFC reader: a PN532 that looks for a card at every sampling.

A card is gone when two looks in a row do not find it. What it holds is read once, when it comes. A
UID proves nobody's identity: it can be copied. Modules sheet 5.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ..bus.i2c import I2c
from ..bus.lines import Line, LineAt, Output
from ..chips.pn532 import Pn532
from ..config.model import SlotConfig
from ..core.clock import Clock
from ..core.errors import BusUnavailable, OutputRefused, UnexpectedValue
from ..core.points import (
    Channel,
    Commanding,
    Conversation,
    Group,
    Kind,
    Reading,
    Sampling,
    Status,
    Value,
)
from ..core.units import Seconds
from ..protocols.ndef import Text, Uri, decode, encode
from .nfc_card import CardLeftError, Look, NfcCard
from .outputs import not_writable
from .wires import Wires

RESET_S, BOOT_S = 0.4, 0.01  # modules sheet 3.1, 5.6
RETRIES = 2  # looks of the chip for a card in one command, about 5 ms each
MISSES = 2  # samplings without the card until it is gone
KEY_BYTES = 6

PRESENT = Channel("present", kind=Kind.BOOL, decimals=0)
UID = Channel("uid", kind=Kind.TEXT, decimals=0)
KIND = Channel("kind", kind=Kind.TEXT, decimals=0)
TEXT = Channel("text", kind=Kind.TEXT, decimals=0)
URI = Channel("uri", kind=Kind.TEXT, decimals=0)
SEEN = Channel("seen", kind=Kind.TEXT, decimals=0, event=True)
GONE = Channel("gone", kind=Kind.TEXT, decimals=0, event=True)


class Rak13600:
    """One reader. `ndef` reads the message of a card that comes, `reset_line` says that IO5 resets
    the chip, too. Threads: lane only."""

    def __init__(
        self,
        i2c: I2c,
        power: LineAt,
        reset: LineAt,
        clock: Clock,
        *,
        interval: Seconds = Seconds(0.5),
        ndef: bool = True,
        reset_line: bool = False,
    ) -> None:
        said = (TEXT, URI) if ndef else ()
        self.groups = (Group("card", (PRESENT, UID, KIND, *said, SEEN, GONE), interval),)
        self._chip = Pn532(i2c)
        self._lines_at = (power, reset) if reset_line else (power,)
        self._clock, self._ndef = clock, ndef
        self._lines: list[Line] = []
        self._started, self._ready_at = False, 0.0
        self._uid = ""
        self._look: Look | None = None
        self._misses = 0

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak13600:
        """The module in a slot: RSTPD_N on IO4, another reset on IO5; IO6 is the chip's and never
        driven (modules sheet 5.6)."""
        return cls(
            wires.i2c,
            wires.lines["IO4"],
            wires.lines["IO5"],
            wires.clock,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Switch the chip off; the next sampling switches it on, when it has been off for long
        enough. Raises BusError."""
        self.close()
        self._lines = [at.request(Output(False)) for at in self._lines_at]
        self._ready_at = self._clock.monotonic() + RESET_S

    def sample(self, group: Group) -> Sampling:
        """Look for a card. Raises BusError, ChipError."""
        yield from self._start()
        card = yield from self._find()
        if card is None:
            return self._missed()
        events = []
        if card.uid != self._uid or self._look is None:
            try:
                look = yield from self._looked(card)
            except CardLeftError:
                return self._missed()
            if card.uid != self._uid:
                events = [*self._left(), Reading(SEEN.name, card.uid)]
            self._uid, self._look = card.uid, look
        self._misses = 0
        return [*self._readings(), *events]

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """Do something with the card on the reader. Raises OutputRefused, BusError, ChipError."""
        yield from self._start()
        card = yield from self._find()
        if card is None:
            raise OutputRefused("no card on the reader; hold one to it and try again")
        try:
            done = yield from self._done(card, name, arguments)
        except CardLeftError:
            raise OutputRefused(
                f"card {card.uid} left too early; what was written of it?"
            ) from None
        finally:
            self._look = None  # whatever it holds now, the next sampling reads it
        return {"uid": card.uid, **done}

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak13600", channel)

    def close(self) -> None:
        """Switch the chip off, field and all, and let go of its lines. Raises BusError."""
        self._started, self._look, self._misses = False, None, 0
        lines, self._lines = self._lines, []
        try:
            for line in lines:
                line.set(False)
        finally:
            for line in lines:
                line.release()

    def _start(self) -> Conversation[None]:
        """Switch the chip on and make it ready, once after each `open`."""
        if self._started:
            return
        if not self._lines:
            raise BusUnavailable("the NFC reader is not open")
        if (wait := self._ready_at - self._clock.monotonic()) > 0:
            yield Seconds(wait)
        for line in self._lines:
            line.set(True)
        yield Seconds(BOOT_S)
        yield from self._chip.wake()
        yield from self._chip.configure()
        yield from self._chip.identify()
        yield from self._chip.limit_retries(RETRIES)
        self._started = True

    def _find(self) -> Conversation[NfcCard | None]:
        target = yield from self._chip.find()
        return None if target is None else NfcCard(self._chip, target)

    def _looked(self, card: NfcCard) -> Conversation[Look]:
        """What the card is. Its memory may be damaged or closed to us, after which it halts.
        Raises CardLeftError, BusError, ChipError."""
        try:
            return (yield from card.look(message=self._ndef))
        except (CardLeftError, OutputRefused, UnexpectedValue):
            again = yield from self._find()
            if again is None or again.uid != card.uid:
                raise CardLeftError from None
            return replace((yield from again.look(message=False)), damaged=True)

    def _missed(self) -> list[Reading]:
        self._misses += 1
        events = self._left() if self._misses >= MISSES else []
        if events:
            self._uid, self._look = "", None
        return [*self._readings(), *events]

    def _left(self) -> list[Reading]:
        return [Reading(GONE.name, self._uid)] if self._uid else []

    def _readings(self) -> list[Reading]:
        kind = self._look.kind if self._look else ""
        readings = [
            Reading(PRESENT.name, bool(self._uid)),
            Reading(UID.name, self._uid),
            Reading(KIND.name, kind),
        ]
        return readings + self._said() if self._ndef else readings

    def _said(self) -> list[Reading]:
        """The first text and the first address on the card; "" without one."""
        look = self._look or Look("")
        try:
            records = decode(look.message or b"")
        except UnexpectedValue:
            look = replace(look, damaged=True)
        if look.damaged:
            return [Reading(c.name, None, Status.FAULT) for c in (TEXT, URI)]
        text = next((r.text for r in records if isinstance(r, Text)), "")
        uri = next((r.uri for r in records if isinstance(r, Uri)), "")
        return [Reading(TEXT.name, text), Reading(URI.name, uri)]

    def _done(
        self, card: NfcCard, name: str, given: Mapping[str, Value]
    ) -> Conversation[Mapping[str, Value]]:
        page, number = given.get("page"), given.get("block")
        content, with_b = _content(given.get("bytes")), given.get("key_kind") == "B"
        match name:
            case "read_page":
                return {"bytes": _shown((yield from card.read_page(_int(page))))}
            case "write_page":
                yield from card.write_page(_int(page), _sized(content, 4))
            case "read_block":
                key = _key(given.get("key"))
                read = yield from card.read_block(_int(number), key, with_b=with_b)
                return {"bytes": _shown(read)}
            case "write_block":
                key = _key(given.get("key"))
                sized = _sized(content, 16)
                yield from card.write_block(_int(number), sized, key, with_b=with_b)
            case "write_text":
                text = Text(str(given["text"]), str(given["language"]))
                return {"written": (yield from card.write_message(_encoded(text)))}
            case "write_uri":
                uri = Uri(str(given["uri"]))
                return {"written": (yield from card.write_message(_encoded(uri)))}
        return {}


def _int(value: Value) -> int:
    return int(value) if value is not None else 0


def _shown(content: bytes) -> str:
    return content.hex(" ").upper()


def _content(text: Value) -> bytes:
    try:
        return bytes.fromhex(str(text or ""))
    except ValueError:
        raise OutputRefused(f"bytes: {text!r} is not hexadecimal, as in 03 00 FE 00") from None


def _sized(content: bytes, size: int) -> bytes:
    if len(content) != size:
        raise OutputRefused(f"bytes: {len(content)} given, {size} expected")
    return content


def _key(text: Value) -> bytes:
    """Never shown, not even a wrong one."""
    try:
        key = bytes.fromhex(str(text or ""))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise OutputRefused("key: 12 hexadecimal digits expected, as in FFFFFFFFFFFF")
    return key


def _encoded(record: Text | Uri) -> bytes:
    try:
        return encode([record])
    except ValueError as error:
        raise OutputRefused(str(error)) from None
