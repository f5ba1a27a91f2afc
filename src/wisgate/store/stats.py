"""How the store is: for the dashboard, metrics and the log."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StoreStats:
    records: int
    bytes: int
    oldest_ns: int | None
    pending: int
    """Readings that are not committed yet."""
    dropped: int
    """Readings that memory could not hold while the disk took none, since start."""
    error: str
    """Why nothing can be stored at the moment; "" when all is well."""
    last_seq: int
    set_aside: int
    """Records that a sink refused."""
