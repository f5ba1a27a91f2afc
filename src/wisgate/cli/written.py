"""Files of records for other programs: CSV and Parquet, whole or not there at all."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from ..core.errors import Unavailable
from ..gateway.payloads import time_text
from ..store.files import replacing
from ..store.records import Record

if TYPE_CHECKING:
    from types import ModuleType

COLUMNS = ("seq", "time", "point", "unit", "value", "status", "cause")
ROWS_PER_GROUP = 100_000
"""Of a Parquet file; so many records are in memory at most."""


class Writer(Protocol):
    def write(self, records: Sequence[Record]) -> None: ...
    def close(self) -> None: ...


class CsvWriter:
    """The columns of RFC 4180, with a line of their names."""

    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(COLUMNS)

    def write(self, records: Sequence[Record]) -> None:
        self._writer.writerows(
            (r.seq, time_text(r.time_ns), r.point, r.unit, _text(r.value), r.status.value, r.cause)
            for r in records
        )

    def close(self) -> None:
        """Nothing is kept back."""


class ParquetWriter:
    """Columns with types: numbers, and true and false as 1 and 0, are in `value`, texts in `text`;
    what has no value has neither."""

    def __init__(self, path: Path) -> None:
        self._arrow, parquet = _pyarrow()
        arrow = self._arrow
        names = arrow.dictionary(arrow.int32(), arrow.string())
        self._schema = arrow.schema(
            [
                ("seq", arrow.int64()),
                ("time", arrow.timestamp("ns", tz="UTC")),
                ("point", names),
                ("unit", names),
                ("value", arrow.float64()),
                ("text", arrow.string()),
                ("status", names),
                ("cause", names),
            ]
        )
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[Record] = []

    def write(self, records: Sequence[Record]) -> None:
        self._waiting += records
        if len(self._waiting) >= ROWS_PER_GROUP:
            self._write_group()

    def close(self) -> None:
        self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        rows, self._waiting = self._waiting, []
        if not rows:
            return
        texts = [r.value if isinstance(r.value, str) else None for r in rows]
        numbers = [None if r.value is None or isinstance(r.value, str) else float(r.value)
                   for r in rows]  # fmt: skip
        columns: list[list[Any]] = [
            [r.seq for r in rows], [r.time_ns for r in rows], [r.point for r in rows],
            [r.unit for r in rows], numbers, texts, [r.status.value for r in rows],
            [r.cause for r in rows],
        ]  # fmt: skip
        arrays = [
            self._arrow.array(column, kind)
            for column, kind in zip(columns, self._schema.types, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to: it takes its place at the end, synced, and is gone when
    that is not reached. Raises Unavailable."""
    try:
        with replacing(path) as fresh:
            yield fresh
    except OSError as error:
        raise Unavailable(
            f"{path}: cannot be written: {error.strerror or error}; name another place"
        ) from error


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _pyarrow() -> tuple[ModuleType, ModuleType]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise Unavailable(
            "Parquet needs pyarrow; run: pip install 'wisgate[parquet]', or take --format csv"
        ) from error
