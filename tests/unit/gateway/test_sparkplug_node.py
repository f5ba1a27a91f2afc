"""What an edge node tells of points and takes from hosts; the wire is judged in
`system/test_sparkplug.py`."""

from __future__ import annotations

from typing import Any

import pytest
from sink_access import access

from wisgate.core.points import Reading, Status
from wisgate.gateway.sinks.sparkplug_node import Node
from wisgate.gateway.sinks.sparkplug_payload import Payload
from wisgate.store.records import Entry, Gap, Record

POINTS = """
[[virtual]]
name = "level"
type = "float"

[[virtual]]
name = "count"
type = "int"

[[virtual]]
name = "pump"
type = "bool"

[[virtual]]
name = "note"
type = "text"

[[alarm]]
name = "overflow"
point = "level"
above = 3.2
severity = "high"
"""


def node(*chosen: str, text: str = POINTS, commands: bool = True, **last: Reading) -> Node:
    return Node(access(text, last=last), chosen, commands)


def birth(of: Node) -> dict[str, Any]:
    return {m.name: m for m in Payload.FromString(of.birth(3, 1000)).metrics}


def record(point: str, value: Any) -> Record:
    return Record(1, 0, point, "", value, Status.GOOD)


def order(**fields: Any) -> bytes:
    payload = Payload()
    payload.metrics.add(**fields)
    return bytes(payload.SerializeToString())


def test_chosen_points_leave_the_alarms_out() -> None:
    assert set(birth(node("pump"))) == {"pump", "Gateway/Gap", "bdSeq", "Node Control/Rebirth"}


def test_what_happened_is_no_state_in_a_birth() -> None:
    text = '[[slot]]\nslot = "wisblock-1"\nmodule = "rak13600"\n'
    name = next(p.name for p in access(text).config.points if p.event)
    seen = birth(node(text=text, **{name: Reading(name, "04a1", Status.GOOD, 5_000_000)}))[name]
    assert (seen.is_null, seen.timestamp, len(seen.properties.keys)) == (True, 1000, 0)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (Gap(1, 0, 1, 2, "x"), ""),
        (record("level", 1), ""),
        (record("level", None), ""),
        (record("count", 2.0), ""),
        (record("alarm/overflow", "{}"), ""),
        (record("alarm/other", "{}"), "not in the file any more"),
        (record("gone", 1), "not in the file any more"),
        (record("level", "1"), "of another type"),
        (record("level", True), "of another type"),
        (record("count", 1.5), "of another type"),
        (record("pump", 1), "of another type"),
        (record("note", 1), "of another type"),
    ],
)
def test_only_what_suits_a_metric_changes_it(entry: Entry, why: str) -> None:
    found = node().unfit(entry)
    assert (why in found) if why else found == ""
    if not why:
        node().changes([entry], 0, 1, 1000)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"name": "pump", "boolean_value": True}, ("pump", True)),
        ({"name": "pump", "int_value": 1}, None),
        ({"name": "pump"}, None),
        ({"name": "level", "float_value": 0.5}, ("level", 0.5)),
        ({"name": "level", "double_value": -0.5}, ("level", -0.5)),
        ({"name": "level", "int_value": 2**32 - 1}, ("level", -1)),
        ({"name": "level", "int_value": 2**32 - 1, "datatype": 7}, ("level", 2**32 - 1)),
        ({"name": "level", "string_value": "1"}, None),
        ({"name": "level", "boolean_value": True}, None),
        ({"name": "count", "long_value": 2**64 - 2}, ("count", -2)),
        ({"name": "count", "long_value": 2**64 - 2, "datatype": 8}, ("count", 2**64 - 2)),
        ({"name": "count", "double_value": 3.0}, ("count", 3)),
        ({"name": "count", "double_value": 3.5}, ("count", 3.5)),
        ({"name": "count", "double_value": float("inf")}, ("count", float("inf"))),
        ({"name": "note", "string_value": ""}, ("note", "")),
        ({"name": "note", "int_value": 1}, None),
    ],
)
def test_values_of_commands(fields: dict[str, Any], wanted: tuple[str, Any] | None) -> None:
    found, wrong = node().wishes(order(**fields))
    assert found == ([wanted] if wanted else [])
    assert [type(v) for _, v in found] == ([type(wanted[1])] if wanted else [])
    assert wrong == ([] if wanted else [f"{fields['name']} takes another type of value"])


def test_a_metric_without_a_name_or_alias_is_nobody() -> None:
    assert node().wishes(order(boolean_value=True)) == ([], ["there is no metric 0"])
