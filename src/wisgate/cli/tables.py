"""Entries of the catalog as text: headings, tables, sources dimmed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .sections import Section, source

PIPED_WIDTH = 160
SKIPPED = ("id", "title", "vendor", "evidence", "source", "confidence", "note")


@contextmanager
def output() -> Iterator[Console]:
    """As wide as the terminal; a pipe gets wide lines without colour. No line ends in blanks."""
    out = Console(highlight=False)
    if not sys.stdout.isatty():
        out = Console(width=PIPED_WIDTH, highlight=False, color_system=None)
    with out.capture() as captured:
        yield out
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def print_heading(entry: Any) -> None:
    """Title, maker, evidence, size, note and source of an entry."""
    with output() as out:
        out.print(Text(f"{entry.id.upper()}  {entry.title}", style="bold"))
        parts = [getattr(entry, "vendor", ""), getattr(entry, "evidence", "")]
        if size := getattr(entry, "size", None):
            parts.append(f"{size[0]:g} x {size[1]:g} mm")
        if revisions := getattr(entry, "revisions", ()):
            parts.append(f"revisions {', '.join(revisions)}")
        if facts := ", ".join(p for p in parts if p):
            out.print(Text(facts))
        if note := getattr(entry, "note", ""):
            out.print(Text(note))
        for line in getattr(entry, "wiring", ()):
            out.print(Text(f"- {line}"))
        out.print(Text(source(entry), style="dim"))
        out.print()


def print_section(section: Section) -> None:
    """A table whose last column is the source, and its notes below."""
    with output() as out:
        if section.title:
            out.print(Text(section.title, style="bold"))
        out.print(_table(section))
        for about, note in dict.fromkeys(section.notes):
            out.print(Padding(Text.assemble((f"{about}: ", "italic"), note), (0, 0, 0, 2)))
        out.print()


def _table(section: Section) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="underline")
    for n, head in enumerate(section.columns):
        last = n == len(section.columns) - 1
        table.add_column(
            Text(head), style="dim" if last else "", overflow="fold", no_wrap=_short(section, n)
        )
    for row in section.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def print_values(entry: Any) -> None:
    """What a chip or a connector holds, key by key."""
    values = {k: v for k, v in msgspec.to_builtins(entry).items() if k not in SKIPPED and v}
    for key, value in values.items():
        if key == "pins":
            rows = [(str(p["number"]), p["signal"]) for p in value]
            print_section(Section("pins", "Pins", ("Pin", "Signal"), rows))
        else:
            click.echo(f"{key.replace('_', ' '):12} {_text(key, value)}")


def _short(section: Section, n: int) -> bool:
    """Whether a column is narrow enough never to be broken."""
    return max((len(row[n]) for row in section.rows), default=0) <= 14


def _text(key: str, value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(f"{v:#04x}" if key == "addresses" else str(v) for v in value)
    return str(value)
