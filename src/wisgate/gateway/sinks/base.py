"""What a sink is. A sink delivers; the forwarder retries, orders and counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ...core.points import Value
from ...store.records import Entry

OnCommand = Callable[[str, Value], None]
"""Takes a point and the value that the other side wants it to have. Must not raise."""


class Sink(Protocol):
    """One destination. Threads: the event loop only."""

    name: str

    async def open(self) -> None:
        """Connect, so that the other side sees us before the first record. `deliver` connects by
        itself too. Raises SinkError."""
        ...

    async def deliver(self, batch: Sequence[Entry]) -> None:
        """Return when the other side has acknowledged every entry. Connects again when needed.

        Raises SinkError; SinkRefused names the entries that will never be taken, all others of
        the batch were acknowledged.
        """
        ...

    async def close(self, deadline: float) -> None:
        """Say good-bye and let go, within `deadline` seconds. Never raises SinkError."""
        ...
