"""Counting pulses at lines that are looked at from time to time."""

from __future__ import annotations

from collections.abc import Iterable

PORTS = (0x00FF, 0xFF00)


class PulseCounter:
    """Rising edges of `lines`, a bit for each. Between two looks at most two are seen: one that the
    expander captured, and one more. Threads: lane only."""

    def __init__(self, lines: Iterable[int]) -> None:
        self.counts = dict.fromkeys(lines, 0)
        self._before = 0

    def begin(self, levels: int) -> None:
        """What the lines are now; the counts stay."""
        self._before = levels

    def see(self, levels: int, changed: int, captured: int) -> None:
        """What the lines are now, and what the expander captured at the first change of a port."""
        touched = sum(port for port in PORTS if changed & port)
        between = self._before & ~touched | captured & touched
        for rising in (between & ~self._before, levels & ~between):
            for line in self.counts:
                self.counts[line] += rising >> line & 1
        self._before = levels
