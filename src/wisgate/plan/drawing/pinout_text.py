"""Pinouts for a terminal of 80 columns, with box characters or in plain ASCII."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from .pinout import DrawnPin, Layout, Pinout

COLUMNS = 80
_SIDE = 33
_ASCII = str.maketrans({
    **dict.fromkeys("┌┐└┘├┤", "+"), "─": "-", "│": "|", "→": ">", "–": "-", "…": "...",
    "Ω": "Ohm", "µ": "u", "°": "deg", "×": "x", "±": "+-", "²": "2", "≥": ">=", "≤": "<=",
})  # fmt: skip


def pinout_text(pinouts: Sequence[Pinout], *, ascii_only: bool = False) -> str:
    """The pinouts below each other; no line is longer than 80 columns. Deterministic."""
    text = "\n\n".join("\n".join(line.rstrip() for line in _lines(p)) for p in pinouts) + "\n"
    if not ascii_only:
        return text
    plain = text.translate(_ASCII).encode("ascii", "replace").decode()
    return "\n".join(line[:COLUMNS] for line in plain.split("\n"))


def _lines(pinout: Pinout) -> Iterator[str]:
    yield from textwrap.wrap(pinout.title, COLUMNS)
    for note in pinout.notes:
        yield from textwrap.wrap(note, COLUMNS - 2, initial_indent="  ", subsequent_indent="  ")
    for warning in pinout.warnings:
        yield from textwrap.wrap(f"! {warning}", COLUMNS, subsequent_indent="  ")
    yield ""
    yield from _row(pinout) if pinout.layout is Layout.ROW else _two_rows(pinout)
    yield from textwrap.wrap(f"Source: {pinout.source}", COLUMNS)


def _two_rows(pinout: Pinout) -> Iterator[str]:
    indent = " " * _SIDE
    yield f"{indent} ┌─────────┐"
    for left, right in pinout.sides():
        rows = zip_longest(_beside(left, _SIDE), _beside(right, _SIDE), fillvalue="")
        for index, (west, east) in enumerate(rows):
            if index:
                yield f"{west:>{_SIDE}} │         │ {east}"
                continue
            yield f"{west:>{_SIDE}} {_number(left)} {_number(right, right=True)} {east}"
    yield f"{indent} └─────────┘"


def _number(pin: DrawnPin | None, *, right: bool = False) -> str:
    if pin is None:
        return "    │" if right else "│    "
    return f"{pin.number:>3} ├" if right else f"┤ {pin.number:<3}"


def _row(pinout: Pinout) -> Iterator[str]:
    wide = max(3, *(len(p.number) for p in pinout.pins))
    yield f"  ┌{'─' * (wide + 2)}┐"
    for pin in pinout.pins:
        first, *rest = _beside(pin, COLUMNS - wide - 8)
        yield f"  │ {pin.number:>{wide}} ├ {first}"
        yield from (f"  │ {'':{wide}} │ {line}" for line in rest)
    yield f"  └{'─' * (wide + 2)}┘"


def _beside(pin: DrawnPin | None, width: int) -> list[str]:
    """Signal and end on one line if they fit, on further lines if not."""
    if pin is None:
        return [""]
    whole = f"{pin.signal} → {pin.ends}" if pin.ends else pin.signal
    if len(whole) <= width:
        return [whole]
    return [pin.signal[:width], *textwrap.wrap(f"→ {pin.ends}", width)]
