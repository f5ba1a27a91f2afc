"""Readings as people want to read them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

COLOURS = {
    "good": "green", "uncertain": "yellow", "absent": "red", "fault": "red", "saturated": "red",
    "stale": "yellow",
}  # fmt: skip


def value_text(point: dict[str, Any]) -> str:
    """Value with its unit; "–" when the status carries none."""
    value, unit = point["value"], point.get("display", "")
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        value = f"{value:.{point.get('decimals', 3)}f}"
    return f"{value} {unit}".rstrip()


def print_points(points: Iterable[dict[str, Any]]) -> None:
    """A line a point: name, value, status, age."""
    rows = list(points)
    names = max((len(p["name"]) for p in rows), default=0)
    values = max((len(value_text(p)) for p in rows), default=0)
    for point in rows:
        age = "" if point.get("age") is None else f"  {point['age']:.0f} s ago"
        status = click.style(f"{point['status']:9}", fg=COLOURS.get(point["status"]))
        click.echo(
            f"{point['name']:{names}}  {value_text(point):>{values}}  {status}{age}".rstrip()
        )


def chosen(points: list[dict[str, Any]], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The points that were asked for, in that order; all when none was."""
    from difflib import get_close_matches

    from ..core.errors import RemoteError

    known = {p["name"]: p for p in points}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
            raise RemoteError(f'no point is called "{name}"; {hint}')
    return [known[n] for n in names] if names else points
