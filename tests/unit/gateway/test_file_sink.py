"""The file sink: what stands in its files, and what it says of a disk that does not take them."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from stores import levels, opened, put

from wisgate.config.model import Where
from wisgate.config.sinks.file import FileConfig
from wisgate.core.clock import SystemClock
from wisgate.core.errors import SinkError
from wisgate.core.points import Status
from wisgate.gateway.forwarder import Forwarder
from wisgate.gateway.sinks.file import FileSink
from wisgate.store.records import ALARM, AlarmState, Entry, Gap, Phase, Record

NOON = 1_795_176_000_123_000_000
TIME = "2026-11-20T12:00:00.123Z"
OVERFLOW = AlarmState(Phase.SHELVED, "high", 3.4, "call Anna", shelved_until_ns=NOON)
EVERY_KIND: list[Entry] = [
    Record(1, NOON, "level", "m", 1.5, Status.GOOD),
    Record(2, NOON, "level", "m", 7.0, Status.FAULT),
    Record(3, NOON, "pump", "", True, Status.GOOD, "user anna"),
    Record(4, NOON, "card", "", 'two\nlines, a "quote" and ü', Status.UNCERTAIN),
    Record(5, NOON, f"{ALARM}overflow", "", OVERFLOW.encoded(), Status.GOOD, "user anna"),
    Gap(9, NOON, 6, 8, "the power went"),
    Record(10, NOON, "count", "1", 2**60, Status.GOOD),
]


def sink(folder: Path, **options: Any) -> FileSink:
    config = FileConfig(Where("gateway.toml", 1), "archive", "file", (), folder=folder, **options)
    return FileSink(config, "pump-house")


def delivered(there: FileSink, batch: Sequence[Entry]) -> None:
    async def main() -> None:
        try:
            await there.open()
            await there.deliver(batch)
        finally:
            await there.close(1)

    asyncio.run(main())


def test_csv_is_what_every_reader_of_csv_understands(tmp_path: Path) -> None:
    delivered(sink(tmp_path), EVERY_KIND)
    text = (tmp_path / "pump-house-archive-2026-11-20-000000000001.csv").read_text("utf-8")
    rows = [{k: v for k, v in row.items() if v} for row in csv.DictReader(io.StringIO(text))]
    reading = {"kind": "reading", "time": TIME}
    assert rows == [
        {"seq": "1", **reading, "name": "level", "value": "1.5", "unit": "m", "status": "good"},
        {"seq": "2", **reading, "name": "level", "unit": "m", "status": "fault"},
        {"seq": "3", **reading, "name": "pump", "value": "true", "status": "good",
         "cause": "user anna"},
        {"seq": "4", **reading, "name": "card", "value": 'two\\nlines, a "quote" and ü',
         "status": "uncertain"},
        {"seq": "5", "time": TIME, "kind": "alarm", "name": "overflow", "value": "3.4",
         "status": "shelved", "cause": "user anna", "severity": "high", "text": "call Anna",
         "shelved_until": TIME},
        {"seq": "9", "time": TIME, "kind": "gap", "cause": "the power went", "first": "6",
         "last": "8"},
        {"seq": "10", **reading, "name": "count", "value": str(2**60), "unit": "1",
         "status": "good"},
    ]  # fmt: skip
    assert text.count("\n") == len(EVERY_KIND) + 1


def test_json_is_an_object_a_line(tmp_path: Path) -> None:
    delivered(sink(tmp_path, format="json"), EVERY_KIND)
    path = tmp_path / "pump-house-archive-2026-11-20-000000000001.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5, 9, 10]
    assert rows[0] == {
        "point": "level", "value": 1.5, "unit": "m", "status": "good", "time": TIME, "seq": 1,
    }  # fmt: skip
    assert rows[1]["value"] is None
    assert rows[3]["value"] == 'two\nlines, a "quote" and ü'
    assert rows[4] == {
        "alarm": "overflow", "state": "shelved", "severity": "high", "value": 3.4,
        "text": "call Anna", "shelved_until": TIME, "cause": "user anna", "time": TIME, "seq": 5,
    }  # fmt: skip
    assert rows[5] == {
        "first": 6, "last": 8, "cause": "the power went", "time": TIME, "seq": 9,
    }  # fmt: skip


def test_a_folder_that_cannot_be_is_told_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SinkError, match=r"^archive: .*/file/x: Not a directory; choose another"):
        delivered(sink(tmp_path / "file" / "x"), EVERY_KIND)
    with pytest.raises(SinkError, match=r"No such file or directory; mount the disk, or make"):
        delivered(sink(tmp_path / "stick" / "readings"), EVERY_KIND)


def test_a_disk_that_hangs_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hangs, goes_on = threading.Event(), threading.Event()

    def sync(descriptor: int) -> None:
        hangs.set()
        assert goes_on.wait(20)

    monkeypatch.setattr("os.fdatasync", sync)

    async def main() -> None:
        there = sink(tmp_path)
        task = asyncio.create_task(there.deliver(EVERY_KIND))
        await asyncio.to_thread(hangs.wait)
        task.cancel()
        async with asyncio.timeout(5):
            await there.close(0.1)
        goes_on.set()
        await there.close(5)

    asyncio.run(main())


def test_from_the_store_through_a_forwarder_with_a_restart(tmp_path: Path) -> None:
    """The same as the gateway does; the second one has lost the cursor of the first."""

    async def main() -> None:
        async with opened(tmp_path / "store") as store:
            await put(store, levels(1200))
            for name in ("archive", "archive again"):
                there = sink(tmp_path / "readings", rotate=20_000.0, compress=True)
                there.name = name
                forwarder = Forwarder(there, store, SystemClock(), points=frozenset({"level"}))
                task = asyncio.create_task(forwarder.run())
                forwarder.stop()
                await asyncio.wait_for(task, 20)
                await forwarder.close(3)
                await put(store, levels(300))
                store.advance("archive again", 800)

    asyncio.run(main())
    there = sorted((tmp_path / "readings").iterdir())
    assert {p.suffix for p in there} == {".csv", ".gz"}
    texts = [
        gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in there
    ]
    seqs = [int(row["seq"]) for t in texts for row in csv.DictReader(io.StringIO(t.decode()))]
    assert seqs == list(range(1, 1501))
