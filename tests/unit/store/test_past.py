"""The past of a store that somebody else has open: the answers that its gateway gives, of one
moment, and not a byte of the store changed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from stores import POINTS, levels, opened, put, rolled, sampled

from wisgate.core.clock import VIRTUAL_START_NS
from wisgate.core.errors import StoreError
from wisgate.core.points import Reading, Status
from wisgate.store.archive import open_past
from wisgate.store.buckets import at_once
from wisgate.store.history import Span, latest, raw
from wisgate.store.past import Past
from wisgate.store.store import Store

START, SECOND = VIRTUAL_START_NS, 1_000_000_000
HOUR = 3600 * SECOND
LENGTH = 20 * HOUR


def day(hours: range) -> list[Reading]:
    """Samplings every ten seconds, with a fault now and then, and a text an hour."""
    made = []
    for n in range(hours.start * 360, hours.stop * 360):
        at = START + n * 10 * SECOND
        level = None if n % 97 == 0 else n % 250 / 4
        made.append(Reading("level", level, Status.GOOD if level is not None else Status.FAULT, at))
        made.append(Reading("pump", n % 3 == 0, time_ns=at))
        if n % 360 == 0:
            made.append(Reading("card", f"04:{n:x}", time_ns=at))
    return made


def of(past: Past) -> list[object]:
    """What can be asked, in readings, minutes and hours."""
    found: list[object] = []
    for name in (*(point.name for point in POINTS), "nobody"):
        found += [latest(past, name), raw(past, name, Span(START + HOUR, START + LENGTH))]
        for begin, count in ((0, 5), (HOUR, 100), (LENGTH - HOUR, 60)):
            found.append(at_once(past, name, Span(START + begin, START + LENGTH), count))
    return found


async def told(store: Store) -> list[object]:
    """The same of the one who writes."""
    found: list[object] = []
    for name in (*(point.name for point in POINTS), "nobody"):
        found.append(await store.latest(name))
        found.append(await store.history(name, START + HOUR, START + LENGTH))
        for begin, count in ((0, 5), (HOUR, 100), (LENGTH - HOUR, 60)):
            found.append(await store.history(name, START + begin, START + LENGTH, count))
    return found


@pytest.mark.parametrize("max_size", [1e8, 1e6], ids=["whole", "full"])
def test_the_answers_of_its_gateway(tmp_path: Path, max_size: float) -> None:
    async def main() -> None:
        async with opened(tmp_path, max_size=max_size) as store:
            await put(store, day(range(12)))
            await rolled(store)
            await put(store, day(range(12, 20)))
            with open_past(tmp_path, POINTS) as past:
                assert of(past) == await told(store)
            answers = await told(store)
        with open_past(tmp_path, POINTS) as past:
            assert of(past) == answers

    asyncio.run(main())


def test_all_answers_are_of_one_moment(tmp_path: Path) -> None:
    """Readings come and are added to minutes and hours meanwhile: none counts twice."""

    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, day(range(12)))
            before = await told(store)
            with open_past(tmp_path, POINTS) as past:
                await put(store, day(range(12, 20)))
                await rolled(store)
                assert of(past) == before
            assert await told(store) != before

    asyncio.run(main())


def test_a_store_of_one_moment_is_not_touched(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, [*levels(100), *sampled(100, 100)])

    asyncio.run(main())
    before = {name: (tmp_path / name).read_bytes() for name in ("wisgate.db", "boot")}
    with open_past(tmp_path, POINTS) as past:
        of(past)
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


def test_damage_is_told_and_not_repaired(tmp_path: Path) -> None:
    async def main() -> None:
        async with opened(tmp_path) as store:
            await put(store, day(range(3)))

    asyncio.run(main())
    file = tmp_path / "wisgate.db"
    content = bytearray(file.read_bytes())
    content[4096 * 3 :] = b"\xa5" * (len(content) - 4096 * 3)
    file.write_bytes(content)
    with (
        pytest.raises(StoreError, match="a gateway that runs repairs it"),
        open_past(tmp_path, POINTS) as past,
    ):
        of(past)
    assert file.read_bytes() == content
