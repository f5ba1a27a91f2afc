"""The border between blocking modules and the event loop, in virtual time."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from scripted_module import LEVEL, LOOP, ScriptedModule, sampled

from wisgate.board.virtual_time import run
from wisgate.bus.lane import InlineLane, ThreadLane
from wisgate.core.clock import VIRTUAL_START_NS, SystemClock, VirtualClock
from wisgate.core.errors import (
    BusTimeout,
    ChecksumMismatch,
    ChipError,
    NoAcknowledge,
    NoAnswer,
    NotReady,
    OutputRefused,
    Saturated,
    UnexpectedValue,
    UnitRefused,
    WisgateError,
)
from wisgate.core.points import Group, Hold, Reading, Release, Sampling, Status
from wisgate.core.units import Seconds
from wisgate.gateway.sampler import LONGEST_REST_S, RESTART_S, Holds, Sampled
from wisgate.gateway.turns import Turn, keep_sampling

T = TypeVar("T")


class Bench:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.module = ScriptedModule()
        self.counters: Counter[str] = Counter()
        self.holds = Holds()
        self.sampled = sampled(self.module, self.clock, holds=self.holds, counters=self.counters)
        self.recovered: list[float] = []
        self.sampled.recovered.append(lambda: self.recovered.append(self.clock.monotonic()))

    def other(self) -> tuple[ScriptedModule, Sampled]:
        module = ScriptedModule()
        return module, sampled(module, self.clock, name="wisblock-2", holds=self.holds)

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        run(main, self.clock)

    async def statuses(self) -> list[Status]:
        return [r.status for r in await self.sampled.sample(LOOP)]


class SlowLane(InlineLane):
    """Whoever is not urgent waits for `turn`."""

    def __init__(self) -> None:
        super().__init__("slow")
        self.turn = asyncio.Event()

    async def run(self, job: Callable[[], T], *, urgent: bool = False) -> T:
        if not urgent:
            await self.turn.wait()
        return await super().run(job, urgent=urgent)


def test_an_open_that_a_close_has_overtaken_opens_nothing() -> None:
    bench = Bench()

    async def main() -> None:
        lane = SlowLane()
        late = Sampled(
            replace(bench.sampled.placed, lane=lane), bench.clock, bench.holds, bench.counters
        )
        opening = asyncio.create_task(late.open())
        await asyncio.sleep(1)
        await late.pause()
        lane.turn.set()
        await opening
        assert bench.module.done == ["close"]
        assert not late.opened

    bench.run(main())


def test_readings_are_dated_and_counted() -> None:
    bench = Bench()

    async def main() -> None:
        await asyncio.sleep(2)
        readings = await bench.sampled.sample(LOOP)
        now = VIRTUAL_START_NS + 2_000_000_000
        assert readings == [
            Reading("level", 1.0, time_ns=now),
            Reading("switch", False, time_ns=now),
        ]

    bench.run(main())
    assert bench.counters == {"samples": 1}
    assert bench.module.done == ["open", "begin loop", "end loop"]


def test_steps_give_the_time_back() -> None:
    bench = Bench()
    bench.module.steps = [0.5, 1]

    async def main() -> None:
        await bench.sampled.sample(LOOP)
        assert bench.clock.monotonic() == pytest.approx(1.5, abs=1e-5)

    bench.run(main())


@pytest.mark.parametrize(
    "error", [NotReady("x"), ChecksumMismatch("x"), BusTimeout("x"), NoAcknowledge(0x41)]
)
def test_what_may_pass_is_tried_again_at_once(error: WisgateError) -> None:
    bench = Bench()
    bench.module.failures = [error]

    async def main() -> None:
        assert await bench.statuses() == [Status.GOOD, Status.GOOD]

    bench.run(main())
    assert bench.counters == {"samples": 1, "retries": 1}
    assert bench.recovered == []


@pytest.mark.parametrize(
    ("error", "tries", "status"),
    [
        (UnexpectedValue("x"), 1, Status.FAULT),
        (NoAnswer("x"), 1, Status.ABSENT),
        (NoAcknowledge(0x41), 2, Status.ABSENT),
        (NotReady("x"), 2, Status.FAULT),
    ],
)
def test_errors_become_statuses(error: WisgateError, tries: int, status: Status) -> None:
    bench = Bench()
    bench.module.failures = [error] * 2

    async def main() -> None:
        readings = await bench.sampled.sample(LOOP)
        assert [(r.name, r.value, r.status) for r in readings] == [
            ("level", None, status), ("switch", None, status)
        ]  # fmt: skip
        assert {r.time_ns for r in readings} == {bench.clock.utc_ns()}
        assert bench.sampled.lost == str(error)

    bench.run(main())
    assert bench.module.done.count("begin loop") == tries
    assert bench.counters["failures"] == 1


def test_a_lost_module_is_open_and_safe_again_at_once() -> None:
    bench = Bench()

    async def main() -> None:
        await bench.statuses()
        bench.module.on = True
        bench.module.failures = [UnexpectedValue("the expander was reset")]
        assert await bench.statuses() == [Status.FAULT, Status.FAULT]
        assert bench.module.on is False
        assert bench.recovered == [bench.clock.monotonic()]
        assert await bench.statuses() == [Status.GOOD, Status.GOOD]

    bench.run(main())
    assert bench.module.done.count("open") == 2
    assert bench.sampled.lost == ""


def test_an_absent_module_is_tried_with_each_sampling(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.module.open_failures = [NoAcknowledge(0x41)] * 3

    async def main() -> None:
        await bench.sampled.open()
        for _ in range(2):
            assert await bench.statuses() == [Status.ABSENT, Status.ABSENT]
        assert bench.recovered == []
        assert await bench.statuses() == [Status.GOOD, Status.GOOD]
        assert len(bench.recovered) == 1

    bench.run(main())
    assert caplog.messages == [
        "wisblock-1: no acknowledge from 0x41", "wisblock-1: answers again after 3 failures"
    ]  # fmt: skip


def test_a_silent_unit_takes_nobody_with_it() -> None:
    bench = Bench()
    bench.module.failures = [NoAnswer("unit 3 is silent")]
    other = Group("other", (LEVEL,), Seconds(1))

    async def main() -> None:
        assert await bench.statuses() == [Status.ABSENT, Status.ABSENT]
        assert bench.sampled.opened
        assert [r.status for r in await bench.sampled.sample(other)] == [Status.GOOD]
        assert bench.sampled.lost == "unit 3 is silent"

    bench.run(main())
    assert bench.recovered == []


def test_a_saturated_input_is_no_loss() -> None:
    bench = Bench()
    bench.module.failures = [Saturated("the shunt is at full scale")] * 2

    async def main() -> None:
        for _ in range(2):
            assert await bench.statuses() == [Status.SATURATED, Status.SATURATED]
            assert bench.sampled.opened
            assert bench.sampled.lost == ""

    bench.run(main())
    assert bench.recovered == []
    assert bench.module.done.count("open") == 1
    assert bench.counters == {"samples": 2}


def test_an_unexpected_exception_faults_only_its_module(
    tracebacks: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench()
    _, other = bench.other()

    async def main() -> None:
        bench.module.failures = [KeyError("a mistake")]
        assert await bench.statuses() == [Status.FAULT, Status.FAULT]
        assert bench.clock.monotonic() == 0, "the fault is told at once, not after the rest"
        assert [r.status for r in await other.sample(LOOP)] == [Status.GOOD, Status.GOOD]
        begun = len(bench.module.done)
        await asyncio.sleep(RESTART_S - 0.1)
        assert await bench.statuses() == [Status.FAULT, Status.FAULT]
        assert len(bench.module.done) == begun, "it rests"
        await asyncio.sleep(0.2)
        assert await bench.statuses() == [Status.GOOD, Status.GOOD]
        assert bench.sampled.lost == ""

    bench.run(main())
    assert len(tracebacks) == 1
    assert "KeyError: 'a mistake'" in tracebacks.pop()
    assert bench.counters["unexpected"] == 1
    assert caplog.messages[0] == "wisblock-1: unexpected; rests for 5 s"


def test_what_stays_broken_tells_one_traceback_and_rests_longer(
    tracebacks: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench()
    bench.module.failures = [ZeroDivisionError("again")] * 12
    crashes: list[float] = []

    async def main() -> None:
        while bench.module.failures:
            before = len(bench.module.failures)
            await bench.statuses()
            if len(bench.module.failures) < before:
                crashes.append(bench.clock.monotonic())
            await asyncio.sleep(1)

    bench.run(main())
    pauses = [b - a for a, b in pairwise(crashes)]
    assert pauses[:3] == pytest.approx([5, 10, 20], abs=0.1)
    assert pauses[-1] == pytest.approx(LONGEST_REST_S, abs=0.1)
    assert len(tracebacks) == 1
    assert sum("unexpected again" in m for m in caplog.messages) == 11
    tracebacks.clear()


def test_unexpected_exceptions_of_open_write_and_close_end_nothing(tracebacks: list[str]) -> None:
    bench = Bench()

    async def main() -> None:
        bench.module.open_failures = [TypeError("open")]
        await bench.sampled.open()
        with pytest.raises(
            OutputRefused, match="wisblock-1 takes no writes: unexpected: TypeError"
        ):
            await bench.sampled.write("switch", True)
        await asyncio.sleep(RESTART_S)
        bench.module.write_failures = [TypeError("write")]
        with pytest.raises(ChipError, match="wisblock-1: unexpected: TypeError"):
            await bench.sampled.write("switch", True)
        bench.module.close_failure = TypeError("close")
        await bench.sampled.close()

    bench.run(main())
    assert [t.splitlines()[-1] for t in tracebacks] == [
        "TypeError: open", "TypeError: write", "TypeError: close"
    ]  # fmt: skip
    tracebacks.clear()


def test_a_write_that_failed_on_the_bus_has_the_module_opened_safe() -> None:
    bench = Bench()

    async def main() -> None:
        await bench.sampled.open()
        bench.module.write_failures = [BusTimeout("stuck")]
        with pytest.raises(BusTimeout):
            await bench.sampled.write("switch", True)
        assert not bench.sampled.opened
        assert bench.sampled.lost == "stuck"
        await bench.sampled.write("switch", True)
        assert bench.module.on

    bench.run(main())
    assert bench.module.done == ["open", "write switch True", "open", "write switch True"]
    assert len(bench.recovered) == 1


@pytest.mark.parametrize("error", [OutputRefused("no"), UnitRefused("busy", 6)])
def test_a_refused_write_leaves_the_module_alone(error: WisgateError) -> None:
    bench = Bench()

    async def main() -> None:
        await bench.sampled.open()
        bench.module.write_failures = [error]
        with pytest.raises(type(error)):
            await bench.sampled.write("switch", True)
        assert bench.sampled.opened

    bench.run(main())


def test_a_write_to_an_absent_module_says_so() -> None:
    bench = Bench()
    bench.module.open_failures = [NoAcknowledge(0x26)] * 2

    async def main() -> None:
        await bench.sampled.open()
        with pytest.raises(NoAcknowledge):
            await bench.sampled.write("switch", True)

    bench.run(main())
    assert "write switch True" not in bench.module.done


def test_a_closed_module_stays_closed(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()

    async def main() -> None:
        await bench.sampled.open()
        bench.module.close_failure = BusTimeout("stuck")
        await bench.sampled.close()
        with pytest.raises(OutputRefused, match="closed"):
            await bench.sampled.write("switch", True)
        assert await bench.statuses() == [Status.FAULT, Status.FAULT]

    bench.run(main())
    assert bench.module.done == ["open", "close"]
    assert caplog.messages[0] == "wisblock-1: not closed cleanly: stuck"


# Holding a chip


@pytest.mark.parametrize("ending", ["release", "return", "error", "unexpected", "cancel"])
def test_a_held_chip_is_free_after_any_end(ending: str, tracebacks: list[str]) -> None:
    bench, chip = Bench(), object()
    module, other = bench.other()
    bench.module.steps = [Hold(chip), 1.0, *([Release(chip)] if ending == "release" else [])]
    module.steps = [Hold(chip), 0.1, Release(chip)]
    if ending == "error":
        bench.module.failures = [UnexpectedValue("x")]
    elif ending == "unexpected":
        bench.module.failures = [KeyError("x")]

    async def main() -> None:
        first = asyncio.create_task(bench.sampled.sample(LOOP))
        await asyncio.sleep(0.5)
        if ending == "cancel":
            first.cancel()
        await asyncio.wait([first])
        assert (await asyncio.wait_for(other.sample(LOOP), 2))[0].status is Status.GOOD

    bench.run(main())
    tracebacks.clear()


def test_a_held_chip_is_waited_for() -> None:
    bench, chip = Bench(), object()
    module, other = bench.other()
    bench.module.steps = module.steps = [0.001, Hold(chip), 1.0, Release(chip)]
    ended: list[float] = []

    async def take(one: Sampled) -> None:
        await one.sample(LOOP)
        ended.append(bench.clock.monotonic())

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(take(bench.sampled))
            tasks.create_task(take(other))

    bench.run(main())
    assert ended == pytest.approx([1.001, 2.001], abs=1e-4)


def test_who_waits_for_a_chip_and_is_cancelled_does_not_get_it() -> None:
    bench, chip = Bench(), object()
    module, other = bench.other()
    bench.module.steps = module.steps = [Hold(chip), 1.0, Release(chip)]

    async def main() -> None:
        first = asyncio.create_task(bench.sampled.sample(LOOP))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(other.sample(LOOP))
        await asyncio.sleep(0.1)
        second.cancel()
        await asyncio.wait([first, second])
        assert (await asyncio.wait_for(other.sample(LOOP), 2))[0].status is Status.GOOD

    bench.run(main())


def test_a_sampling_holds_one_chip_at_a_time(tracebacks: list[str]) -> None:
    bench = Bench()
    one, two = object(), object()
    bench.module.steps = [Hold(one), Hold(two)]
    module, other = bench.other()
    module.steps = [Hold(one), Release(one)]

    async def main() -> None:
        assert await bench.statuses() == [Status.FAULT, Status.FAULT]
        assert (await asyncio.wait_for(other.sample(LOOP), 2))[0].status is Status.GOOD

    bench.run(main())
    assert "one chip at a time" in tracebacks.pop()


def test_reading_beside_the_regular_samples_never_interleaves() -> None:
    bench = Bench()
    bench.module.steps = [0.3]

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(4):
                tasks.create_task(bench.sampled.sample(LOOP))
                await asyncio.sleep(0.1)

    bench.run(main())
    assert bench.module.done == ["open", *["begin loop", "end loop"] * 4]


def test_a_write_gets_in_between_two_steps() -> None:
    bench = Bench()
    bench.module.steps = [5.0]

    async def main() -> None:
        reading = asyncio.create_task(bench.sampled.sample(LOOP))
        await asyncio.sleep(1.0)
        await bench.sampled.write("switch", True)
        assert bench.clock.monotonic() == pytest.approx(1.0, abs=1e-4)
        assert (await reading)[1].value is True

    bench.run(main())


def test_in_a_real_lane_modules_run_in_its_thread() -> None:
    module, threads = ScriptedModule(), set()
    module.watch = lambda what: threads.add(threading.current_thread().name)
    module.steps = [0.001]

    async def main() -> None:
        lane = ThreadLane("i2c-9")
        one = sampled(module, SystemClock(), lane=lane)
        await one.sample(LOOP)
        await one.write("switch", True)
        await one.close()
        await lane.close()

    asyncio.run(main())
    assert threads == {"lane i2c-9"}


class Tidy(ScriptedModule):
    """Has something to do at the end of a sampling, whatever ends it."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.failure = failure

    def sample(self, group: Group) -> Sampling:
        try:
            return (yield from super().sample(group))
        finally:
            self._do("tidy")
            if self.failure is not None:
                raise self.failure
            yield Release(self)


@pytest.mark.parametrize("failure", [None, BusTimeout("stuck"), KeyError("x")])
def test_a_cancelled_sampling_is_tidied_up_in_its_lane(
    failure: Exception | None, tracebacks: list[str]
) -> None:
    module = Tidy(failure)
    module.steps = [60.0]
    threads: dict[str, str] = {}

    async def main() -> None:
        begun, loop = asyncio.Event(), asyncio.get_running_loop()

        def watch(what: str) -> None:
            threads[what] = threading.current_thread().name
            loop.call_soon_threadsafe(begun.set)

        lane = ThreadLane("i2c-9")
        one = sampled(module, SystemClock(), lane=lane)
        await one.open()
        module.watch = watch
        sampling = asyncio.create_task(one.sample(LOOP))
        await begun.wait()
        sampling.cancel()
        await asyncio.wait([sampling])
        assert sampling.cancelled()
        assert "tidy" in threads
        await lane.close()

    asyncio.run(main())
    assert set(threads.values()) == {"lane i2c-9"}
    assert len(tracebacks) == isinstance(failure, KeyError)
    tracebacks.clear()


# The schedule


class Kept:
    """`keep_sampling` for a while."""

    def __init__(self, seconds: float, *, steps: Sequence[float] = (), phase: float = 0.0) -> None:
        self.bench = Bench()
        self.bench.module.steps = list(steps)
        self.taken: list[float] = []
        self._seconds, self._phase = seconds, phase
        self.bench.run(self._main())

    def _take(self, one: Sampled, readings: Sequence[Reading]) -> None:
        self.taken.append(round(self.bench.clock.monotonic(), 3))

    async def _main(self) -> None:
        bench = self.bench
        turn = Turn(bench.sampled, (LOOP,), self._phase)
        task = asyncio.create_task(keep_sampling(turn, bench.clock, self._take, bench.counters))
        await asyncio.sleep(self._seconds)
        task.cancel()
        await asyncio.wait([task])


def test_samples_come_at_their_interval_from_their_phase_on() -> None:
    kept = Kept(4.9, phase=0.4)
    assert kept.taken == [0.4, 1.4, 2.4, 3.4, 4.4]
    assert kept.bench.counters["late"] == 0


def test_late_samples_are_counted_and_left_out() -> None:
    kept = Kept(11, steps=[2.5])
    # 2.5 s for a sample of 1 s: due at 0, 3.5 (the first one warms up), then every third second
    assert kept.taken == [2.5, 6.0, 9.0]
    assert kept.bench.counters["late"] == 4


def test_a_warm_up_of_the_first_sample_is_not_late() -> None:
    assert Kept(2, steps=[1.5]).bench.counters["late"] == 0


def test_a_module_that_comes_and_goes_is_told_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    bench.module.failures = [UnexpectedValue("a loose wire"), None] * 60

    async def main() -> None:
        for _ in range(120):
            await bench.statuses()
            await asyncio.sleep(1)

    bench.run(main())
    assert bench.counters["failures"] == 60
    assert caplog.messages == 2 * [
        "wisblock-1: a loose wire", "wisblock-1: answers again after 1 failures"
    ]  # fmt: skip


def test_the_log_stays_short(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.module.failures = [UnexpectedValue("the supply is off")] * 50

    async def main() -> None:
        for _ in range(51):
            await bench.statuses()

    with caplog.at_level(logging.INFO):
        bench.run(main())
    assert caplog.messages == [
        "wisblock-1: the supply is off", "wisblock-1: answers again after 50 failures"
    ]  # fmt: skip
