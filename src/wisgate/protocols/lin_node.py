"""Frames of a LIN bus as channels: what signals are called and mean, what is published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..core.errors import OutputRefused
from ..core.points import Channel, Kind, Reading, Status, Value
from .lin_frames import code_of, extract, insert, scaled


class Signal(Protocol):
    """What a signal must say of itself; the file's own signals do."""

    @property
    def name(self) -> str: ...

    @property
    def bit(self) -> int: ...

    @property
    def length(self) -> int: ...

    @property
    def signed(self) -> bool: ...

    @property
    def scale(self) -> float: ...

    @property
    def offset(self) -> float: ...

    @property
    def unit(self) -> str: ...

    @property
    def initial(self) -> float: ...


class Frame(Protocol):
    """What a frame must say of itself. `published`: by us; `checksum` "enhanced", "classic" or
    None for what is usual on this bus."""

    @property
    def id(self) -> int: ...

    @property
    def name(self) -> str: ...

    @property
    def published(self) -> bool: ...

    @property
    def size(self) -> int: ...

    @property
    def checksum(self) -> str | None: ...

    @property
    def signals(self) -> Sequence[Signal]: ...


class LinFrame:
    """A frame with its channels. `content` is what we publish. Threads: lane only."""

    def __init__(self, frame: Frame, *, enhanced: bool) -> None:
        self.id, self.name, self.size = frame.id, frame.name, frame.size
        self.published = frame.published
        self.enhanced = enhanced if frame.checksum is None else frame.checksum == "enhanced"
        self._signals = {f"{frame.name}_{s.name}": s for s in frame.signals}
        self.channels = tuple(
            _channel(name, s, writable=frame.published) for name, s in self._signals.items()
        )
        self.reset()

    def reset(self) -> None:
        """What is published is what the file calls initial; bits that no signal has are 1."""
        self.content = b"\xff" * self.size
        for signal in self._signals.values() if self.published else ():
            self._put(signal, signal.initial)

    def set(self, channel: str, value: Value) -> None:
        """Change what is published next. Raises OutputRefused."""
        signal = self._signals[channel]
        wanted = bool if signal.length == 1 else (int, float)
        if not isinstance(value, wanted) or isinstance(value, bool) != (wanted is bool):
            kind = "true or false" if wanted is bool else "a number"
            raise OutputRefused(f"{channel} takes {kind}, not {value!r}")
        try:
            self._put(signal, float(value))
        except (ValueError, OverflowError):
            raise OutputRefused(
                f"{channel}: {value:g} does not fit {signal.length} bits in steps of"
                f" {signal.scale:g}"
            ) from None

    def readings(self, content: bytes) -> list[Reading]:
        """What a response says."""
        return [Reading(name, _value(s, content)) for name, s in self._signals.items()]

    def without_value(self, status: Status) -> list[Reading]:
        """The same channels when there was no good response."""
        return [Reading(name, None, status) for name in self._signals]

    def _put(self, signal: Signal, value: float) -> None:
        code = int(value) if signal.length == 1 else code_of(value, signal.scale, signal.offset)
        low = -(1 << (signal.length - 1)) if signal.signed else 0
        if not low <= code < (1 << signal.length) + low:
            raise ValueError(f"{code} does not fit")
        self.content = insert(self.content, signal.bit, signal.length, code)


def _channel(name: str, signal: Signal, *, writable: bool) -> Channel:
    kind, decimals = Kind.BOOL, 0
    safe: Value = bool(signal.initial)
    if signal.length > 1:
        example = scaled(0, signal.scale, signal.offset)
        kind = Kind.INT if isinstance(example, int) else Kind.FLOAT
        decimals = 0 if kind is Kind.INT else 3
        safe = int(signal.initial) if kind is Kind.INT else signal.initial
    return Channel(name, signal.unit, kind, decimals, writable, safe if writable else None)


def _value(signal: Signal, content: bytes) -> Value:
    code = extract(content, signal.bit, signal.length, signed=signal.signed)
    return bool(code) if signal.length == 1 else scaled(code, signal.scale, signal.offset)
