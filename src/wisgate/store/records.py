"""What the store holds: readings and gaps, in one series of sequence numbers per gateway."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.points import Status, Value


@dataclass(frozen=True)
class Record:
    """A reading of a point with its place in the series."""

    seq: int
    time_ns: int
    """UTC."""
    point: str
    unit: str
    value: Value
    status: Status
    cause: str = ""
    """Of a write to an output or virtual point: who did it. "" for a measurement."""


@dataclass(frozen=True)
class Gap:
    """Numbers that will never be seen: `first` to `last`, both included, and why."""

    seq: int
    time_ns: int
    first: int
    last: int
    cause: str


Entry = Record | Gap
"""What sinks deliver, in the order of `seq`."""
