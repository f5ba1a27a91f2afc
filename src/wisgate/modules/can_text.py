"""CAN frames as people write them, in the notation of candump: 123#0102, 18DAF110#AA, 001#R, and
for CAN FD 7FF##1AABB, whose digit after ## is 1 for the second bit rate."""

from __future__ import annotations

import re

from ..chips.can_frames import CanFrame
from ..core.errors import OutputRefused

STANDARD_DIGITS, EXTENDED_DIGITS = 3, 8
_FRAME = re.compile(
    rf"(?P<identifier>[0-9A-F]{{{STANDARD_DIGITS}}}|[0-9A-F]{{{EXTENDED_DIGITS}}})#"
    r"(?:(?P<remote>R)|#(?P<flags>[01])(?P<fd>(?:[0-9A-F]{2})*)|(?P<classic>(?:[0-9A-F]{2})*))",
    re.IGNORECASE,
)
EXAMPLES = "123#0102, 18DAF110#AA, 001#R, or of CAN FD 7FF##1AABB"


def written(frame: CanFrame) -> str:
    """A frame as text."""
    digits = EXTENDED_DIGITS if frame.extended else STANDARD_DIGITS
    identifier, payload = f"{frame.identifier:0{digits}X}", frame.payload.hex().upper()
    if frame.remote:
        return f"{identifier}#R"
    return f"{identifier}##{frame.fast:d}{payload}" if frame.fd else f"{identifier}#{payload}"


def understood(text: str) -> CanFrame:
    """The frame of a text. Raises OutputRefused."""
    match = _FRAME.fullmatch(text.strip())
    if match is None:
        raise OutputRefused(f'frame: "{text}" is none; write {EXAMPLES}')
    payload = bytes.fromhex(match["fd"] or match["classic"] or "")
    try:
        return CanFrame(
            int(match["identifier"], 16),
            payload,
            extended=len(match["identifier"]) == EXTENDED_DIGITS,
            fd=match["flags"] is not None,
            fast=match["flags"] == "1",
            remote=match["remote"] is not None,
        )
    except ValueError as refused:
        raise OutputRefused(f'frame: "{text}": {refused}') from None
