"""What a stream tells of LoRaWAN."""

from __future__ import annotations

import asyncio
import contextlib

from ..core.clock import Clock
from .contract import Radio
from .events import LOOK_S, PAUSE_S, PING, PING_S, event
from .radio import FIRST, MOST_AT_ONCE
from .radio_shapes import FramesView
from .radio_views import frame_view, radio_view


class RadioChanges:
    """What one client has not heard yet of the radio: frames by their numbers, never a queue."""

    def __init__(self, radio: Radio, clock: Clock, closing: asyncio.Event) -> None:
        self._radio, self._clock, self._closing = radio, clock, closing
        self._seen = max(0, radio.watch.last - FIRST)
        self._state = radio_view(radio)
        self._pinged = self._looked = clock.monotonic()

    def first(self) -> list[bytes]:
        return [event("radio", self._state), self._frames()]

    async def next(self) -> list[bytes]:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), PAUSE_S)
        messages = []
        while self._seen < self._radio.watch.last:
            messages.append(self._frames())
        now = self._clock.monotonic()
        if now - self._looked >= LOOK_S:
            self._looked = now
            messages += self._changed(now)
        return messages

    def end(self) -> None:
        """Nothing is held."""

    def _frames(self) -> bytes:
        """The oldest that are not told yet."""
        watch = self._radio.watch
        entries = watch.after(self._seen)[:MOST_AT_ONCE]
        missed = entries[0].number - self._seen - 1 if entries else 0
        if entries:
            self._seen = entries[-1].number
        shown = [frame_view(self._radio, entry) for entry in entries]
        return event("frames", FramesView(shown, missed))

    def _changed(self, now: float) -> list[bytes]:
        found = []
        state = radio_view(self._radio)
        if state != self._state:
            self._state = state
            found.append(event("radio", state))
        if now - self._pinged >= PING_S:
            self._pinged = now
            found.append(PING)
        return found
