"""How long the store lasts at the present rate, measured: the past that fits, and the flash."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

STEP_S = 60.0
"""Between two samples at least; a rate is known after one such step."""
STEPS = 60
"""Samples kept: the rate is that of the last hour."""
LEAST_RECORDS = 1000
"""In fewer the size of a record does not show: an empty file has some pages, too."""
DAY_S, YEAR_S = 86_400.0, 365.25 * 86_400.0


@dataclass(frozen=True)
class Sample:
    """`at` in monotonic seconds, `seq` the last number, `written` bytes that this process has had
    written to drives, None where the system does not tell."""

    at: float
    seq: int
    written: int | None


@dataclass(frozen=True)
class Rates:
    """None: not known, or not yet."""

    records_per_second: float | None = None
    bytes_written_per_day: float | None = None

    def hours_kept(self, room: float, bytes_per_record: float | None, max_age: float) -> float:
        """How long a record stays: until `room` bytes are full of newer ones, `max_age` seconds at
        most."""
        if not self.records_per_second or bytes_per_record is None:
            return max_age / 3600
        return min(max_age, room / bytes_per_record / self.records_per_second) / 3600

    def flash_years(self, endurance: float) -> float | None:
        """Until `endurance` bytes are written, a new drive assumed."""
        if not self.bytes_written_per_day:
            return None
        return endurance / self.bytes_written_per_day * DAY_S / YEAR_S


class Forecast:
    """Threads: the event loop only."""

    def __init__(self, written: Callable[[], int | None]) -> None:
        self._written = written
        self._samples: deque[Sample] = deque(maxlen=STEPS + 1)

    def look(self, at: float, seq: int) -> None:
        """Take a sample, if the last one is old enough."""
        if not self._samples or at - self._samples[-1].at >= STEP_S:
            self._samples.append(Sample(at, seq, self._written()))

    @property
    def rates(self) -> Rates:
        if len(self._samples) < 2:
            return Rates()
        first, last = self._samples[0], self._samples[-1]
        seconds = last.at - first.at
        records = (last.seq - first.seq) / seconds
        if first.written is None or last.written is None:
            return Rates(records)
        return Rates(records, (last.written - first.written) / seconds * DAY_S)
