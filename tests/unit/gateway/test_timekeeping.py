"""The time of records in a whole gateway, while the computer's clock does what it likes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from scripted_sink import Scripted

from wisgate.board.twins import Twins
from wisgate.board.virtual_time import run
from wisgate.bus.lane import InlineLane
from wisgate.cli.session import Session, open_gateway
from wisgate.config.expressions import Call
from wisgate.config.load import load
from wisgate.core.clock import VIRTUAL_START_NS, VirtualClock
from wisgate.core.points import Reading
from wisgate.gateway.forwarder import Forwarder
from wisgate.gateway.gateway import Gateway
from wisgate.gateway.scene import Scene
from wisgate.gateway.timekeeping import HOLD_S
from wisgate.store.pace import Pace
from wisgate.store.records import Record
from wisgate.virtual.board import VirtualRak7391

FILE = """
name = "box"
board = "rak7391"
[[slot]]
slot = "wisblock-1"
module = "rak5801"
interval = "1s"
[[slot.point]]
channel = "a1"
name = "level"
[[virtual]]
name = "initial"
type = "bool"
initial = false
"""
NO_SERVICE = '[[at]]\ntime = "0s"\nfault = "time-unknown"\ntarget = "computer"\n'
NOBODY = f'{NO_SERVICE}[[at]]\ntime = "0s"\nfault = "clock-stopped"\ntarget = "clock"\n'
"""The clock chip of the board stood still, too."""
SECOND = 1_000_000_000
FAST = Pace(group=0.05, sync=None)
Story = Callable[["Running"], Awaitable[None]]


class Running:
    """A gateway with one sink, in virtual time."""

    def __init__(self, gateway: Gateway, clock: VirtualClock, sink: Scripted) -> None:
        self.gateway, self.clock, self.sink = gateway, clock, sink
        assert isinstance(gateway.board.surroundings, Twins)
        self.twins: VirtualRak7391 = gateway.board.surroundings.board  # type: ignore[assignment]

        self.truths: list[int] = []
        """When each of the records was made."""
        gateway.live.listen(self._note)

    def _note(self, reading: Reading) -> None:
        if reading.name == "level":
            self.truths.append(self.clock.utc_ns())

    def wrong(self, records: Sequence[Record], first: int = 0) -> list[int]:
        """Numbers of those whose time is not when they were made; a clock chip counts seconds.
        `first` is the place of the first of them among all."""
        return [
            record.seq
            for record, truth in zip(records, self.truths[first:], strict=False)
            if abs(record.time_ns - truth) > 1.1 * SECOND
        ]

    def fault(self, kind: str, **parameters: float) -> None:
        self.twins.faults.inject(kind, "computer", **parameters)

    def clear(self, kind: str) -> None:
        self.twins.faults.clear(kind, "computer")

    @property
    def got(self) -> list[Record]:
        return [e for e in self.sink.got if isinstance(e, Record) and e.point == "level"]

    async def stored(self) -> list[Record]:
        """Everything of the point, in the order of numbers."""
        await self.gateway.store.flush()
        found = await self.gateway.store.after(0, 10_000)
        return [e for e in found if isinstance(e, Record) and e.point == "level"]


def play(folder: Path, story: Story, scenario: str = "") -> None:
    file, events = folder / "gateway.toml", folder / "scenario.toml"
    file.write_text(FILE)
    events.write_text(scenario)
    clock = VirtualClock()

    async def main() -> None:
        session = Session(
            load(file), folder, virtual=True, scenario=events if scenario else None
        )  # fmt: skip
        gateway = await open_gateway(session, clock, InlineLane, FAST, sinks=False)
        sink, stop = Scripted(clock), asyncio.Event()
        gateway.forwarders["plant"] = Forwarder(sink, gateway.store, clock)
        working = asyncio.create_task(gateway.run(stop))
        try:
            await story(Running(gateway, clock, sink))
        finally:
            stop.set()
            await working

    run(main(), clock)


def in_order(records: list[Record]) -> bool:
    return all(a.seq < b.seq and a.time_ns < b.time_ns for a, b in pairwise(records))


def test_with_a_late_time_service_records_wait_and_none_is_wrong(tmp_path: Path) -> None:
    async def story(running: Running) -> None:
        await asyncio.sleep(60)
        assert running.got == []
        assert not running.gateway.clock.trusted
        assert running.gateway.health().problems[0].startswith("clock: nobody knows the time")
        running.clear("time-unknown")
        await asyncio.sleep(5)
        virtual = running.gateway.live.get("initial")
        assert virtual is not None
        assert abs(virtual.time_ns - VIRTUAL_START_NS) < SECOND, "the live value is dated, too"
        await asyncio.sleep(25)
        assert len(running.got) >= 85
        assert in_order(running.got)
        assert running.wrong(running.got) == []
        assert not any(record.estimated for record in running.got)
        assert running.gateway.health().problems == ()

    play(tmp_path, story, NOBODY)


def test_after_the_limit_they_go_out_marked_and_the_store_is_right_in_the_end(
    tmp_path: Path,
) -> None:
    async def story(running: Running) -> None:
        await asyncio.sleep(HOLD_S + 10)
        early = running.got
        assert len(early) >= HOLD_S
        assert all(record.estimated for record in early)
        assert in_order(early)
        assert datetime.fromtimestamp(early[0].time_ns / 1e9, UTC).year == 2022
        running.clear("time-unknown")
        await asyncio.sleep(30)
        records = await running.stored()
        assert in_order(records)
        assert running.wrong(records) == []
        assert [r.seq for r in running.got] == [r.seq for r in records][: len(running.got)]
        later = len(early) + 10
        assert running.wrong(running.got[later:], later) == []

    play(tmp_path, story, NOBODY)


@pytest.mark.parametrize("seconds", [3600.0, 0.5, -20.0])
def test_jumps_of_a_kept_clock_never_take_time_back(tmp_path: Path, seconds: float) -> None:
    async def story(running: Running) -> None:
        await asyncio.sleep(10)
        running.fault("clock-jump", seconds=seconds)
        await asyncio.sleep(60)
        records = await running.stored()
        assert in_order(records)
        off = (records[-1].time_ns - VIRTUAL_START_NS) / 1e9 - running.clock.monotonic()
        assert off == pytest.approx(seconds, abs=1.5)

    play(tmp_path, story)


def test_a_clock_that_nobody_keeps_right_is_not_followed(tmp_path: Path) -> None:
    async def story(running: Running) -> None:
        await asyncio.sleep(10)
        for seconds in (1e9, -1e9, 5.0):
            running.fault("time-unknown", seconds=seconds)
            await asyncio.sleep(10)
        records = await running.stored()
        assert len(records) >= 38
        assert in_order(records)
        assert running.wrong(records) == []

    play(tmp_path, story)


def test_a_step_far_back_is_followed_and_numbers_keep_the_order(tmp_path: Path) -> None:
    async def story(running: Running) -> None:
        await asyncio.sleep(10)
        running.fault("clock-jump", seconds=-3600)
        await asyncio.sleep(20)
        records = await running.stored()
        assert len(records) >= 28
        assert records[-1].time_ns < records[0].time_ns
        assert [r.seq for r in running.got] == sorted(r.seq for r in running.got)

    play(tmp_path, story)


def test_the_clock_chip_of_the_board_is_trusted_without_a_time_service(tmp_path: Path) -> None:
    async def story(running: Running) -> None:
        await asyncio.sleep(30)
        assert running.gateway.clock.trusted
        assert len(running.got) >= 28
        assert in_order(running.got)
        assert running.wrong(running.got) == []

    play(tmp_path, story, NO_SERVICE)


def test_a_chip_that_stood_still_is_not_trusted(tmp_path: Path) -> None:
    async def story(running: Running) -> None:
        await asyncio.sleep(5)
        assert not running.gateway.clock.trusted

    play(tmp_path, story, NOBODY)


def test_a_chip_set_wrong_is_mended_by_the_time_service(tmp_path: Path) -> None:
    """Its records were out already; in the store they are right."""

    async def story(running: Running) -> None:
        await asyncio.sleep(20)
        running.twins.rtc.keep(VIRTUAL_START_NS / 1e9 + 7200)
        await asyncio.sleep(20)
        assert (await running.stored())[-1].time_ns > VIRTUAL_START_NS + 7000 * SECOND
        running.clear("time-unknown")
        await asyncio.sleep(20)
        records = await running.stored()
        assert len(records) >= 58
        assert running.wrong(records[-15:], len(records) - 15) == []

    play(tmp_path, story, NO_SERVICE)


def test_rules_about_the_time_of_day_wait_for_it(tmp_path: Path) -> None:
    async def story(running: Running) -> None:
        await asyncio.sleep(1)
        gateway = running.gateway
        scene = Scene(gateway.live, gateway.clock, [])
        assert scene(Call(0, "hour")) is None
        running.clear("time-unknown")
        await asyncio.sleep(6)
        assert scene(Call(0, "hour")) is not None

    play(tmp_path, story, NOBODY)


def test_a_restart_before_the_time_is_known_loses_nothing(tmp_path: Path) -> None:
    numbers: list[Mapping[int, int]] = []

    async def first(running: Running) -> None:
        await asyncio.sleep(20)
        assert running.got == []

    async def second(running: Running) -> None:
        """Virtual boards have one boot id: this is the same boot. Its clock begins anew, though,
        so that only numbers can be judged."""
        await asyncio.sleep(10)
        running.clear("time-unknown")
        await asyncio.sleep(20)
        numbers.append({r.seq: r.time_ns for r in running.got})

    play(tmp_path, first, NOBODY)
    play(tmp_path, second, NOBODY)
    assert len(numbers[0]) >= 45
