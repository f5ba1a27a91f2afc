"""What an upstream may ask of the hub beside the frames that it delivers. What an upstream is, says
`radio.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from ...core.clock import Clock
from ..radio import Downlink, Eui, Moment, Result


@dataclass(frozen=True)
class Access:
    clock: Clock
    gateways: Callable[[], Mapping[Eui, str]]
    """The gateways whose EUI is known, with their regions; an upstream connects as each of those
    that its filter lets pass."""
    gateway: Callable[[Eui], Eui | None]
    """Which of them a board is part of; None as long as that has no EUI."""
    number: Callable[[Eui], int]
    """A small number for a board, the same after a restart if the file names it."""
    now: Callable[[Eui], Moment | None]
    """What the counter of a board shows; None for one that is not there."""
    send: Callable[[Downlink], Awaitable[Result]]
    """`Hub.send`; never raises for what a board may do."""
    counters: Counter[str] = field(default_factory=Counter)
    """For metrics: what the upstream counts is under a name of its own."""
