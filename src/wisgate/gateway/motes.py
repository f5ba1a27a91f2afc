"""End devices of one's own, `[[lorawan.device]]`: from frames that boards hear to points."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ..bus.lane import Lane
from ..config.radios import MoteConfig
from ..core.clock import Clock
from ..lorawan.radio import Heard
from ..lorawan.sessions import Delivery, Sessions
from ..store.files import write_synced
from .pipeline import Pipelines, Take

log = logging.getLogger(__name__)

FILE = "lorawan-counters.json"
SAVE_S = 10.0
"""How long a counter may be on no disk. After a power cut somebody who has recorded the frames of
these seconds can send them once more; they tell what was measured then."""
MOST_WAITING = 1000


class Motes:
    """Hears what the hub hears (`heard`) and lets codecs work in a lane of their own, in order.
    Threads: the event loop only."""

    def __init__(
        self,
        motes: Sequence[MoteConfig],
        folder: Path,
        lane: Lane,
        clock: Clock,
        live: Take,
        store: Take,
    ) -> None:
        self._motes, self._file, self._lane, self._clock = motes, folder / FILE, lane, clock
        points = {p.point.name: p for mote in motes for p in mote.points}
        self._pipelines = Pipelines(points, clock, live, store)
        self._sessions = Sessions(())
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue(MOST_WAITING)
        self._unsaved: float | None = None

    async def open(self) -> None:
        """Read keys, counters and codecs. Raises Unavailable."""
        motes = self._motes
        self._sessions = await self._lane.run(lambda: Sessions.opened(motes, self._kept()))

    def _kept(self) -> dict[str, int]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, int])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("%s: %s; counters begin anew, so frames may be repeated", self._file, error)
            return {}

    @property
    def counters(self) -> Counter[str]:
        """Those of the sessions, and `dropped`: frames that came while too many waited for their
        codecs."""
        return self._sessions.counters

    def heard(self, heard: Sequence[Heard]) -> None:
        """Take frames, whosever they are."""
        for frame in heard:
            delivery = self._sessions.take(frame)
            if delivery is not None:
                self._deliver(delivery)

    def _deliver(self, delivery: Delivery) -> None:
        if self._unsaved is None:
            self._unsaved = self._clock.monotonic()
        try:
            self._queue.put_nowait(delivery)
        except asyncio.QueueFull:
            self.counters["dropped"] += 1

    async def run(self) -> None:
        """Make points of what was heard, and keep the counters."""
        while True:
            left = self._save_in()
            if left is not None and left <= 0:
                await self._save()
                continue
            try:
                async with asyncio.timeout(left):
                    delivery = await self._queue.get()
            except TimeoutError:
                continue
            await self._pass_on(delivery)

    def _save_in(self) -> float | None:
        """Seconds until counters must be on the disk; None if they are."""
        if self._unsaved is None:
            return None
        return self._unsaved + SAVE_S - self._clock.monotonic()

    async def close(self) -> None:
        """Pass on what waits, and keep the counters."""
        while not self._queue.empty():
            await self._pass_on(self._queue.get_nowait())
        if self._unsaved is not None:
            await self._save()

    async def _pass_on(self, delivery: Delivery) -> None:
        decoded = await self._lane.run(delivery.decode)
        self._pipelines.take(list(delivery.session.readings(delivery, decoded)))

    async def _save(self) -> None:
        self._unsaved = None
        kept = msgspec.json.encode(self._sessions.kept)
        try:
            await self._lane.run(lambda: write_synced(self._file, kept, 0o600))
        except OSError as error:
            log.warning("%s: cannot be written: %s; free some space", self._file, error)
