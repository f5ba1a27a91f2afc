from __future__ import annotations

import pytest

from wisgate.bus.lines import Bias, Edge, Input, Output
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusUnavailable
from wisgate.virtual.lines import EDGES_KEPT, VirtualLines

PULLED = Input(bias=Bias.PULL_UP, edges=True)


def test_edges_are_kept_with_their_time() -> None:
    clock = VirtualClock()
    lines = VirtualLines(clock)
    line = lines.request(16, PULLED, "power")
    clock.advance(2)
    lines.drive(16, False)
    clock.advance(1)
    lines.drive(16, True)
    assert line.edges() == [Edge(False, 2.0), Edge(True, 3.0)]
    assert line.edges() == []


def test_an_edge_may_be_dated_by_who_drives() -> None:
    clock = VirtualClock()
    lines = VirtualLines(clock)
    line = lines.request(16, PULLED, "power")
    clock.advance(2)
    lines.drive(16, False, 1.25)
    assert line.edges() == [Edge(False, 1.25)]


def test_only_changes_are_edges() -> None:
    lines = VirtualLines(VirtualClock())
    line = lines.request(16, PULLED, "power")
    lines.drive(16, True)
    lines.drive(16, None)
    assert line.edges() == []


def test_active_low_inverts_value_and_edges() -> None:
    lines = VirtualLines(VirtualClock())
    line = lines.request(16, Input(active_low=True, bias=Bias.PULL_UP, edges=True), "power")
    assert line.get() is False
    lines.drive(16, False)
    assert line.get() is True
    assert [edge.active for edge in line.edges()] == [True]


def test_open_line_follows_its_bias() -> None:
    lines = VirtualLines(VirtualClock())
    assert lines.request(1, Input(bias=Bias.PULL_UP), "x").get() is True
    assert lines.request(2, Input(bias=Bias.PULL_DOWN), "x").get() is False


def test_edges_only_where_asked_for_and_the_oldest_are_dropped() -> None:
    lines = VirtualLines(VirtualClock())
    deaf = lines.request(1, Input(), "x")
    keen = lines.request(2, PULLED, "x")
    for n in range(EDGES_KEPT * 2):
        lines.drive(1, n % 2 == 0)
        lines.drive(2, n % 2 == 1)
    assert deaf.edges() == []
    assert len(keen.edges()) == EDGES_KEPT


def test_output_wins_over_what_drives_it_and_stays_after_release() -> None:
    lines = VirtualLines(VirtualClock())
    line = lines.request(3, Output(True, active_low=True), "led")
    assert lines.level(3) is False
    lines.drive(3, True)
    assert line.get() is True
    line.set(False)
    line.release()
    lines.drive(3, False)
    assert lines.level(3) is True


def test_a_taken_line_is_refused_until_released() -> None:
    lines = VirtualLines(VirtualClock())
    line = lines.request(16, Input(), "one")
    with pytest.raises(BusUnavailable, match="belongs to one"):
        lines.request(16, Input(), "two")
    line.release()
    lines.request(16, Input(), "two")
    with pytest.raises(BusUnavailable, match="released"):
        line.get()


def test_no_such_line_and_no_output() -> None:
    lines = VirtualLines(VirtualClock())
    with pytest.raises(ValueError, match="no line 58"):
        lines.request(58, Input(), "x")
    with pytest.raises(BusUnavailable, match="is an input"):
        lines.request(1, Input(), "x").set(True)


def test_the_world_is_asked_before_a_line_is_looked_at() -> None:
    lines = VirtualLines(VirtualClock())
    line = lines.request(16, PULLED, "power")
    lines.refresh = lambda: lines.drive(16, False)
    assert line.get() is False
    assert [edge.active for edge in line.edges()] == [False]
