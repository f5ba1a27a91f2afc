"""Stage deadband: what is no news is not stored."""

from __future__ import annotations

import pytest

from wisgate.core.points import Kind, Reading, Status, Value
from wisgate.gateway.pipeline.deadband import HEARTBEAT_S, Deadband


def passed(values: list[Value], kind: Kind = Kind.FLOAT, width: float = 0.0) -> list[Value]:
    stage = Deadband(kind, width)
    return [v for v in values if stage.passes(Reading("x", v), 0.0)]


def test_small_changes_do_not_pass_and_add_up() -> None:
    assert passed([1.0, 1.4, 1.5, 1.6, 2.0, 1.2, 1.0], width=0.5) == [1.0, 1.6, 1.0]


def test_the_width_itself_is_no_news() -> None:
    assert passed([8, 10, 11, 9], Kind.INT, 2.0) == [8, 11]


def test_without_a_width_every_sample_passes() -> None:
    assert passed([1.0, 1.0, 1.0]) == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("kind", "values", "news"),
    [
        (Kind.BOOL, [True, True, False, False, True], [True, False, True]),
        (Kind.TEXT, ["a", "a", "b", ""], ["a", "b", ""]),
    ],
)
def test_switches_and_texts_pass_when_they_change(
    kind: Kind, values: list[Value], news: list[Value]
) -> None:
    assert passed(values, kind) == news


def test_a_change_of_status_passes_and_a_lasting_fault_is_told_once() -> None:
    stage = Deadband(Kind.FLOAT, 1.0)
    story = [
        (1.0, Status.GOOD, True), (1.1, Status.UNCERTAIN, True), (1.2, Status.UNCERTAIN, False),
        (None, Status.FAULT, True), (None, Status.FAULT, False), (None, Status.ABSENT, True),
        (1.2, Status.GOOD, True),
    ]  # fmt: skip
    assert [stage.passes(Reading("x", v, s), 0.0) for v, s, _ in story] == [
        news for *_, news in story
    ]


def test_a_write_passes_although_nothing_changes() -> None:
    stage = Deadband(Kind.BOOL, 0.0)
    assert stage.passes(Reading("x", True, cause="rule 1"), 0.0)
    assert stage.passes(Reading("x", True, cause="user anna"), 0.0)
    assert not stage.passes(Reading("x", True), 0.0)


@pytest.mark.parametrize("kind", [Kind.FLOAT, Kind.BOOL])
def test_silence_and_constancy_differ(kind: Kind) -> None:
    stage = Deadband(kind, 1.0)
    same = Reading("x", kind is Kind.BOOL)
    assert stage.passes(same, 5.0)
    assert not stage.passes(same, 5.0 + HEARTBEAT_S - 0.001)
    assert stage.passes(same, 5.0 + HEARTBEAT_S)
    assert not stage.passes(same, 6.0 + HEARTBEAT_S)


def test_of_an_event_every_one_passes_and_a_lasting_fault_once() -> None:
    stage = Deadband(Kind.TEXT, 0.0, event=True)
    story = [
        ("04A1", Status.GOOD, True), ("04A1", Status.GOOD, True), (None, Status.ABSENT, True),
        (None, Status.ABSENT, False), ("04A1", Status.GOOD, True),
    ]  # fmt: skip
    assert [stage.passes(Reading("x", v, s), 0.0) for v, s, _ in story] == [
        news for *_, news in story
    ]
