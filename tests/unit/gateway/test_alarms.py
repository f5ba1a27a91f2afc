"""Alarms in virtual time: each state, each condition, who and when, and once over a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from wisgate.board.virtual_time import run
from wisgate.config.conditions import condition
from wisgate.config.model import AlarmConfig, Where
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import OutputRefused
from wisgate.core.points import Kind, Point, Reading, Status
from wisgate.gateway.alarms import Alarms
from wisgate.gateway.live import Live
from wisgate.gateway.scene import Scene
from wisgate.store.records import ALARM, AlarmState, Phase, Record

HERE = Where("gateway.toml", 1)
LEVEL = Point("level", "m", interval=1.0)
PUMP = Point("pump", kind=Kind.BOOL)


def alarm(name: str = "overflow", severity: str = "high", **options: Any) -> AlarmConfig:
    return AlarmConfig(HERE, name, severity, **options)


class Bench:
    """`told` is every record: second, name, state, cause."""

    def __init__(self, *alarms: AlarmConfig, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()
        self.live = Live((LEVEL, PUMP), self.clock)
        scene = Scene(self.live, self.clock, [a.when for a in alarms if a.when])
        self.records: list[Reading] = []
        self.alarms = Alarms(alarms, self.live, scene, self.clock, self.records.append)

    @property
    def told(self) -> list[tuple[float, str, str]]:
        start = self.clock.utc_ns() - round(self.clock.monotonic() * 1e9)
        return [
            (round((r.time_ns - start) / 1e9, 2), self.state(r).phase.value, r.cause)
            for r in self.records
        ]

    @staticmethod
    def state(reading: Reading) -> AlarmState:
        assert reading.name.startswith(ALARM)
        record = Record(1, reading.time_ns, reading.name, "", reading.value, reading.status)
        state = AlarmState.of(record)
        assert state is not None
        return state

    def level(self, value: float | None, status: Status = Status.GOOD) -> None:
        self.live.put(Reading("level", value, status, self.clock.utc_ns()))

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        async def with_alarms() -> None:
            task = asyncio.create_task(self.alarms.run())
            await main
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        run(with_alarms(), self.clock)

    async def hold(self, value: float | None, seconds: float) -> None:
        """The point is read every second."""
        for _ in range(round(seconds)):
            self.level(value)
            await asyncio.sleep(1.0)


def phases(bench: Bench) -> list[str]:
    return [phase for _, phase, _ in bench.told]


def test_a_limit_with_hysteresis_and_delay() -> None:
    bench = Bench(alarm(point="level", above=3.2, clear=3.0, after=3.0))

    async def main() -> None:
        await bench.hold(3.0, 2)
        await bench.hold(3.3, 2)  # too short
        await bench.hold(3.1, 2)
        await bench.hold(3.3, 5)  # long enough
        await bench.hold(3.1, 2)  # not back yet
        await bench.hold(2.9, 2)

    bench.run(main())
    assert bench.told == [
        (2.0, "pending", ""), (4.0, "normal", ""), (6.0, "pending", ""), (9.0, "active", ""),
        (13.0, "normal", ""),
    ]  # fmt: skip


def test_the_limit_itself_is_no_alarm_and_below_works_the_same() -> None:
    bench = Bench(alarm(point="level", below=0.4, clear=0.6))

    async def main() -> None:
        for value in (0.4, 0.39, 0.5, 0.6, 0.39):
            await bench.hold(value, 1)

    bench.run(main())
    assert bench.told == [(1.0, "active", ""), (3.0, "normal", ""), (4.0, "active", "")]


def test_somebody_acknowledges_and_it_goes_by_itself() -> None:
    bench = Bench(alarm(point="level", above=3.2))

    async def main() -> None:
        await bench.hold(3.3, 2)
        bench.alarms.acknowledge("overflow", "user anna")
        assert bench.alarms.holds("overflow")
        with pytest.raises(OutputRefused, match="is acknowledged: there is nothing to acknowledge"):
            bench.alarms.acknowledge("overflow", "user anna")
        await bench.hold(3.3, 2)
        await bench.hold(3.0, 1)
        assert not bench.alarms.holds("overflow")

    bench.run(main())
    assert bench.told == [
        (0.0, "active", ""), (2.0, "acknowledged", "user anna"), (4.0, "normal", ""),
    ]  # fmt: skip


def test_a_latched_alarm_waits_for_somebody() -> None:
    bench = Bench(alarm(point="level", above=3.2, latch=True))

    async def main() -> None:
        await bench.hold(3.3, 1)
        await bench.hold(3.0, 3)
        assert bench.alarms.holds("overflow")
        bench.alarms.acknowledge("overflow", "user anna")
        assert not bench.alarms.holds("overflow")
        await bench.hold(3.3, 1)

    bench.run(main())
    assert phases(bench) == ["active", "cleared", "normal", "active"]


def test_a_latched_alarm_that_comes_back_is_active_again() -> None:
    bench = Bench(alarm(point="level", above=3.2, latch=True))

    async def main() -> None:
        await bench.hold(3.3, 1)
        await bench.hold(3.0, 1)
        await bench.hold(3.3, 1)

    bench.run(main())
    assert phases(bench) == ["active", "cleared", "active"]


def test_without_a_value_it_neither_comes_nor_goes() -> None:
    bench = Bench(alarm(point="level", above=3.2))

    async def main() -> None:
        await bench.hold(3.3, 1)
        bench.level(None, Status.FAULT)
        await asyncio.sleep(100)  # and stale on top
        assert bench.alarms.holds("overflow")
        await bench.hold(3.0, 1)

    bench.run(main())
    assert phases(bench) == ["active", "normal"]


@pytest.mark.parametrize("status", [Status.FAULT, Status.ABSENT, Status.SATURATED])
def test_a_status_is_a_condition(status: Status) -> None:
    bench = Bench(alarm("blind", point="level", statuses=(Status.STALE, status)))

    async def main() -> None:
        await bench.hold(1.0, 2)
        bench.level(None, status)
        await asyncio.sleep(1)
        await bench.hold(1.0, 2)
        await asyncio.sleep(10)  # stale
        await bench.hold(1.0, 1)

    bench.run(main())
    assert [(t, p) for t, p, _ in bench.told] == [
        (2.0, "active"), (3.0, "normal"), (8.0, "active"), (15.0, "normal"),
    ]  # fmt: skip


def test_a_rate_of_change() -> None:
    bench = Bench(alarm("leak", point="level", falling=0.2, within=10.0))

    async def main() -> None:
        await bench.hold(2.0, 12)
        for n in range(10):
            await bench.hold(2.0 - 0.05 * n, 1)
        await bench.hold(1.55, 15)

    bench.run(main())
    assert phases(bench) == ["active", "normal"]
    assert 15 <= bench.told[0][0] <= 20


def test_a_condition_over_several_points() -> None:
    points = {p.name: p for p in (LEVEL, PUMP)}
    bench = Bench(alarm("dry", when=condition("pump and level < 0.3m", points)))

    async def main() -> None:
        bench.live.put(Reading("pump", False))
        await bench.hold(0.2, 1)
        bench.live.put(Reading("pump", True))
        await bench.hold(0.2, 1)
        bench.live.put(Reading("pump", False))
        await bench.hold(0.2, 1)

    bench.run(main())
    assert bench.told == [(1.0, "active", ""), (2.0, "normal", "")]


def test_shelved_nobody_hears_of_it_until_its_time_is_over() -> None:
    bench = Bench(alarm(point="level", above=3.2))

    async def main() -> None:
        await bench.hold(3.0, 1)
        bench.alarms.shelve("overflow", 10.0, "user anna")
        await bench.hold(3.3, 5)
        assert bench.alarms.all()[0].phase is Phase.SHELVED
        assert bench.alarms.holds("overflow")
        await bench.hold(3.3, 10)

    bench.run(main())
    assert bench.told[0] == (1.0, "shelved", "user anna")
    assert bench.told[-1] == (11.0, "active", "time is over")
    assert {p for _, p, _ in bench.told[1:-1]} == {"shelved"}


def test_what_cannot_be_done_says_why() -> None:
    bench = Bench(alarm(point="level", above=3.2))
    with pytest.raises(OutputRefused, match='no alarm "nope"; there are: overflow'):
        bench.alarms.acknowledge("nope", "user anna")
    with pytest.raises(OutputRefused, match="is not shelved"):
        bench.alarms.shelve("overflow", 0.0, "user anna")
    with pytest.raises(OutputRefused, match="30 days at most"):
        bench.alarms.shelve("overflow", 1e9, "user anna")


def test_a_rule_holds_it() -> None:
    bench = Bench(alarm("stuck"))

    async def main() -> None:
        await asyncio.sleep(1)
        bench.alarms.raised_by("rule 1", ["stuck"], True)
        bench.alarms.raised_by("rule 2", ["stuck"], True)
        await asyncio.sleep(1)
        bench.alarms.raised_by("rule 1", ["stuck"], False)
        await asyncio.sleep(1)
        bench.alarms.raised_by("rule 2", ["stuck"], False)
        await asyncio.sleep(1)

    bench.run(main())
    assert bench.told == [(1.0, "active", ""), (3.0, "normal", "")]


@pytest.mark.parametrize("seen", [False, True])
def test_over_a_restart_it_fires_once(seen: bool) -> None:
    config = alarm(point="level", above=3.2)
    first = Bench(config)

    async def before() -> None:
        await first.hold(3.3, 2)
        if seen:
            first.alarms.acknowledge("overflow", "user anna")

    first.run(before())
    second = Bench(config)
    last = first.records[-1]
    second.alarms.restore("overflow", Bench.state(last), last.time_ns)
    assert second.alarms.all()[0].phase is (Phase.ACKNOWLEDGED if seen else Phase.ACTIVE)

    async def after() -> None:
        await asyncio.sleep(5)  # before the first reading nothing is known
        await second.hold(3.3, 3)
        await second.hold(3.0, 1)

    second.run(after())
    assert phases(second) == ["normal"]


def test_a_shelved_alarm_is_shelved_after_a_restart() -> None:
    config = alarm(point="level", above=3.2)
    first = Bench(config)
    first.alarms.shelve("overflow", 100.0, "user anna")
    second = Bench(config)
    second.alarms.restore("overflow", Bench.state(first.records[-1]), first.records[-1].time_ns)
    assert second.alarms.all()[0].phase is Phase.SHELVED


def test_what_damage_left_of_a_record_is_no_state() -> None:
    for value in (None, 3.0, "{", '{"phase": "odd"}', "[]"):
        assert AlarmState.of(Record(1, 0, "alarm/x", "", value, Status.GOOD)) is None
    assert AlarmState.of(Record(1, 0, "level", "m", "{}", Status.GOOD)) is None
