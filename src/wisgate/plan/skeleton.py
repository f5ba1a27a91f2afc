"""The user's file as it begins: a board with nothing in its slots, and an answer of `solve` written
down. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..catalog.boards import Board
from ..catalog.catalog import Catalog
from ..config.load import read
from ..config.model import Config
from ..config.readers import shown
from ..core import toml
from .seats import Seat, Wish
from .solve import Answer

UNIT = """
[[slot.unit]]                          # the first thing on its line; add the others
id = 1
name = "{name}"
registers = [
    {{ name = "value", address = 0, kind = "holding", type = "uint16" }},
]"""
"""A module with a serial line has no points without units."""

FRAME = """
[[slot.frame]]                         # the first one on its bus; add the others
id = 0x10
name = "{name}"
signals = [
    {{ name = "value", bit = 0, length = 8 }},
]"""
"""A LIN bus has no points besides its counters without frames."""


def vacant(board: Board, core: str, catalog: Catalog) -> Config:
    """The configuration of a board as shipped, all slots free."""
    return read(toml.parse(_head(board.id, core), "solve"), Path(), catalog)


def skeleton(answer: Answer, wishes: Sequence[Wish]) -> str:
    """A file that `wisgate check` accepts: modules, straps and options of `answer`."""
    config = answer.plan.config
    lines = [f"# At the bench: {step.text}" for step in answer.steps]
    lines += [_head(config.board, config.core).rstrip()]
    straps = [s.edit for s in answer.steps if s.edit.table == "straps"]
    if straps:
        lines += ["", "[straps]", *(_strap(e.key, e.value) for e in straps)]
    for seat in answer.seats:
        lines += ["", *_slot(seat, wishes[seat.wish])]
    return "\n".join(lines) + "\n"


def _head(board: str, core: str) -> str:
    lines = ['name = "gateway"                       # unique in a fleet', f'board = "{board}"']
    return "\n".join([*lines, f'core = "{core}"'] if core else lines) + "\n"


def _strap(key: str, value: object) -> str:
    written = f'"{value:#04x}"' if isinstance(value, int) else shown(value)
    return f"{key} = {written}"


def _slot(seat: Seat, wish: Wish) -> Iterator[str]:
    placement = seat.placement
    yield from ("[[slot]]", f'slot = "{placement.slot.name}"', f'module = "{placement.module.id}"')
    for key, value in (*wish.options, *((s.edit.key, s.edit.value) for s in seat.steps)):
        written = f"{value:#04x}" if key == "address" else shown(value)
        yield f"{key} = {written}"
    if placement.module.frames:
        yield FRAME.format(name=f"{placement.slot.name.replace('-', '_')}_frame")
    if placement.module.units:
        yield UNIT.format(name=f"{placement.slot.name.replace('-', '_')}_unit")
