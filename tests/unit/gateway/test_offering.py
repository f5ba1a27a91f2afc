"""Who is at fault in a batch that is refused as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.errors import SinkError, SinkRefused
from wisgate.core.points import Status
from wisgate.gateway.sinks.offering import offer
from wisgate.store.records import Entry, Record


def records(count: int) -> list[Record]:
    return [Record(n, 0, "level", "m", 1.0, Status.GOOD) for n in range(count)]


@given(count=st.integers(0, 60), most=st.integers(1, 70), bad=st.sets(st.integers(0, 59)))
def test_exactly_the_bad_are_named_and_all_others_taken_in_order(
    count: int, most: int, bad: set[int]
) -> None:
    taken: list[int] = []

    async def send(batch: Sequence[Entry]) -> str:
        assert 0 < len(batch) <= most
        seqs = [e.seq for e in batch]
        if at_fault := bad & set(seqs):
            return f"{min(at_fault)} is bad"
        taken.extend(seqs)
        return ""

    expected = sorted(bad & set(range(count)))
    if expected:
        with pytest.raises(SinkRefused) as caught:
            asyncio.run(offer(records(count), send, "plant", most))
        assert list(caught.value.seqs) == expected
        assert str(caught.value) == f"plant: {expected[0]} is bad"
    else:
        asyncio.run(offer(records(count), send, "plant", most))
    assert taken == [n for n in range(count) if n not in bad]


def test_few_requests_find_one_in_many() -> None:
    sent = 0

    async def send(batch: Sequence[Entry]) -> str:
        nonlocal sent
        sent += 1
        return "bad" if any(e.seq == 333 for e in batch) else ""

    with pytest.raises(SinkRefused):
        asyncio.run(offer(records(500), send, "plant"))
    assert sent <= 2 * 9 + 1


def test_an_outage_while_looking_is_an_outage() -> None:
    async def send(batch: Sequence[Entry]) -> str:
        if len(batch) < 10:
            raise SinkError("plant: gone")
        return "bad"

    with pytest.raises(SinkError, match="gone") as caught:
        asyncio.run(offer(records(20), send, "plant"))
    assert not isinstance(caught.value, SinkRefused)
