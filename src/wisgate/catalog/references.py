"""References between facts: "boards/rak7391", "boards/rak7391/inputs/dc"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..core.errors import CatalogError
from .catalog import Catalog

KEYS = ("name", "id", "ref", "setting", "subject", "child", "signal", "number")
"""What rows are called by, first found first."""


def resolve(catalog: Catalog, reference: str) -> Any:
    """The entry, list or row that `reference` names. Raises CatalogError."""
    category, _, rest = reference.partition("/")
    identifier, _, rest = rest.partition("/")
    section, _, key = rest.partition("/")
    entries = getattr(catalog, category, None)
    if entries is None or identifier not in entries:
        raise CatalogError(f"{reference}: the catalog has no {category}/{identifier}")
    entry = entries[identifier]
    if not section:
        return entry
    rows = getattr(entry, section, None)
    if not rows:
        raise CatalogError(f"{reference}: {identifier} has no {section}")
    return row(rows, key, reference) if key else rows


def row(rows: Iterable[Any], key: str, reference: str) -> Any:
    """The row of that name. Raises CatalogError."""
    listed = list(rows)
    for attribute in KEYS:
        for found in listed:
            if str(getattr(found, attribute, "")) == key:
                return found
    raise CatalogError(f"{reference}: no row is called {key!r}")
