from __future__ import annotations

from collections.abc import Iterator

import pytest

from wisgate.core.columns import Columns, Readings, amount, dated, later
from wisgate.core.points import Reading

HALL = Columns(["a", "b", "c"])


def test_readings_in_columns_are_a_sequence_of_readings() -> None:
    several = Readings(HALL, (1, 2.5, 3), 7)
    each = [Reading("a", 1, time_ns=7), Reading("b", 2.5, time_ns=7), Reading("c", 3, time_ns=7)]
    assert list(several) == each
    assert several == each
    assert each == several
    assert (several[0], several[-1], several[1:]) == (each[0], each[2], each[1:])
    assert several[:] is several
    assert several != each[:2]
    with pytest.raises(IndexError):
        several[3]


def test_a_slice_makes_no_more_than_is_in_it() -> None:
    class Counted(Readings):
        def make(self, at: int) -> Reading:
            made.append(at)
            return super().make(at)

        def __iter__(self) -> Iterator[Reading]:
            raise AssertionError("all of them are made")

    made: list[int] = []
    several, each = Counted(HALL, (1, 2, 3), 7), [*Readings(HALL, (1, 2, 3), 7)]
    for cut in (slice(1, 2), slice(-1, None), slice(2, 0, -1), slice(5, 9), slice(None, None, 2)):
        made.clear()
        assert several[cut] == each[cut]
        assert made == [*range(3)][cut]


def test_columns_are_known_again_by_what_they_are() -> None:
    assert Columns(["a"]) != Columns(["a"])


@pytest.mark.parametrize(
    "several", [Readings(HALL, (1, 2, 3), 7), [Reading("a", None, time_ns=7, cause="rule 1")]]
)
def test_they_are_dated_together(several: Readings | list[Reading]) -> None:
    found = dated(several, 9)
    assert [r.time_ns for r in found] == [9] * len(several)
    assert [r[:3] + r[4:] for r in found] == [r[:3] + r[4:] for r in several]
    assert type(found) is type(several)


def test_a_part_of_a_batch_moves_and_counts_as_a_whole() -> None:
    several, one = Readings(HALL, (1, 2, 3), 7), Reading("a", 1, time_ns=7)
    assert [amount(several), amount(one)] == [3, 1]
    assert later(several, -2) == several.at(5)
    assert later(one, -2) == Reading("a", 1, time_ns=5)
