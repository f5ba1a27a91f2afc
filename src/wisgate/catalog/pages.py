"""The vendor's pages as data: their tables cell by cell, and what their sentences state."""

from __future__ import annotations

import msgspec


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table as printed: plain text of each cell, lines of a cell separated by " / "."""

    id: str
    title: str
    line: int
    """Line of the page on which its head stands."""
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    carried: str
    """The entry that carries its facts, as in a statement."""


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a sentence with a number or a rule says, in our words."""

    id: str
    line: int
    says: str
    entry: str
    """The entry that carries it: "boards/rak7391", or a row of it,
    "boards/rak7391/inputs/dc-jack"."""


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page of the vendor's documentation."""

    id: str
    title: str
    source: str
    tables: tuple[Table, ...] = ()
    statements: tuple[Statement, ...] = ()
