"""A card in front of a PN532: what it is, the message on it, and its memory, read and written.

Type 2 tags (NTAG, Ultralight) keep their NDEF message from page 4 on, as their capability
container says. A MIFARE Classic keeps it in the sectors from 1 on, which the public NDEF key opens;
that every one of them belongs to it, as its directory could tell, is taken for granted. Modules
sheet 5.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..chips.pn532 import Exchange, Pn532, Target
from ..core.errors import OutputRefused, UnexpectedValue
from ..core.points import Conversation
from ..protocols.ndef import Found, block, find
from ..registers.pn532 import BLOCK, CLASSIC_1K, CLASSIC_4K, PAGE, TYPE_2, Status

NDEF_KEY = bytes.fromhex("D3F7D3F7D3F7")
CONTAINER, FIRST_PAGE = 3, 4
FORMATTED, WRITABLE = 0xE1, 0x00  # first and last byte of the container
TAGS = {0x12: "ntag213", 0x3E: "ntag215", 0x6D: "ntag216"}  # by its third byte
EMPTY = b"\x03\x00\xfe"  # a block without a message, and the end mark
SMALL_SECTORS, BIG = 32, 16  # of a 4K: 32 sectors of 4 blocks, 8 of 16
DIRECTORY_SECTORS = (0, 16)
LAST_BLOCK = {CLASSIC_1K: 63, CLASSIC_4K: 255}


@dataclass(frozen=True)
class Look:
    """What a card is, and its NDEF message; None when it has none. `damaged`: it has memory for
    one that cannot be read."""

    kind: str
    message: bytes | None = None
    damaged: bool = False


class CardLeftError(Exception):
    """The card stopped to answer: it left, or it halts."""


class NfcCard:
    """The card that `chip` has selected. Its verbs raise CardLeftError, OutputRefused for what
    this card cannot do, BusError and ChipError. Threads: lane only."""

    def __init__(self, chip: Pn532, target: Target) -> None:
        self._chip, self._target = chip, target

    @property
    def uid(self) -> str:
        """Hexadecimal."""
        return self._target.uid.hex().upper()

    def look(self, *, message: bool) -> Conversation[Look]:
        """Find out what it is, and the message if wanted. Raises UnexpectedValue for memory that
        is no NDEF where it should be."""
        if self._target.sel_res in LAST_BLOCK:
            kind = "classic-1k" if self._target.sel_res == CLASSIC_1K else "classic-4k"
            return Look(kind, (yield from self._classic_message()) if message else None)
        if self._target.sel_res != TYPE_2:
            return Look("iso14443-4" if self._target.sel_res & 0x20 else "unknown")
        container, area = yield from self._container()
        kind = TAGS.get(container[2], "type-2") if container[0] == FORMATTED else "type-2"
        if not message or container[0] != FORMATTED:
            return Look(kind)
        found, _ = yield from self._type_2_found(container, area)
        return Look(kind, found.message)

    def read_page(self, page: int) -> Conversation[bytes]:
        """16 bytes of a type 2 tag from a page on."""
        self._demand(self._target.sel_res == TYPE_2, "has no pages; read_block reads it")
        return self._content((yield from self._chip.read(page)))

    def write_page(self, page: int, content: bytes) -> Conversation[None]:
        """4 bytes of the user's memory of a type 2 tag."""
        self._demand(self._target.sel_res == TYPE_2, "has no pages; write_block writes it")
        container, _ = yield from self._container()
        last = FIRST_PAGE + container[2] * 8 // PAGE - 1
        self._demand(FIRST_PAGE <= page <= last, f"can be written from page 4 to {last} only")
        self._content((yield from self._chip.write_page(page, content)))

    def read_block(self, number: int, key: bytes, *, with_b: bool) -> Conversation[bytes]:
        """16 bytes of a MIFARE Classic."""
        yield from self._open(number, key, with_b)
        return self._content((yield from self._chip.read(number)))

    def write_block(
        self, number: int, content: bytes, key: bytes, *, with_b: bool
    ) -> Conversation[None]:
        """16 bytes of a MIFARE Classic, never its first block or a sector trailer."""
        keeps = number != 0 and not _is_trailer(number)
        self._demand(keeps, f"keeps its keys or its number in block {number}: never written here")
        yield from self._open(number, key, with_b)
        self._content((yield from self._chip.write_block(number, content)))

    def write_message(self, message: bytes) -> Conversation[int]:
        """Put an NDEF message on a type 2 tag, in place of the one there; the bytes it took. Until
        the last page is written the tag says that it is empty."""
        self._demand(self._target.sel_res == TYPE_2, "takes no message; it is no NTAG")
        container, area = yield from self._container()
        self._demand(container[0] == FORMATTED, "is not formatted for NDEF")
        self._demand(container[3] & 0x0F == WRITABLE, "is read-only")
        found, area = yield from self._type_2_found(container, area)
        try:
            whole = block(message, container[2] * 8 - found.start)
        except ValueError as error:
            raise OutputRefused(f"card {self.uid}: {error}") from None
        # Its first page says "empty" until all the others are written.
        first = found.start // PAGE * PAGE
        before = area[first : found.start]
        image = _padded(before + whole)
        yield from self._write_from(first, _padded(before + EMPTY))
        yield from self._write_from(first + 2 * PAGE, image[2 * PAGE :])
        yield from self._write_from(first + PAGE, image[PAGE : 2 * PAGE])
        yield from self._write_from(first, image[:PAGE])
        kept, _ = yield from self._type_2_found(container, b"")
        if kept.message != message:
            raise UnexpectedValue(f"card {self.uid}: does not keep what was written to it")
        return len(whole)

    def _container(self) -> Conversation[tuple[bytes, bytes]]:
        """The capability container, and the three pages behind it."""
        content = self._content((yield from self._chip.read(CONTAINER)))
        return content[:PAGE], content[PAGE:]

    def _type_2_found(self, container: bytes, area: bytes) -> Conversation[tuple[Found, bytes]]:
        """Read on from `area`, the first bytes of the user's memory, until the message is there."""
        size = container[2] * 8
        while (found := find(area[:size])).missing and len(area) < size:
            page = FIRST_PAGE + len(area) // PAGE
            area += self._content((yield from self._chip.read(page)))
        return found, area[:size]

    def _classic_message(self) -> Conversation[bytes | None]:
        """What the sectors from 1 on hold, as far as the public key opens them."""
        area = b""
        for number, opens in _blocks(LAST_BLOCK[self._target.sel_res]):
            if opens:
                opened = yield from self._chip.authenticate(self._target, number, NDEF_KEY)
                if opened.status is Status.AUTHENTICATION:
                    return None
                self._content(opened)
            area += self._content((yield from self._chip.read(number)))
            found = find(area)
            if not found.missing:
                return found.message
        return None

    def _open(self, number: int, key: bytes, with_b: bool) -> Conversation[None]:
        last = LAST_BLOCK.get(self._target.sel_res)
        self._demand(last is not None, "is no MIFARE Classic; read_page and write_page are for it")
        self._demand(number <= (last or 0), f"has blocks 0 to {last}")
        opened = yield from self._chip.authenticate(self._target, number, key, with_b=with_b)
        wrong = opened.status is Status.AUTHENTICATION
        self._demand(not wrong, f"does not open block {number} with this key")
        self._content(opened)

    def _write_from(self, offset: int, content: bytes) -> Conversation[None]:
        """Whole pages of the user's memory."""
        for begin in range(0, len(content), PAGE):
            page = FIRST_PAGE + (offset + begin) // PAGE
            written = yield from self._chip.write_page(page, content[begin : begin + PAGE])
            self._content(written)

    def _content(self, exchange: Exchange) -> bytes:
        """Raises CardLeftError, OutputRefused."""
        if exchange.gone:
            raise CardLeftError
        words = exchange.status.name.lower().replace("_", " ")
        self._demand(exchange.status is Status.OK, f"refuses: {words}")
        return exchange.payload

    def _demand(self, met: bool, otherwise: str) -> None:
        if not met:
            raise OutputRefused(f"card {self.uid}: {otherwise}")


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % PAGE)


def _sector(number: int) -> tuple[int, int]:
    """The sector of a block, and the place of the block in it."""
    small = SMALL_SECTORS * 4
    if number < small:
        return number // 4, number % 4
    return SMALL_SECTORS + (number - small) // BIG, (number - small) % BIG


def _is_trailer(number: int) -> bool:
    return _sector(number + 1)[1] == 0


def _blocks(last: int) -> Iterator[tuple[int, bool]]:
    """Blocks that may hold a message, each with whether it is the first of its sector."""
    for number in range(BLOCK // 4, last + 1):
        sector, place = _sector(number)
        if sector not in DIRECTORY_SECTORS and not _is_trailer(number):
            yield number, place == 0
