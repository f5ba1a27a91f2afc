"""Records as files for other programs: what was stored is what csv and pyarrow read back."""

from __future__ import annotations

import asyncio
import csv
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result
from stores import killed, levels, opened, put

from wisgate.cli.export import command
from wisgate.cli.written import COLUMNS, replaced
from wisgate.core.clock import VIRTUAL_START_NS
from wisgate.core.errors import StoreError, Unavailable, WisgateError
from wisgate.core.points import Reading, Status
from wisgate.store import archive
from wisgate.store.archive import Chosen, open_archive

SECOND = 1_000_000_000
START = VIRTUAL_START_NS
READINGS = [
    Reading("level", 1.25, time_ns=START),
    Reading("pump", True, time_ns=START + SECOND, cause="user anna"),
    Reading("count", -7, time_ns=START + 2 * SECOND),
    Reading("card", 'a,"b"\n', time_ns=START + 3 * SECOND),
    Reading("level", None, Status.ABSENT, START + 4 * SECOND),
    Reading("level", 0.1 + 0.2, Status.UNCERTAIN, START + 5 * SECOND),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    async def main() -> None:
        async with opened(tmp_path / "store") as store:
            await put(store, READINGS)

    asyncio.run(main())
    return tmp_path / "store"


def export(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(command, ["--data", str(folder), *words])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_comes_back_as_it_was_stored(folder: Path) -> None:
    result = export(folder)
    assert result.exit_code == 0
    found = rows(result.stdout)
    assert list(found[0]) == list(COLUMNS)
    assert [(r["seq"], r["point"], r["unit"], r["status"], r["cause"]) for r in found] == [
        ("1", "level", "m", "good", ""),
        ("2", "pump", "", "good", "user anna"),
        ("3", "count", "", "good", ""),
        ("4", "card", "", "good", ""),
        ("5", "level", "m", "absent", ""),
        ("6", "level", "m", "uncertain", ""),
    ]
    assert [r["value"] for r in found] == ["1.25", "true", "-7", 'a,"b"\n', "", repr(0.1 + 0.2)]
    times = [datetime.fromisoformat(r["time"]).timestamp() for r in found]
    assert times == [r.time_ns / 1e9 for r in READINGS]


def test_parquet_comes_back_as_it_was_stored(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "all.parquet"
    result = export(folder, "--output", str(output))
    assert (result.exit_code, result.stderr) == (0, f"{output}: 6 records\n")
    table = pyarrow.parquet.read_table(output)
    assert table.column("seq").to_pylist() == [1, 2, 3, 4, 5, 6]
    assert table.column("time").cast("int64").to_pylist() == [r.time_ns for r in READINGS]
    assert str(table.schema.field("time").type) == "timestamp[ns, tz=UTC]"
    assert table.column("point").to_pylist() == [r.name for r in READINGS]
    assert table.column("value").to_pylist() == [1.25, 1.0, -7.0, None, None, 0.1 + 0.2]
    assert table.column("text").to_pylist() == [None, None, None, 'a,"b"\n', None, None]
    assert table.column("status").to_pylist()[4:] == ["absent", "uncertain"]
    assert table.column("cause").to_pylist()[1] == "user anna"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all.parquet", "store"]


@pytest.mark.parametrize(
    ("words", "seqs"),
    [
        (("--points", "level"), "156"),
        (("--points", "pump,count", "--points", "card"), "234"),
        (("--last", "2s"), "56"),
        (("--from", "2026-01-01T00:00:02Z", "--to", "2026-01-01T01:00:04+01:00"), "34"),
        (("--from", "2026-01-01T00:00:04"), "56"),
        (("--to", "2026-01-01"), ""),
        (("--to", "2026-01-01T00:00:02", "--last", "1s"), "2"),
        (("--format", "csv"), "123456"),
        (("--from", "0001-01-01", "--to", "9999-12-31"), "123456"),
        (("--last", "400000d"), "123456"),
        (("--from", "9999-12-31"), ""),
    ],
)
def test_what_is_chosen(folder: Path, words: tuple[str, ...], seqs: str) -> None:
    result = export(folder, *words)
    assert result.exit_code == 0
    assert "".join(r["seq"] for r in rows(result.stdout)) == seqs


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "yesterday"), '"yesterday" is no time; write 2026-11-20'),
        (("--from", "2026-01-01", "--last", "1h"), "--from and --last say the same"),
        (("--from", "2026-01-02", "--to", "2026-01-02"), "--to is not after the begin"),
        (("--format", "parquet"), "name it with --output PATH"),
        (("--points", ""), "--points names none"),
    ],
)
def test_what_cannot_be_asked(folder: Path, words: tuple[str, ...], said: str) -> None:
    result = export(folder, *words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_errors_name_the_cure(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "a.parquet"
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for words, error in [
        (("--points", "levle"), 'no point is called "levle"; did you mean level?'),
        (("--output", str(output)), "pip install 'wisgate[parquet]'"),
        (("--output", str(tmp_path / "no" / "a.csv")), "No such file or directory; name another"),
    ]:
        result = export(folder, *words)
        assert isinstance(result.exception, WisgateError)
        assert error in str(result.exception)
    assert isinstance(export(tmp_path).exception, Unavailable)
    assert not output.exists()


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("of yesterday")

    def cut_short() -> None:
        with replaced(path) as fresh:
            fresh.write_text("half of")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_short()
    assert path.read_text() == "of yesterday"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_a_store_in_use_is_read_and_not_touched(tmp_path: Path) -> None:
    """In pieces, without what is stored meanwhile, also when its process was killed."""

    async def main() -> None:
        async with opened(tmp_path / "a") as store:
            await put(store, levels(5000))
            with open_archive(tmp_path / "a") as open_one:
                pieces = open_one.records(Chosen())
                first = next(pieces)
                await put(store, levels(10, 5000))
                rest = list(pieces)
            assert len(first) == archive.CHUNK
            assert [r.seq for piece in (first, *rest) for r in piece] == list(range(1, 5001))
            killed(tmp_path / "a", tmp_path / "b")
            (tmp_path / "b" / "wisgate.db-shm").unlink()
        before = (tmp_path / "b" / "wisgate.db").read_bytes()
        assert len(rows(export(tmp_path / "b").stdout)) == 5010
        assert (tmp_path / "b" / "wisgate.db").read_bytes() == before

    asyncio.run(main())


def test_damage_is_told(folder: Path) -> None:
    (folder / "wisgate.db").write_bytes(b"noise" * 4000)
    assert isinstance(export(folder).exception, StoreError)


def test_times_are_utc_without_an_offset(folder: Path) -> None:
    at = datetime(2026, 1, 1, 0, 0, 3, tzinfo=UTC).isoformat()
    assert rows(export(folder, "--from", at).stdout)[0]["seq"] == "4"
