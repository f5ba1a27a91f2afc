"""Puts the outputs of a board into their safe states without a gateway: after one was killed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..core.errors import BusError, ChipError
from .board import Board, Placed


@dataclass(frozen=True)
class Outcome:
    """A module with outputs. `error` says why they were not reached; "" when they are safe."""

    name: str
    outputs: tuple[str, ...]
    """Points."""
    error: str = ""


def make_safe(board: Board) -> Iterator[Outcome]:
    """Open and close every module that has outputs with a safe state, one after the other whatever
    becomes of one; all else is left alone. Closes the board."""
    try:
        for placed in board.placed:
            if outputs := _outputs(placed):
                yield Outcome(placed.name, outputs, _made_safe(placed))
    finally:
        board.ends.close()


def _outputs(placed: Placed) -> tuple[str, ...]:
    points = (p.point for p in placed.points)
    return tuple(p.name for p in points if p.writable and p.safe is not None)


def _made_safe(placed: Placed) -> str:
    """`open` is what writes the safe states, `close` knows only lines that are open. A second try
    mends what a disturbed transfer spoiled."""
    for _attempt in range(2):
        if not (error := _opened_and_closed(placed)):
            return ""
    return error


def _opened_and_closed(placed: Placed) -> str:
    error = ""
    for act in (placed.module.open, placed.module.close):
        try:
            act()
        except (BusError, ChipError) as failed:
            error = error or str(failed)
        except Exception as unexpected:  # noqa: BLE001  # the next module must have its turn
            error = error or f"unexpected: {unexpected!r}"
    return error
