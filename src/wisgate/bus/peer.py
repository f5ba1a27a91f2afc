"""The contract of a host of the network that is asked one question at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol


class Question:
    """Who asks makes one for each time; the peer notes what becomes of it."""

    __slots__ = ("accepts", "answer", "answered", "asked", "patience", "request", "silent")

    def __init__(self, request: bytes, accepts: Callable[[bytes], bool], patience: float) -> None:
        """What is sent, which frame answers it, and for how many seconds that is waited for."""
        self.request, self.accepts, self.patience = request, accepts, patience
        self.answer: bytes | None = None
        """The frame that came; None while there is none."""
        self.asked: float | None = None
        """When it was sent, in monotonic seconds; None while it was not."""
        self.answered = 0.0
        """When the answer came."""
        self.silent = False
        """Whether it was waited for in vain."""


class Peer(Protocol):
    """Threads: the event loop only."""

    name: str
    """"10.0.0.5:502"."""

    async def ask(self, question: Question, *, again: bool = False) -> bytes:
        """Send the request and wait for the frame that answers it; other frames are late or foreign
        and passed over. Who asks meanwhile waits for its turn. With `again` a request that met the
        end of an old connection is sent once more over a new one.
        Raises Unreachable when there is no connection, NoAnswer when the answer does not come."""
        ...

    async def ask_all(self, questions: Sequence[Question]) -> None:
        """Ask one after the other, and return when none has an answer to come. Whoever uses `ask`
        meanwhile goes before those that were not asked yet. Raises Unreachable when there is no
        connection; where one ends, the rest stays without an answer."""
        ...

    def close(self) -> None:
        """End the connection. Idempotent; who asks afterwards opens it again."""
        ...
