"""Interlocks and the longest time on: an output does not stay where it may not be."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest
from scripted_module import SWITCH, ScriptedModule, point, sampled

from wisgate.board.virtual_time import run
from wisgate.config.conditions import condition
from wisgate.config.model import Config, InterlockConfig, Where
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import OutputRefused
from wisgate.core.points import Kind, Point, Reading, Status, Value
from wisgate.gateway.interlocks import Interlocks
from wisgate.gateway.live import Live
from wisgate.gateway.outputs import Outputs, TooSoon
from wisgate.gateway.scene import Scene

HERE = Where("gateway.toml", 1)
DOOR = Point("door", kind=Kind.BOOL)
LEVEL = Point("level", "m", interval=1.0)


class Bench:
    """One output `pump`; `log` is every write with its second and cause."""

    def __init__(self, allows: str = "", **options: float) -> None:
        self.clock = VirtualClock()
        self.module = ScriptedModule()
        pump = replace(point("pump", SWITCH), **options)
        points = {p.name: p for p in (DOOR, LEVEL, pump.point)}
        self.live = Live(points.values(), self.clock)
        self.log: list[tuple[float, Value, str]] = []
        one = sampled(self.module, self.clock, points=(pump,))
        self.outputs = Outputs([one], [], self.clock, self._take)
        locks = (InterlockConfig(HERE, "pump", condition(allows, points)),) if allows else ()
        config = Config("gateway.toml", "bench", "rak7391", (), (), interlocks=locks)
        scene = Scene(self.live, self.clock, [i.allows for i in locks])
        self.interlocks = Interlocks(config, self.outputs, self.live, scene, self.clock)

    def _take(self, reading: Reading) -> None:
        self.log.append((round(self.clock.monotonic(), 1), reading.value, reading.cause))
        self.live.put(reading)

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        async def with_interlocks() -> None:
            task = asyncio.create_task(self.interlocks.run())
            await main
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        run(with_interlocks(), self.clock)


def test_what_is_not_allowed_is_refused_with_the_reason() -> None:
    bench = Bench("not door")

    async def main() -> None:
        with pytest.raises(OutputRefused, match="pump is locked: not door is not known"):
            await bench.outputs.write("pump", True, "user anna")
        bench.live.put(Reading("door", True))
        with pytest.raises(OutputRefused, match="pump is locked: not door is false"):
            await bench.outputs.write("pump", True, "rule 1")
        await bench.outputs.write("pump", False, "user anna")  # to safe always
        bench.live.put(Reading("door", False))
        await bench.outputs.write("pump", True, "user anna")

    bench.run(main())
    assert bench.module.on is True


def test_an_output_that_is_on_goes_back_when_it_may_not_be() -> None:
    bench = Bench("not door")

    async def main() -> None:
        bench.live.put(Reading("door", False))
        await bench.outputs.write("pump", True, "user anna")
        await asyncio.sleep(5)
        bench.live.put(Reading("door", True))
        await asyncio.sleep(1)

    bench.run(main())
    assert bench.log[-1] == (5.0, False, "interlock")
    assert bench.module.on is False


def test_unknown_for_ten_seconds_is_too_long() -> None:
    bench = Bench("level > 0.2m")

    async def main() -> None:
        bench.live.put(Reading("level", 1.0))
        await bench.outputs.write("pump", True, "user anna")
        bench.live.put(Reading("level", None, Status.FAULT))
        await asyncio.sleep(9)
        assert bench.module.on is True
        await asyncio.sleep(2)

    bench.run(main())
    assert bench.log[-1] == (10.0, False, "interlock")


def test_unknown_for_less_changes_nothing() -> None:
    bench = Bench("level > 0.2m")

    async def main() -> None:
        bench.live.put(Reading("level", 1.0))
        await bench.outputs.write("pump", True, "user anna")
        for _ in range(10):
            bench.live.put(Reading("level", None, Status.FAULT))
            await asyncio.sleep(6)
            bench.live.put(Reading("level", 1.0))
            await asyncio.sleep(1)

    bench.run(main())
    assert bench.module.on is True


def test_the_longest_time_on() -> None:
    bench = Bench(max_on=15.0)

    async def main() -> None:
        await bench.outputs.write("pump", True, "user anna")
        await asyncio.sleep(10)
        await bench.outputs.write("pump", True, "rule 1")  # does not begin anew
        await asyncio.sleep(10)

    bench.run(main())
    assert bench.log[-1] == (15.0, False, "max_on")


def test_a_rest_between_two_changes() -> None:
    bench = Bench(rest=0.5)

    async def main() -> None:
        await bench.outputs.write("pump", True, "user anna")
        await asyncio.sleep(0.2)
        await bench.outputs.write("pump", True, "user anna")  # no change
        with pytest.raises(TooSoon, match=r"rests 0\.5 s .* 0\.3 s are left") as soon:
            await bench.outputs.write("pump", False, "user anna")
        assert soon.value.wait == pytest.approx(0.3)
        await asyncio.sleep(0.3)
        await bench.outputs.write("pump", False, "user anna")

    bench.run(main())


def test_rules_leave_alone_what_somebody_set_by_hand() -> None:
    bench = Bench(manual=1800.0)

    async def main() -> None:
        await bench.outputs.write("pump", True, "rule 1")
        await bench.outputs.write("pump", False, "user anna")
        with pytest.raises(TooSoon, match="set by hand; rules leave it alone for 1800 s"):
            await bench.outputs.write("pump", True, "rule 1")
        await bench.outputs.write("pump", True, "sink plant")
        await asyncio.sleep(1800)
        await bench.outputs.write("pump", False, "rule 1")

    bench.run(main())
    assert bench.module.on is False


def test_a_module_that_does_not_answer_is_tried_on() -> None:
    from wisgate.core.errors import BusTimeout

    bench = Bench(max_on=5.0)

    async def main() -> None:
        await bench.outputs.write("pump", True, "user anna")
        bench.module.write_failures = [BusTimeout("stuck")]
        await asyncio.sleep(10)

    bench.run(main())
    assert bench.log[-1] == (6.0, False, "max_on")
