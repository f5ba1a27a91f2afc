"""A recorded board becomes one without hardware: the same bytes, the same readings, or a place."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from wisgate.board.recording import record, replay
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import ReplayDiffers, Unavailable
from wisgate.core.points import Reading, Status

FILE = """
name = "bench"
board = "rak7391"
[[slot]]
slot = "wisblock-1"
module = "rak5802"
[[slot.unit]]
id = 42
name = "weather"
interval = "2s"
registers = [
    { name = "humidity", address = 0, kind = "holding", type = "uint16", unit = "%" },
    { name = "led", address = 0, kind = "coil", type = "bool", writable = true },
]
[[slot.unit]]
id = 43
name = "silent"
interval = "5s"
registers = [{ name = "x", address = 0, kind = "holding", type = "uint16" }]
[[slot]]
slot = "wisblock-2"
module = "rak5801"
interval = "1s"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "gateway.toml"
    path.write_text(FILE)
    return path


def recorded(file: Path, seconds: float = 20.0) -> tuple[str, list[list[Reading]]]:
    out = io.StringIO()
    read = list(record(file, out, VirtualClock(), seconds, virtual=True))
    return out.getvalue(), read


def test_what_was_read_is_read_again_from_the_same_bytes(file: Path) -> None:
    text, read = recorded(file)
    file.unlink()  # the recording stands alone
    assert list(replay(io.StringIO(text))) == read
    names = {r.name for readings in read for r in readings}
    assert {"wisblock-1/weather_humidity", "wisblock-2/a1", "climate/temperature"} <= names
    assert {r.status for readings in read for r in readings} == {Status.GOOD}


def test_the_same_board_gives_the_same_recording(file: Path) -> None:
    assert recorded(file)[0] == recorded(file)[0]


def test_the_first_call_that_differs_is_named_with_its_line(file: Path) -> None:
    lines = recorded(file)[0].splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if '"end":"i2c-1"' in line and "[75," in line)
    lines[at] = lines[at].replace('"arguments":[75,', '"arguments":[73,')
    with pytest.raises(ReplayDiffers, match=rf"^line {at + 1}: recorded i2c-1 transfer\(73, "):
        list(replay(io.StringIO("".join(lines))))


def test_a_reading_that_differs_is_named(file: Path) -> None:
    text, read = recorded(file)
    value = next(r.value for readings in read for r in readings if r.name == "wisblock-2/a1")
    changed = text.replace(f'["a1",{value}', '["a1",12.5', 1)
    assert changed != text
    with pytest.raises(ReplayDiffers, match=r"wisblock-2 loop: recorded .*12\.5"):
        list(replay(io.StringIO(changed)))


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_recording_that_was_cut_says_where_it_ends(file: Path, keep: float) -> None:
    lines = recorded(file)[0].splitlines(keepends=True)
    with pytest.raises(ReplayDiffers, match=r"after the end of the recording|no call of"):
        list(replay(io.StringIO("".join(lines[: int(len(lines) * keep)])[:-20])))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "this is no recording"),
        ("hello\n", "this is no recording"),
        ('{"wisgate": "recording 9", "begin_ns": 0, "file": "", "text": ""}\n', "recording 9"),
    ],
)
def test_what_is_no_recording(text: str, told: str) -> None:
    with pytest.raises(Unavailable, match=told):
        list(replay(io.StringIO(text)))


def test_a_damaged_line_is_named(file: Path) -> None:
    lines = recorded(file)[0].splitlines(keepends=True)
    lines[7] = lines[7][:10] + "\n"
    with pytest.raises(ReplayDiffers, match=r"^line 8: no call of a recording"):
        list(replay(io.StringIO("".join(lines))))


def test_what_is_asked_over_the_network_is_not_recorded(file: Path) -> None:
    unit = '{ name = "power", address = 0, kind = "input" }'
    more = '[[modbus]]\nhost = "10.0.0.5"\n[[modbus.unit]]\nid = 7\nname = "meter"\n'
    file.write_text(f"{FILE}{more}registers = [{unit}]\n")
    with pytest.raises(Unavailable, match=r"gateway.toml:\d+: 10.0.0.5:502 .*; take"):
        recorded(file)
