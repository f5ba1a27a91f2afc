"""A whole gateway in virtual time, with one sink, while a story happens to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from scripted_sink import Scripted

from wisgate.board.twins import Twins
from wisgate.board.virtual_time import run
from wisgate.bus.lane import InlineLane
from wisgate.cli.session import Session, open_gateway
from wisgate.config.load import load
from wisgate.core.clock import VirtualClock
from wisgate.core.points import Reading
from wisgate.gateway.forwarder import Forwarder
from wisgate.gateway.gateway import Gateway
from wisgate.store.pace import Pace
from wisgate.store.records import Record
from wisgate.virtual.board import VirtualRak7391

SECOND = 1_000_000_000
FAST = Pace(group=0.05, sync=None)
Story = Callable[["Running"], Awaitable[None]]


class Running:
    """`point` is the one that most stories are about."""

    def __init__(
        self, gateway: Gateway, clock: VirtualClock, sink: Scripted, point: str, folder: Path
    ) -> None:
        self.gateway, self.clock, self.sink, self.folder = gateway, clock, sink, folder
        assert isinstance(gateway.board.surroundings, Twins)
        assert isinstance(gateway.board.surroundings.board, VirtualRak7391)
        self.twins = gateway.board.surroundings.board
        self.truths: list[int] = []
        """When each of the point's readings was made."""
        self._point = point
        gateway.live.listen(self._note)

    def _note(self, reading: Reading) -> None:
        if reading.name == self._point:
            self.truths.append(self.clock.utc_ns())

    def wrong(self, records: Sequence[Record], first: int = 0) -> list[int]:
        """Numbers of those whose time is not when they were made; a clock chip counts seconds.
        `first` is the place of the first of them among all."""
        return [
            record.seq
            for record, truth in zip(records, self.truths[first:], strict=False)
            if abs(record.time_ns - truth) > 1.1 * SECOND
        ]

    def fault(self, kind: str, target: str = "computer", **parameters: float) -> None:
        self.twins.faults.inject(kind, target, **parameters)

    def clear(self, kind: str, target: str = "computer") -> None:
        self.twins.faults.clear(kind, target)

    @property
    def got(self) -> list[Record]:
        """Of the point, by the sink."""
        return [e for e in self.sink.got if isinstance(e, Record) and e.point == self._point]

    async def stored(self) -> list[Record]:
        """Everything of the point, in the order of numbers."""
        await self.gateway.store.flush()
        found = await self.gateway.store.after(0, 10_000)
        return [e for e in found if isinstance(e, Record) and e.point == self._point]


def play(
    folder: Path, story: Story, text: str, *, scenario: str = "", point: str, seed: int = 1
) -> None:
    """Run the gateway of a file in `folder` while `story` happens, then stop it. Another seed is
    another boot of the computer."""
    file, events = folder / "gateway.toml", folder / "scenario.toml"
    file.write_text(text)
    events.write_text(scenario)
    clock = VirtualClock()

    async def main() -> None:
        session = Session(load(file), folder, True, events if scenario else None, seed)
        gateway = await open_gateway(session, clock, InlineLane, FAST, outward=False)
        sink, stop = Scripted(clock), asyncio.Event()
        gateway.forwarders["plant"] = Forwarder(sink, gateway.store, clock)
        running = Running(gateway, clock, sink, point, folder)
        working = asyncio.create_task(gateway.run(stop))
        try:
            await story(running)
        finally:
            stop.set()
            await working

    run(main(), clock)
