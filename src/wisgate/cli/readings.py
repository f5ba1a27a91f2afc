"""What many samplings gave, told in a table at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import click

from ..core.points import Reading


class Told:
    """The last reading of each channel, and how many there were of each status."""

    def __init__(self) -> None:
        self._last: dict[str, Reading] = {}
        self._statuses: dict[str, Counter[str]] = {}

    def take(self, readings: Iterable[Reading]) -> None:
        for reading in readings:
            self._last[reading.name] = reading
            self._statuses.setdefault(reading.name, Counter())[reading.status.value] += 1

    def show(self) -> None:
        """A line a channel."""
        width = max(map(len, self._last), default=0)
        for name, reading in self._last.items():
            counts = ", ".join(f"{n} {status}" for status, n in self._statuses[name].items())
            click.echo(f"{name:{width}}  {_text(reading):>12}  {counts}")


def _text(reading: Reading) -> str:
    value = reading.value
    return "–" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
