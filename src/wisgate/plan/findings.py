"""What a plan has to say: conflicts and warnings, each with both sides, the source and cures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..core.points import Value
from .claims import CATALOG, Claim


class Severity(StrEnum):
    CONFLICT = "conflict"
    """It cannot work, or it breaks something: exit code 3."""
    WARNING = "warning"
    """It works when the user knows about it."""


@dataclass(frozen=True)
class Edit:
    """A change of the user's file. `table` is "power", "straps", …, or "slot wisblock-1"; an empty
    `key` is the whole table, a `value` of None takes it away."""

    table: str
    key: str = ""
    value: Value | tuple[str, ...] | tuple[float, float] = None
    """In base units, as `Config` has it."""

    def __str__(self) -> str:
        name = f'[[slot]] "{self.table[5:]}"' if self.table.startswith("slot ") else self.table
        name = name if name.startswith("[") else f"[{name}]"
        if not self.key:
            return f"remove {name}"
        if self.value is None:
            return f"{name} remove {self.key}"
        return f"{name} {self.key} = {_toml(self.key, self.value)}"


@dataclass(frozen=True)
class Cure:
    """What to do at the bench, and what the file says afterwards."""

    text: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Finding:
    """A conflict or a warning."""

    severity: Severity
    kind: str
    """"address", "line", "fit", "supply", "bus time", …: what judged it."""
    resource: str
    text: str
    """What is wrong, in one sentence."""
    claims: tuple[Claim, ...]
    """Both sides: the user's and the board's, or two of the user's."""
    cures: tuple[Cure, ...] = ()
    hints: tuple[Cure, ...] = ()
    """Cures that somebody else proposed already; they come first."""

    @property
    def where(self) -> str:
        """The first place in the user's file."""
        places = [c.where for c in self.claims if c.where != CATALOG]
        return min(places, key=_line, default=CATALOG)

    @property
    def source(self) -> str:
        """Where the facts come from."""
        return "; ".join(dict.fromkeys(c.source for c in self.claims if c.source))

    def __str__(self) -> str:
        label = "" if self.severity is Severity.CONFLICT else "warning: "
        lines = [f"{self.where}: {label}{self.resource}: {self.text}"]
        lines += [f"    {_side(c)}" for c in self.claims]
        lines += [
            f"    {'or' if place else 'cure'}: {cure.text}" for place, cure in enumerate(self.cures)
        ]
        return "\n".join(lines)


def _line(where: str) -> tuple[str, int]:
    file, _, line = where.rpartition(":")
    return file, int(line) if line.isdigit() else 0


def _side(claim: Claim) -> str:
    inside = [claim.where, f"source: {claim.source}"] if claim.source else [claim.where]
    return f"{claim.owner} ({'; '.join(inside)})"


def _toml(key: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() if key in ("address", "adc"):
            return f'"{value:#04x}"' if key == "adc" else f"{value:#04x}"
        case str():
            return f'"{value}"'
        case tuple():
            return "[" + ", ".join(_toml(key, v) for v in value) + "]"
        case float() if key.startswith("unit "):
            return f'"{value:.9g}s"'
        case float():
            return f'"{value:.9g}{_UNITS.get(key, "")}"'
        case _:
            return str(value)


_UNITS = {
    "voltage": "V", "battery": "V", "solar": "V", "io_voltage": "V", "supply": "W",
    "load_12v": "A", "load_5v": "A", "usb2_load": "A", "usb3_load": "A", "hdmi_load": "A",
    "supercap_hold": "s", "interval": "s", "i2c_clock": "Hz", "ambient": "degC",
}  # fmt: skip
