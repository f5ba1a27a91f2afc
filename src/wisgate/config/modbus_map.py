"""Where each point stands in the registers of our own Modbus server."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..core.points import Kind, Point

BLOCK = 4
"""Registers of a point: two of value, its status, its age."""
LAST_BLOCK = 65536 - BLOCK
POINT, ADDRESS = "point", "address"


@dataclass(frozen=True)
class Mapped:
    """A point in the map; `point` is None for a name that only an older map has."""

    name: str
    address: int
    """Of the first of its registers, from 0."""
    point: Point | None


def mapped(points: Iterable[Point], kept: Mapping[str, int]) -> tuple[Mapped, ...]:
    """Every point that a register can carry, by address: where `kept` has it, otherwise behind the
    last of those, in the order of the file. Raises ValueError when there is no room."""
    known = {p.name: p for p in points if p.kind is not Kind.TEXT}
    free = max(kept.values(), default=-BLOCK) + BLOCK
    rows = [Mapped(name, address, known.get(name)) for name, address in kept.items()]
    for name, point in known.items():
        if name not in kept:
            if free > LAST_BLOCK:
                raise ValueError(
                    f"{name} finds no room: 65536 registers are all there are; take fewer"
                )
            rows.append(Mapped(name, free, point))
            free += BLOCK
    return tuple(sorted(rows, key=lambda row: row.address))


def read_map(path: Path) -> dict[str, int]:
    """Addresses by point, from a table that `wisgate emit FILE modbus-map` wrote. Raises ValueError
    that names the line and the cure, csv.Error, OSError."""
    kept: dict[str, int] = {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        missing = [c for c in (POINT, ADDRESS) if c not in (rows.fieldnames or ())]
        if missing:
            raise ValueError(f'line 1: there is no column "{missing[0]}"; emit it with wisgate')
        for row in rows:
            try:
                _take(kept, row[POINT] or "", row[ADDRESS] or "")
            except ValueError as error:
                raise ValueError(f"line {rows.line_num}: {error}") from None
    return kept


def _take(kept: dict[str, int], name: str, written: str) -> None:
    whole = written.isascii() and written.isdigit()
    address = int(written[:6]) if whole else -1
    if not 0 <= address <= LAST_BLOCK:
        raise ValueError(f'"{written}" is no address; write a number from 0 to {LAST_BLOCK}')
    if name in kept:
        raise ValueError(f'"{name}" stands twice; keep one')
    near = next((n for n, other in kept.items() if abs(other - address) < BLOCK), None)
    if near is not None:
        where = f"{kept[near]} to {kept[near] + BLOCK - 1}"
        raise ValueError(f"{address} overlaps {where} of {near}; move one")
    kept[name] = address
