"""What `wisgate history` lets people ask for, and whom it asks."""

from __future__ import annotations

import asyncio
import json
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest
from click.testing import CliRunner, Result
from gateways import PUMP_HOUSE, WISGATE, environment
from peers import by_modes
from stores import opened, put

from wisgate.cli.history import command
from wisgate.core.clock import VIRTUAL_START_NS
from wisgate.core.points import Reading
from wisgate.store.records import AlarmState, Phase
from wisgate.web.points import MAX_BUCKETS

OVERFLOW = """
[[alarm]]
name = "overflow"
point = "tank_level"
above = "3.4m"
severity = "high"
"""
CHANGES = [
    (AlarmState(Phase.ACTIVE, "high", 3.456789), ""),
    (AlarmState(Phase.ACKNOWLEDGED, "high", 3.5), "user anna"),
    (AlarmState(Phase.NORMAL, "high", 3.25), ""),
]
SWITCHED = [(False, ""), (True, "user anna"), (False, "full")]


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a store with readings, the changes of an alarm and what switched the pump, a
    minute apart. The file of its gateway is beside it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "gateway.toml").write_text(PUMP_HOUSE.read_text() + OVERFLOW)

    async def main() -> None:
        async with opened(tmp_path / "store") as store:
            for minute, (state, cause) in enumerate(CHANGES):
                at = VIRTUAL_START_NS + minute * 60_000_000_000
                change = Reading("alarm/overflow", state.encoded(), time_ns=at, cause=cause)
                await put(store, [Reading("tank_level", 3.0 + minute, time_ns=at), change])
            for minute, (on, cause) in enumerate(SWITCHED):
                at = VIRTUAL_START_NS + minute * 60_000_000_000
                await put(store, [Reading("pump", on, time_ns=at, cause=cause)])

    asyncio.run(main())
    return tmp_path / "store"


def asked(store: Path, *words: str) -> Result:
    file = str(store.parent / "gateway.toml")
    return CliRunner().invoke(command, [*words, "--file", file, "--data", str(store)])


def test_the_changes_of_an_alarm(stored: Path) -> None:
    result = asked(stored, "alarm/overflow")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "2026-01-01T00:00:00.000Z  active        high      at 3.45679",
        "2026-01-01T00:01:00.000Z  acknowledged  high      at 3.5  by user anna",
        "2026-01-01T00:02:00.000Z  normal        high      at 3.25",
    ]
    found = json.loads(asked(stored, "alarm/overflow", "--last", "90s", "--json").stdout)
    assert found["point"] == "alarm/overflow"
    assert found["before"]["state"] == "active"
    assert [(row["state"], row["value"], row["cause"]) for row in found["rows"]] == [
        ("acknowledged", 3.5, "user anna"),
        ("normal", 3.25, ""),
    ]


def test_who_switched_an_output(stored: Path) -> None:
    assert asked(stored, "pump").stdout.splitlines() == [
        "2026-01-01T00:00:00.000Z  good       off",
        "2026-01-01T00:01:00.000Z  good       on   by user anna",
        "2026-01-01T00:02:00.000Z  good       off  by full",
    ]
    found = json.loads(asked(stored, "pump", "--last", "90s", "--json").stdout)
    assert [(row["value"], row["cause"]) for row in found["rows"]] == SWITCHED[1:]
    assert found["before"]["cause"] == ""
    assert asked(stored, "pump", "--buckets", "1").stdout.endswith("Z  good       off\n")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("overflow", "alarm/overflow"),
        ("alarm/overflwo", "alarm/overflow"),
        ("tank_levle", "tank_level"),
    ],
)
def test_points_and_alarms_are_proposed(stored: Path, name: str, meant: str) -> None:
    assert str(asked(stored, name).exception).endswith(f"did you mean {meant}?")


def test_an_alarm_has_no_buckets(stored: Path) -> None:
    result = asked(stored, "alarm/overflow", "--buckets", "3")
    assert result.exit_code == 2
    assert "--buckets gathers readings; an alarm has changes, leave it out" in result.stderr


def test_longer_than_there_is_time(stored: Path) -> None:
    assert len(asked(stored, "tank_level", "--last", "400000d").stdout.splitlines()) == 3


def content(store: Path) -> list[bytes]:
    return [(store / name).read_bytes() for name in ("wisgate.db", "wisgate.db-wal", "boot")]


def test_a_store_that_is_in_use_is_read_and_not_touched(stored: Path) -> None:
    """No gateway answers: it is another one, or out of reach."""

    async def main() -> None:
        async with opened(stored) as store:
            at = VIRTUAL_START_NS + 600_000_000_000
            await put(store, [Reading("tank_level", 9.5, time_ns=at)])
            before = content(stored)
            lines = asked(stored, "tank_level").stdout.splitlines()
            assert [line.split()[2] for line in lines] == ["3.000", "4.000", "5.000", "9.500"]
            assert content(stored) == before

    asyncio.run(main())


def by_mode(folder: Path, mode: int, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """A command while a folder has that mode, which binds whoever runs the tests."""
    folder.chmod(mode)
    try:
        return subprocess.run(
            [*by_modes(), WISGATE, *words], capture_output=True, text=True, check=False,
            env=environment(folder.parent / "state"),
        )  # fmt: skip
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("words", [("history", "tank_level", "--file"), ("export",)])
def test_a_store_where_nothing_can_be_written(stored: Path, words: tuple[str, ...]) -> None:
    file = stored.parent / "gateway.toml"
    done = by_mode(stored, 0o500, *words, file, "--data", stored)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("2026-01-01T00:0") >= 3


def test_a_log_where_nothing_can_be_written(stored: Path) -> None:
    (stored / "wisgate.db-wal").write_bytes(b"some of it")
    done = by_mode(stored, 0o500, "export", "--data", stored)
    assert done.returncode == 1
    assert "wisgate.db has a log, which is read where a file can be made beside it;" in done.stderr


def test_a_store_behind_a_folder_that_is_closed(stored: Path) -> None:
    done = by_mode(stored, 0, "export", "--data", stored / "store")
    assert done.returncode == 1
    said = f"{stored}/store/wisgate.db: Permission denied; the file must be readable for you\n"
    assert done.stderr == said


def test_as_many_buckets_as_the_running_gateway_gives() -> None:
    buckets = next(p.type for p in command.params if p.name == "buckets")
    assert isinstance(buckets, click.IntRange)
    assert buckets.max == MAX_BUCKETS


@pytest.fixture
def short_path() -> Iterator[Path]:
    """The path of a socket has 107 bytes at most; pytest's own folders leave too few of them."""
    with TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ("pump-house", "pump-house/control.sock: the gateway does not answer"),
        ("pump-house-virtual", "pump-house-virtual/control.sock: the gateway does not answer"),
        ("other", "pump-house holds no store"),
    ],
)
def test_no_other_gateway_answers(
    short_path: Path, monkeypatch: pytest.MonkeyPatch, runs: str, said: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(short_path))
    control = short_path / "wisgate" / runs / "control.sock"
    control.parent.mkdir(parents=True)
    with socketserver.UnixStreamServer(str(control), socketserver.BaseRequestHandler) as silent:
        threading.Thread(target=silent.serve_forever, daemon=True).start()
        result = CliRunner().invoke(command, ["tank_level", "--file", str(PUMP_HOUSE)])
        silent.shutdown()
    assert said in str(result.exception)
