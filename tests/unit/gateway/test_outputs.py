"""Writes: kinds, minimum times, causes, safe states; in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from scripted_module import HERE, LEVEL, LOOP, SWITCH, ScriptedModule, point, sampled

from wisgate.board.virtual_time import run
from wisgate.config.model import PointConfig, VirtualConfig
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, NoAcknowledge, OutputRefused, UnitRefused
from wisgate.core.points import Channel, Kind, Point, Reading, Value
from wisgate.gateway.outputs import SAFE, Outputs, TooSoon, checked

REGISTER = Channel("switch", kind=Kind.BOOL, writable=True)
"""Of a Modbus unit: it has no safe state of ours."""


def virtual(name: str, kind: Kind, initial: Value) -> VirtualConfig:
    return VirtualConfig(HERE, Point(name, kind=kind, writable=True, source="virtual"), initial)


class Bench:
    def __init__(self, *points: PointConfig) -> None:
        self.clock = VirtualClock()
        self.told: list[tuple[str, Value, str]] = []
        self.modules = [ScriptedModule() for _ in range(2)]
        first, second = self.modules
        self.sampled = [
            sampled(first, self.clock, points=points or (point("pump"), point("level", LEVEL))),
            sampled(second, self.clock, name="wisblock-2", points=(point("valve"),)),
        ]
        virtuals = [virtual("maintenance", Kind.BOOL, True), virtual("limit", Kind.FLOAT, 1.5)]
        self.outputs = Outputs(self.sampled, virtuals, self.clock, self._take)

    def _take(self, reading: Reading) -> None:
        assert reading.time_ns == self.clock.utc_ns()
        self.told.append((reading.name, reading.value, reading.cause))

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        run(main, self.clock)

    async def refused(self, name: str, value: Value, error: type[Exception], match: str) -> None:
        with pytest.raises(error, match=match):
            await self.outputs.write(name, value, "user anna")


def test_a_write_reaches_the_module_and_is_told_with_its_cause() -> None:
    bench = Bench()

    async def main() -> None:
        reading = await bench.outputs.write("pump", True, "user anna")
        assert (reading.value, reading.cause) == (True, "user anna")

    bench.run(main())
    assert bench.modules[0].on
    assert not bench.modules[1].on
    assert bench.told == [("pump", True, "user anna")]
    assert bench.outputs.causes == {"pump": "user anna"}


def test_virtual_points_begin_with_their_initial_value() -> None:
    bench = Bench()
    bench.outputs.start()
    assert bench.told == [("maintenance", True, "initial"), ("limit", 1.5, "initial")]

    async def main() -> None:
        await bench.outputs.write("limit", 2, "rule 1")

    bench.run(main())
    assert bench.told[-1] == ("limit", 2.0, "rule 1")
    assert not bench.outputs.is_output("limit")
    assert bench.outputs.is_output("pump")


def test_what_cannot_be_written() -> None:
    bench = Bench()

    async def main() -> None:
        await bench.refused("level", 1.0, OutputRefused, "level cannot be written")
        await bench.refused("nobody", 1.0, OutputRefused, "nobody cannot be written")
        await bench.refused("pump", 1, OutputRefused, "pump takes true or false, not 1")

    bench.run(main())
    assert bench.told == []
    assert bench.modules[0].done == []


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Kind.BOOL, [True, False], [1, 0.0, "true", None]),
        (Kind.INT, [0, -7], [True, 1.0, "1", None]),
        (Kind.FLOAT, [1.5, -0.0], [True, "1.5", None]),
        (Kind.TEXT, ["", "auto"], [True, 1, 1.5, None]),
    ],
)
def test_kinds(kind: Kind, good: list[Value], bad: list[Value]) -> None:
    given = Point("p", kind=kind)
    for value in good:
        assert checked(given, value) is value
    for value in bad:
        with pytest.raises(OutputRefused, match="p takes"):
            checked(given, value)


@pytest.mark.parametrize("kind", [Kind.INT, Kind.FLOAT])
@pytest.mark.parametrize("value", [2**63, -(10**400)])
def test_a_number_that_nothing_can_carry(kind: Kind, value: int) -> None:
    """JSON bounds no number; a store, a float and most readers do."""
    with pytest.raises(OutputRefused, match=r"x takes a .*number of at most 64 bits"):
        checked(Point("x", kind=kind), value)


def test_a_whole_number_becomes_a_float() -> None:
    value = checked(Point("p"), 3)
    assert isinstance(value, float)
    assert value == 3.0


def test_minimum_times_both_ways() -> None:
    bench = Bench(point("pump", min_on=20.0, min_off=10.0))

    async def main() -> None:
        write = bench.outputs.write
        await write("pump", True, "a")
        await asyncio.sleep(19.9)
        with pytest.raises(TooSoon, match=r"switched on 20 s ago.*20 s \(min_on\)") as refused:
            await write("pump", False, "b")
        assert refused.value.wait == pytest.approx(0.1, abs=1e-4)
        await write("pump", True, "again")  # no change, no minimum
        await asyncio.sleep(refused.value.wait)
        await write("pump", False, "b")
        await asyncio.sleep(9.9)
        with pytest.raises(TooSoon, match="min_off"):
            await write("pump", True, "c")
        await asyncio.sleep(0.1001)
        await write("pump", True, "c")

    bench.run(main())
    assert [cause for _, _, cause in bench.told] == ["a", "again", "b", "c"]


@pytest.mark.parametrize("start", [0.1, 0.7, 1e-3, 123.456789, 86_399.3])
def test_after_exactly_the_minimum_nobody_waits_for_rounding(start: float) -> None:
    bench = Bench(point("pump", min_on=20.3))

    async def main() -> None:
        bench.clock.advance(start)
        await bench.outputs.write("pump", True, "a")
        bench.clock.advance(20.3)
        await bench.outputs.write("pump", False, "b")

    bench.run(main())


def test_writes_to_one_output_take_turns() -> None:
    """Two that come together may not both pass the minimum time."""
    bench = Bench(point("pump", min_on=20.0))

    async def main() -> None:
        results = await asyncio.gather(
            bench.outputs.write("pump", True, "rule"),
            bench.outputs.write("pump", False, "user"),
            return_exceptions=True,
        )
        assert isinstance(results[1], TooSoon)
        assert bench.modules[0].on

    bench.run(main())


def test_the_safe_state_ignores_minimum_times() -> None:
    bench = Bench(point("pump", min_on=20.0))

    async def main() -> None:
        await bench.outputs.write("pump", True, "a")
        await bench.outputs.make_safe("pump", "level unknown")
        await bench.outputs.make_safe("pump", "once more")

    bench.run(main())
    assert not bench.modules[0].on
    assert bench.told == [("pump", True, "a"), ("pump", False, "level unknown")]


def test_what_has_no_safe_state_stays() -> None:
    bench = Bench(point("lamp", REGISTER))

    async def main() -> None:
        await bench.outputs.write("lamp", True, "a")
        await bench.outputs.make_safe("lamp", "x")
        await bench.outputs.close()
        assert bench.outputs.reopened(bench.sampled[0]) == frozenset()

    bench.run(main())
    assert bench.modules[0].on


@pytest.mark.parametrize("error", [BusTimeout("stuck"), KeyError("a mistake")])
def test_closing_reaches_every_output_whatever_one_does(
    error: Exception, tracebacks: list[str]
) -> None:
    bench = Bench()

    async def main() -> None:
        await bench.outputs.write("pump", True, "a")
        await bench.outputs.write("valve", True, "a")
        bench.modules[0].write_failures = [error]
        await bench.outputs.close()
        await bench.refused("valve", True, OutputRefused, "the gateway stops")

    bench.run(main())
    assert not bench.modules[1].on
    assert bench.told[-1] == ("valve", False, SAFE)
    assert len(tracebacks) == isinstance(error, KeyError)
    tracebacks.clear()


def test_closing_goes_on_when_nobody_can_be_told(tracebacks: list[str]) -> None:
    bench = Bench()

    def fail(reading: Reading) -> None:
        raise LookupError("a mistake above")

    outputs = Outputs(bench.sampled, [], bench.clock, fail)

    async def main() -> None:
        for name in ("pump", "valve"):
            with pytest.raises(LookupError):
                await outputs.write(name, True, "a")
        await outputs.close()

    bench.run(main())
    assert [m.on for m in bench.modules] == [False, False]
    assert len(tracebacks) == 2
    tracebacks.clear()


@pytest.mark.parametrize(("failures", "value"), [(1, False), (2, None)])
def test_the_journal_never_ends_with_what_was_commanded(failures: int, value: Value) -> None:
    """Closing tries twice; an output that took neither ends with a fault, not with "on"."""
    bench = Bench()

    async def main() -> None:
        await bench.outputs.write("pump", True, "a")
        bench.modules[0].write_failures = [BusTimeout("stuck")] * failures
        await bench.outputs.close()

    bench.run(main())
    assert bench.told == [("pump", True, "a"), ("pump", value, SAFE)]
    assert bench.modules[0].on is False, "opened again, which is safe"


def test_a_write_that_was_cancelled_may_have_happened() -> None:
    bench = Bench()

    async def main() -> None:
        rule = asyncio.create_task(bench.outputs.write("pump", True, "rule 1"))
        await asyncio.sleep(0)
        rule.cancel()
        await asyncio.wait([rule])
        await bench.outputs.close()

    bench.run(main())
    assert bench.modules[0].done[-1] == "write switch False"
    assert bench.told == [("pump", False, SAFE)]


def test_who_waits_for_a_turn_while_closing_is_refused() -> None:
    bench = Bench()

    async def main() -> None:
        first = asyncio.create_task(bench.outputs.write("pump", True, "a"))
        await asyncio.sleep(0)
        late = asyncio.create_task(bench.outputs.write("pump", True, "b"))
        await asyncio.sleep(0)
        await bench.outputs.close()
        assert (await asyncio.gather(first, late, return_exceptions=True))[1].__class__ is (
            OutputRefused
        )

    bench.run(main())
    assert not bench.modules[0].on


def test_after_a_write_that_failed_the_safe_state_is_written_for_certain() -> None:
    """The latch may hold what was asked for although the answer did not come."""
    bench = Bench(point("pump", min_on=20.0))

    async def main() -> None:
        await bench.sampled[0].open()
        bench.modules[0].write_failures = [BusTimeout("stuck")]
        await bench.refused("pump", True, BusTimeout, "stuck")
        assert bench.told == []
        bench.modules[0].on = True
        await bench.outputs.make_safe("pump", "x")

    bench.run(main())
    assert bench.modules[0].done[-1] == "write switch False"
    assert bench.told == [("pump", False, "x")]


def test_a_write_that_the_unit_refused_changes_nothing() -> None:
    bench = Bench()

    async def main() -> None:
        await bench.sampled[0].open()
        bench.modules[0].write_failures = [UnitRefused("busy", 6)]
        await bench.refused("pump", True, UnitRefused, "busy")
        await bench.outputs.make_safe("pump", "x")

    bench.run(main())
    assert bench.modules[0].done == ["open", "write switch True"]


def test_a_module_that_came_back_is_told_safe_and_keeps_min_off() -> None:
    bench = Bench(point("pump", min_off=10.0))

    async def main() -> None:
        assert bench.outputs.reopened(bench.sampled[0]) == frozenset()
        await bench.outputs.write("pump", True, "rule fill")
        await asyncio.sleep(60)
        assert bench.outputs.reopened(bench.sampled[1]) == frozenset()
        assert bench.outputs.reopened(bench.sampled[0]) == {"pump"}
        await bench.refused("pump", True, TooSoon, "min_off")

    bench.run(main())
    assert bench.told == [("pump", True, "rule fill"), ("pump", False, SAFE)]
    assert bench.outputs.causes == {"pump": SAFE}


def test_a_write_to_a_module_that_is_not_there() -> None:
    bench = Bench()
    bench.modules[0].open_failures = [NoAcknowledge(0x26)] * 2

    async def main() -> None:
        await bench.sampled[0].open()
        await bench.refused("pump", True, NoAcknowledge, "0x26")
        await bench.sampled[0].sample(LOOP)
        await bench.outputs.write("pump", True, "a")

    bench.run(main())
    assert bench.told == [("pump", True, "a")]
    assert SWITCH.safe is False
