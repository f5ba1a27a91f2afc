"""Pieces of Markdown that the generated pages share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

NOTE = "<!-- Written by `make docs`; change the source, not this page. -->"


def row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", r"\|").strip() for cell in cells) + " |"


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A Markdown table with an empty line after it; nothing when there are no rows."""
    body = [row(*cells) for cells in rows]
    names = list(head)
    return [row(*names), row(*["---"] * len(names)), *body, ""] if body else []


def shown(value: object, name: str = "") -> str:
    """A value as the user's file writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:#04x}" if name == "address" and isinstance(value, int) else str(value)


def noted(lines: Iterator[str]) -> str:
    """The text of a page, under a note that nobody writes it by hand."""
    return "\n".join(line.rstrip() for line in [NOTE, "", *lines]).rstrip() + "\n"
