"""The past lived through again: what people did counts, what rules did is made anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wisgate.board import virtual_time
from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import VIRTUAL_START_NS, VirtualClock
from wisgate.core.points import Status, Value
from wisgate.gateway.rehearsal import Event, Rehearsal, names_of
from wisgate.store.records import Phase, Record

SECOND = 1_000_000_000
START = VIRTUAL_START_NS
TEXT = """
name = "pump-house"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak5801"
interval = "1s"

[[slot.point]]
channel = "a1"
name = "level"
deadband = "1mA"

[[slot]]
slot = "wisblock-2"
module = "rak13007"

[[slot.point]]
channel = "relay"
name = "pump"
max_on = "60s"
interlock = "level < 18mA"

[[virtual]]
name = "maintenance"
type = "bool"
initial = false

[[rule]]
name = "fill"
when = "level < 8mA and not maintenance"
set = { pump = true }

[[alarm]]
name = "silent"
point = "level"
status = ["stale", "fault"]
after = "10s"
"""


def record(at: float, point: str, value: Value, cause: str = "") -> Record:
    seq, time_ns = round(at * 10) + 1000, START + round(at * SECOND)
    return Record(seq, time_ns, point, "", value, Status.GOOD, cause)


def rehearse(
    *records: Record, before: tuple[Record, ...] = (), end: float, text: str = TEXT
) -> list[Event]:
    config = read(toml.parse(text, "gateway.toml"), Path(), load_catalog())
    assert names_of(config) >= ({"level", "pump", "maintenance"} if text is TEXT else set())
    clock, events = VirtualClock(), list[Event]()
    rehearsal = Rehearsal(config, clock, events.append)
    virtual_time.run(rehearsal.run(before, [records], START + round(end * SECOND)), clock)
    return events


def acts(events: list[Event]) -> list[tuple[float, str, str, Value]]:
    return [
        (round((e.time_ns - START) / SECOND, 1), e.name, e.point, e.value)
        for e in events
        if e.phase is None
    ]


def test_a_rule_acts_and_its_output_goes_back_by_itself() -> None:
    events = rehearse(record(5, "level", 7.0), record(30, "level", 12.0), end=100)
    assert acts(events) == [(5.0, "fill", "pump", True), (65.0, "max_on", "pump", False)]


def test_what_old_rules_did_is_no_part_of_it_and_what_people_did_is() -> None:
    events = rehearse(
        record(1, "pump", True, "old rule"),
        record(2, "maintenance", True, "user anna"),
        record(5, "level", 7.0),
        record(20, "maintenance", False, "user anna"),
        end=30,
    )
    assert acts(events) == [(20.0, "fill", "pump", True)]


def test_an_interlock_takes_back_what_a_person_did() -> None:
    events = rehearse(
        record(1, "level", 12.0),
        record(2, "pump", True, "user anna"),
        record(9, "level", 19.0),
        end=20,
    )
    assert acts(events) == [(9.0, "interlock", "pump", False)]


def test_what_was_before_the_span_counts() -> None:
    before = (record(-50, "level", 7.0), record(-40, "maintenance", True, "user anna"))
    assert acts(rehearse(before=before, end=20)) == []
    assert acts(rehearse(before=before[:1], end=20)) == [(0.0, "fill", "pump", True)]


@pytest.mark.parametrize(("silence", "phases"), [(600, []), (640, ["pending", "active"])])
def test_a_value_that_does_not_move_is_not_stale_until_it_should_have_come(
    silence: float, phases: list[str]
) -> None:
    events = rehearse(record(0, "level", 12.0), end=silence)
    assert [e.phase for e in events] == phases


def test_times_that_are_out_of_order_do_not_stop_it() -> None:
    events = rehearse(record(9, "level", 7.0), record(5, "level", 12.0), end=20)
    assert acts(events) == [(9.0, "fill", "pump", True)]


def test_an_end_device_is_silent_after_three_of_its_intervals(tmp_path: Path) -> None:
    keys = tmp_path / "barn.keys"
    keys.touch(0o600)
    text = f"""
name = "pump-house"
board = "rak7391"

[lorawan]
region = "EU868"

[[lorawan.device]]
name = "barn"
dev_addr = "26011BDA"
keys_file = "{keys}"
codec = "cayenne"
interval = "60s"
points = [{{ name = "level" }}]

[[alarm]]
name = "silent"
point = "barn_level"
status = ["stale"]
"""
    events = rehearse(record(5, "barn_level", 1.0), end=600, text=text)
    assert [(round((e.time_ns - START) / SECOND), e.phase) for e in events] == [
        (186, Phase.ACTIVE),
    ]


def test_nobody_listens_any_more() -> None:
    """What is told fails: the rest of the past is not lived through."""
    config = read(toml.parse(TEXT, "gateway.toml"), Path(), load_catalog())
    clock, asked = VirtualClock(), list[int]()

    def told(_event: Event) -> None:
        raise BrokenPipeError

    def years() -> Iterator[list[Record]]:
        for day in range(1000):
            asked.append(day)
            yield [record(day * 86_400 + n, "level", 5.0 + n) for n in range(3)]

    rehearsal = Rehearsal(config, clock, told)
    with pytest.raises(BrokenPipeError):
        virtual_time.run(rehearsal.run((), years(), START + 1000 * 86_400 * SECOND), clock)
    assert asked == [0]
