"""LoRaWAN over HTTP: its state, the frames of late, and a stream of both."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from ..core.clock import Clock
from .contract import Gateway, Radio
from .events import LOOK_S, PAUSE_S, PING, PING_S, Changes, event
from .radio_shapes import FramesView, RadioView
from .radio_views import frame_view, radio_view

MOST_AT_ONCE = 500
"""Frames in one answer or event."""
FIRST = 100
"""Frames with which a stream begins."""
WITHOUT = "this gateway has no [lorawan]"


class RadioOperations:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def state(self, _request: Request, _body: Any) -> RadioView:
        return radio_view(self._radio)

    async def frames(self, _request: Request, _body: Any) -> FramesView:
        radio = self._radio
        return FramesView(
            [frame_view(radio, entry) for entry in radio.watch.after(0, MOST_AT_ONCE)]
        )

    def changes(self) -> Callable[[asyncio.Event], Changes]:
        """For a stream. Raises HTTPException."""
        radio, clock = self._radio, self._gateway.clock
        return lambda closing: _RadioChanges(radio, clock, closing)

    @property
    def _radio(self) -> Radio:
        radio = self._gateway.radio
        if radio is None:
            raise HTTPException(404, WITHOUT)
        return radio


class _RadioChanges:
    """What one client has not heard yet of the radio: frames by their numbers, never a queue."""

    def __init__(self, radio: Radio, clock: Clock, closing: asyncio.Event) -> None:
        self._radio, self._clock, self._closing = radio, clock, closing
        self._seen = max(0, radio.watch.last - FIRST)
        self._state = radio_view(radio)
        self._pinged = self._looked = clock.monotonic()

    def first(self) -> bytes:
        return event("radio", self._state) + self._frames()

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
