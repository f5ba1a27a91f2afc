"""Any byte of the store's files changed, or any of their ends cut off: it opens, keeps what is
whole, tells the rest, and works. A failing seed shows the same again: `-k 'seed_17'`."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from store_damage import Stored, hurt, judge, store_to_damage
from stores import everything, levels, opened, put, rolled

from wisgate.core.errors import StoreError
from wisgate.store.records import Record
from wisgate.store.store import Store

SHARE = range(150)
ALL = range(1000)
SHARE_FULL = range(50)
FRESH = 10**6
HOURS = 24 * 3600 * 10**9


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    return asyncio.run(store_to_damage(tmp_path_factory.mktemp("stored")))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    return asyncio.run(store_to_damage(tmp_path_factory.mktemp("full"), full=True))


@pytest.mark.parametrize("seed", SHARE, ids=lambda seed: f"seed_{seed}")
def test_damage(stored: Stored, tmp_path: Path, seed: int) -> None:
    survive(stored, tmp_path, seed)


@pytest.mark.prove
@pytest.mark.parametrize("seed", ALL[len(SHARE) :], ids=lambda seed: f"seed_{seed}")
def test_more_damage(stored: Stored, tmp_path: Path, seed: int) -> None:
    survive(stored, tmp_path, seed)


@pytest.mark.parametrize("seed", SHARE_FULL, ids=lambda seed: f"seed_{seed}")
def test_damage_of_a_full_store(full: Stored, tmp_path: Path, seed: int) -> None:
    survive(full, tmp_path, seed)


@pytest.mark.prove
@pytest.mark.parametrize("seed", ALL[len(SHARE_FULL) :], ids=lambda seed: f"seed_{seed}")
def test_more_damage_of_a_full_store(full: Stored, tmp_path: Path, seed: int) -> None:
    survive(full, tmp_path, seed)


def survive(stored: Stored, tmp_path: Path, seed: int) -> None:
    folder, damage = hurt(stored, tmp_path / "store", seed)

    async def main() -> None:
        async with opened(folder) as store:
            await settle(store)
            await works(store, max(stored.written))
            entries, notices = await everything(store), store.notices
        judge(stored, damage, entries)
        assert (folder / "wisgate.db.damaged-1").exists() is bool(notices)
        async with opened(folder) as store:
            assert await everything(store) == entries
            assert store.notices == []

    asyncio.run(main())


async def settle(store: Store) -> None:
    """Damage that opening did not see costs one try of who comes across it."""
    with suppress(StoreError):
        await store.history("level", 0, 10**10)
        await store.history("level", 0, HOURS, 3)
        await rolled(store)
        await everything(store)
    with suppress(StoreError):
        await store.cursor("plant")  # which tells it what it will not get


async def works(store: Store, last: int) -> None:
    """Append, read on, history and cursor, on numbers that nobody has seen."""
    before = store.last_seq
    await put(store, levels(10, FRESH))
    expected = [float(FRESH + n) for n in range(10)]
    for beyond in (before, before - 1):  # from memory, and from the file
        entries = await store.after(beyond, 100)
        fresh = [e for e in entries if isinstance(e, Record) and e.seq > before]
        assert [r.value for r in fresh] == expected
    assert fresh[0].seq > last
    history = await store.history("level", fresh[0].time_ns, fresh[-1].time_ns + 1)
    assert [r.value for r in history.records] == expected
    await rolled(store)
    hours = await store.history("level", 0, HOURS, 3)
    assert hours.buckets
    assert all(bucket.count > 0 for bucket in hours.buckets)
    store.advance("plant", store.last_seq)
    await store.flush()
    assert await store.cursor("plant") == store.last_seq
