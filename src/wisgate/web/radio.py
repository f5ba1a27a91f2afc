"""LoRaWAN over HTTP: its state, the frames of late, and a stream of both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from .contract import Gateway, Radio
from .events import Changes
from .radio_shapes import FramesView, RadioView

MOST_AT_ONCE = 500
"""Frames in one answer or event."""
FIRST = 100
"""Frames with which a stream begins."""
WITHOUT = "this gateway has no [lorawan]"


class RadioOperations:
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def state(self, _request: Request, _body: Any) -> RadioView:
        from .radio_views import radio_view

        return radio_view(self._radio)

    async def frames(self, _request: Request, _body: Any) -> FramesView:
        from .radio_views import frame_view

        radio = self._radio
        entries = radio.watch.after(0, MOST_AT_ONCE)
        return FramesView([frame_view(radio, entry) for entry in entries])

    def changes(self) -> Callable[[asyncio.Event], Changes]:
        """For a stream. Raises HTTPException."""
        from .radio_changes import RadioChanges

        radio, clock = self._radio, self._gateway.clock
        return lambda closing: RadioChanges(radio, clock, closing)

    @property
    def _radio(self) -> Radio:
        radio = self._gateway.radio
        if radio is None or not radio.opened:
            raise HTTPException(404, WITHOUT)
        return radio
