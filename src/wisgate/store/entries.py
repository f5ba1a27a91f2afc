"""What sinks are offered: entries in the order of their numbers, those of a sampling in columns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain, repeat

from ..core.columns import Columns, Made, amount
from ..core.points import Status, Value
from .records import Entry, Record


class Heads(Columns):
    """Whose records come together, with their units."""

    __slots__ = ("units",)

    def __init__(self, names: Sequence[str], units: Sequence[str]) -> None:
        super().__init__(names)
        self.units = tuple(units)


class Records(Made[Record]):
    """Good records of one moment, numbered in a row from `seq` on."""

    __slots__ = ("heads", "seq", "time_ns", "values")

    def __init__(self, seq: int, time_ns: int, heads: Heads, values: Sequence[Value]) -> None:
        self.seq, self.time_ns, self.heads, self.values = seq, time_ns, heads, values

    @property
    def seqs(self) -> range:
        """Their numbers."""
        return range(self.seq, self.seq + len(self.values))

    def __len__(self) -> int:
        return len(self.values)

    def make(self, at: int) -> Record:
        name, unit, value = self.heads.names[at], self.heads.units[at], self.values[at]
        return Record(self.seq + at, self.time_ns, name, unit, value, Status.GOOD)

    def __iter__(self) -> Iterator[Record]:
        heads = self.heads
        rows = zip(self.seqs, repeat(self.time_ns), heads.names, heads.units, self.values)
        return (Record(*row, Status.GOOD) for row in rows)


Part = Entry | Records


def room(part: Part, density: int) -> int:
    """Of how many entries in full a part takes the room, where of those in columns `density` take
    that of one, beside their time and number."""
    if not isinstance(part, Records):
        return 1
    return len(part) if density == 1 else 2 + -(-len(part) // density)


class Entries(Made[Entry]):
    """Parts, one behind the other."""

    __slots__ = ("_ends", "parts")

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self._ends = [*accumulate(map(amount, parts))]

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def make(self, at: int) -> Entry:
        place = bisect_right(self._ends, at)
        part = self.parts[place]
        return part[at - self._ends[place]] if isinstance(part, Records) else part

    def __iter__(self) -> Iterator[Entry]:
        return chain.from_iterable(p if isinstance(p, Records) else (p,) for p in self.parts)


def parts_of(batch: Sequence[Entry]) -> Sequence[Part]:
    """A batch as it is made."""
    return batch.parts if isinstance(batch, Entries) else batch


def seqs_of(parts: Sequence[Record | Records]) -> Sequence[int]:
    """The numbers of all of them: most often without a gap."""
    first, following = parts[0].seq, parts[-1].seq + amount(parts[-1])
    if following - first == sum(map(amount, parts)):
        return range(first, following)
    return [seq for p in parts for seq in (p.seqs if isinstance(p, Records) else (p.seq,))]
