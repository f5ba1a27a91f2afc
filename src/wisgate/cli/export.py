"""wisgate export: records of a store as a file for other programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import data_option
from .stored import folder_of, span_of, time_options, virtual_store_option

if TYPE_CHECKING:
    from ..store.archive import Archive, Chosen
    from .written import Writer

CSV, PARQUET = "csv", "parquet"


@click.command(
    epilog="Examples: wisgate export --last 24h > day.csv · wisgate export gateway.toml"
    " --from 2026-11-01 --to 2026-12-01 --output november.parquet · wisgate export"
    " --points tank_level,pump --format csv --output tank.csv",
    short_help="Write stored records as CSV or Parquet.",
)
@click.argument(
    "file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, readable=False)
)
@time_options
@click.option(
    "--points", metavar="A,B", multiple=True,
    help="These points only, with commas or several times [default: all, and alarms].",
)  # fmt: skip
@click.option(
    "--format", "kind", type=click.Choice((CSV, PARQUET)),
    help="[default: after the ending of --output, else csv]",
)  # fmt: skip
@click.option(
    "--output", metavar="PATH", type=click.Path(path_type=Path, dir_okay=False),
    help="Where to; it is there when all is in it [default: the terminal, CSV only].",
)  # fmt: skip
@data_option
@virtual_store_option
def command(
    file: Path | None,
    start: int | None,
    to: int | None,
    last: float | None,
    points: tuple[str, ...],
    kind: str | None,
    output: Path | None,
    data: Path | None,
    virtual: bool,
) -> None:
    """Write what was stored by the gateway that runs, or by that of FILE, which may run or not: its
    store is read and not touched.

    CSV has the columns seq (number of the record, without end and never used twice), time (UTC,
    RFC 3339), point, unit, value (a number, true, false or a text; empty while there is none),
    status (good, uncertain, stale, saturated, absent, fault) and cause (who switched; empty for a
    measurement). Parquet has the same, with texts in a column of their own. Records come in the
    order in which they were stored; the changes of an alarm are those of the point alarm/NAME.
    """
    from ..store.archive import Chosen, open_archive

    kind = kind or (PARQUET if output is not None and output.suffix == ".parquet" else CSV)
    if kind == PARQUET and output is None:
        raise click.UsageError("Parquet goes into a file; name it with --output PATH")
    names = [name for several in points for name in several.split(",") if name]
    if points and not names:
        raise click.UsageError("--points names none; leave it out for all of them")
    with open_archive(folder_of(file, data, virtual=virtual)) as archive:
        _demand_known(names, archive)
        begin, end = span_of(start, to, last, archive.newest_ns())
        chosen = Chosen(begin, end, names or None)
        with _writer(kind, output) as writer:
            count = _write(archive, chosen, writer)
    if output is not None:
        click.echo(f"{output}: {count} records", err=True)


def _demand_known(names: list[str], archive: Archive) -> None:
    from .rows import chosen

    chosen([{"name": name} for name in sorted(archive.points)], tuple(names))


@contextmanager
def _writer(kind: str, output: Path | None) -> Iterator[Writer]:
    from .written import CsvWriter, ParquetWriter, replaced

    if output is None:
        yield CsvWriter(sys.stdout)
        return
    with replaced(output) as path:
        if kind == PARQUET:
            writer = ParquetWriter(path)
            yield writer
            writer.close()
        else:
            with path.open("w", encoding="utf-8", newline="") as file:
                yield CsvWriter(file)


def _write(archive: Archive, chosen: Chosen, writer: Writer) -> int:
    from rich.console import Console
    from rich.progress import Progress

    from ..store.archive import CHUNK

    console = Console(stderr=True)
    count = 0
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("records", total=archive.last_seq - archive.first_seq + 1)
        for records in archive.records(chosen):
            writer.write(records)
            count += len(records)
            bar.update(task, advance=CHUNK)
    return count
