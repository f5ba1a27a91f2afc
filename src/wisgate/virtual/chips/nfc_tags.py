"""Tags in the field of an NFC reader. NXP MF1S50yyX (MIFARE Classic), NTAG213/215/216; modules
sheet 5.6.

A tag keeps its memory when it leaves the field. Not modelled: access conditions other than the
factory's, value blocks, lock bits (kept, and nothing gets locked), passwords and counters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import or_

from ...registers.pn532 import (
    BLOCK,
    CLASSIC_1K,
    CLASSIC_4K,
    GET_VERSION,
    PAGE,
    TYPE_2,
    Card,
    Status,
)

FACTORY_KEY = b"\xff" * 6
FACTORY_ACCESS = bytes.fromhex("FF 07 80 69")
"""Key A does everything; key B can be read, so it opens nothing. MF1S50yyX 8.7."""
CLASSIC_BLOCKS = {CLASSIC_1K: 64, CLASSIC_4K: 256}
TYPE_2_PAGES = {"ultralight": 16, "ntag213": 45, "ntag215": 135, "ntag216": 231}
CAPACITY = {"ntag213": 0x12, "ntag215": 0x3E, "ntag216": 0x6D}
"""Third byte of page 3: user memory in 8 bytes."""
SIZE_CODE = {"ntag213": 0x0F, "ntag215": 0x11, "ntag216": 0x13}


class RefusedError(Exception):
    """The tag does not do it; the status that the reader reports."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status


class NfcTag:
    """What all tags have in common: silent until they are selected, and after a refusal."""

    sens_res: int
    sel_res: int
    refusal = Status.WRONG_FORMAT

    def __init__(self, uid: bytes) -> None:
        self.uid = uid
        self.active = False

    def select(self) -> None:
        self.active = True

    def leave(self) -> None:
        """The field is gone, and the power with it."""
        self.active = False

    def answer(self, command: bytes) -> bytes:
        """Raises RefusedError."""
        act = self._commands().get(command[0]) if self.active and command else None
        if not self.active:
            raise RefusedError(Status.TIME_OUT)
        answer = act(command[1:]) if act else None
        if answer is None:
            self.active = False
            raise RefusedError(self.refusal)
        return answer

    def _commands(self) -> Mapping[int, Callable[[bytes], bytes | None]]:
        """By code: what gives the answer, or None for a refusal."""
        return {}


class Classic(NfcTag):
    """MIFARE Classic, 1K or 4K."""

    refusal = Status.AUTHENTICATION

    def __init__(self, uid: bytes, sel_res: int = CLASSIC_1K) -> None:
        super().__init__(uid)
        self.sel_res = sel_res
        self.sens_res = 0x0002 if sel_res == CLASSIC_4K else 0x0004
        self.blocks = [bytes(BLOCK) for _ in range(CLASSIC_BLOCKS[sel_res])]
        self.blocks[0] = uid.ljust(BLOCK, b"\0")
        for number in range(len(self.blocks)):
            if number == _trailer(number):
                self.blocks[number] = FACTORY_KEY + FACTORY_ACCESS + FACTORY_KEY
        self._open: int | None = None

    def select(self) -> None:
        super().select()
        self._open = None

    def _commands(self) -> Mapping[int, Callable[[bytes], bytes | None]]:
        return {
            Card.KEY_A: lambda body: self._unlock(body, self._key_a),
            Card.KEY_B: lambda body: self._unlock(body, self._key_b),
            Card.READ: self._read,
            Card.WRITE_BLOCK: self._write,
        }

    def _key_a(self, trailer: int) -> tuple[bytes, bool]:
        return self.blocks[trailer][:6], True

    def _key_b(self, trailer: int) -> tuple[bytes, bool]:
        return self.blocks[trailer][10:], self.blocks[trailer][6:10] != FACTORY_ACCESS

    def _unlock(self, body: bytes, key_of: Callable[[int], tuple[bytes, bool]]) -> bytes | None:
        if body[0] >= len(self.blocks):
            return None
        trailer = _trailer(body[0])
        key, useful = key_of(trailer)
        if body[1:] != key + self.uid[-4:]:
            return None
        self._open = trailer if useful else None
        return b""

    def _read(self, body: bytes) -> bytes | None:
        if not self._opened(body):
            return None
        block = self.blocks[body[0]]
        return bytes(6) + block[6:] if body[0] == self._open else block

    def _write(self, body: bytes) -> bytes | None:
        if not self._opened(body) or len(body) != 1 + BLOCK or body[0] == 0:
            return None
        self.blocks[body[0]] = body[1:]
        return b""

    def _opened(self, body: bytes) -> bool:
        return self._open is not None and bool(body) and _trailer(body[0]) == self._open


class Type2(NfcTag):
    """MIFARE Ultralight and NTAG: pages of four bytes, no keys."""

    sens_res, sel_res = 0x0044, TYPE_2

    def __init__(self, uid: bytes, kind: str = "ntag213") -> None:
        super().__init__(uid)
        self.kind = kind
        self.pages = [bytes(PAGE) for _ in range(TYPE_2_PAGES[kind])]
        check = 0x88 ^ uid[0] ^ uid[1] ^ uid[2]
        self.pages[0:2] = uid[:3] + bytes([check]), uid[3:]
        self.pages[2] = bytes([uid[3] ^ uid[4] ^ uid[5] ^ uid[6], 0x48, 0, 0])
        if kind in CAPACITY:
            self.pages[3] = bytes([0xE1, 0x10, CAPACITY[kind], 0])
            self.pages[4] = bytes.fromhex("03 00 FE 00")
        if kind == "ntag213":
            self.pages[4:6] = bytes.fromhex("01 03 A0 0C"), bytes.fromhex("34 03 00 FE")

    def _commands(self) -> Mapping[int, Callable[[bytes], bytes | None]]:
        commands = {int(Card.READ): self._read, int(Card.WRITE_PAGE): self._write}
        if self.kind in SIZE_CODE:
            commands |= {GET_VERSION: self._version, int(Card.FAST_READ): self._fast_read}
        return commands

    def _read(self, body: bytes) -> bytes | None:
        if len(body) != 1 or body[0] >= len(self.pages):
            return None
        return b"".join(self.pages[(body[0] + n) % len(self.pages)] for n in range(4))

    def _fast_read(self, body: bytes) -> bytes | None:
        if len(body) != 2 or not body[0] <= body[1] < len(self.pages):
            return None
        return b"".join(self.pages[body[0] : body[1] + 1])

    def _write(self, body: bytes) -> bytes | None:
        if len(body) != 1 + PAGE or not 2 <= body[0] < len(self.pages):
            return None
        page, new = self.pages[body[0]], body[1:]
        if body[0] == 2:  # check byte and internal byte stay, lock bits can only be set
            new = page[:2] + bytes(map(or_, page[2:], new[2:]))
        elif body[0] == 3:  # one time programmable
            new = bytes(map(or_, page, new))
        self.pages[body[0]] = new
        return b""

    def _version(self, body: bytes) -> bytes | None:
        return bytes([0, 4, 4, 2, 1, 0, SIZE_CODE[self.kind], 3])


def tag_of(text: str) -> NfcTag | None:
    """A tag as it leaves the factory, from "KIND:UID" ("classic-1k:DCAFFD02"), or None of
    "none"."""
    if text == "none":
        return None
    kind, uid = text.split(":")
    if kind in TYPE_2_PAGES:
        return Type2(bytes.fromhex(uid), kind)
    sizes = {"classic-1k": CLASSIC_1K, "classic-4k": CLASSIC_4K}
    return Classic(bytes.fromhex(uid), sizes[kind])


def _trailer(block: int) -> int:
    """The last block of its sector: 4 blocks each, from block 128 on 16."""
    return block | 15 if block & 0x80 else block | 3
