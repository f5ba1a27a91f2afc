"""A session with a board, written down call by call, and played back without the board.

Every call of a bus, a line, a serial port or the computer is a line of JSON: when it began, how
long it took, what was asked, what came back. Played back, the same calls get the same answers at
the same times; a call that differs ends the play.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TextIO, TypeVar

import msgspec

from ..core import errors
from ..core.clock import Clock, VirtualClock
from ..core.errors import NoAcknowledge, ReplayDiffers, WisgateError

T = TypeVar("T")
Plain = Any
"""What JSON can carry."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call. `at` and `took` are seconds since the tape began and of the call itself."""

    at: float
    end: str
    """"i2c-1", "U133 line 4", "wisblock-1-uart", "host"; or the module that is sampled."""
    call: str
    arguments: list[Plain]
    took: float = 0.0
    result: Plain = None
    error: tuple[str, str] | None = None
    """Name and text of what was raised."""


class Tape(Protocol):
    """Threads: one."""

    @property
    def begin(self) -> float:
        """When it began, monotonic seconds."""
        ...

    def call(self, end: str, name: str, arguments: list[Plain], act: Callable[[], Plain]) -> Plain:
        """`act()`, or what it gave when the tape was made. Raises what that raised, and
        ReplayDiffers for a call that was not made then."""
        ...


class WritingTape:
    """Writes each call to `file` when it is over."""

    def __init__(self, file: TextIO, clock: Clock) -> None:
        self._file, self._clock, self.begin = file, clock, clock.monotonic()

    def call(self, end: str, name: str, arguments: list[Plain], act: Callable[[], Plain]) -> Plain:
        at = self._clock.monotonic() - self.begin
        try:
            result, error = act(), None
        except WisgateError as raised:
            result, error = None, raised
        took = self._clock.monotonic() - self.begin - at
        told = None if error is None else (type(error).__name__, str(error))
        entry = Entry(round(at, 6), end, name, arguments, round(took, 6), result, told)
        self._file.write(msgspec.json.encode(entry).decode() + "\n")
        if error is not None:
            raise error
        return result


class PlayingTape:
    """Answers calls from `entries`, and moves the clock to when they were made."""

    def __init__(self, entries: Iterable[tuple[int, Entry]], clock: VirtualClock) -> None:
        """`entries`: each with the number of its line."""
        self._entries = iter(entries)
        self._clock, self.begin = clock, clock.monotonic()
        self._next = next(self._entries, None)
        self.played = 0

    @property
    def next(self) -> Entry | None:
        """What comes; None at the end."""
        return None if self._next is None else self._next[1]

    def call(self, end: str, name: str, arguments: list[Plain], act: Callable[[], Plain]) -> Plain:
        if self._next is None:
            raise ReplayDiffers(f"after the end of the recording: {_told(end, name, arguments)}")
        line, entry = self._next
        # As JSON gives them back: tuples are lists there.
        asked = msgspec.json.decode(msgspec.json.encode(arguments))
        if (end, name, asked) != (entry.end, entry.call, entry.arguments):
            was = _told(entry.end, entry.call, entry.arguments)
            raise ReplayDiffers(f"line {line}: recorded {was}; now {_told(end, name, asked)}")
        self._next = next(self._entries, None)
        self.played += 1
        self._reach(entry.at + entry.took)
        if entry.error is not None:
            raise _raised(entry)
        return entry.result

    def _reach(self, at: float) -> None:
        behind = self.begin + at - self._clock.monotonic()
        if behind > 0:
            self._clock.advance(behind)


def entries(lines: Iterable[str], first: int = 1) -> Iterator[tuple[int, Entry]]:
    """The entries of a recording with the numbers of their lines. Raises ReplayDiffers for a line
    that is none."""
    for number, line in enumerate(lines, first):
        try:
            yield number, msgspec.json.decode(line, type=Entry)
        except msgspec.DecodeError as error:
            raise ReplayDiffers(f"line {number}: no call of a recording: {error}") from error


def _told(end: str, name: str, arguments: list[Plain]) -> str:
    return f"{end} {name}({', '.join(str(a) for a in arguments)})"


def _raised(entry: Entry) -> WisgateError:
    assert entry.error is not None  # noqa: S101  # the caller looked
    kind, text = entry.error
    if kind == NoAcknowledge.__name__:
        return NoAcknowledge(int(entry.arguments[0]))
    found = getattr(errors, kind, None)
    if not isinstance(found, type) or not issubclass(found, WisgateError):
        return WisgateError(text)
    return found(text)
