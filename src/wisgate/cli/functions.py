"""What a function of the board is, in the cells of a table."""

from __future__ import annotations

from ..catalog.boards import Function
from ..catalog.settings import Option


def runs(row: Function) -> str:
    """When it is sampled."""
    return f"with [onboard.{row.name}]" if row.optional else "always"


def points(row: Function) -> str:
    return "\n".join(f"{c.point}{' (writable)' if c.writable else ''}" for c in row.channels)


def options(row: Function) -> str:
    """Each with its default."""
    return "\n".join(f"{option.name} = {_default(option)}" for option in row.options)


def commands(row: Function) -> str:
    """Each with the names of its arguments."""
    return "\n".join(
        " ".join([command.name, *(a.name for a in command.arguments)]) for command in row.commands
    )


def _default(option: Option) -> str:
    if isinstance(option.default, tuple):
        return ", ".join(f"{x}: {y}" for x, y in option.default)
    return str(option.default).lower() if isinstance(option.default, bool) else str(option.default)
