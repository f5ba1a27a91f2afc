"""Loads the catalog: every file of `data/`, checked, immutable, each read when it is first asked
for. An entry is a file, or a folder whose files are parts of it (`boards/rak7391/*.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Generic, TypeVar

import msgspec

from ..core.errors import CatalogError
from .boards import Board
from .modules import Module
from .pages import Page
from .parts import Chip, Connector
from .regions import Region

E = TypeVar("E", Board, Chip, Connector, Module, Page, Region)


class Folder(Mapping[str, E], Generic[E]):
    """The entries of a folder by id; reads an entry at its first use. Threads: any."""

    def __init__(self, path: Traversable, shape: type[E]) -> None:
        self._paths = {
            p.name.removesuffix(".toml"): p
            for p in sorted(path.iterdir(), key=lambda p: p.name)
            if p.name.endswith(".toml") or p.is_dir()
        }
        self._shape: type[E] = shape
        self._read: dict[str, E] = {}

    def __getitem__(self, key: str) -> E:
        """Raises KeyError, and CatalogError for a file that is wrong."""
        if key not in self._read:
            self._read[key] = _entry(key, self._paths[key], self._shape)
        return self._read[key]

    def __contains__(self, key: object) -> bool:
        return key in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


@dataclass(frozen=True)
class Catalog:
    boards: Mapping[str, Board]
    modules: Mapping[str, Module]
    chips: Mapping[str, Chip]
    connectors: Mapping[str, Connector]
    regions: Mapping[str, Region]
    pages: Mapping[str, Page]

    def __iter__(self) -> Iterator[tuple[str, Board | Module | Chip | Connector | Region]]:
        """Every entry with its category; pages are not entries, but what entries come from."""
        for category in ("boards", "modules", "chips", "connectors", "regions"):
            for entry in getattr(self, category).values():
                yield category, entry


def _entry(key: str, path: Traversable, shape: type[E]) -> E:
    table: dict[str, Any] = {}
    parts = [path] if path.is_file() else sorted(path.iterdir(), key=lambda p: p.name)
    for part in (p for p in parts if p.name.endswith(".toml")):
        try:
            _merge(table, tomllib.loads(part.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, ValueError) as error:
            raise CatalogError(f"{_name(part)}: {error}") from error
    try:
        entry = msgspec.convert(table, shape)
    except msgspec.ValidationError as error:
        raise CatalogError(f"{_name(path)}: {error}") from error
    if entry.id != key:
        raise CatalogError(f"{_name(path)}: its id is {entry.id!r}")
    return entry


def _merge(table: dict[str, Any], part: dict[str, Any]) -> None:
    """Lists of the parts follow each other; anything else stands once."""
    for key, value in part.items():
        if isinstance(value, list) and isinstance(table.get(key, []), list):
            table.setdefault(key, []).extend(value)
        elif key in table:
            raise ValueError(f"{key} stands in another part already")
        else:
            table[key] = value


def _name(path: Traversable) -> str:
    return "/".join(["catalog", *str(path).split("/catalog/")[-1:]])


@cache
def load() -> Catalog:
    """The whole catalog. An entry that is wrong raises CatalogError when it is asked for."""
    folder = files(__package__) / "data"
    return Catalog(
        boards=Folder(folder / "boards", Board),
        modules=Folder(folder / "modules", Module),
        chips=Folder(folder / "chips", Chip),
        connectors=Folder(folder / "connectors", Connector),
        regions=Folder(folder / "regions", Region),
        pages=Folder(folder / "pages", Page),
    )
