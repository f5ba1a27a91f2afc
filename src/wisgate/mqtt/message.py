"""What is published."""

from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
    topic: str
    payload: bytes
    seqs: tuple[int, ...] = ()
    """Numbers of the records inside."""
    retain: bool = False
    """Whether the broker keeps it for who comes later."""
    whole: bool = False
    """Whether it cannot be made smaller: only what the broker says limits it then."""
