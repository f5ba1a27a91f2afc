"""A plan made live: modules, lanes, and the ends of their wires."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from pathlib import Path

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board import open_board
from wisgate.board.board import REALITY, Board
from wisgate.board.twins import Twins
from wisgate.board.virtual_time import run
from wisgate.bus.lane import InlineLane, ThreadLane
from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import SystemClock, VirtualClock
from wisgate.core.errors import BusUnavailable, ConfigError
from wisgate.core.points import Status
from wisgate.gateway.sampler import Holds, Sampled
from wisgate.plan.plan import make

SERIAL = """
[[slot]]
slot = "wisblock-1"
module = "rak5802"
[[slot.unit]]
id = 42
name = "weather"
registers = [{ name = "humidity", address = 0, kind = "holding", type = "uint16", unit = "%" }]
"""


def opened(text: str, **options: object) -> Board:
    plan = make(read(toml.parse(HEAD + text, "gateway.toml"), Path(), load()), load())
    settings: dict[str, object] = {"clock": VirtualClock(), "lane": InlineLane, "virtual": True}
    return open_board(plan, **settings | options)  # type: ignore[arg-type]


def test_every_slot_and_function_is_placed_with_its_lane() -> None:
    board = opened(SERIAL + slot(2, "rak16000"))
    lanes = {p.name: p.lane.name for p in board.placed}
    assert lanes == {
        "wisblock-1": "wisblock-1-uart", "wisblock-2": "i2c-1",
        "climate": "i2c-1", "power": "gpiochip0", "indicators": "i2c-1",
        "computer": "gpiochip0", "clock": "i2c-1",
    }  # fmt: skip
    assert {lane.name for lane in board.lanes} == {"i2c-1", "gpiochip0", "wisblock-1-uart"}
    assert len({id(p.lane) for p in board.placed if p.lane.name == "i2c-1"}) == 1


def test_every_bus_is_traced(caplog: pytest.LogCaptureFixture) -> None:
    """What `run --verbose` promises: I2C and the serial lines."""
    caplog.set_level(logging.DEBUG, "wisgate.bus.trace")
    board = opened(SERIAL)
    board.ends.uarts["wisblock-1"].write(b"\x2a\x03")
    board.ends.i2c.transfer(0x26, read=1)
    assert "wisblock-1 > 2A 03" in caplog.messages
    assert any(message.startswith("i2c-1 26: ") for message in caplog.messages)


def test_building_does_no_io() -> None:
    board = opened(slot(1, "rak5801") + slot(2, "rak13007"))
    assert isinstance(board.surroundings, Twins)
    assert board.ends.clock.monotonic() == 0.0, "every transfer of a twin takes its time"


def test_both_slots_share_one_adc() -> None:
    board = opened(slot(1, "rak5801") + slot(2, "rak5801"))
    steps = [next(p.module.sample(p.module.groups[0])) for p in board.placed[:2]]
    assert all(isinstance(s, float | int) or s.chip for s in steps)
    for p in board.placed[:2]:
        p.module.open()
    board.ends.clock.sleep(1)
    first, second = (next(p.module.sample(p.module.groups[0])) for p in board.placed[:2])
    assert first.chip is second.chip  # type: ignore[union-attr]


def test_channels_of_modules_are_those_of_the_file() -> None:
    board = opened(SERIAL + slot(2, "rak16000"))
    for p in board.placed:
        channels = [c.name for g in p.module.groups for c in g.channels]
        assert channels == [point.channel for point in p.points]


def test_straps_and_options_reach_the_chips() -> None:
    text = '[straps]\nadc = "0x49"\n' + slot(1, "rak5801") + slot(2, "rak16000", address=0x44)
    bench = ModuleBench(text)

    async def main() -> None:
        for name in ("wisblock-1", "wisblock-2"):
            assert {r.value is not None for r in await bench.read(name)} == {True}

    bench.run(main())
    assert bench.twins.adc.addresses == (0x49,)


def test_intervals_of_the_file_reach_the_groups() -> None:
    board = opened(slot(1, "rak5801", interval="3s") + '[onboard.climate]\ninterval = "30s"\n')
    intervals = {p.name: p.module.groups[0].interval for p in board.placed}
    assert intervals == {
        "wisblock-1": 3.0, "climate": 30.0, "power": 1.0, "indicators": 60.0, "computer": 10.0,
        "clock": 60.0,
    }  # fmt: skip


def test_closing_ends_every_lane_and_its_thread() -> None:
    before = threading.active_count()

    async def main() -> None:
        board = opened(SERIAL, clock=SystemClock(), lane=ThreadLane)
        climate = next(p for p in board.placed if p.name == "climate")
        await climate.lane.run(climate.module.open)
        assert threading.active_count() == before + 3
        await board.close()
        with pytest.raises(BusUnavailable):
            await climate.lane.run(climate.module.open)

    asyncio.run(main())
    # the loop's own pool joins lanes; it ends with the loop
    assert [t.name for t in threading.enumerate() if t.name.startswith("lane ")] == []


def test_in_real_time_lanes_share_the_world_under_one_lock() -> None:
    """Two threads on one world: every module still reads what is there."""

    async def keep(one: Sampled) -> set[Status]:
        group = one.placed.module.groups[0]
        return {r.status for _ in range(20) for r in await one.sample(group)}

    async def main() -> None:
        board = opened(slot(2, "rak16000") + SERIAL, clock=SystemClock(), lane=ThreadLane)
        holds = Holds()
        every = [Sampled(p, SystemClock(), holds, Counter()) for p in board.placed]
        assert set().union(*await asyncio.gather(*map(keep, every))) == {Status.GOOD}
        await board.close()

    asyncio.run(main())


def test_a_scenario_happens_at_its_time(tmp_path: Path) -> None:
    file = tmp_path / "story.toml"
    file.write_text('[[at]]\ntime = "10s"\nfault = "broker-gone"\ntarget = "broker"\n')
    clock = VirtualClock()
    board = opened("", clock=clock, scenario=file)

    async def main() -> None:
        playing = asyncio.create_task(board.surroundings.play())
        await asyncio.sleep(9.9)
        assert board.surroundings.link()
        await asyncio.sleep(0.2)
        assert not board.surroundings.link()
        await playing

    run(main(), clock)
    file.write_text('[[at]]\ntime = "10s"\nfault = "rain"\ntarget = "broker"\n')
    with pytest.raises(ConfigError, match=r"story\.toml:3"):
        opened("", scenario=file)


def test_a_scenario_between_two_ticks_of_the_clock_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "story.toml"
    file.write_text('[[at]]\ntime = "10.0000000003s"\nfault = "broker-gone"\ntarget = "broker"\n')
    clock = VirtualClock()
    board = opened("", clock=clock, scenario=file)

    async def main() -> None:
        await asyncio.sleep(10.0)
        await board.surroundings.play()
        assert not board.surroundings.link()

    run(main(), clock)


def test_around_a_real_board_nothing_is_played() -> None:
    assert REALITY.link()
    asyncio.run(REALITY.play())
