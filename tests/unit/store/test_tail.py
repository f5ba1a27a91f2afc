from __future__ import annotations

from collections.abc import Iterable

from wisgate.core.points import Status
from wisgate.store.records import Record
from wisgate.store.tail import Tail


def records(numbers: Iterable[int]) -> list[Record]:
    return [Record(n, n, "level", "m", float(n), Status.GOOD) for n in numbers]


def numbers(found: list[Record] | None) -> list[int] | None:
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


def test_nothing_is_left_after_a_change_of_the_file() -> None:
    tail = Tail()
    tail.put(records([5, 6]))
    tail.clear()
    assert tail.after(4, 99, 6) is None
