"""Loads the catalog: every file of `data/`, checked, cross-referenced, immutable."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from ..core.errors import CatalogError
from .boards import Board
from .modules import Module
from .parts import Chip, Connector

E = TypeVar("E", Board, Chip, Connector, Module)


@dataclass(frozen=True)
class Catalog:
    boards: Mapping[str, Board]
    modules: Mapping[str, Module]
    chips: Mapping[str, Chip]
    connectors: Mapping[str, Connector]

    def __iter__(self) -> Iterator[tuple[str, Board | Module | Chip | Connector]]:
        """Every entry with its category."""
        for category in ("boards", "modules", "chips", "connectors"):
            for entry in getattr(self, category).values():
                yield category, entry


def _read(folder: str, shape: type[E]) -> Mapping[str, E]:
    found: dict[str, E] = {}
    for path in sorted((files(__package__) / "data" / folder).iterdir(), key=lambda p: p.name):
        if not path.name.endswith(".toml"):
            continue
        try:
            table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
            entry = msgspec.convert(table, shape)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise CatalogError(f"catalog/data/{folder}/{path.name}: {error}") from error
        if f"{entry.id}.toml" != path.name:
            raise CatalogError(f"catalog/data/{folder}/{path.name}: its id is {entry.id!r}")
        found[entry.id] = entry
    return MappingProxyType(found)


@cache
def load() -> Catalog:
    """The whole catalog. Raises CatalogError."""
    return Catalog(
        boards=_read("boards", Board),
        modules=_read("modules", Module),
        chips=_read("chips", Chip),
        connectors=_read("connectors", Connector),
    )
