"""The lane: one thread, in order, urgent first, and no way to hang its caller."""

from __future__ import annotations

import asyncio
import threading
import time
import weakref
from collections.abc import Callable

import pytest

from wisgate.bus.lane import InlineLane, Lane, LoopLane, ThreadLane
from wisgate.core.errors import BusUnavailable, NoAcknowledge

DEADLINE = 10.0
KINDS: list[Callable[[str], Lane]] = [ThreadLane, InlineLane, LoopLane]
ALL = pytest.mark.parametrize("kind", KINDS, ids=["thread", "inline", "loop"])


class Gate:
    """A job that says when it started and goes on when told."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.go = threading.Event()

    def __call__(self) -> str:
        self.started.set()
        assert self.go.wait(DEADLINE)
        return "through the gate"


async def occupied(lane: Lane) -> tuple[Gate, asyncio.Task[str]]:
    """A lane that runs a gate now."""
    gate = Gate()
    task = asyncio.create_task(lane.run(gate))
    assert await asyncio.to_thread(gate.started.wait, DEADLINE)
    return gate, task


async def queued(lane: Lane, job: Callable[[], object], *, urgent: bool = False) -> asyncio.Task:
    """A job that has reached the queue."""
    task = asyncio.create_task(lane.run(job, urgent=urgent))
    await asyncio.sleep(0)
    return task


def test_jobs_run_in_order_in_one_thread_that_is_not_ours() -> None:
    async def main() -> None:
        lane = ThreadLane("i2c-1")
        seen: list[tuple[int, threading.Thread]] = []
        async with asyncio.TaskGroup() as group:
            for n in range(50):
                job = lambda n=n: seen.append((n, threading.current_thread()))  # noqa: E731
                group.create_task(lane.run(job))
        await lane.close()
        assert [n for n, _ in seen] == list(range(50))
        (thread,) = {thread for _, thread in seen}
        assert thread.name == "lane i2c-1"
        assert thread is not threading.main_thread()

    asyncio.run(main())


def test_output_writes_come_first_and_among_themselves_in_order() -> None:
    async def main() -> None:
        lane = ThreadLane("i2c-1")
        seen: list[str] = []
        gate, running = await occupied(lane)
        tasks = [
            await queued(lane, lambda: seen.append("sample 1")),
            await queued(lane, lambda: seen.append("sample 2")),
            await queued(lane, lambda: seen.append("write 1"), urgent=True),
            await queued(lane, lambda: seen.append("write 2"), urgent=True),
        ]
        gate.go.set()
        await asyncio.gather(running, *tasks)
        await lane.close()
        assert seen == ["write 1", "write 2", "sample 1", "sample 2"]

    asyncio.run(main())


def test_a_started_job_finishes_a_queued_one_is_dropped() -> None:
    async def main() -> None:
        lane = ThreadLane("i2c-1")
        seen: list[str] = []
        complaints: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
        gate = Gate()
        started = asyncio.create_task(lane.run(lambda: seen.append(gate())))
        await asyncio.to_thread(gate.started.wait, DEADLINE)
        waiting = await queued(lane, lambda: seen.append("dropped"))
        started.cancel()
        waiting.cancel()
        outcomes = await asyncio.gather(started, waiting, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 2
        following = await queued(lane, lambda: seen.append("next"))
        assert seen == []
        gate.go.set()
        await following
        await lane.close()
        assert seen == ["through the gate", "next"]
        assert complaints == [], "the abandoned result was delivered"

    asyncio.run(main())


@ALL
def test_result_and_error_reach_the_caller_and_the_lane_goes_on(
    kind: Callable[[str], Lane],
) -> None:
    def absent() -> None:
        raise NoAcknowledge(0x41)

    async def main() -> None:
        lane = kind("i2c-1")
        with pytest.raises(NoAcknowledge, match="0x41"):
            await lane.run(absent)
        assert await lane.run(lambda: 7) == 7
        await lane.close()

    asyncio.run(main())


@ALL
def test_a_job_that_raises_stop_iteration_does_not_hang_its_caller(
    kind: Callable[[str], Lane],
) -> None:
    async def main() -> None:
        lane = kind("i2c-1")
        async with asyncio.timeout(DEADLINE):
            with pytest.raises(RuntimeError, match="StopIteration") as raised:
                await lane.run(lambda: next(iter(())))
        assert isinstance(raised.value.__cause__, StopIteration)
        await lane.close()

    asyncio.run(main())


def test_close_finishes_what_is_queued_and_stops_the_thread() -> None:
    async def main() -> None:
        lane = ThreadLane("uart closing")
        seen: list[int] = []
        gate, running = await occupied(lane)
        tasks = [await queued(lane, lambda n=n: seen.append(n)) for n in range(3)]
        closing = asyncio.create_task(lane.close())
        await asyncio.sleep(0)
        gate.go.set()
        await closing
        await asyncio.gather(running, *tasks)
        assert seen == [0, 1, 2]
        assert "lane uart closing" not in [thread.name for thread in threading.enumerate()]

    asyncio.run(main())


@ALL
def test_a_closed_lane_refuses_instead_of_hanging(kind: Callable[[str], Lane]) -> None:
    async def main() -> None:
        lane = kind("i2c-1")
        await lane.close()
        await lane.close()
        async with asyncio.timeout(DEADLINE):
            with pytest.raises(BusUnavailable, match="lane of i2c-1 is closed"):
                await lane.run(lambda: None)

    asyncio.run(main())


def test_two_may_close_at_once() -> None:
    async def main() -> None:
        lane = ThreadLane("i2c-1")
        async with asyncio.timeout(DEADLINE):
            await asyncio.gather(lane.close(), lane.close())

    asyncio.run(main())


def test_a_loop_that_is_closed_meanwhile_does_not_stop_the_lane() -> None:
    lane = ThreadLane("i2c-1")
    gate = Gate()

    async def leaves_early() -> None:
        task = asyncio.create_task(lane.run(gate))
        await asyncio.to_thread(gate.started.wait, DEADLINE)
        task.cancel()

    async def comes_later() -> str:
        async with asyncio.timeout(DEADLINE):
            result = await lane.run(lambda: "still here")
            await lane.close()
            return result

    asyncio.run(leaves_early())
    gate.go.set()
    assert asyncio.run(comes_later()) == "still here"


def test_an_idle_lane_keeps_no_result_alive() -> None:
    class Frame:
        pass

    async def main() -> None:
        lane = ThreadLane("i2c-1")
        gone = threading.Event()
        weakref.finalize(await lane.run(Frame), gone.set)
        assert await asyncio.to_thread(gone.wait, DEADLINE)
        await lane.close()

    asyncio.run(main())


def test_inline_lane_runs_in_the_thread_of_its_caller() -> None:
    async def main() -> None:
        lane = InlineLane("i2c-1")
        assert await lane.run(threading.current_thread) is threading.current_thread()

    asyncio.run(main())


def test_a_lane_of_the_loop_lets_nobody_else_go_first() -> None:
    async def main() -> None:
        order: list[str] = []
        other = asyncio.create_task(LoopLane("10.0.0.5").run(lambda: order.append("other")))
        await LoopLane("10.0.0.6").run(lambda: order.append("first"))
        await other
        assert order == ["first", "other"]

    asyncio.run(main())


def test_a_lane_tells_how_long_it_worked() -> None:
    async def main() -> None:
        lane = ThreadLane("i2c-1")
        await asyncio.to_thread(sum, range(2_000_000))
        before = lane.busy_s
        began = time.monotonic()
        await lane.run(lambda: sum(range(2_000_000)))
        await lane.close()
        assert before == 0.0
        assert 0.0 < lane.busy_s <= time.monotonic() - began

    asyncio.run(main())
