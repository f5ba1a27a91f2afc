from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.points import Status
from wisgate.store.entries import Entries, Heads, Records, room
from wisgate.store.records import Entry, Record
from wisgate.store.tail import Tail


def records(numbers: Iterable[int]) -> list[Record]:
    return [Record(n, n, "level", "m", float(n), Status.GOOD) for n in numbers]


def numbers(found: Sequence[Entry] | None) -> list[int] | None:
    return None if found is None else [r.seq for r in found]


def test_what_is_new_comes_from_memory_in_order() -> None:
    tail = Tail()
    tail.put(records(range(5, 8)))
    tail.put(records(range(8, 11)))
    assert numbers(tail.after(4, 99, 10)) == [5, 6, 7, 8, 9, 10]
    assert numbers(tail.after(6, 2, 10)) == [7, 8]
    assert numbers(tail.after(10, 99, 10)) == []


def test_what_is_older_only_the_file_knows() -> None:
    tail = Tail()
    assert tail.after(0, 99, 0) is None
    tail.put(records(range(5, 8)))
    assert tail.after(3, 99, 7) is None


def test_a_number_that_is_no_record_breaks_the_run() -> None:
    """A gap was noted after the newest record, then more came."""
    tail = Tail()
    tail.put(records([5, 6]))
    assert tail.after(4, 99, 7) is None
    tail.put(records([8, 9]))
    assert tail.after(4, 99, 9) is None
    assert numbers(tail.after(7, 99, 9)) == [8, 9]


def test_the_oldest_leave() -> None:
    tail = Tail(size=3)
    for n in range(1, 20):
        tail.put(records([n]))
    assert tail.after(12, 99, 19) is None
    assert numbers(tail.after(16, 99, 19)) == [17, 18, 19]


def test_what_just_came_stays_however_much_it_is() -> None:
    """A sink that keeps up has not seen any of it yet."""
    tail = Tail(size=3)
    tail.put(records(range(1, 6)))
    tail.put(records(range(6, 20)))
    assert tail.after(4, 99, 19) is None
    tail.put([])  # only a cursor was noted
    assert numbers(tail.after(5, 99, 19)) == [*range(6, 20)]
    tail.put(records([20]))
    assert tail.after(16, 99, 20) is None
    assert numbers(tail.after(17, 99, 20)) == [18, 19, 20]


def test_nothing_is_left_after_a_change_of_the_file() -> None:
    tail = Tail()
    tail.put(records([5, 6]))
    tail.clear()
    assert tail.after(4, 99, 6) is None


def together(first: int, count: int) -> Records:
    heads = Heads([f"p{n}" for n in range(count)], ["m"] * count)
    return Records(first, 5, heads, [float(n) for n in range(count)])


@given(st.lists(st.integers(1, 6), min_size=1, max_size=8), st.integers(0, 50), st.integers(1, 9))
def test_records_in_columns_come_in_parts_as_large_as_asked_for(
    sizes: list[int], seq: int, limit: int
) -> None:
    """A part of one record stands for itself."""
    tail, parts, following = Tail(size=10), list[Record | Records](), 5
    for size in sizes:
        parts += [together(following, size)] if size > 1 else records([following])
        tail.put(parts[-1:])
        following += size
    flat = [*Entries(parts)]
    found = tail.after(seq, limit, following - 1)
    kept = min(len(flat), 10)
    if seq + 1 < following - kept:
        assert found is None or [*found] == [r for r in flat if r.seq > seq][: len(found)]
        return
    assert found is not None
    wanted = [r for r in flat if r.seq > seq][:limit]
    assert [*found] == wanted[: len(found)]
    assert bool(found) == bool(wanted)


def test_whole_parts_are_passed_on_as_they_are() -> None:
    tail, parts = Tail(), [together(1, 5), together(6, 5), together(11, 5)]
    tail.put(parts)
    found = tail.after(0, 12, 15)
    assert found is not None
    assert [part is known for part, known in zip(found.parts, parts, strict=False)] == [True, True]
    assert numbers(tail.after(3, 12, 15)) == [4, 5]
    assert numbers(tail.after(0, 2, 15)) == [1, 2]
    assert numbers(tail.after(0, 6, 15, 5)) == [*range(1, 11)]
    assert numbers(tail.after(0, 6, 15, 3)) == [*range(1, 6)]
    assert [room(together(1, 100), density) for density in (1, 6)] == [100, 19]


def test_entries_are_a_sequence_of_records() -> None:
    alone = records([6])
    entries = Entries([together(1, 5), *alone, together(7, 2)])
    flat = [*together(1, 5), *alone, *together(7, 2)]
    assert [*entries] == flat
    assert [entries[at] for at in range(-8, 8)] == flat + flat
    assert (len(entries), entries[2:7], entries[:]) == (8, flat[2:7], flat)
    assert len(Entries([])) == 0
