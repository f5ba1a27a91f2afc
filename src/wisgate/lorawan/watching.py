"""What was heard and sent lately, for whoever looks at the radio: the dashboard, metrics, captures.

Nothing is taken apart before somebody looks: a gateway hears more than anybody reads.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

import msgspec

from ..core.clock import Clock
from .hub import Hub
from .radio import Eui, Heard, Result, Status, Verdict

KEPT = 2000
"""Frames."""
OUT = frozenset({Verdict.QUEUED, Verdict.EMITTED})


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A frame that was heard, or a downlink with what became of it."""

    number: int
    """Rises by one with every entry."""
    at_ns: int
    what: Heard | Result


class BoardWatch:
    """What is known of one board."""

    def __init__(self) -> None:
        self.heard = 0
        """Copies of frames since the start."""
        self.sent = 0
        """Downlinks that it took."""
        self.heard_ns = 0
        """When it heard the last one, UTC; 0 before the first."""
        self.status: Status | None = None
        """What it told of itself last."""


class Watch:
    """Threads: the event loop only."""

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Heard | tuple[int, Result]] = deque(maxlen=KEPT)
        """Results with the times at which they came."""
        self._last = 0
        self.boards: dict[Eui, BoardWatch] = {}
        self.verdicts: Counter[Verdict] = Counter()
        """Of each downlink the one that decided."""
        hub.on_heard.append(self._heard)
        hub.on_sent.append(self._sent)
        hub.on_status.append(self._told)

    @property
    def last(self) -> int:
        """The number of the last entry; 0 before the first."""
        return self._last

    def after(self, number: int, limit: int = KEPT) -> list[Entry]:
        """The newest entries beyond `number`, `limit` at most, in their order."""
        count = min(self._last - number, limit, len(self._entries))
        if count <= 0:
            return []
        return [self._entry(at) for at in range(-count, 0)]

    def board(self, eui: Eui) -> BoardWatch:
        """Never raises."""
        found = self.boards.get(eui)
        if found is None:
            found = self.boards[eui] = BoardWatch()
        return found

    def _heard(self, heard: Sequence[Heard]) -> None:
        for frame in heard:
            for uplink in frame.uplinks:
                board = self.board(uplink.moment.board)
                board.heard += 1
                board.heard_ns = uplink.at_ns
        self._entries.extend(heard)
        self._last += len(heard)

    def _sent(self, result: Result) -> None:
        self.verdicts[decisive(result)] += 1
        if result.board is not None:
            self.board(result.board).sent += 1
        self._entries.append((self._clock.utc_ns(), result))
        self._last += 1

    def _told(self, status: Status) -> None:
        self.board(status.board).status = status

    def _entry(self, at: int) -> Entry:
        """`at`: its place, from -1 for the newest."""
        found, number = self._entries[at], self._last + 1 + at
        if isinstance(found, Heard):
            return Entry(number, found.best.at_ns, found)
        return Entry(number, *found)


def decisive(result: Result) -> Verdict:
    """The verdict on the shot that went out, else on the last one that was tried."""
    return result.verdicts[shot_number(result)]


def shot_number(result: Result) -> int:
    """Which shot of a downlink went out, else the last one that was tried; from 0."""
    tried = [(n, v) for n, v in enumerate(result.verdicts) if v is not Verdict.IGNORED]
    return next((n for n, v in tried if v in OUT), tried[-1][0] if tried else 0)
