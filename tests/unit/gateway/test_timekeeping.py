"""The time of records in a whole gateway, while the computer's clock does what it likes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
import stories
from stories import SECOND, Running, Story

from wisgate.bus.lane import InlineLane
from wisgate.config.expressions import Call
from wisgate.core.clock import VIRTUAL_START_NS
from wisgate.gateway.doctor import examine
from wisgate.gateway.scene import Scene
from wisgate.gateway.timekeeping import HOLD_S
from wisgate.gateway.verdicts import Level
from wisgate.store.records import Record

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


def play(folder: Path, story: Story, scenario: str = "") -> None:
    stories.play(folder, story, FILE, scenario=scenario, point="level")


def in_order(records: list[Record]) -> bool:
    return all(a.seq < b.seq and a.time_ns < b.time_ns for a, b in pairwise(records))


def test_with_a_late_time_service_records_wait_and_none_is_wrong(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(60)
        assert box.got == []
        assert not box.gateway.clock.trusted
        assert box.gateway.health().problems[0].startswith("clock: nobody knows the time")
        box.clear("time-unknown")
        await asyncio.sleep(5)
        virtual = box.gateway.live.get("initial")
        assert virtual is not None
        assert abs(virtual.time_ns - VIRTUAL_START_NS) < SECOND, "the live value is dated, too"
        await asyncio.sleep(25)
        assert len(box.got) >= 85
        assert in_order(box.got)
        assert box.wrong(box.got) == []
        assert not any(record.estimated for record in box.got)
        assert box.gateway.health().problems == ()

    play(tmp_path, story, NOBODY)


def test_after_the_limit_they_go_out_marked_and_the_store_is_right_in_the_end(
    tmp_path: Path,
) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(HOLD_S + 10)
        early = box.got
        assert len(early) >= HOLD_S
        assert all(record.estimated for record in early)
        assert in_order(early)
        assert datetime.fromtimestamp(early[0].time_ns / 1e9, UTC).year == 2022
        box.clear("time-unknown")
        await asyncio.sleep(30)
        records = await box.stored()
        assert in_order(records)
        assert box.wrong(records) == []
        assert [r.seq for r in box.got] == [r.seq for r in records][: len(box.got)]
        later = len(early) + 10
        assert box.wrong(box.got[later:], later) == []

    play(tmp_path, story, NOBODY)


@pytest.mark.parametrize("seconds", [3600.0, 0.5, -20.0])
def test_jumps_of_a_kept_clock_never_take_time_back(tmp_path: Path, seconds: float) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(10)
        box.fault("clock-jump", seconds=seconds)
        await asyncio.sleep(60)
        records = await box.stored()
        assert in_order(records)
        off = (records[-1].time_ns - VIRTUAL_START_NS) / 1e9 - box.clock.monotonic()
        assert off == pytest.approx(seconds, abs=1.5)

    play(tmp_path, story)


def test_a_clock_that_nobody_keeps_right_is_not_followed(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(10)
        for seconds in (1e9, -1e9, 5.0):
            box.fault("time-unknown", seconds=seconds)
            await asyncio.sleep(10)
        records = await box.stored()
        assert len(records) >= 38
        assert in_order(records)
        assert box.wrong(records) == []

    play(tmp_path, story)


def test_a_step_far_back_is_followed_and_numbers_keep_the_order(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(10)
        box.fault("clock-jump", seconds=-3600)
        await asyncio.sleep(20)
        records = await box.stored()
        assert len(records) >= 28
        assert records[-1].time_ns < records[0].time_ns
        assert [r.seq for r in box.got] == sorted(r.seq for r in box.got)

    play(tmp_path, story)


def test_the_clock_chip_of_the_board_is_trusted_without_a_time_service(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(30)
        assert box.gateway.clock.trusted
        assert len(box.got) >= 28
        assert in_order(box.got)
        assert box.wrong(box.got) == []

    play(tmp_path, story, NO_SERVICE)


def test_a_chip_that_stood_still_is_not_trusted(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(5)
        assert not box.gateway.clock.trusted

    play(tmp_path, story, NOBODY)


def test_a_chip_set_wrong_is_mended_by_the_time_service(tmp_path: Path) -> None:
    """Its records were out already; in the store they are right."""

    async def story(box: Running) -> None:
        await asyncio.sleep(20)
        box.twins.rtc.keep(VIRTUAL_START_NS / 1e9 + 7200)
        await asyncio.sleep(20)
        assert (await box.stored())[-1].time_ns > VIRTUAL_START_NS + 7000 * SECOND
        box.clear("time-unknown")
        await asyncio.sleep(20)
        records = await box.stored()
        assert len(records) >= 58
        assert box.wrong(records[-15:], len(records) - 15) == []

    play(tmp_path, story, NO_SERVICE)


def test_rules_about_the_time_of_day_wait_for_it(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(1)
        gateway = box.gateway
        scene = Scene(gateway.live, gateway.clock, [])
        assert scene(Call(0, "hour")) is None
        box.clear("time-unknown")
        await asyncio.sleep(6)
        assert scene(Call(0, "hour")) is not None

    play(tmp_path, story, NOBODY)


def test_a_restart_before_the_time_is_known_loses_nothing(tmp_path: Path) -> None:
    numbers: list[Mapping[int, int]] = []

    async def first(box: Running) -> None:
        await asyncio.sleep(20)
        assert box.got == []

    async def second(box: Running) -> None:
        """Virtual boards have one boot id: this is the same boot. Its clock begins anew, though,
        so that only numbers can be judged."""
        await asyncio.sleep(10)
        box.clear("time-unknown")
        await asyncio.sleep(20)
        numbers.append({r.seq: r.time_ns for r in box.got})

    play(tmp_path, first, NOBODY)
    play(tmp_path, second, NOBODY)
    assert len(numbers[0]) >= 45


def test_doctor_says_that_records_wait_and_for_whom(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(20)
        verdicts = (await examine(box.gateway, InlineLane, alone=False))["clock"]
        waiting = next(v for v in verdicts if v.name == "time-unknown")
        assert waiting.level is Level.DIFFERENCE
        assert re.search(r"; \d\d+ records wait for it$", waiting.found)
        box.clear("time-unknown")
        await asyncio.sleep(10)
        verdicts = (await examine(box.gateway, InlineLane, alone=False))["clock"]
        assert "time-unknown" not in {v.name for v in verdicts}

    play(tmp_path, story, NOBODY)
