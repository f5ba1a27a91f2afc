"""What a module or a function of the carrier can be set to, and told to do."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.points import Kind
from .facts import Entry


class Option(Entry, frozen=True, kw_only=True):
    """A parameter of a module or of a function of the carrier that the user's file may set in its
    table, and a keyword of the constructor."""

    name: str
    title: str
    dimension: str = ""
    """Of a quantity ("time", "resistance"); otherwise `choices` or a plain integer."""
    default: str | int | bool | tuple[tuple[str, str], ...]
    curve: tuple[str, str] | None = None
    """Dimensions of the pairs of a curve: ("temperature", "ratio"); the first must rise."""
    choices: tuple[str | int, ...] = ()
    planned: tuple[str | int, ...] = ()
    """Of the choices: those that can be planned and checked, not run yet."""
    minimum: str | int | None = None
    maximum: str | int | None = None


class Argument(Entry, frozen=True, kw_only=True):
    """What a command is told."""

    name: str
    title: str
    kind: Kind = Kind.TEXT
    dimension: str = ""
    """Of a quantity ("time"), which people write with its unit; the module gets the base unit."""
    choices: tuple[str | int, ...] = ()
    default: str | int | float | bool | None = None
    required: bool = True
    """Whether it must be given; a default makes it optional as well."""
    minimum: float | None = None
    """In the base unit; of a text: its length."""
    maximum: float | None = None
    example: str = ""


class Command(Entry, frozen=True, kw_only=True):
    """An action of a module that is no value of a channel: calibrate, send, erase."""

    name: str
    title: str
    arguments: tuple[Argument, ...] = ()
    returns: str = ""
    """What the answer holds, in words."""
    when: tuple[str, str | int | bool] | None = None
    """(option, value) of the user's file with which it exists; None is always."""


def applies(when: tuple[str, str | int | bool] | None, options: Mapping[str, object]) -> bool:
    """Whether something with the condition `when` is there with these options."""
    return when is None or options.get(when[0]) == when[1]
