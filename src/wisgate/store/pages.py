"""Reads rows from single pages of a store's file, without the tree that leads to them.

What SQLite cannot reach (the page above is broken, or the log in front of it) may be whole itself.
Facts: https://www.sqlite.org/fileformat2.html, sections 1.6 (pages), 2.1 (rows), 4.2 (log).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from .schema import PAGE

Row = tuple[Any, ...]

_LEAF, _INDEX_LEAF, _INDEX = 0x0D, 0x0A, 0x02
_HEAD, _INNER_HEAD = 8, 12
"""Bytes in front of the places of the cells."""
_LONGEST, _LONGEST_KEY = PAGE - 35, (PAGE - 12) * 64 // 255 - 23
"""A longer row goes on in other pages, and is not read here."""
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_LOG_HEAD, _FRAME_HEAD = 32, 24
_WORDS = struct.Struct(f"={(8 + PAGE) // 4}I")


class NoRow(ValueError):
    """These bytes are none."""


def rows_of(page: bytes) -> list[Row]:
    """The rows of a leaf of a table, each with its number in front; those that are not whole are
    left out. Empty for any other page."""
    return list(_read(page, _HEAD, _row)) if page[:1] == bytes([_LEAF]) else []


def keys_of(page: bytes) -> list[Row]:
    """The rows of an index, or of a table without numbers, in the same way."""
    if page[:1] == bytes([_INDEX_LEAF]):
        return list(_read(page, _HEAD, _key))
    return list(_read(page, _INNER_HEAD, _inner_key)) if page[:1] == bytes([_INDEX]) else []


def _read(page: bytes, head: int, cell: Callable[[bytes, int], Row]) -> Iterator[Row]:
    if len(page) != PAGE:
        return
    count = int.from_bytes(page[3:5], "big")
    for place in range(head, min(head + 2 * count, PAGE - 1), 2):
        try:
            yield cell(page, int.from_bytes(page[place : place + 2], "big"))
        except NoRow:
            continue


def rising(rows: Iterable[Row], beyond: int = 0) -> Iterator[Row]:
    """Rows whose numbers rise from `beyond` on. One that stands out of its neighbours, above or
    below, is not whole, and is left out."""
    held: Row | None = None
    for row in rows:
        if row[0] <= beyond:
            continue
        if held is not None and row[0] > held[0]:
            yield held
            beyond = held[0]
        held = row
    if held is not None:
        yield held


def pages_of(path: Path) -> Iterator[bytes]:
    """Every page of a database but the first, which holds names only. Raises OSError."""
    with path.open("rb") as file:
        file.seek(PAGE)
        while page := file.read(PAGE):
            yield page


def pages_of_log(path: Path) -> Iterator[bytes]:
    """Every page of a write-ahead log that is whole, also behind one that is not: the checksum of
    each goes on from that of the one before. Raises OSError."""
    with path.open("rb") as file:
        before = file.read(_LOG_HEAD)[24:32]
        while len(frame := file.read(_FRAME_HEAD + PAGE)) == _FRAME_HEAD + PAGE:
            if frame[16:24] == _checksum(before, frame[:8] + frame[_FRAME_HEAD:]):
                yield frame[_FRAME_HEAD:]
            before = frame[16:24]


def _checksum(before: bytes, content: bytes) -> bytes:
    """Of a frame; written by the same processor, so words have its order."""
    if len(before) != 8:
        return b""
    one, two = int.from_bytes(before[:4], "big"), int.from_bytes(before[4:], "big")
    words = _WORDS.unpack(content)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        one = (one + even + two) & 0xFFFFFFFF
        two = (two + odd + one) & 0xFFFFFFFF
    return one.to_bytes(4, "big") + two.to_bytes(4, "big")


def _row(page: bytes, at: int) -> Row:
    length, at = _varint(page, at)
    number, at = _varint(page, at)
    return (number - (1 << 64) if number >> 63 else number, *_values(page, at, length, _LONGEST))


def _key(page: bytes, at: int) -> Row:
    length, at = _varint(page, at)
    return _values(page, at, length, _LONGEST_KEY)


def _inner_key(page: bytes, at: int) -> Row:
    """Behind the number of the page below."""
    return _key(page, at + 4)


def _values(page: bytes, at: int, length: int, longest: int) -> Row:
    if length > longest or at + length > PAGE:
        raise NoRow("beyond the page")
    payload = page[at : at + length]
    head, place = _varint(payload, 0)
    values: list[object] = []
    content = head
    while place < head:
        code, place = _varint(payload, place)
        value, content = _value(payload, code, content)
        values.append(value)
    if place != head or content != length:
        raise NoRow("lengths contradict each other")
    return tuple(values)


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """A number of 1 to 9 bytes, and what follows it."""
    value = 0
    for byte in content[at : at + 8]:
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    if at >= len(content):
        raise NoRow("ends within a number")
    return value << 8 | content[at], at + 1


def _value(payload: bytes, code: int, at: int) -> tuple[object, int]:
    if code in _INTEGERS:
        end = at + _INTEGERS[code]
        value: object = int.from_bytes(payload[at:end], "big", signed=True)
    elif code == 7:
        end = at + 8
        value = struct.unpack(">d", payload[at:end])[0] if end <= len(payload) else None
    elif code in (0, 8, 9):
        return {0: None, 8: 0, 9: 1}[code], at
    elif code >= 12:
        end = at + (code - 12) // 2
        value = payload[at:end] if code % 2 == 0 else payload[at:end].decode(errors="replace")
    else:
        raise NoRow("a kind that no column has")
    if end > len(payload):
        raise NoRow("beyond the row")
    return value, end
