"""What the file of the store holds, in figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Extent:
    """What the file holds."""

    last_seq: int
    records: int
    oldest_ns: int | None
    bytes: int
    """On disk, with the log and what is free for new records."""
    used: int
    """Bytes of the database in use."""
    set_aside: int
    held: int | None = None
    """The first number that is not to be offered yet, for its time is not known."""
