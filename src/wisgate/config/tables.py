"""Tables of the file, read against their declaration. Here unknown keys, missing keys and wrong
values become faults; all of them are collected, and told in file order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, Generic, TypeVar

from ..core.errors import ConfigError
from ..core.toml import Document, KeyPath
from .model import Where
from .readers import Misfit, Reader, did_you_mean, shown

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Option(Generic[T_co]):
    """A key that the file may hold. `default` counts when it is not given, and stands in for a
    missing or wrong value until the faults are told."""

    name: str
    reader: Reader[T_co]
    doc: str
    """One sentence for the reference."""
    example: str
    """A value as it stands in a file, quotes included."""
    default: T_co
    required: bool = False
    otherwise: str = ""
    """What the reference says of the default, when the value itself does not say it."""


class Shape(Enum):
    """How a table stands in the file."""

    TOP = "the file itself"
    ONE = "[{}]"
    LIST = "[[{}]]"
    NAMED = "[{}.<name>]"
    INLINE = "{} = [{{ … }}, …]"


@dataclass(frozen=True)
class Section:
    """A kind of table: `path` as in its header ("slot.point"), the keys and tables inside."""

    path: str
    shape: Shape
    doc: str
    options: tuple[Option[Any], ...] = ()
    sections: tuple[Section, ...] = ()
    identity: str = ""
    """The option by which messages name a table of this kind."""
    open_keys: bool = False
    """Whether other keys are for somebody else to judge: module options, names of points."""
    variants: tuple[Section, ...] = ()
    """More keys, by the `type` of the table."""
    variant: str = ""
    """The `type` that has these keys."""
    of: str = "unit"
    """What the rows of an inline table belong to."""

    @property
    def key(self) -> str:
        return self.path.rpartition(".")[2]

    @cached_property
    def known(self) -> frozenset[str]:
        """Everything that may stand in it, but for what its `type` or module brings."""
        return frozenset([*(o.name for o in self.options), *(s.key for s in self.sections)])

    @property
    def header(self) -> str:
        return self.shape.value.format(self.path)


@dataclass
class Faults:
    """Everything that is wrong with one file. Threads: one."""

    document: Document
    _found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, path: KeyPath, text: str) -> None:
        self._found.append((self.document.line(path), text))

    def __len__(self) -> int:
        return len(self._found)

    def tell(self) -> None:
        """Raise ConfigError with all faults in file order, if there are any."""
        if self._found:
            ordered = sorted(self._found, key=lambda fault: fault[0])
            raise ConfigError([f"{self.document.file}:{line}: {text}" for line, text in ordered])


class Table:
    """One table of the file. Threads: one."""

    def __init__(
        self, faults: Faults, section: Section, path: KeyPath, values: Mapping[str, Any]
    ) -> None:
        self.faults, self.section, self.path, self.values = faults, section, path, values
        if not section.open_keys:
            self.refuse_others(())

    @property
    def label(self) -> str:
        """The table as messages call it: `[[slot]] "wisblock-1"`."""
        if self.section.shape is Shape.TOP:
            return "the file"
        if self.section.shape is Shape.NAMED:
            return f"[{'.'.join(str(p) for p in self.path)}]"
        title = {
            Shape.LIST: f"[[{self.section.path}]]",
            Shape.INLINE: f"a row of {self.section.path}",
        }.get(self.section.shape, f"[{self.section.path}]")
        name = self.values.get(self.section.identity)
        return f"{title} {shown(name)}" if isinstance(name, str) and name else title

    @property
    def line(self) -> int:
        return self.faults.document.line(self.path)

    def where(self, key: str | None = None) -> Where:
        path = self.path if key is None else (*self.path, key)
        return Where(self.faults.document.file, self.faults.document.line(path))

    def has(self, option: Option[Any]) -> bool:
        return option.name in self.values

    def refuse_others(self, more: tuple[str, ...]) -> None:
        """Fault every key that is neither declared nor in `more`."""
        if self.values.keys() <= self.section.known:
            return
        inner = [s.key for s in self.section.sections]
        known = [*(o.name for o in self.section.options), *more, *inner]
        for key, value in self.values.items():
            if key not in known:
                cure = did_you_mean(key, known, "possible keys")
                what = "table" if _is_table(value) else "key"
                self.fault(f"unknown {what} {shown(key)} in {self.label}; {cure}", key)

    def _misspelt(self, option: Option[Any]) -> bool:
        """Whether a key looks as if it were meant for `option`: that is told already."""
        names = [*(o.name for o in self.section.options), *(s.key for s in self.section.sections)]
        return any(
            did_you_mean(key, names, "") == f'did you mean "{option.name}"?'
            for key in self.values
            if key not in names
        )

    def fault(self, text: str, key: str | None = None, *inside: str | int) -> None:
        """Say what is wrong at `key`, or with the table as a whole."""
        self.faults.add(self.path if key is None else (*self.path, key, *inside), text)

    def wrong(self, option: Option[Any], text: str, *inside: str | int) -> None:
        """Say what is wrong with the value of `option`."""
        self.fault(f"{option.name}: {text}", option.name, *inside)

    def get(self, option: Option[T]) -> T:
        """The value of `option`, or its default (with a fault, if it is wrong or missing)."""
        if option.name not in self.values:
            if option.required and not self._misspelt(option):
                cure = f"add {option.name} = {option.example}"
                self.fault(f'{self.label} has no "{option.name}"; {cure}')
            return option.default
        try:
            return option.reader.read(self.values[option.name])
        except Misfit as error:
            self.wrong(option, str(error), *error.inside)
            return option.default

    def list(self, section: Section) -> list[Table]:
        """The tables of a list of them, `[[…]]` or inline."""
        found = self.values.get(section.key, [])
        if isinstance(found, dict):
            self.fault(
                f"[{section.path}] is a list of tables; write [[{section.path}]]", section.key
            )
            return []
        if not isinstance(found, list):
            cure = f"write {section.header}"
            self.fault(f"{section.key}: {shown(found)} is no table; {cure}", section.key)
            return []
        tables = []
        for place, values in enumerate(found):
            path = (*self.path, section.key, place)
            if isinstance(values, dict):
                tables.append(Table(self.faults, section, path, values))
            else:
                cure = f"write {section.header}"
                self.faults.add(path, f"{section.key}: {shown(values)} is no table; {cure}")
        return tables

    def one(self, section: Section) -> Table | None:
        """The table `[…]`, if it is there."""
        if section.key not in self.values:
            return None
        values = self.values[section.key]
        if not isinstance(values, dict):
            cure = f"write {section.header}, once"
            what = "a list of tables" if isinstance(values, list) else shown(values)
            self.fault(f"{section.key}: {what} is not possible; {cure}", section.key)
            return None
        return Table(self.faults, section, (*self.path, section.key), values)

    def named(self, section: Section) -> dict[str, Table]:
        """The tables `[….<name>]` by name."""
        found = self.values.get(section.key, {})
        if not isinstance(found, dict):
            cure = f"write {section.header}"
            self.fault(f"{section.key}: {shown(found)} is not possible; {cure}", section.key)
            return {}
        stray = next((n for n, values in found.items() if not isinstance(values, dict)), None)
        if stray is not None:
            cure = f"write {section.header} above its keys"
            self.fault(f"[{section.key}] has no name; {cure}", section.key, stray)
        return {
            name: Table(self.faults, section, (*self.path, section.key, name), values)
            for name, values in found.items()
            if isinstance(values, dict)
        }


def _is_table(value: object) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict)
