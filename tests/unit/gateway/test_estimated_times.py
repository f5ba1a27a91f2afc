"""A time that nobody knew is marked in the dialect of every sink."""

from __future__ import annotations

from msgspec.structs import replace

from wisgate.core.points import Status
from wisgate.gateway.payloads import entry_row
from wisgate.gateway.sinks.file import csv_entry
from wisgate.gateway.sinks.line_protocol import line
from wisgate.gateway.sinks.postgres_tables import TABLES, kind_of, row_of
from wisgate.store.records import ALARM, AlarmState, Phase, Record

READING = Record(7, 1_795_176_000_000_000_000, "level", "m", 1.5, Status.GOOD)
STATE = AlarmState(Phase.ACTIVE, "high").encoded()
CHANGE = replace(READING, point=f"{ALARM}overflow", value=STATE)


def test_it_is_marked_and_no_other() -> None:
    for known in (READING, CHANGE):
        guessed = replace(known, estimated=True)
        assert "time_estimated" not in entry_row(known)
        assert entry_row(guessed)["time_estimated"] is True
        assert csv_entry(known).endswith(b",\n")
        assert csv_entry(guessed).endswith(b",true\n")
        assert "time_estimated" not in line(known, "box", "wisgate")
        assert ",time_estimated=true" in line(guessed, "box", "wisgate")
        place = TABLES[kind_of(known)].columns.index("time_estimated")
        assert row_of(known, "box")[place] is False
        assert row_of(guessed, "box")[place] is True
