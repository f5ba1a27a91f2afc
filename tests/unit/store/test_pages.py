"""Rows from single pages, against what SQLite wrote itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from wisgate.store.pages import pages_of, pages_of_log, rising, rows_of

VALUES = [
    None, 0, 1, -1, 127, -128, 2**15 - 1, 2**23 - 1, 2**31 - 1, 2**47 - 1, -(2**63), 2**63 - 1,
    1.5, -1e300, "", "grün", "x" * 200,
]  # fmt: skip
KEYS = [1, 2, 127, 128, 2**14, 2**21, 2**28, 2**35, 2**42, 2**49, 2**56, 2**63 - 1]


def database(path: Path, *, log: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA page_size = 4096")
    if log:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE a (id INTEGER PRIMARY KEY, value ANY, text TEXT) STRICT")
    return connection


def test_every_kind_of_value_and_number(tmp_path: Path) -> None:
    rows = [(key, value, "t") for key, value in zip(KEYS, VALUES, strict=False)]
    rows += [(1000 + n, value, None) for n, value in enumerate(VALUES)]
    with closing(database(tmp_path / "a")) as connection:
        connection.executemany("INSERT INTO a VALUES (?,?,?)", rows)
    found = [row for page in pages_of(tmp_path / "a") for row in rows_of(page)]
    assert sorted((row[0], *row[2:]) for row in found) == sorted(rows, key=lambda row: row[0])
    assert {row[1] for row in found} == {None}


def test_a_row_that_goes_on_in_other_pages_is_left_out(tmp_path: Path) -> None:
    with closing(database(tmp_path / "a")) as connection:
        rows = [(1, 1, "x" * 5000), (2, 2, "short")]
        connection.executemany("INSERT INTO a VALUES (?,?,?)", rows)
    assert [r for page in pages_of(tmp_path / "a") for r in rows_of(page)] == [
        (2, None, 2, "short")
    ]


def test_the_log_gives_whole_pages_on_both_sides_of_a_broken_one(tmp_path: Path) -> None:
    path, log = tmp_path / "a", tmp_path / "a-wal"
    with closing(database(path, log=True)) as connection:
        for n in range(1, 6):
            connection.execute("INSERT INTO a VALUES (?, ?, NULL)", (n, n))
        content = bytearray(log.read_bytes())
    frames = (len(content) - 32) // 4120
    (tmp_path / "whole").write_bytes(content)
    assert len(list(pages_of_log(tmp_path / "whole"))) == frames
    content[32 + 4120 * (frames - 3) + 100] ^= 1
    (tmp_path / "broken").write_bytes(content[:-1])
    kept = list(pages_of_log(tmp_path / "broken"))
    assert len(kept) == frames - 2
    assert [row[0] for row in rows_of(kept[-1])] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("numbers", "kept"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1, 900, 3, 4], [1, 3, 4]),
        ([4, 5, 1, 6], [4, 5, 6]),
        ([1, 2, 2, 3], [1, 2, 3]),
        ([-7, 0, 4], [4]),
        ([], []),
    ],
)
def test_a_number_out_of_its_place_is_left_out(numbers: list[int], kept: list[int]) -> None:
    assert [row[0] for row in rising((n,) for n in numbers)] == kept


def test_noise_is_no_row(tmp_path: Path) -> None:
    assert rows_of(b"\x0d" + bytes(4095)) == []
    assert rows_of(b"\x0d\0\0\xff\xff" + b"\xff" * 4091) == []
    assert rows_of(b"\x05" + bytes(4095)) == []
    assert rows_of(b"\x0d short") == []
    (tmp_path / "log").write_bytes(b"noise" * 3000)
    assert list(pages_of_log(tmp_path / "log")) == []
