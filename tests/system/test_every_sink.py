"""One gateway, killed again and again, with every sink that has no broker: all of them hold what
the store holds, and none is held up by the one that nobody listens to."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from gateways import Running, Stored, pump_house
from influxd import influxd
from peers import free_port, until
from postgresql import PASSWORD, postgresql
from receiver import receiver

pytestmark = pytest.mark.peers

LIVELY = (
    ('interval = "1s"', 'interval = "100ms"'),
    ('warm_up = "2s"', 'warm_up = "100ms"'),
    ('deadband = "5mm"', 'deadband = "0mm"'),
)
SINKS = """
[sink.table]
type = "file"
folder = "table"

[sink.lines]
type = "file"
folder = "lines"
format = "json"
points = ["tank_level"]
rate = 100

[sink.hook]
type = "http"
url = "http://127.0.0.1:{http}/in"
secret_file = "secret"

[sink.trend]
type = "influx"
url = "http://127.0.0.1:{influx}"
version = "1"
database = "plant"

[sink.base]
type = "postgres"
url = "postgresql://postgres@127.0.0.1:{postgres}/plant"
password_file = "secret"
"""
KILLS = 2
Row = tuple[int, str, str]
"""Number, point, status."""


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """Of the files of a sink, in order."""
    found: list[dict[str, Any]] = []
    for path in sorted(folder.iterdir()):
        text = path.read_text("utf-8").splitlines()
        found += csv.DictReader(text) if path.suffix == ".csv" else map(json.loads, text)
    return found


def test_all_of_them_hold_what_the_store_holds(tmp_path: Path) -> None:
    site, data = tmp_path / "site", tmp_path / "site" / "data"
    with receiver() as hook, influxd(tmp_path / "influx") as trend, postgresql() as base:
        base.fresh()
        more = SINKS.format(http=hook.port, influx=trend.port, postgres=base.port)
        file = pump_house(site, free_port(), *LIVELY, more=more)
        (site / "secret").write_text(PASSWORD)
        (site / "secret").chmod(0o600)

        def came() -> int:
            return sum(len(json.loads(got.body)["readings"]) for got in list(hook.requests))

        for _ in range(KILLS):
            before = came()
            with Running(tmp_path / "run", "run", file, "--virtual", "--data", data) as gateway:
                until(lambda n=before: came() >= n + 30, "records at the webhook", 60)
                gateway.kill()
        with Running(tmp_path / "run", "run", file, "--virtual", "--data", data) as gateway:
            before = came()
            until(lambda: came() >= before + 30, "records at the webhook", 60)
            assert gateway.stop() == 0
        stored: list[Row] = [(s, name, status) for s, name, _, status, _ in Stored(data).rows]
        assert len(stored) > 30 * KILLS
        table = [(int(r["seq"]), r["name"], r["status"]) for r in rows_of(site / "table")]
        assert table == stored
        lines = [(r["seq"], r["point"], r["status"]) for r in rows_of(site / "lines")]
        assert lines == [row for row in stored if row[1] == "tank_level"]
        fetched = base.run("SELECT seq, point, status FROM wisgate_readings ORDER BY seq")
        assert fetched == stored
        found = trend.query("SELECT seq, point, status FROM wisgate")
        assert sorted((r["seq"], r["point"], r["status"]) for r in found) == stored
        posted = [r for got in hook.requests for r in json.loads(got.body)["readings"]]
        rows = [(r["seq"], r["point"], r["status"]) for r in posted]
        assert list(dict.fromkeys(rows)) == stored
