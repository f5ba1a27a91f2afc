"""Operations on points: read, write, history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ..core.points import Point, Value, fitting
from .contract import Gateway
from .guard import caller_of
from .shapes import HistoryView, PointView, WriteBody
from .spans import span_of
from .views import history_view, live_point, point_view, points_json

MAX_BUCKETS = 2000
_USUAL_BUCKETS = 300


class Points:
    """Threads: the event loop only."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def list(self, _request: Request, _body: Any) -> Response:
        return StreamingResponse(self._parts(), media_type="application/json")

    async def _parts(self) -> AsyncIterator[bytes]:
        for part in points_json(self._gateway, tuple(self._gateway.live.points)):
            yield part

    async def read(self, request: Request, _body: Any) -> PointView:
        return live_point(self._gateway, self._point(request).name)

    async def sample(self, request: Request, _body: Any) -> PointView:
        name = self._point(request).name
        await self._gateway.read_now((name,))
        return live_point(self._gateway, name)

    async def write(self, request: Request, body: WriteBody) -> PointView:
        point = self._point(request)
        value = _fitting(point, body.value)
        reading = await self._gateway.write(point.name, value, f"user {caller_of(request).user}")
        return point_view(point, reading, self._gateway.clock.utc_ns())

    async def history(self, request: Request, _body: Any) -> HistoryView:
        point = self._point(request)
        start, end = span_of(request, self._gateway.clock.utc_ns())
        buckets = _buckets(request.query_params.get("buckets", str(_USUAL_BUCKETS)))
        history = await self._gateway.store.history(point.name, start, end, buckets or None)
        return history_view(point, history)

    def _point(self, request: Request) -> Point:
        name = request.path_params["name"]
        point = self._gateway.live.points.get(name)
        if point is None:
            raise HTTPException(404, f'there is no point "{name[:80]}"')
        return point


def _fitting(point: Point, value: Value) -> Value:
    """The value as the point's kind wants it. Raises HTTPException 409 or 422."""
    if not point.writable:
        raise HTTPException(409, f"{point.name} is measured; it cannot be set")
    try:
        return fitting(point, value)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error


def _buckets(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or not 0 <= int(text[:9]) <= MAX_BUCKETS:
        raise HTTPException(422, f'"buckets" is a whole number from 0 (raw) to {MAX_BUCKETS}')
    return int(text)
