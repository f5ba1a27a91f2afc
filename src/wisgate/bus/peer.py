"""The contract of a host of the network that is asked one question at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Peer(Protocol):
    """Threads: the event loop only."""

    name: str
    """"10.0.0.5:502"."""

    async def ask(
        self,
        request: bytes,
        accepts: Callable[[bytes], bool],
        patience: float,
        *,
        again: bool = False,
    ) -> bytes:
        """Send `request` and wait for the frame that `accepts` it, `patience` seconds at most;
        other frames are late or foreign and passed over. Who asks meanwhile waits for its turn.
        With `again` a request that met the end of an old connection is sent once more over a new
        one.
        Raises Unreachable when there is no connection, NoAnswer when the answer does not come."""
        ...

    def close(self) -> None:
        """End the connection. Idempotent; who asks afterwards opens it again."""
        ...
