"""The span of time that a request asks about."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request

_HOUR_NS = 3600 * 1_000_000_000


def span_of(request: Request, now_ns: int) -> tuple[int, int]:
    """`from` and `to`, nanoseconds UTC; the hour before now when nothing is said. Raises
    HTTPException 422."""
    query = request.query_params
    end = _time(query.get("to", ""), "to", now_ns)
    start = _time(query.get("from", ""), "from", end - _HOUR_NS)
    if start >= end:
        raise HTTPException(422, '"from" is not before "to"')
    return start, end


def _time(text: str, name: str, otherwise: int) -> int:
    """RFC 3339, or seconds since 1970; in UTC when it names no zone."""
    if not text:
        return otherwise
    try:
        seconds = float(text)
    except ValueError:
        seconds = _calendar(text, name)
    if not 0 <= seconds < 2**33:
        raise HTTPException(422, f'"{name}" is not a time this gateway can have seen')
    return round(seconds * 1e9)


def _calendar(text: str, name: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise HTTPException(
            422, f'"{name}" is not a time; write 2026-11-20T12:00:00Z or seconds since 1970'
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
