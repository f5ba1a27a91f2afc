"""What is published."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Message(msgspec.Struct, frozen=True, gc=False):
    topic: str
    payload: bytes
    seqs: Sequence[int] = ()
    """Numbers of the records inside."""
    retain: bool = False
    """Whether the broker keeps it for who comes later."""
    whole: bool = False
    """Whether it cannot be made smaller: only what the broker says limits it then."""
