"""The map of our Modbus server: where a point stands it stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.config.modbus_map import mapped, read_map
from wisgate.config.servers.modbus import ModbusServerConfig
from wisgate.core import toml
from wisgate.core.errors import ConfigError
from wisgate.core.points import Kind, Point
from wisgate.plan.emit.kinds import KINDS
from wisgate.plan.emit.order import Order
from wisgate.plan.plan import make

HEAD = 'name = "plant"\nboard = "rak7391"\n'
SERVER = '[server.scada]\ntype = "modbus"\npoints = ["a", "b", "new"]\nmap_file = "map.csv"\n'


def virtual(*names: str) -> str:
    return "".join(f'[[virtual]]\nname = "{n}"\ntype = "float"\ninitial = 1\n' for n in names)


def points(*names: str) -> list[Point]:
    return [Point(name) for name in names]


def places(text: str, folder: Path) -> dict[str, int]:
    config = read(toml.parse(text, "gateway.toml"), folder, load())
    (server,) = config.servers
    assert isinstance(server, ModbusServerConfig)
    return {row.name: row.address for row in server.rows}


def test_points_stand_in_the_order_of_the_file_texts_left_out() -> None:
    rows = mapped([Point("a"), Point("t", kind=Kind.TEXT), Point("b", kind=Kind.BOOL)], {})
    assert [(r.name, r.address) for r in rows] == [("a", 0), ("b", 4)]


def test_what_the_map_has_stays_and_what_is_new_comes_behind() -> None:
    rows = mapped(points("new", "b", "a"), {"a": 100, "gone": 200, "b": 0})
    assert [(r.name, r.address, r.point is None) for r in rows] == [
        ("b", 0, False), ("a", 100, False), ("gone", 200, True), ("new", 204, False),
    ]  # fmt: skip


def test_there_is_room_for_16384_points() -> None:
    names = [f"p{n}" for n in range(16384)]
    assert mapped(points(*names), {})[-1].address == 65532
    with pytest.raises(ValueError, match="p16384 finds no room"):
        mapped(points(*names, "p16384"), {})


def test_what_emit_writes_is_read_again_and_grows(tmp_path: Path) -> None:
    text = HEAD + virtual("a", "b") + SERVER.replace(', "new"', "").replace("map_file", "#")
    emitted = KINDS["modbus-map"].text(Order(planned(text, tmp_path)))
    assert emitted.splitlines() == [
        "point,address,type,unit,status,age,written,coil",
        "a,0,float32,,2,3,no,",
        "b,4,float32,,6,7,no,",
    ]
    (tmp_path / "map.csv").write_text(emitted)
    # A point in front of the others, and one that is gone.
    text = HEAD + virtual("new", "b") + SERVER.replace('"a", ', "")
    assert places(text, tmp_path) == {"a": 0, "b": 4, "new": 8}
    emitted = KINDS["modbus-map"].text(Order(planned(text, tmp_path)))
    assert emitted.splitlines()[1:] == [
        "a,0,gone,,,,,", "b,4,float32,,6,7,no,", "new,8,float32,,10,11,no,",
    ]  # fmt: skip


def planned(text: str, folder: Path):
    return make(read(toml.parse(text, "gateway.toml"), folder, load()), load())


def test_switches_and_what_may_be_written_are_told(tmp_path: Path) -> None:
    text = f"""{HEAD}[[virtual]]
name = "pump"
type = "bool"
initial = false
[server.one]
type = "modbus"
points = ["pump"]
commands = true
[server.two]
type = "modbus"
points = ["pump"]
"""
    plan = planned(text, tmp_path)
    for server, written in (("one", "yes"), ("two", "no")):
        emitted = KINDS["modbus-map"].text(Order(plan, server=server))
        assert emitted.splitlines()[1:] == [f"pump,0,int32,,2,3,{written},0"]
    assert KINDS["modbus-map"].lacks(Order(plan)) == "--server with one of one, two"
    assert KINDS["modbus-map"].lacks(Order(plan, server="three")).startswith("a [server.three]")
    bare = planned(HEAD, tmp_path)
    assert KINDS["modbus-map"].lacks(Order(bare)) == 'a [server.<name>] of type "modbus"'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", 'line 1: there is no column "point"'),
        ("point,number\na,1\n", 'line 1: there is no column "address"'),
        ("point,address\na,-1\n", 'line 2: "-1" is no address; write a number from 0 to 65532'),
        ("point,address\na,65533\n", 'line 2: "65533" is no address'),
        ("point,address\na,9999999999999999999999\n", "is no address"),
        ("point,address\na\n", 'line 2: "" is no address'),
        ("point,address\na,0\na,4\n", 'line 3: "a" stands twice; keep one'),
        ("point,address\na,0\nb,3\n", "line 3: 3 overlaps 0 to 3 of a; move one"),
    ],
)
def test_a_wrong_map_is_told_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_text(text)
    with pytest.raises(ValueError, match=re.escape(told)):
        read_map(tmp_path / "map.csv")
    with pytest.raises(ConfigError) as wrong:
        places(HEAD + virtual("a", "b", "new") + SERVER, tmp_path)
    assert str(wrong.value).startswith('gateway.toml:18: map_file: "map.csv": line ')
    assert ";" in str(wrong.value)


def test_a_map_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        places(HEAD + virtual("a", "b", "new") + SERVER, tmp_path)
