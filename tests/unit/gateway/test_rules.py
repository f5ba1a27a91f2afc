"""Rules over live values, in virtual time, with a scripted module as the pump."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from scripted_module import HERE, SWITCH, ScriptedModule, point, sampled

from wisgate.board.virtual_time import run
from wisgate.config.expressions import Compare, Expression, Literal, Name, Not
from wisgate.config.model import RuleConfig, VirtualConfig
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, NoAcknowledge
from wisgate.core.points import Kind, Point, Reading, Status, Value
from wisgate.gateway.live import Live
from wisgate.gateway.outputs import Outputs
from wisgate.gateway.rules import UNKNOWN_S, Rules
from wisgate.gateway.scene import Scene

LEVEL = Point("level", "m", interval=1.0)
VALVE = Point("valve", kind=Kind.BOOL, source="virtual")


def level(operator: str, limit: float) -> Expression:
    root = Compare(0, operator, Name(0, "level"), Literal(0, limit))
    return Expression(f"level {operator} {limit}", root, ("level",))


def rule(name: str, when: Expression, *, after: float = 0.0, **values: Value) -> RuleConfig:
    return RuleConfig(HERE, name, when, after, tuple(values.items()))


FILL = rule("fill", level("<", 0.8), after=5.0, pump=True)
FULL = rule("full", level(">", 3.0), pump=False)


class Bench:
    """Nobody samples: a test puts what it likes. `log` is every write with its second."""

    def __init__(self, *rules: RuleConfig, min_on: float = 0.0, min_off: float = 0.0) -> None:
        self.clock = VirtualClock()
        self.module = ScriptedModule()
        pump = point("pump", SWITCH, min_on=min_on, min_off=min_off)
        self.sampled = sampled(self.module, self.clock, points=(pump,))
        self.live = Live((LEVEL, VALVE, pump.point), self.clock)
        virtuals = [VirtualConfig(HERE, VALVE, False)]
        self.outputs = Outputs([self.sampled], virtuals, self.clock, self._take)
        scene = Scene(self.live, self.clock, [rule.when for rule in rules])
        self.rules = Rules(rules, self.live, self.outputs, self.clock, scene)
        self.log: list[tuple[float, str, Value, str]] = []

    def _take(self, reading: Reading) -> None:
        self.log.append(
            (round(self.clock.monotonic(), 2), reading.name, reading.value, reading.cause)
        )
        self.live.put(reading)

    @property
    def acts(self) -> list[tuple[float, Value]]:
        return [(at, value) for at, name, value, _ in self.log if name == "pump"]

    def put(self, value: float | None, status: Status = Status.GOOD) -> None:
        self.live.put(Reading("level", value, status if value is not None else Status.FAULT))

    async def hold(self, value: float | None, seconds: float) -> None:
        """The level is read as `value` every second from now on, for so long."""
        for _ in range(round(seconds)):
            self.put(value)
            await asyncio.sleep(1)

    def play(self, story: Coroutine[Any, Any, None]) -> list[tuple[float, Value]]:
        async def main() -> None:
            await self.sampled.open()
            working = asyncio.create_task(self.rules.run())
            await asyncio.sleep(0)
            await story
            assert not working.done(), working
            working.cancel()
            await asyncio.wait([working])

        run(main(), self.clock)
        return self.acts


def test_a_condition_must_hold_for_its_delay() -> None:
    bench = Bench(FILL)

    async def story() -> None:
        await bench.hold(0.5, 4)
        await bench.hold(1.0, 2)  # a wave
        await bench.hold(0.5, 20)

    assert bench.play(story()) == [(11.0, True)]
    assert bench.log[0] == (11.0, "pump", True, "fill")


def test_it_acts_once_until_it_broke() -> None:
    bench = Bench(FILL)

    async def story() -> None:
        await bench.hold(0.5, 10)
        await bench.outputs.write("pump", False, "user anna")
        await bench.hold(0.4, 30)
        await bench.hold(1.0, 1)
        await bench.hold(0.4, 10)

    assert bench.play(story()) == [(5.0, True), (10.0, False), (46.0, True)]


def test_two_rules_are_a_hysteresis() -> None:
    bench = Bench(FILL, FULL)

    async def story() -> None:
        for value in (0.5, 1.0, 2.0, 2.9, 3.1, 2.9, 1.0, 0.7):
            await bench.hold(value, 10)

    assert bench.play(story()) == [(5.0, True), (40.0, False), (75.0, True)]


def test_a_minimum_time_delays_and_forgets_nothing() -> None:
    bench = Bench(FILL, FULL, min_on=20.3)

    async def story() -> None:
        await bench.hold(0.5, 6)  # on at 5
        await bench.hold(3.5, 40)

    assert bench.play(story()) == [(5.0, True), (25.3, False)]


def test_a_minimum_time_that_outlives_the_condition_is_let_go() -> None:
    bench = Bench(FILL, FULL, min_on=20)

    async def story() -> None:
        await bench.hold(0.5, 6)
        await bench.hold(3.5, 5)
        await bench.hold(2.0, 40)

    assert bench.play(story()) == [(5.0, True)]


def test_an_output_that_a_rule_set_is_safe_when_its_level_is_unknown() -> None:
    bench = Bench(FILL, FULL)

    async def story() -> None:
        await bench.hold(0.5, 10)
        await bench.hold(None, 30)

    assert bench.play(story()) == [(5.0, True), (10.0 + UNKNOWN_S, False)]
    assert bench.log[-1][3] == "fill: a point has no value"


def test_a_long_delay_does_not_make_the_unknown_last_longer() -> None:
    slow = rule("slow", level("<", 0.8), after=60.0, pump=True)
    bench = Bench(slow)

    async def story() -> None:
        await bench.hold(0.5, 70)
        await bench.hold(None, 30)

    assert bench.play(story()) == [(60.0, True), (80.0, False)]


def test_what_people_set_is_left_alone_when_a_level_is_unknown() -> None:
    bench = Bench(FILL, FULL)

    async def story() -> None:
        await bench.outputs.write("pump", True, "user anna")
        await bench.hold(None, 30)

    assert bench.play(story()) == [(0.0, True)]


def test_readings_that_stop_are_unknown_too() -> None:
    """A lane that hangs delivers nothing, not even a fault; nobody would wake a rule."""
    bench = Bench(FILL)

    async def story() -> None:
        await bench.hold(0.5, 10)  # the last reading at 9 s, stale at 13 s
        await asyncio.sleep(60)

    assert bench.play(story()) == [(5.0, True), (23.0, False)]


def test_what_comes_back_after_long_is_news() -> None:
    bench = Bench(FILL)

    async def story() -> None:
        await bench.hold(0.5, 10)
        await bench.hold(None, 15)
        await bench.hold(0.5, 10)

    assert bench.play(story()) == [(5.0, True), (20.0, False), (30.0, True)]


def test_a_single_failed_reading_has_no_rule_act_again() -> None:
    bench = Bench(FILL)

    async def story() -> None:
        await bench.hold(0.5, 10)
        await bench.outputs.write("pump", False, "user anna")
        await bench.hold(None, 3)
        await bench.hold(0.5, 30)

    assert bench.play(story()) == [(5.0, True), (10.0, False)]


def test_unknown_is_not_holding() -> None:
    bench = Bench(FILL)

    async def story() -> None:
        await bench.hold(0.5, 3)
        await bench.hold(None, 1)
        await bench.hold(0.5, 10)

    assert bench.play(story()) == [(9.0, True)]


def test_a_safe_state_that_fails_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(FILL)

    async def story() -> None:
        await bench.hold(0.5, 10)
        bench.module.write_failures = [BusTimeout("stuck")]
        bench.module.open_failures = [BusTimeout("stuck")] * 3
        await asyncio.sleep(60)  # nothing is read any more, so that nothing else wakes the rule

    assert bench.play(story()) == [(5.0, True), (27.0, False)]
    assert not bench.module.on
    assert bench.outputs.causes["pump"] == "fill: a point has no value"
    told = [r.getMessage() for r in caplog.records if r.name.endswith("rules")]
    assert told == ["fill: stuck; trying on"], "once, not with every try"


def test_a_module_that_does_not_take_it_is_asked_every_second() -> None:
    bench = Bench(rule("now", level("<", 0.8), pump=True))
    bench.module.open_failures = [NoAcknowledge(0x26)] * 4

    async def story() -> None:
        await bench.hold(0.5, 10)

    assert bench.play(story()) == [(3.0, True)]


def test_after_a_module_came_back_those_that_hold_act_again() -> None:
    bench = Bench(FILL, rule("vent", level("<", 0.8), valve=True))

    async def story() -> None:
        await bench.hold(0.5, 10)
        bench.rules.rearm(bench.outputs.reopened(bench.sampled))
        await bench.hold(0.5, 10)

    bench.play(story())
    assert [(at, name, value) for at, name, value, _ in bench.log] == [
        (0.0, "valve", True), (5.0, "pump", True), (10.0, "pump", False), (10.0, "pump", True),
    ]  # fmt: skip


def test_rearming_disturbs_only_who_sets_what_was_made_safe() -> None:
    bench = Bench(FILL)

    async def story() -> None:
        await bench.hold(0.5, 10)
        await bench.outputs.write("pump", False, "user anna")
        bench.rules.rearm(bench.outputs.reopened(bench.sampled))
        await bench.hold(0.5, 10)

    assert bench.play(story()) == [(5.0, True), (10.0, False)]


def test_a_rule_listens_to_points_that_rules_set() -> None:
    valve = Expression("valve", Name(0, "valve"), ("valve",))
    bench = Bench(rule("one", level("<", 1), valve=True), rule("two", valve, pump=True))

    async def story() -> None:
        bench.outputs.start()
        await bench.hold(0.5, 2)

    assert bench.play(story()) == [(0.0, True)]


def test_rules_that_set_each_other_off_leave_time_for_the_rest() -> None:
    valve, pump = Name(0, "valve"), Name(0, "pump")
    bench = Bench(
        rule("a", Expression("valve", valve, ("valve",)), pump=True),
        rule("b", Expression("pump", pump, ("pump",)), valve=False),
        rule("c", Expression("not pump", Not(0, pump), ("pump",)), valve=True),
        rule("d", Expression("not valve", Not(0, valve), ("valve",)), pump=False),
    )

    async def story() -> None:
        bench.outputs.start()
        bench.live.put(Reading("pump", False))
        await asyncio.sleep(10)

    bench.play(story())
    assert 100 < len(bench.log) < 2500


def test_without_rules_nothing_runs() -> None:
    bench = Bench()
    run(bench.rules.run(), bench.clock)


@pytest.mark.parametrize("status", [Status.GOOD, Status.UNCERTAIN])
def test_a_value_that_is_uncertain_counts(status: Status) -> None:
    bench = Bench(rule("now", level("<", 0.8), pump=True))

    async def story() -> None:
        bench.put(0.5, status)
        await asyncio.sleep(0.5)

    assert bench.play(story()) == [(0.0, True)]
