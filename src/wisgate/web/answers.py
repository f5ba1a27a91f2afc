"""Responses: JSON bodies, refusals, and which status an error of ours has."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from ..core.errors import (
    BusError,
    ChipError,
    ConfigError,
    OutputRefused,
    StoreError,
    Unavailable,
    WisgateError,
)
from .shapes import ErrorView

_STATUS: tuple[tuple[type[WisgateError], int], ...] = (
    (ConfigError, 404),
    (OutputRefused, 409),
    (BusError, 502),
    (ChipError, 502),
    (StoreError, 503),
    (Unavailable, 503),
)


def json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def refusal(status: int, text: str) -> Response:
    return json(ErrorView(text), status)


def failure(error: WisgateError) -> Response:
    """What a request gets whose work failed with an error of ours."""
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    return refusal(status, str(error).replace("\n", "; "))
