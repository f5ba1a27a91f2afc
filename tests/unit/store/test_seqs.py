"""The numbers of what leaves together."""

from __future__ import annotations

import pytest

from wisgate.core.points import Status
from wisgate.store.entries import Heads, Records, seqs_of
from wisgate.store.records import Record

HEADS = Heads(["a", "b"], ["", ""])


def alone(seq: int) -> Record:
    return Record(seq, 1, "a", "", 1.0, Status.GOOD)


def together(seq: int) -> Records:
    return Records(seq, 1, HEADS, (1.0, 2.0))


@pytest.mark.parametrize(
    ("parts", "numbers"),
    [
        ([alone(7)], [7]),
        ([together(7)], [7, 8]),
        ([together(7), alone(9), together(10)], [7, 8, 9, 10, 11]),
        ([alone(7), together(9)], [7, 9, 10]),
        ([together(7), alone(10)], [7, 8, 10]),
    ],
)
def test_each_is_there_once(parts: list[Record | Records], numbers: list[int]) -> None:
    assert list(seqs_of(parts)) == numbers
