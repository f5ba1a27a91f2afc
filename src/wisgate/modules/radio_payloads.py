"""Payloads of a radio as people write and read them: text, or digits in hexadecimal."""

from __future__ import annotations

from ..core.errors import OutputRefused
from ..core.points import Value


def payload_of(text: Value, digits: Value, longest: int) -> bytes:
    """What is to be sent: `text`, or `digits` in hexadecimal. Raises OutputRefused."""
    if (text is None) == (digits is None):
        raise OutputRefused('send takes either text or hex: text="hello" or hex="0A FF"')
    try:
        payload = str(text).encode() if digits is None else bytes.fromhex(str(digits))
    except ValueError:
        raise OutputRefused(f'hex: {digits!r} is not pairs of digits; write "0A FF"') from None
    if not 1 <= len(payload) <= longest:
        raise OutputRefused(f"{len(payload)} bytes; a packet has 1 to {longest}")
    return payload


def text_of(payload: bytes) -> str | None:
    """A payload as text, or None when not all of it can be printed."""
    text = payload.decode(errors="replace")
    return text if text.isprintable() and "\ufffd" not in text else None
