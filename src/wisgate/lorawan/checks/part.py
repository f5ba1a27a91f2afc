"""A table of a file under check: values with their places, and what was found wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...core.toml import Document, KeyPath

MHZ = (100, 6_000)
KHZ = (100_000, 6_000_000)
"""What a frequency looks like that was written in the wrong unit."""


@dataclass(frozen=True, order=True)
class Finding:
    line: int
    text: str
    """What; cure."""
    doubtful: bool = False
    """It works, but hardly as it was meant."""


@dataclass(frozen=True)
class Part:
    document: Document
    path: KeyPath
    values: Mapping[Any, Any]
    """By name; those of a list by their place."""
    found: list[Finding] = field(default_factory=list)

    @property
    def name(self) -> str:
        return ".".join(str(p) if isinstance(p, str) else f"[{p}]" for p in self.path)

    def has(self, key: str) -> bool:
        return key in self.values

    def part(self, key: str) -> Part | None:
        """A table inside; None without one."""
        inner = self.values.get(key)
        if not isinstance(inner, Mapping):
            if inner is not None:
                self.wrong(key, f"{key} is no table; write {{…}}")
            return None
        return Part(self.document, (*self.path, key), inner, self.found)

    def parts(self, key: str) -> Iterator[Part]:
        """The tables of a list."""
        rows = self.values.get(key, ())
        for place, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, Mapping):
                yield Part(self.document, (*self.path, key, place), row, self.found)

    def wrong(self, key: str | int, text: str, *, doubtful: bool = False) -> None:
        """A finding at the line of a key, or of the table when it lacks the key."""
        line = self.document.line((*self.path, key))
        self.found.append(Finding(line, text, doubtful))

    def fault(self, text: str, *, doubtful: bool = False) -> None:
        """A finding at the line of the table."""
        self.found.append(Finding(self.document.line(self.path), text, doubtful))

    def flag(self, key: str, otherwise: bool = False) -> bool:
        value = self.values.get(key, otherwise)
        if not isinstance(value, bool):
            self.wrong(key, f"{key} = {shown(value)} is neither true nor false; write one of them")
            return otherwise
        return value

    def number(self, key: str, low: float, high: float, *, unit: str = "") -> float | None:
        """A number between two ends; None when it is missing or wrong."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(key, f"{key} = {shown(value)} is no number; write one without quotes")
            return None
        if not low <= value <= high:
            ends = f"{low:g} to {high:g}{' ' + unit if unit else ''}"
            self.wrong(key, f"{key} = {shown(value)} is outside of {ends}; write one between")
            return None
        return value

    def hertz(self, key: str | int, name: str = "") -> int | None:
        """A frequency; None when it is missing or wrong. `name` is that of the key, for people."""
        value = self.values.get(key)
        name = name or f"{key}"
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(key, f"{name} = {shown(value)} is no number; write Hz without quotes")
            return None
        for (low, high), unit, factor in ((MHZ, "MHz", 1_000_000), (KHZ, "kHz", 1_000)):
            if low <= value <= high:
                cure = f"write {round(value * factor)}, which is Hz"
                self.wrong(key, f"{name} = {shown(value)} is in {unit}; {cure}")
                return None
        return round(value)

    def choice(self, key: str, *allowed: object) -> bool:
        """Whether the value, if there is one, is one of these."""
        if key not in self.values or self.values[key] in allowed:
            return True
        listed = ", ".join(shown(a) for a in allowed)
        self.wrong(key, f"{key} = {shown(self.values[key])} is none of {listed}; write one of them")
        return False


def shown(value: object) -> str:
    """As the file writes it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f'"{value}"' if isinstance(value, str) else f"{value}"


def mhz(hertz: int) -> str:
    """As people write it: 868.1 MHz, 865.0625 MHz."""
    digits = f"{hertz / 1e6:.6f}".rstrip("0")
    return f"{digits}0 MHz" if digits.endswith(".") else f"{digits} MHz"
