"""An event loop whose time jumps."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from wisgate.board.virtual_time import LOOK_EVERY, RESOLUTION_S, run
from wisgate.core.clock import VirtualClock


def test_a_day_passes_at_once() -> None:
    clock = VirtualClock()

    async def main() -> float:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    begun = time.monotonic()
    assert run(main(), clock) == pytest.approx(86_400, abs=RESOLUTION_S)
    assert clock.monotonic() == pytest.approx(86_400, abs=RESOLUTION_S)
    assert time.monotonic() - begun < 5


def test_everything_happens_in_the_order_of_its_time() -> None:
    clock = VirtualClock()
    seen: list[tuple[float, str]] = []

    async def tick(name: str, pause: float, count: int) -> None:
        for _ in range(count):
            await asyncio.sleep(pause)
            seen.append((round(clock.monotonic(), 3), name))

    async def main() -> None:
        await asyncio.gather(tick("a", 0.3, 3), tick("b", 0.5, 2), tick("c", 10.0, 1))

    run(main(), clock)
    assert seen == [(0.3, "a"), (0.5, "b"), (0.6, "a"), (0.9, "a"), (1.0, "b"), (10.0, "c")]


def test_a_job_that_takes_its_time_moves_everybody() -> None:
    clock = VirtualClock()

    async def main() -> float:
        later = asyncio.create_task(asyncio.sleep(1))
        await asyncio.sleep(0)
        clock.advance(3)  # a blocking job in an inline lane
        await later
        return clock.monotonic()

    assert run(main(), clock) == pytest.approx(3.0, abs=RESOLUTION_S)


def test_time_outs_count_virtual_seconds() -> None:
    clock = VirtualClock()

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3600):
                await asyncio.Event().wait()

    run(main(), clock)
    assert clock.monotonic() == pytest.approx(3600, abs=1e-5)


@pytest.mark.parametrize("pause", [1e-9, 1e-7, 1e-6])
def test_the_shortest_pauses_end(pause: float) -> None:
    async def main() -> None:
        for _ in range(100):
            await asyncio.sleep(pause)

    run(main(), VirtualClock())


def test_nothing_moves_while_tasks_are_ready() -> None:
    clock = VirtualClock()

    async def main() -> None:
        timer = asyncio.create_task(asyncio.sleep(1))
        for _ in range(1000):
            await asyncio.sleep(0)
        assert clock.monotonic() == 0
        await timer

    run(main(), clock)


def test_what_comes_from_outside_is_seen_while_time_is_skipped() -> None:
    """A signal is a byte in a socket of the loop."""
    outside, inside = socket.socketpair()

    async def main() -> None:
        came = asyncio.Event()
        asyncio.get_running_loop().add_reader(inside, came.set)
        outside.send(b"!")
        for _ in range(LOOK_EVERY + 1):
            await asyncio.sleep(1)
        asyncio.get_running_loop().remove_reader(inside)
        assert came.is_set()

    with outside, inside:
        run(main(), VirtualClock())


def test_two_runs_are_the_same() -> None:
    def history() -> list[tuple[str, float]]:
        clock, seen = VirtualClock(), []

        async def tick(name: str) -> None:
            for n in range(5):
                await asyncio.sleep(0.1 * (n + 1))
                seen.append((name, clock.monotonic()))

        async def main() -> None:
            async with asyncio.TaskGroup() as tasks:
                for name in "abcdef":
                    tasks.create_task(tick(name))

        run(main(), clock)
        return seen

    assert history() == history()


def test_when_everybody_waits_for_somebody_else_it_says_so() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="virtual time stands still"):
        run(main(), VirtualClock())


def test_errors_and_results_come_out() -> None:
    async def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run(fail(), VirtualClock())
