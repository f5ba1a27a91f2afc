"""Pinouts as SVG: legible at phone width, light and dark."""

from __future__ import annotations

from collections.abc import Sequence

from .pinout import UNKNOWN, DrawnPin, Layout, Pinout
from .sheet import LEADING, MARGIN, NORMAL, SMALL, WIDTH, Sheet, css_name, text_width, wrap

_BOX = 27.0
_ROW = 20.0
_GAP = 6.0


def pinout_svg(pinouts: Sequence[Pinout]) -> str:
    """One sheet with the pinouts below each other. Deterministic."""
    title = pinouts[0].title if len(pinouts) == 1 else f"{len(pinouts)} pinouts"
    sheet = Sheet(title, "; ".join(_spoken(p) for p in pinouts))
    for pinout in pinouts:
        _draw(sheet, pinout)
    return sheet.finish()


def _spoken(pinout: Pinout) -> str:
    pins = ", ".join(f"pin {p.number} {p.signal}" for p in pinout.pins)
    return f"{pinout.title}: {pins}"


def _draw(sheet: Sheet, pinout: Pinout) -> None:
    sheet.heading(pinout.title)
    for note in pinout.notes:
        sheet.paragraph(note, look="soft")
    for warning in pinout.warnings:
        sheet.warning(warning)
    sheet.legend(pinout.families)
    if pinout.layout is Layout.SQUARE:
        _square(sheet, pinout)
    elif pinout.layout is Layout.ROW:
        _row(sheet, pinout)
    else:
        _two_rows(sheet, pinout)
    sheet.y += 4
    sheet.paragraph(f"Source: {pinout.source}", look="soft")
    sheet.y += 16


def _lines(pin: DrawnPin, width: float) -> list[str]:
    return wrap(pin.ends, width, SMALL) if pin.ends else []


def _height(pin: DrawnPin | None, width: float) -> float:
    if pin is None:
        return _ROW
    return _ROW + len(_lines(pin, width)) * SMALL * LEADING


def _two_rows(sheet: Sheet, pinout: Pinout) -> None:
    middle = WIDTH / 2
    width = middle - _BOX - _GAP - MARGIN - 2
    top = sheet.y
    for left, right in pinout.sides():
        height = max(_height(left, width), _height(right, width)) + 5
        if left is not None:
            _pin(sheet, left, middle - 1, sheet.y, height, width, leftwards=True)
        if right is not None:
            _pin(sheet, right, middle + 1, sheet.y, height, width, leftwards=False)
        sheet.y += height
    sheet.box(middle - _BOX - 4, top - 3, 2 * _BOX + 8, sheet.y - top + 3, "edge", 4)


def _row(sheet: Sheet, pinout: Pinout) -> None:
    width = WIDTH - 2 * MARGIN - _BOX - _GAP - 4
    top = sheet.y
    for pin in pinout.pins:
        height = _height(pin, width) + 5
        _pin(sheet, pin, MARGIN + 4, sheet.y, height, width, leftwards=False)
        sheet.y += height
    sheet.box(MARGIN, top - 3, _BOX + 8, sheet.y - top + 3, "edge", 4)


def _pin(
    sheet: Sheet, pin: DrawnPin, x: float, y: float, height: float, width: float, *, leftwards: bool
) -> None:
    """A numbered box at `x` with the signal beside it and its end below."""
    look = css_name(pin.family)
    inner = x - _BOX if leftwards else x
    anchor = "end" if leftwards else "start"
    beside = inner - _GAP if leftwards else inner + _BOX + _GAP
    sheet.group(f"pin {pin.number}: {pin.signal} ({pin.family}) {pin.ends}".rstrip())
    sheet.box(inner, y, _BOX, height - 3, look)
    sheet.text(inner + _BOX / 2, y + 14, pin.number, SMALL, "middle", "on")
    size = min(NORMAL, NORMAL * width / max(text_width(pin.signal, NORMAL), 1))
    sheet.text(beside, y + 14, pin.signal, max(size, SMALL), anchor, f"{look} strong")
    for index, line in enumerate(_lines(pin, width)):
        low = y + 14 + (index + 1) * SMALL * LEADING
        sheet.text(beside, low, line, SMALL, anchor, "soft" if pin.ends == UNKNOWN else "")
    sheet.end_group()


def _square(sheet: Sheet, pinout: Pinout) -> None:
    """Pads counter-clockwise: down the left side, along the bottom, up the right, back on top."""
    side = (len(pinout.pins) + 3) // 4
    pitch, pad = 16.5, 15.0
    edge = side * pitch + 6
    label = max(text_width(p.signal, SMALL) for p in pinout.pins) + _GAP
    left, top = (WIDTH - edge) / 2, sheet.y + label + pad
    sheet.box(left, top, edge, edge, "board", 3)
    sheet.circle(left + 30, top + 30, 4, "soft")
    for index, pin in enumerate(pinout.pins):
        where, step = divmod(index, side)
        along = 3 + (step + 0.5) * pitch
        _pad(sheet, pin, left, top, edge, where, along)
    sheet.y = top + edge + label + pad


def _pad(
    sheet: Sheet, pin: DrawnPin, left: float, top: float, edge: float, side: int, along: float
) -> None:
    look, half, out = css_name(pin.family), 7.5, 15.0
    sheet.group(f"pad {pin.number}: {pin.signal} ({pin.family})")
    if side in (0, 2):
        y = top + (along if side == 0 else edge - along)
        x = left - out if side == 0 else left + edge - 4
        sheet.box(x, y - half, out + 4, 2 * half, look)
        sheet.text(x + (out + 4) / 2, y + 4, pin.number, SMALL, "middle", "on")
        anchor, beside = ("end", x - 3) if side == 0 else ("start", x + out + 7)
        sheet.text(beside, y + 4, pin.signal, SMALL, anchor, look)
    else:
        x = left + (along if side == 1 else edge - along)
        y = top + edge - 4 if side == 1 else top - out
        sheet.box(x - half, y, 2 * half, out + 4, look)
        sheet.text(x, y + 14, pin.number, SMALL, "middle", "on")
        anchor, below = ("end", y + out + 7) if side == 1 else ("start", y - 3)
        sheet.text(x + 4, below, pin.signal, SMALL, anchor, look, turn=-90)
    sheet.end_group()
