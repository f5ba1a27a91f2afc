from __future__ import annotations

import asyncio
from pathlib import Path

from scripted_sink import virtual
from stores import levels, open_store, put

from wisgate.core.clock import VirtualClock
from wisgate.store.progress import CURSOR_S, Progress


def test_a_cursor_waits_for_a_commit_and_not_for_ever(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store = await open_store(tmp_path, clock=clock)

        async def stored() -> int:
            return await store._jobs.run(lambda db: db.cursors.of("plant"))

        await put(store, levels(20))
        store.advance("plant", 7)
        assert await store.cursor("plant") == 7
        assert await stored() == 0
        await put(store, levels(1))
        assert await stored() == 7
        store.advance("plant", 9)
        await asyncio.sleep(CURSOR_S - 0.1)
        assert await stored() == 7
        await asyncio.sleep(0.3)
        assert await stored() == 9
        store.advance("plant", 11)
        await store.close()
        store = await open_store(tmp_path, clock=clock)
        assert await stored() == 11
        await store.close()

    virtual(clock, main())


def test_what_could_not_be_committed_gives_way_to_what_came_since() -> None:
    async def main() -> None:
        progress = Progress(lambda: None)
        progress.advance("plant", 7)
        progress.advance("office", 3)
        taken = progress.take()
        assert progress.take() == {}
        progress.advance("plant", 9)
        progress.put_back(taken)
        assert progress.take() == {"plant": 9, "office": 3}

    asyncio.run(main())
