"""Frames in what is heard on a LIN bus, for a node that sends no headers. A port knows no breaks:
it reads one as 00, so that a header is 00 55 and an identifier with the right parity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .lin_frames import LONGEST, SYNC, checksum, intact

_HEADER = 3


@dataclass(frozen=True)
class HeardFrame:
    """A header, and the response to it: empty when nobody answered. `enhanced` is which checksum
    fits; None when neither does."""

    identifier: int
    content: bytes
    enhanced: bool | None = None

    @property
    def good(self) -> bool:
        return bool(self.content) and self.enhanced is not None


class LinStream:
    """Cuts what comes into frames. `sizes` says how long responses are whose end is known; of
    others the end is the next header, or a silence."""

    def __init__(self, sizes: Mapping[int, int]) -> None:
        self._sizes = sizes
        self._heard = b""
        self.parity = 0
        """Headers whose identifier was damaged."""

    def feed(self, came: bytes) -> list[HeardFrame]:
        """The frames that are over now. Nothing coming is a silence."""
        self._heard += came
        return list(self._frames(silent=not came))

    def header(self) -> int | None:
        """The identifier of a header that just came and that nobody has answered yet."""
        rest = self._heard
        if len(rest) == _HEADER and rest[1] == SYNC and intact(rest[2]):
            return rest[2] & 0x3F
        return None

    def forget(self) -> None:
        """Drop what has come so far."""
        self._heard = b""

    def _frames(self, *, silent: bool) -> Iterator[HeardFrame]:
        while (start := self._begin()) is not None:
            self._heard = self._heard[start:]
            identifier = self._heard[2] & 0x3F
            rest = self._heard[_HEADER:]
            following = _next_header(rest)
            size = self._sizes.get(identifier)
            if size is not None and len(rest) > size and (following is None or following > size):
                length = size + 1
            elif following is not None:
                length = following
            elif silent or len(rest) > LONGEST + 1:
                length = min(len(rest), LONGEST + 1)
            else:
                return
            self._heard = rest[length:]
            yield _frame(identifier, rest[:length])
        if silent:
            self._heard = b""

    def _begin(self) -> int | None:
        """Where the first header begins that is whole."""
        heard, at = self._heard, 0
        while (at := heard.find(bytes([0, SYNC]), at)) >= 0:
            if len(heard) < at + _HEADER:
                return None
            if intact(heard[at + 2]):
                return at
            self.parity += 1
            self._heard = heard = heard[at + 2 :]
            at = 0
        return None


def _next_header(rest: bytes) -> int | None:
    at = 0
    while (at := rest.find(bytes([0, SYNC]), at)) >= 0:
        if len(rest) > at + 2 and intact(rest[at + 2]):
            return at
        at += 1
    return None


def _frame(identifier: int, response: bytes) -> HeardFrame:
    content, check = response[:-1], response[-1:]
    for enhanced in (True, False):
        if check and check[0] == checksum(identifier, content, enhanced=enhanced):
            return HeardFrame(identifier, content, enhanced)
    return HeardFrame(identifier, content)


def spelled(frame: HeardFrame) -> str:
    """For people: "10 6A FF 2B", "12 -" when nobody answered, "10 6A FF ?" when it is damaged."""
    head = f"{frame.identifier:02X}"
    if not frame.content:
        return f"{head} -"
    body = frame.content.hex(" ").upper()
    return f"{head} {body}" if frame.good else f"{head} {body} ?"
