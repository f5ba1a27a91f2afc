"""A gateway left alone with pulled modules, full disks, impatient people: it goes on, or it stops
with one clear message, its outputs safe and nothing stored lost."""

from __future__ import annotations

import getpass
import json
import random
import re
import signal
import socket
import sqlite3
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from gateways import (
    STOP_S,
    WISGATE,
    Running,
    Stored,
    environment,
    pump_house,
    running,
    stored_rows,
    wisgate,
)
from peers import free_port, until


def start(site: Path, *more: str | Path, file: Path | None = None, **limits: int) -> Running:
    """The pump house; its broker is never there."""
    file = file or pump_house(site, free_port())
    words = ["run", file, "--virtual", "--data", site / "data", *more]
    return Running(site, *words, **limits)


def points(gateway: Running) -> dict[str, dict[str, Any]]:
    with urllib.request.urlopen(f"{gateway.url}/api/v1/points", timeout=10) as answer:
        return {point["name"]: point for point in json.load(answer)["points"]}


def status(gateway: Running, point: str) -> str:
    return str(points(gateway)[point]["status"])


def pump_on(site: Path) -> None:
    done = wisgate("write", "pump", "on", "--data", site / "data", state=site)
    assert (done.returncode, done.stdout) == (0, "pump = on\n"), done.stderr


def check_left(site: Path, gateway: Running) -> Stored:
    """No traceback, nothing that blocks the next start, and the pump off."""
    assert "Traceback" not in gateway.err, gateway.err
    assert not (site / "data/control.sock").exists()
    stored = Stored(site / "data")
    if stored.of("pump"):
        assert stored.of("pump")[-1][0] == 0, stored.of("pump")
    return stored


def check_stopped(site: Path, gateway: Running, code: int) -> Stored:
    assert code == 0, gateway.err
    assert gateway.err.endswith("stopped; outputs are safe, everything is stored\n"), gateway.err
    return check_left(site, gateway)


def scenario(site: Path, text: str) -> Path:
    site.mkdir(parents=True, exist_ok=True)
    file = site / "scenario.toml"
    file.write_text(text)
    return file


# The board


def test_a_pulled_module_is_missed_and_taken_up_again(tmp_path: Path) -> None:
    pulled = scenario(
        tmp_path,
        '[[at]]\ntime = "4s"\nfault = "module-pulled"\ntarget = "wisblock-1"\nfor = "3s"\n',
    )
    with start(tmp_path, "--scenario", pulled) as gateway:
        gateway.ready()
        pump_on(tmp_path)
        until(lambda: status(gateway, "tank_level") == "good", "the level is read")
        until(lambda: status(gateway, "tank_level") != "good", "the level is missed")
        assert points(gateway)["tank_level"]["value"] is None
        assert points(gateway)["pump"]["value"] is True
        until(lambda: status(gateway, "tank_level") == "good", "the level is back")
        stored = check_stopped(tmp_path, gateway, gateway.stop())
    assert stored.statuses("tank_level") - {"good"} <= {"absent", "fault"}
    assert stored.statuses("pump") == {"good"}


def test_a_mute_bus_takes_no_value_and_comes_back(tmp_path: Path) -> None:
    mute = scenario(
        tmp_path, '[[at]]\ntime = "4s"\nfault = "mute-bus"\ntarget = "i2c"\nfor = "3s"\n'
    )
    with start(tmp_path, "--scenario", mute) as gateway:
        gateway.ready()
        until(lambda: status(gateway, "tank_level") == "fault", "the level is a fault")
        assert points(gateway)["tank_level"]["value"] is None
        until(lambda: status(gateway, "tank_level") == "good", "the level is back")
        until(lambda: status(gateway, "pump") == "good", "the relay is back")
        stored = check_stopped(tmp_path, gateway, gateway.stop())
    assert {"good", "fault"} <= stored.statuses("tank_level")
    assert all(value is None for value, status, _ in stored.of("tank_level") if status == "fault")


# The disk


def test_a_full_disk_stops_no_measuring_and_loses_nothing_stored(tmp_path: Path) -> None:
    file = pump_house(
        tmp_path, free_port(), ('interval = "1s"', 'interval = "100ms"'),
        ('deadband = "5mm"', 'deadband = "0mm"'), ('warm_up = "2s"', 'warm_up = "100ms"'),
        more='[store]\nmax_age = "3000d"\n',  # the virtual day is long over
    )  # fmt: skip
    first = wisgate(
        "run", file, "--fast-forward", "10min", "--data", tmp_path / "data", state=tmp_path
    )
    assert first.returncode == 0, first.stderr
    size = (tmp_path / "data/wisgate.db").stat().st_size
    with start(tmp_path, file=file, limit_kb=size // 1024) as gateway:
        gateway.ready().says("readings wait in memory")
        until(lambda: pending(gateway) > 50, "nothing more goes to the disk", 40)
        until(lambda: status(gateway, "tank_level") == "good", "it goes on measuring")
        before = rows(tmp_path)
        code = gateway.stop()
        assert code == 1
        assert "readings are lost with it" in gateway.err.splitlines()[-1]
        check_left(tmp_path, gateway)
    assert before
    assert rows(tmp_path)[: len(before)] == before
    with start(tmp_path, file=file) as gateway:
        gateway.ready()
        until(lambda: len(rows(tmp_path)) > len(before) + 5, "it stores again")
        stored = check_stopped(tmp_path, gateway, gateway.stop())
    assert [row[0] for row in stored.rows[: len(before)]] == [row[0] for row in before]


def pending(gateway: Running) -> float:
    """Readings that wait for the disk."""
    with urllib.request.urlopen(f"{gateway.url}/metrics", timeout=10) as answer:
        found = re.search(r"^wisgate_store_pending\S* (\S+)$", answer.read().decode(), re.MULTILINE)
    assert found is not None
    return float(found[1])


def rows(site: Path) -> list[tuple[Any, ...]]:
    """What is committed, seen from outside while the gateway runs."""
    database = f"file:{site}/data/wisgate.db?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        return stored_rows(connection)


def random_bytes(file: Path, chance: random.Random) -> None:
    file.write_bytes(chance.randbytes(file.stat().st_size))


def flipped_bytes(file: Path, chance: random.Random) -> None:
    content = bytearray(file.read_bytes())
    for _ in range(40):
        content[chance.randrange(8192, len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(content)


def cut_off(file: Path, chance: random.Random) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: chance.randrange(1, len(content))])


@pytest.mark.parametrize("damage", [random_bytes, flipped_bytes, cut_off])
def test_a_damaged_store_is_set_aside_and_told(
    tmp_path: Path, damage: Callable[[Path, random.Random], None]
) -> None:
    first = wisgate(
        "run", pump_house(tmp_path, free_port()), "--fast-forward", "2h",
        "--data", tmp_path / "data", state=tmp_path,
    )  # fmt: skip
    assert first.returncode == 0, first.stderr
    newest = Stored(tmp_path / "data").rows[-1][0]
    damage(tmp_path / "data/wisgate.db", random.Random(1))
    mark_unclean(tmp_path / "data")
    with start(tmp_path) as gateway:
        gateway.ready().says("damaged")
        until(lambda: status(gateway, "tank_level") == "good", "it measures")
        check_stopped(tmp_path, gateway, gateway.stop())
    assert (tmp_path / "data/wisgate.db.damaged-1").exists()
    assert Stored(tmp_path / "data").rows[-1][0] > newest, "a number came twice"


def mark_unclean(data: Path) -> None:
    """As a power cut leaves it: damage does not come to a store that was closed in order."""
    try:
        with closing(sqlite3.connect(data / "wisgate.db", isolation_level=None)) as connection:
            connection.execute("UPDATE series SET clean = 0")
    except sqlite3.DatabaseError:
        return


# The host


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = wisgate(
        "run", pump_house(tmp_path, free_port()), "--virtual", "--data", tmp_path / "file/below",
        state=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    assert one_line(done.stderr).startswith(f"{tmp_path}/file/below: cannot be used")


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "data/wisgate.db").mkdir(parents=True)
    with start(tmp_path) as gateway:
        assert gateway.ends(20) == 1
        assert "Traceback" not in gateway.err
        assert "wisgate.db" in gateway.err.splitlines()[-1]
    (tmp_path / "data/wisgate.db").rmdir()
    check_starts(tmp_path)


def test_a_folder_without_permission(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    with start(tmp_path, refused=True) as gateway:
        assert gateway.ends(20) == 1
        assert "must be writable" in gateway.err
    assert not list((tmp_path / "data").iterdir())


def test_a_second_gateway_on_the_same_folder(tmp_path: Path) -> None:
    with start(tmp_path) as gateway:
        gateway.ready()
        second = wisgate(
            "run", pump_house(tmp_path / "second", free_port()), "--virtual",
            "--data", tmp_path / "data", state=tmp_path,
        )  # fmt: skip
        assert second.returncode == 1
        assert one_line(second.stderr).startswith("another wisgate uses")
        check_stopped(tmp_path, gateway, gateway.stop())


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        file = pump_house(tmp_path, free_port())
        text = file.read_text()
        listen = text[text.rindex("127.0.0.1:") :].partition('"')[0]
        file.write_text(text.replace(listen, f"127.0.0.1:{other.getsockname()[1]}"))
        with start(tmp_path, file=file) as gateway:
            assert gateway.ends(20) == 1
            assert "is in use; stop what listens there" in gateway.err.splitlines()[-1]
            check_left(tmp_path, gateway)
    check_starts(tmp_path)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: path.write_bytes(bytes(range(256))), "binary"),
        (lambda path: path.write_text("name = "), "gateway.toml:1"),
    ],
    ids=["missing", "directory", "binary", "not-toml"],
)
def test_a_wrong_file(tmp_path: Path, make: Callable[[Path], object], says: str) -> None:
    file = tmp_path / "gateway.toml"
    make(file)
    done = wisgate("run", file, "--virtual", "--data", tmp_path / "data", state=tmp_path)
    assert done.returncode == 2
    assert says in one_line(done.stderr)
    assert not (tmp_path / "data").exists()


def test_a_wrong_scenario(tmp_path: Path) -> None:
    wrong = scenario(tmp_path, '[[at]]\ntime = "1s"\nfault = "earthquake"\ntarget = "i2c"\n')
    with start(tmp_path, "--scenario", wrong) as gateway:
        assert gateway.ends(20) == 2
        assert "Traceback" not in gateway.err
        assert "scenario.toml:" in gateway.err.splitlines()[-1]


# The end


def test_a_signal_at_any_moment_of_the_start(tmp_path: Path) -> None:
    file = pump_house(tmp_path, free_port())
    for tenth in range(1, 11):
        with start(tmp_path, file=file) as gateway:
            gateway.lives_for(tenth / 10)
            code = gateway.stop()
            # Before anything is open a signal may end the process as it ends any other.
            assert code in (0, -signal.SIGTERM), gateway.err
            assert "Traceback" not in gateway.err, gateway.err
            assert not (tmp_path / "data/control.sock").exists()
    check_starts(tmp_path)


def test_ctrl_c_while_it_opens(tmp_path: Path) -> None:
    with start(tmp_path) as gateway:
        code = gateway.says("store and secrets are in").stop(signal.SIGINT)
        assert code in (0, -signal.SIGINT), gateway.err
        assert "Traceback" not in gateway.err, gateway.err
    check_starts(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_while_the_transmitter_warms_up(tmp_path: Path, number: signal.Signals) -> None:
    with start(tmp_path) as gateway:
        gateway.ready()
        check_stopped(tmp_path, gateway, gateway.stop(number))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_while_sampling(tmp_path: Path, number: signal.Signals) -> None:
    with start(tmp_path) as gateway:
        gateway.ready()
        until(lambda: status(gateway, "tank_level") == "good", "the level is read")
        pump_on(tmp_path)
        stored = check_stopped(tmp_path, gateway, gateway.stop(number))
    assert stored.of("pump")[-2:] == [
        (1, "good", f"user {getpass.getuser()}"),
        (0, "good", "safe state"),
    ]


def test_the_end_asked_for_twice(tmp_path: Path) -> None:
    with start(tmp_path) as gateway:
        gateway.ready()
        pump_on(tmp_path)
        gateway.send(signal.SIGTERM)
        check_stopped(tmp_path, gateway, gateway.stop())


def test_the_end_while_the_broker_does_not_answer(tmp_path: Path) -> None:
    with silent_peer() as port, start(tmp_path, file=pump_house(tmp_path, port)) as gateway:
        gateway.ready()
        pump_on(tmp_path)
        check_stopped(tmp_path, gateway, gateway.stop())


@contextmanager
def silent_peer() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_end_while_somebody_watches(tmp_path: Path) -> None:
    with start(tmp_path) as gateway:
        gateway.ready()
        pump_on(tmp_path)
        where = gateway.url.removeprefix("http://")
        with closing(HTTPConnection(where, timeout=STOP_S)) as browser:
            browser.request("GET", "/api/v1/events")
            stream = browser.getresponse()
            assert stream.readline()
            check_stopped(tmp_path, gateway, gateway.stop())
            stream.close()


def test_the_end_of_a_fast_forward(tmp_path: Path) -> None:
    file = pump_house(tmp_path, free_port())
    words = ["run", file, "--fast-forward", "1000h", "--data", tmp_path / "data"]
    for number in (signal.SIGINT, signal.SIGTERM):
        with Running(tmp_path, *words) as gateway:
            until((tmp_path / "data/wisgate.db").exists, "the virtual day begins")
            gateway.lives_for(0.5)
            code = gateway.stop(number)
            assert code in (0, 130, -signal.SIGTERM), gateway.err
            assert "Traceback" not in gateway.err, gateway.err
        for left in (tmp_path / "data").iterdir():
            left.unlink()


def test_no_thread_keeps_a_process_whose_output_nobody_reads(tmp_path: Path) -> None:
    """The pipe of the one who started it is closed: logs go nowhere, the gateway goes on."""
    file = pump_house(tmp_path, free_port())
    command = [WISGATE, "run", file, "--virtual", "--data", tmp_path / "data"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(tmp_path),
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "dashboard" in process.stdout.readline()
        process.stdout.close()
        process.stderr.close()
        pump_on(tmp_path)
        process.terminate()
        process.wait(STOP_S)
    finally:
        process.kill()
        process.wait()
    assert Stored(tmp_path / "data").of("pump")[-1][0] == 0


def check_starts(site: Path) -> None:
    with running(site / "again", pump_house(site / "again", free_port()), site / "data") as gateway:
        assert gateway.stop() == 0, gateway.err


def one_line(text: str) -> str:
    assert text.count("\n") == 1, text
    return text
