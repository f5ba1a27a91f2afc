"""Reading scenario files: every key checked, every fault with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from ..core.quantities import EXAMPLES, parse
from ..core.toml import Document, KeyPath
from .faults import FaultKind
from .plant import quantities

KEYS = (
    "time", "every", "for", "set", "ramp", "over", "release",
    "fault", "clear", "target", "parameters",
)  # fmt: skip
PARAMETERS = ("rate", "answer", "number", "at", "seconds")
NUMBER = "number"
"""The dimension of a quantity that has none: a count, a factor."""
WHAT = ("set", "ramp", "release", "fault", "clear")


@dataclass(frozen=True)
class Event:
    """One `[[at]]`; times in seconds, values in base units."""

    line: int
    time: float
    every: float | None = None
    lasts: float | None = None
    """`for` in the file."""
    values: tuple[tuple[str, float], ...] = ()
    over: float = 0.0
    """Seconds of the ramp to `values`; 0 sets them."""
    release: tuple[str, ...] = ()
    fault: FaultKind | None = None
    clear: FaultKind | None = None
    target: str = ""
    parameters: Mapping[str, float] = field(default_factory=dict)


class Reader:
    """Reads one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._found: list[tuple[int, str]] = []
        self._quantities = quantities()

    @property
    def faults(self) -> list[str]:
        """What is wrong so far, in file order."""
        ordered = sorted(self._found, key=lambda found: found[0])
        return [f"{self._document.file}:{line}: {what}" for line, what in ordered]

    def events(self) -> tuple[Event, ...]:
        """Every event that could be read."""
        for key in self._document.values:
            if key != "at":
                self._wrong((key,), f'unknown key "{key}"; a scenario has [[at]] only')
        rows = self._document.values.get("at", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._wrong(("at",), '"at" is not a list of tables; write [[at]]')
            return ()
        if not rows:
            self._wrong((), "nothing happens; write at least one [[at]]")
        return tuple(self._event(("at", n), row) for n, row in enumerate(rows))

    def _event(self, at: KeyPath, row: dict[str, Any]) -> Event:
        for key in row:
            if key not in KEYS:
                self._wrong((*at, key), f'unknown key "{key}"; {_near(key, KEYS)}')
        fault, clear = self._kind(at, row, "fault"), self._kind(at, row, "clear")
        event = Event(
            line=self._document.line(at),
            time=self._needed_time(at, row),
            every=self._time(at, row, "every"),
            lasts=self._time(at, row, "for"),
            values=(*self._values(at, row, "set"), *self._values(at, row, "ramp")),
            over=self._time(at, row, "over") or 0.0,
            release=self._release(at, row),
            fault=fault,
            clear=clear,
            target=self._target(at, row),
            parameters=self._parameters(at, row),
        )
        self._fits(at, row, event)
        return event

    def _fits(self, at: KeyPath, row: dict[str, Any], event: Event) -> None:
        """What no key can say alone."""
        if not any(key in row for key in WHAT):
            self._wrong(at, f"nothing happens here; give one of {', '.join(WHAT)}")
        if "set" in row and "ramp" in row:
            self._wrong((*at, "ramp"), "set and ramp at once; write two [[at]]")
        if ("ramp" in row) != ("over" in row):
            self._wrong(at, 'ramp and over belong together; write over = "30s"')
        if ("fault" in row or "clear" in row) != ("target" in row):
            self._wrong(at, 'a fault and its target belong together; write target = "wisblock-1"')
        if "fault" in row and "clear" in row:
            self._wrong((*at, "clear"), "fault and clear at once; write two [[at]]")
        if event.lasts is not None and not ("fault" in row or event.values):
            self._wrong((*at, "for"), "nothing that could end; for goes with set, ramp or fault")
        if event.every is not None and event.every <= max(event.lasts or 0.0, event.over):
            self._wrong((*at, "every"), "comes again before it is over; make every longer")

    def _needed_time(self, at: KeyPath, row: dict[str, Any]) -> float:
        if "time" not in row:
            self._wrong(at, 'no time; write time = "10s", counted from the start')
        return self._time(at, row, "time") or 0.0

    def _time(self, at: KeyPath, row: dict[str, Any], key: str) -> float | None:
        if key not in row:
            return None
        seconds = self._quantity((*at, key), row[key], "time")
        if seconds < 0:
            self._wrong((*at, key), f"{key} is negative; write {EXAMPLES['time']}")
        return seconds

    def _values(self, at: KeyPath, row: dict[str, Any], key: str) -> tuple[tuple[str, float], ...]:
        table = row.get(key, {})
        if not isinstance(table, dict):
            self._wrong((*at, key), f'{key} is no table; write {{ "tank.level" = "1.2m" }}')
            return ()
        flat = _flat(table)
        return tuple(
            (name, self._quantity((*at, key, *path), value, self._quantities[name]))
            for name, (path, value) in flat.items()
            if self._exists((*at, key, *path), name)
        )

    def _release(self, at: KeyPath, row: dict[str, Any]) -> tuple[str, ...]:
        names = row.get("release", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self._wrong((*at, "release"), 'release is no list of names; write ["tank.level"]')
            return ()
        return tuple(n for i, n in enumerate(names) if self._exists((*at, "release", i), n))

    def _exists(self, path: KeyPath, name: str) -> bool:
        known = self._quantities
        if name not in known:
            self._wrong(path, f'no quantity "{name}"; {_near(name, tuple(known))}')
        return name in known

    def _kind(self, at: KeyPath, row: dict[str, Any], key: str) -> FaultKind | None:
        if key not in row:
            return None
        try:
            return FaultKind(row[key])
        except ValueError:
            wrong = f'no fault "{row[key]}"; {_near(str(row[key]), tuple(FaultKind))}'
            self._wrong((*at, key), wrong)
            return None

    def _target(self, at: KeyPath, row: dict[str, Any]) -> str:
        target = row.get("target", "")
        if not isinstance(target, str):
            self._wrong((*at, "target"), 'the target is no text; write "wisblock-1" or "0x4b"')
            return ""
        return target

    def _parameters(self, at: KeyPath, row: dict[str, Any]) -> dict[str, float]:
        table = row.get("parameters", {})
        if not isinstance(table, dict) or ("parameters" in row and "fault" not in row):
            self._wrong((*at, "parameters"), "parameters = { rate = 0.1 } goes with a fault")
            return {}
        for key, value in table.items():
            path = (*at, "parameters", key)
            if key not in PARAMETERS:
                self._wrong(path, f'unknown parameter "{key}"; {_near(key, PARAMETERS)}')
            elif isinstance(value, bool) or not isinstance(value, int | float):
                self._wrong(path, f"{key} is no number; write rate = 0.1 or answer = 0x5A")
        return table

    def _quantity(self, path: KeyPath, value: Any, dimension: str) -> float:
        if dimension == NUMBER:
            if isinstance(value, int | float) and not isinstance(value, bool):
                return float(value)
            self._wrong(path, f"{value!r} is no number; write one without a unit")
            return 0.0
        if not dimension:
            if isinstance(value, bool):
                return float(value)
            self._wrong(path, f"{value!r} is neither on nor off; write true or false")
            return 0.0
        if not isinstance(value, str):
            self._wrong(path, f"{value!r} has no unit; write {EXAMPLES[dimension]}")
            return 0.0
        try:
            return parse(value, dimension).si
        except ValueError as error:
            self._wrong(path, str(error))
            return 0.0

    def _wrong(self, path: KeyPath, what: str) -> None:
        self._found.append((self._document.line(path), what))


def _flat(table: dict[str, Any]) -> dict[str, tuple[tuple[str, ...], Any]]:
    """Names with their key path: both `"tank.level" = …` and `tank.level = …` are meant."""
    flat: dict[str, tuple[tuple[str, ...], Any]] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            for below, inner in value.items():
                flat[f"{key}.{below}"] = ((key, below), inner)
        else:
            flat[key] = ((key,), value)
    return flat


def _near(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(known)}"
