"""When a commit comes, in virtual time."""

from __future__ import annotations

from asyncio import sleep
from pathlib import Path

from scripted_sink import virtual
from stores import levels, open_store

from wisgate.core.clock import VirtualClock
from wisgate.store.pace import Pace


def test_what_comes_in_the_same_moment_is_in_one_commit(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store = await open_store(tmp_path, clock=clock, pace=Pace(10.0, 2, 0.5, None))
        store.extend(list(levels(1)))
        await sleep(9.0)
        store.extend(list(levels(1)))
        await sleep(0.4)
        store.extend(list(levels(3)))
        assert store.last_seq == 0
        await sleep(0.2)
        assert store.last_seq == 5
        store.extend(list(levels(1)))
        await sleep(9.9)  # and the next commit has its whole time again
        assert store.last_seq == 5
        await sleep(0.2)
        assert store.last_seq == 6
        await store.close()

    virtual(clock, main())


def test_many_wait_for_nothing(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        pace = Pace(10.0, 2, 0.5, None, full=4)
        store = await open_store(tmp_path, clock=clock, pace=pace)
        store.extend(list(levels(3)))
        await sleep(0.4)
        assert store.last_seq == 0
        store.extend(list(levels(1)))
        await sleep(0.01)
        assert store.last_seq == 4
        await store.close()

    virtual(clock, main())


def test_who_flushes_waits_for_no_rest(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store = await open_store(tmp_path, clock=clock, pace=Pace(10.0, 2, 0.5, None))
        store.extend(list(levels(2)))
        began = clock.monotonic()
        await store.flush()
        assert (store.last_seq, clock.monotonic() - began < 0.1) == (2, True)
        store.extend(list(levels(1)))
        await sleep(1.0)  # the rest of before is over, and ends nobody's time
        assert store.last_seq == 2
        await store.close()

    virtual(clock, main())
