"""Finds the records of a batch that the other side will never take, where it only says that it
refuses the whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from ...core.errors import SinkRefused
from ...store.records import Entry

Send = Callable[[Sequence[Entry]], Awaitable[str]]
"""Returns "" when every entry was acknowledged, otherwise why at least one of them never will be.
May send what was acknowledged before. Raises SinkError."""


async def offer(batch: Sequence[Entry], send: Send, place: str, most: int = 500) -> None:
    """Send `batch`, at most `most` entries at once and in order; what is refused is halved until
    the entry at fault stands alone. `place` begins the message.

    Raises SinkError; SinkRefused names the entries at fault, all others were acknowledged.
    """
    refused: list[int] = []
    reason = ""
    waiting = [batch[at : at + most] for at in range(0, len(batch), most)][::-1]
    while waiting:
        part = waiting.pop()
        if not (why := await send(part)):
            continue
        if len(part) == 1:
            refused.append(part[0].seq)
            reason = reason or why
        else:
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
    if refused:
        raise SinkRefused(f"{place}: {reason}", refused)
