"""NDEF: text and addresses on NFC tags, and where a tag keeps the message. Pure, no I/O.

Source: modules sheet 5.6 (NDEF on tag); NFC Forum NDEF 1.0, Text 1.0, URI 1.0, Type 2 Tag 1.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from ..core.errors import UnexpectedValue

BEGIN, END, CHUNK, SHORT, HAS_ID = 0x80, 0x40, 0x20, 0x10, 0x08  # header bits; NDEF 3.2
TNF_BITS = 0x07
TEXT, URI, SMART_POSTER = b"T", b"U", b"Sp"
UTF16, LANGUAGE_BITS = 0x80, 0x3F  # status byte of a text; Text 3.2.1
NULL_TLV, LOCK_TLV, MEMORY_TLV, MESSAGE_TLV, OWN_TLV, TERMINATOR = 0, 1, 2, 3, 0xFD, 0xFE
LONG_TLV = 0xFF  # the length is in the two bytes that follow; Type 2 Tag 2.3
PREFIXES = (
    "", "http://www.", "https://www.", "http://", "https://", "tel:", "mailto:",
    "ftp://anonymous:anonymous@", "ftp://ftp.", "ftps://", "sftp://", "smb://", "nfs://", "ftp://",
    "dav://", "news:", "telnet://", "imap:", "rtsp://", "urn:", "pop:", "sip:", "sips:", "tftp:",
    "btspp://", "btl2cap://", "btgoep://", "tcpobex://", "irdaobex://", "file://", "urn:epc:id:",
    "urn:epc:tag:", "urn:epc:pat:", "urn:epc:raw:", "urn:epc:", "urn:nfc:",
)  # fmt: skip
"""What the first byte of an address stands for; URI 3.2.2."""


class Tnf(IntEnum):
    """What the type of a record is."""

    EMPTY = 0
    WELL_KNOWN = 1
    MEDIA = 2
    ABSOLUTE_URI = 3
    EXTERNAL = 4
    UNKNOWN = 5
    UNCHANGED = 6


@dataclass(frozen=True)
class Record:
    """Any record: the type in the words of `tnf`, and what it carries."""

    tnf: Tnf
    type: bytes = b""
    payload: bytes = b""
    id: bytes = b""


@dataclass(frozen=True)
class Text:
    """A text and its language, as in "en" or "de-CH"."""

    text: str
    language: str = "en"


@dataclass(frozen=True)
class Uri:
    """An address, prefix included."""

    uri: str


@dataclass(frozen=True)
class Found:
    """What the memory of a tag says so far. `start` is where the message begins or should be
    written; `message` is None while there is none. While `missing` is not 0, so many more bytes are
    needed to know."""

    start: int
    message: bytes | None
    missing: int = 0


def decode(message: bytes) -> list[Text | Uri | Record]:
    """The records of a message, none of an empty one; of a smart poster those inside it. Raises
    UnexpectedValue for a damaged message."""
    parts: list[Text | Uri | Record] = []
    for record in _records(message):
        if (record.tnf, record.type) == (Tnf.WELL_KNOWN, SMART_POSTER):
            parts += map(_understood, _records(record.payload))
        else:
            parts.append(_understood(record))
    return parts


def encode(records: Sequence[Text | Uri | Record]) -> bytes:
    """A message of these records. Raises ValueError for what does not fit."""
    if not records:
        records = (Record(Tnf.EMPTY),)
    message = b""
    for index, record in enumerate(map(_raw, records)):
        edges = BEGIN * (index == 0) | END * (index == len(records) - 1)
        message += _framed(record, edges)
    return message


def find(area: bytes) -> Found:
    """Look for the message in the first bytes of a tag's memory (a Type 2 tag: from page 4).
    Control blocks are skipped; memory that they reserve inside the message is not left out. Raises
    UnexpectedValue for a block that does not exist."""
    position = start = 0
    while position < len(area):
        kind = area[position]
        if kind == NULL_TLV:
            position += 1
            continue
        if kind == TERMINATOR:
            return Found(start, None)
        if kind not in (LOCK_TLV, MEMORY_TLV, MESSAGE_TLV, OWN_TLV):
            raise UnexpectedValue(
                f"the tag holds {kind:#04x} where a block of NDEF should begin; format it"
            )
        body, length = _block(area, position)
        end = body + length
        if kind == MESSAGE_TLV:
            missing = _more(area, end)
            return Found(position, None if missing else area[body:end], missing)
        position = start = end
    return Found(start, None, _more(area, position + 1))


def block(message: bytes, room: int) -> bytes:
    """The bytes to write at `Found.start`: the message in its block, and the end mark where `room`
    bytes leave place for it. Raises ValueError for a message that does not fit."""
    size = len(message)
    head = bytes([size]) if size < LONG_TLV else bytes([LONG_TLV]) + size.to_bytes(2, "big")
    whole = bytes([MESSAGE_TLV]) + head + message
    if len(whole) > room:
        raise ValueError(f"the message needs {len(whole)} bytes; the tag has room for {room}")
    return (whole + bytes([TERMINATOR]))[:room]


def _more(area: bytes, end: int) -> int:
    return max(0, end - len(area))


def _block(area: bytes, position: int) -> tuple[int, int]:
    """Where the content of a block begins, and its length; 0 while that is not there yet."""
    head = area[position + 1 : position + 4]
    if head[:1] == bytes([LONG_TLV]):
        return position + 4, int.from_bytes(head[1:3], "big") if len(head) == 3 else 0
    return position + 2, head[0] if head else 0


def _chunks(message: bytes) -> Iterator[tuple[bool, Record]]:
    """Each record as it stands, and whether more chunks of it follow."""
    reader = _Reader(message)
    first, last = True, not message
    while not last:
        header = reader.byte("a record")
        if bool(header & BEGIN) is not first:
            raise UnexpectedValue("NDEF: the message does not begin where it should")
        first, last = False, bool(header & END)
        type_size = reader.byte("its type length")
        size = int.from_bytes(reader.take(1 if header & SHORT else 4, "its length"), "big")
        id_size = reader.byte("its id length") if header & HAS_ID else 0
        kind, name = reader.take(type_size, "its type"), reader.take(id_size, "its id")
        payload = reader.take(size, "its content")
        try:
            tnf = Tnf(header & TNF_BITS)
        except ValueError:
            raise UnexpectedValue("NDEF: a record of type 7, which is reserved") from None
        yield bool(header & CHUNK), Record(tnf, kind, payload, name)


def _records(message: bytes) -> Iterator[Record]:
    """The records with their chunks put together."""
    begun: Record | None = None
    for more, record in _chunks(message):
        if (record.tnf is Tnf.UNCHANGED) is not (begun is not None):
            raise UnexpectedValue("NDEF: a chunk without the record that it belongs to")
        if begun is not None:
            record = Record(begun.tnf, begun.type, begun.payload + record.payload, begun.id)
        begun = record if more else None
        if not more:
            yield record
    if begun is not None:
        raise UnexpectedValue("NDEF: the message ends in the middle of a record")


def _understood(record: Record) -> Text | Uri | Record:
    if (record.tnf, record.type) == (Tnf.WELL_KNOWN, TEXT):
        return _text(record.payload)
    if (record.tnf, record.type) == (Tnf.WELL_KNOWN, URI):
        return _uri(record.payload)
    return record


def _text(payload: bytes) -> Text:
    if not payload or len(payload) <= (language := payload[0] & LANGUAGE_BITS):
        raise UnexpectedValue("NDEF: a text without its language")
    content = payload[1 + language :]
    utf16 = "utf-16" if content[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-16-be"
    try:
        text = content.decode(utf16 if payload[0] & UTF16 else "utf-8")
        return Text(text, payload[1 : 1 + language].decode("ascii"))
    except UnicodeDecodeError as error:
        raise UnexpectedValue(f"NDEF: a text that is no {error.encoding}") from None


def _uri(payload: bytes) -> Uri:
    if not payload or payload[0] >= len(PREFIXES):
        raise UnexpectedValue(f"NDEF: an address of unknown prefix {payload[:1].hex()}")
    try:
        return Uri(PREFIXES[payload[0]] + payload[1:].decode("utf-8"))
    except UnicodeDecodeError:
        raise UnexpectedValue("NDEF: an address that is no utf-8") from None


def _raw(record: Text | Uri | Record) -> Record:
    if isinstance(record, Record):
        return record
    if isinstance(record, Uri):
        code = max(
            (n for n, prefix in enumerate(PREFIXES) if record.uri.startswith(prefix)),
            key=lambda n: len(PREFIXES[n]),
        )
        rest = record.uri[len(PREFIXES[code]) :].encode()
        return Record(Tnf.WELL_KNOWN, URI, bytes([code]) + rest)
    if not record.language.isascii() or not 1 <= len(record.language) <= LANGUAGE_BITS:
        raise ValueError(f"a language has 1 to 63 characters of ASCII, not {record.language!r}")
    language = record.language.encode("ascii")
    payload = bytes([len(language)]) + language + record.text.encode()
    return Record(Tnf.WELL_KNOWN, TEXT, payload)


def _framed(record: Record, edges: int) -> bytes:
    if len(record.type) > 0xFF or len(record.id) > 0xFF:
        raise ValueError("type and id of a record have 255 bytes at most")
    short = len(record.payload) <= 0xFF
    header = edges | SHORT * short | HAS_ID * bool(record.id) | record.tnf
    size = len(record.payload).to_bytes(1 if short else 4, "big")
    id_size = bytes([len(record.id)]) if record.id else b""
    head = bytes([header, len(record.type)]) + size + id_size
    return head + record.type + record.id + record.payload


class _Reader:
    def __init__(self, message: bytes) -> None:
        self._left = message

    def byte(self, what: str) -> int:
        return self.take(1, what)[0]

    def take(self, count: int, what: str) -> bytes:
        taken, self._left = self._left[:count], self._left[count:]
        if len(taken) < count:
            raise UnexpectedValue(f"NDEF: the message ends in {what}: {count} bytes expected")
        return taken
