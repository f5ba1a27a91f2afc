"""What a codec is, and the one that only shows the bytes."""

from __future__ import annotations

from typing import Protocol

import msgspec

from ...core.points import Value


class Decoded(msgspec.Struct, frozen=True, gc=False):
    """What became of a payload. `fields` of nested objects are joined by dots ("gps.latitude",
    "counts.0"); None is a field without a usable value. With an `error` there are no fields."""

    fields: dict[str, Value]
    warnings: tuple[str, ...] = ()
    error: str = ""


class Codec(Protocol):
    """Threads: one, the same for each call."""

    def decode(self, payload: bytes, port: int, at_ns: int) -> Decoded:
        """`at_ns`: when it was heard, since 1970 (UTC). Raises nothing: what is wrong is the
        `error`."""
        ...


class Raw:
    """`codec = "none"`: the payload as it came."""

    def decode(self, payload: bytes, port: int, at_ns: int) -> Decoded:
        return Decoded({"hex": payload.hex(), "port": port, "size": len(payload)})
