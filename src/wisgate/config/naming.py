"""The names of all points of one file: unique, and known to rules and sinks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..core.points import Point
from .readers import did_you_mean
from .tables import Table


class Names:
    """Points by name as they are read. Threads: one.

    A name is *unsettled* when its point could not be made because something else is wrong with it;
    nothing is said about those who use it, for that would tell one mistake twice.
    """

    def __init__(self) -> None:
        self.points: dict[str, Point] = {}
        self.alarms: set[str] = set()
        self.interlocks: list[tuple[Table, str, str]] = []
        """Tables of outputs, their points and what allows them, to be read when all points are
        known."""
        self._tables: dict[str, tuple[Table, bool]] = {}
        self._unsettled: set[str] = set()
        self._prefixes: set[str] = set()

    def add(self, point: Point, table: Table, given: bool, key: str = "name") -> None:
        """Take a point. `given` tells that the user chose the name, at `key` of `table`."""
        before = self._tables.get(point.name)
        if before is None:
            self.points[point.name] = point
            self._tables[point.name] = (table, given)
            return
        other, other_given = before
        if given and other_given:
            other_line = other.where("name").line
            if other_line <= table.where(key).line:
                table.fault(_taken(point.name, f"the point at line {other_line}"), key)
                return
        culprit = table if given or not other_given else other
        source = (self.points[point.name] if culprit is table else point).source
        cure = "choose another, or name that channel too"
        text = f'name: "{point.name}" is what {source} is called by itself; {cure}'
        culprit.fault(text, key if key in culprit.values else None)

    def unsettle(self, name: object) -> None:
        if isinstance(name, str):
            self._unsettled.add(name)

    def unsettle_all(self, prefix: str) -> None:
        """Every name that begins with `prefix`."""
        self._prefixes.add(prefix)

    def unsettled(self, names: Iterable[str]) -> bool:
        """Whether one of `names` may belong to a point that could not be made."""
        prefixes = tuple(self._prefixes)
        return any(n in self._unsettled or (prefixes and n.startswith(prefixes)) for n in names)


def _taken(name: str, by: str) -> str:
    return f'name: "{name}" is already the name of {by}; choose another'


def no_point(name: str, points: Mapping[str, Point]) -> str:
    """The message for a name that no point has."""
    return f'no point "{name}"; {did_you_mean(name, points, "points")}'
