"""The reset of a concentrator card through a line: low, high, low."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from ..bus.lane import Lane
from ..bus.lines import Lines, Output
from ..core.errors import BusUnavailable
from .concentrators import Reset

CONSUMER = "lorawan reset"


class LineReset:
    """Threads: the event loop; the lines are touched in their lane."""

    def __init__(self, chips: Mapping[str, tuple[Lines, Lane]]) -> None:
        """`chips`: the lines of each GPIO chip and their lane, by the chip's `ref`, or "host"."""
        self._chips = chips

    async def __call__(self, reset: Reset) -> None:
        """Raises BusError."""
        if reset.chip not in self._chips:
            raise BusUnavailable(f"line {reset.line}: this board has no chip {reset.chip}")
        lines, lane = self._chips[reset.chip]
        line = await lane.run(lambda: lines.request(reset.line, Output(False), CONSUMER))
        try:
            for level in (False, True, False):
                await lane.run(partial(line.set, level))
                await asyncio.sleep(reset.pulse)
        finally:
            await lane.run(line.release)
