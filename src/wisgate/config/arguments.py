"""Arguments of a command, as people or programs give them, against the catalog."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..catalog.settings import Argument, Command
from ..core.errors import OutputRefused
from ..core.points import Kind, Value
from .readers import Misfit, as_quantity, did_you_mean, shown

_KINDS: dict[Kind, tuple[type, str]] = {
    Kind.BOOL: (bool, "true or false"),
    Kind.INT: (int, "a whole number"),
    Kind.FLOAT: (float, "a number"),
    Kind.TEXT: (str, "a text"),
}


def read_arguments(command: Command, given: Mapping[str, Value]) -> dict[str, Value]:
    """Every argument of `command` in base units, None for one that may be left out and was.
    Raises OutputRefused that says what is wrong."""
    known = [a.name for a in command.arguments]
    for name in given:
        if name not in known:
            cure = did_you_mean(name, known, "its arguments")
            raise OutputRefused(f'{command.name} has no argument "{name}"; {cure}')
    return {a.name: _read(command, a, given.get(a.name)) for a in command.arguments}


def _read(command: Command, argument: Argument, written: Value) -> Value:
    if written is None:
        if argument.required and argument.default is None:
            example = f", such as {argument.example}" if argument.example else ""
            needs = f'{command.name} needs "{argument.name}"'
            raise OutputRefused(f"{needs}: {argument.title}{example}")
        written = argument.default
        if written is None:
            return None
    try:
        value = _kept(argument, written)
    except Misfit as misfit:
        raise OutputRefused(f"{command.name}: {argument.name}: {misfit}") from None
    return value


def _kept(argument: Argument, written: Value) -> Value:
    if argument.choices:
        if written not in argument.choices:
            listed = ", ".join(shown(c) for c in argument.choices)
            raise Misfit(f"{shown(written)} is not possible; possible are {listed}")
        return written
    value: Value = _measured(argument, written)
    size = len(value) if isinstance(value, str) else value
    if isinstance(size, int | float) and not isinstance(value, bool):
        low, high = argument.minimum, argument.maximum
        if (low is not None and size < low) or (high is not None and size > high):
            what = "characters" if isinstance(value, str) else "in base units"
            raise Misfit(
                f"{shown(written)} is out of range: {low:g} to {high:g} {what}"
                if low is not None and high is not None
                else f"{shown(written)} is out of range"
            )
    return value


def _measured(argument: Argument, written: Value) -> Value:
    if argument.dimension:
        return as_quantity(written, argument.dimension).si
    kind, expected = _KINDS[argument.kind]
    if kind is float and isinstance(written, int) and not isinstance(written, bool):
        written = float(written)
    fits = isinstance(written, kind) and (kind is bool or not isinstance(written, bool))
    if not fits or (isinstance(written, float) and not math.isfinite(written)):
        raise Misfit(f"{shown(written)} does not fit; write {expected}")
    return written
