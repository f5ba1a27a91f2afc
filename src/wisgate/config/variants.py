"""Tables whose `type` names a file: sinks, servers, upstreams. Each file holds the options of its
type, the dataclass they become, and `read`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Protocol, TypeVar

from .naming import Names
from .tables import Section, Table

C = TypeVar("C")


class Variant(Protocol):
    """A file of `config/sinks/`, `config/servers/` or `config/upstreams/`."""

    SECTION: Section
    """Its own options."""

    def read(self, table: Table, common: Any, folder: Path, names: Names) -> Any:
        """The configuration of a table: `common` with what this type has besides. `folder` is
        where paths of files begin."""
        ...


def variants(package: str) -> dict[str, Variant]:
    """The files of `config/<package>/` by name."""
    found = import_module(f"{__package__}.{package}")
    names = sorted(m.name for m in iter_modules(found.__path__))
    return {name: import_module(f"{found.__name__}.{name}") for name in names}
