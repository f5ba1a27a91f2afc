"""wisgate catalog: what we know of boards, modules, chips and connectors, with sources."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from ..core.errors import CatalogError
from . import pinout
from .options import json_option

if TYPE_CHECKING:
    from ..catalog.boards import Board
    from ..catalog.modules import Module
    from ..catalog.parts import Chip, Connector


@click.group(epilog="Example: wisgate catalog show rak5801")
def command() -> None:
    """Look up boards, modules, chips and connectors."""


command.add_command(pinout.command)


@command.command("list", epilog="Example: wisgate catalog list --json")
@json_option
def list_(as_json: bool) -> None:
    """List every entry."""
    import msgspec

    from ..catalog.catalog import load

    entries = [(category, e.id, e.title) for category, e in load()]
    if as_json:
        rows = [{"category": c, "id": i, "title": t} for c, i, t in entries]
        click.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    width = max(len(i) for _, i, _ in entries)
    for category in dict.fromkeys(c for c, _, _ in entries):
        click.echo(click.style(category, bold=True))
        for entry_category, identifier, title in entries:
            if entry_category == category:
                click.echo(f"  {identifier:{width}}  {title}")


@command.command(epilog="Example: wisgate catalog show rak7391")
@click.argument("identifier", metavar="ID")
@json_option
def show(identifier: str, as_json: bool) -> None:
    """Show one entry, every fact with its source."""
    import msgspec

    entry = _find(identifier)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(entry)).decode())
        return
    _print(msgspec.to_builtins(entry), 0)


def _find(identifier: str) -> Board | Module | Chip | Connector:
    from ..catalog.catalog import load

    entries = {entry.id: entry for _, entry in load()}
    if identifier in entries:
        return entries[identifier]
    near = get_close_matches(identifier, entries, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else '; "wisgate catalog list" shows all'
    raise CatalogError(f'the catalog has no "{identifier}"{hint}')


def _print(value: dict[str, Any], depth: int) -> None:
    """Key and value a line; tables below each other, sources dimmed at the end of the line."""
    width = max((len(k) for k, v in value.items() if not _nested(v)), default=0)
    for key, inner in value.items():
        if inner in ("", None, [], {}) or key in ("source", "confidence"):
            continue
        if not _nested(inner):
            click.echo(f"{'  ' * depth}{key:{width}}  {_text(key, inner)}")
            continue
        click.echo(f"{'  ' * depth}{click.style(key, bold=True)}")
        for row in inner if isinstance(inner, list) else [inner]:
            if _flat(row):
                click.echo(f"{'  ' * (depth + 1)}{_row(row)}")
            else:
                _print(row, depth + 1)
                click.echo()
    if "source" in value:
        click.echo(f"{'  ' * depth}{_source(value)}")


def _nested(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value)
                                       and isinstance(value[0], dict))  # fmt: skip


def _flat(row: dict[str, Any]) -> bool:
    return not any(_nested(v) for v in row.values())


def _row(row: dict[str, Any]) -> str:
    parts = [
        f"{key} {_text(key, value)}"
        if key not in ("name", "signal", "ref", "number")
        else str(value)
        for key, value in row.items()
        if value not in ("", None, [], {}, False) and key not in ("source", "confidence", "note")
    ]
    tail = f"  {_source(row)}" if row.get("source") else ""
    return "  ".join(parts) + tail


def _source(row: dict[str, Any]) -> str:
    note = f" – {row['note']}" if row.get("note") else ""
    return click.style(f"[{row.get('confidence', 'documented')}: {row['source']}]{note}", dim=True)


def _text(key: str, value: Any) -> str:
    if key in ("address", "addresses") or (key == "choices" and isinstance(value, list)):
        values = value if isinstance(value, list) else [value]
        return ", ".join(f"{v:#04x}" if isinstance(v, int) else str(v) for v in values)
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return str(value)
