"""Calculated points: their value and status follow those they are made of."""

from __future__ import annotations

import asyncio
from typing import Any

from wisgate.board.virtual_time import run
from wisgate.config.conditions import calculation
from wisgate.config.expressions import calculated
from wisgate.config.model import CalculateConfig, Where
from wisgate.core.clock import VirtualClock
from wisgate.core.points import Kind, Point, Reading, Status
from wisgate.gateway.calculates import Calculates
from wisgate.gateway.live import Live
from wisgate.gateway.scene import Scene

HERE = Where("gateway.toml", 1)
A, B = Point("a", "m", interval=1.0), Point("b", "m", interval=1.0)
ON = Point("on", kind=Kind.BOOL)


class Bench:
    def __init__(self, **values: str) -> None:
        self.clock = VirtualClock()
        points = {p.name: p for p in (A, B, ON)}
        configs = []
        for name, text in values.items():
            value, kind, unit = calculation(text, points)
            points[name] = Point(name, unit, kind, source="calculated")
            configs.append(CalculateConfig(HERE, points[name], value))
        self.live = Live(points.values(), self.clock)
        scene = Scene(self.live, self.clock, [c.value for c in configs])
        self.made: list[tuple[str, Any, Status]] = []
        self.calculates = Calculates(configs, self.live, scene, self.clock, self._take)

    def _take(self, reading: Reading) -> None:
        self.made.append((reading.name, reading.value, reading.status))
        self.live.put(reading)

    def run(self, *steps: dict[str, Any] | float) -> list[tuple[str, Any, Status]]:
        async def main() -> None:
            task = asyncio.create_task(self.calculates.run())
            await asyncio.sleep(0.01)
            self.made.clear()
            for step in steps:
                if isinstance(step, dict):
                    for name, value in step.items():
                        status = value if isinstance(value, Status) else Status.GOOD
                        shown = None if isinstance(value, Status) else value
                        self.live.put(Reading(name, shown, status))
                    await asyncio.sleep(0.01)
                else:
                    await asyncio.sleep(step)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        run(main(), self.clock)
        return self.made


def test_a_constant_is_a_value_in_its_unit() -> None:
    for text, number, unit in (("90s", 90.0, "s"), ("-(0.5m)", -0.5, "m"), ("3", 3.0, "")):
        value, kind, found = calculation(text, {})
        assert (calculated(value, lambda _: None), kind, found) == (number, Kind.FLOAT, unit)


def test_a_value_follows_its_points() -> None:
    made = Bench(total="a + b").run({"a": 1.0, "b": 2.0}, {"b": 3.5})
    assert made == [("total", 3.0, Status.GOOD), ("total", 4.5, Status.GOOD)]


def test_before_the_first_readings_it_is_absent() -> None:
    bench = Bench(total="a + b")
    assert bench.run({"a": 1.0}) == [("total", None, Status.ABSENT)]


def test_the_worst_status_counts() -> None:
    bench = Bench(total="a + b")
    made = bench.run({"a": 1.0, "b": 2.0}, {"a": Status.FAULT}, {"b": Status.SATURATED}, {"a": 1.0})
    statuses = [status for _, _, status in made]
    assert statuses == [Status.GOOD, Status.FAULT, Status.FAULT, Status.SATURATED]
    assert [value for _, value, _ in made] == [3.0, None, None, None]


def test_a_division_by_zero_is_a_fault() -> None:
    assert Bench(ratio="a / b").run({"a": 1.0, "b": 0.0}) == [("ratio", None, Status.FAULT)]


def test_a_truth_that_does_not_need_the_lost_point_is_good() -> None:
    made = Bench(any="on or a > 1m").run({"on": True, "a": 0.0}, {"a": Status.FAULT})
    assert made == [("any", True, Status.GOOD), ("any", True, Status.GOOD)]


def test_one_may_use_another_above_it() -> None:
    made = Bench(total="a + b", double="total * 2").run({"a": 1.0, "b": 2.0})
    assert made[-1] == ("double", 6.0, Status.GOOD)


def test_a_stale_point_takes_it_along() -> None:
    made = Bench(total="a + b").run({"a": 1.0, "b": 2.0}, 10.0)
    assert made[-1] == ("total", None, Status.STALE)


def test_a_window_moves_with_time_alone() -> None:
    made = Bench(mean="avg(a, 10s)").run({"a": 1.0}, 3.0, {"a": 1.0}, 3.0, {"a": 1.0})
    assert made[0] == ("mean", None, Status.FAULT)
    assert made[-1] == ("mean", 1.0, Status.GOOD)
