"""Pinouts as SVG: legible at phone width, light and dark."""

from __future__ import annotations

from collections.abc import Sequence

from .pinout import UNKNOWN, DrawnPin, Layout, Pinout
from .sheet import LEADING, MARGIN, NORMAL, SMALL, WIDTH, Sheet, css_name, text_width, wrap

_BOX = 27.0
_ROW = 20.0
_GAP = 6.0
_ORDER = "Pads in the order of their numbers; how many are on each side is simplified."
_PAD = 12.0
_ACROSS = 12.4
_DOWN = 19.0
"""Pitch of pads along the short and the long sides: the upright proportions of a RAK4630."""


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
        sheet.paragraph(_ORDER, look="soft")
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
    box = max(_BOX, *(text_width(p.number, SMALL) + 8 for p in pinout.pins))
    width = WIDTH - 2 * MARGIN - box - _GAP - 4
    top = sheet.y
    for pin in pinout.pins:
        height = _height(pin, width) + 5
        _pin(sheet, pin, MARGIN + 4, sheet.y, height, width, leftwards=False, box=box)
        sheet.y += height
    sheet.box(MARGIN, top - 3, box + 8, sheet.y - top + 3, "edge", 4)


def _pin(
    sheet: Sheet,
    pin: DrawnPin,
    x: float,
    y: float,
    height: float,
    width: float,
    *,
    leftwards: bool,
    box: float = _BOX,
) -> None:
    """A numbered box at `x` with the signal beside it and its end below."""
    look = css_name(pin.family)
    inner = x - box if leftwards else x
    anchor = "end" if leftwards else "start"
    beside = inner - _GAP if leftwards else inner + box + _GAP
    sheet.group(f"pin {pin.number}: {pin.signal} ({pin.family}) {pin.ends}".rstrip())
    sheet.box(inner, y, box, height - 3, look)
    sheet.text(inner + box / 2, y + 14, pin.number, SMALL, "middle", "on")
    size = min(NORMAL, NORMAL * width / max(text_width(pin.signal, NORMAL), 1))
    sheet.text(beside, y + 14, pin.signal, max(size, SMALL), anchor, f"{look} strong")
    for index, line in enumerate(_lines(pin, width)):
        low = y + 14 + (index + 1) * SMALL * LEADING
        sheet.text(beside, low, line, SMALL, anchor, "soft" if pin.ends == UNKNOWN else "")
    sheet.end_group()


def _square(sheet: Sheet, pinout: Pinout) -> None:
    """Pads counter-clockwise: down the left side, along the bottom, up the right, back on top."""
    side = (len(pinout.pins) + 3) // 4
    wide, high = side * _ACROSS + 6, side * _DOWN + 6
    south, north = pinout.pins[side : 2 * side], pinout.pins[3 * side :]
    above, below = (max(text_width(p.signal, SMALL) for p in pins) + 8 for pins in (north, south))
    left, top = (WIDTH - wide) / 2, sheet.y + above + _PAD
    sheet.box(left, top, wide, high, "board", 3)
    sheet.circle(left + 18, top + 18, 4, "soft")
    for index, pin in enumerate(pinout.pins):
        where, step = divmod(index, side)
        sheet.group(f"pad {pin.number}: {pin.signal} ({pin.family})")
        if where in (0, 2):
            down = step if where == 0 else side - 1 - step
            _flat_pad(sheet, pin, left, wide, top + 3 + (down + 0.5) * _DOWN, where == 0)
        else:
            along = step if where == 1 else side - 1 - step
            _upright_pad(sheet, pin, left + 3 + (along + 0.5) * _ACROSS, top, high, where == 1)
        sheet.end_group()
    sheet.y = top + high + below + _PAD


def _flat_pad(sheet: Sheet, pin: DrawnPin, left: float, wide: float, y: float, west: bool) -> None:
    look = css_name(pin.family)
    x = left - _PAD if west else left + wide - 4
    sheet.box(x, y - 8, _PAD + 4, 16, look)
    sheet.text(x + (_PAD + 4) / 2, y + 4, pin.number, SMALL, "middle", "on")
    beside = x - 3 if west else x + _PAD + 7
    sheet.text(beside, y + 4, pin.signal, SMALL, "end" if west else "start", look)


def _upright_pad(
    sheet: Sheet, pin: DrawnPin, x: float, top: float, high: float, south: bool
) -> None:
    look = css_name(pin.family)
    y = top + high - 4 if south else top - _PAD
    sheet.box(x - 6, y, 12, _PAD + 4, look)
    sheet.text(x + 4, y + (_PAD + 4) / 2, pin.number, SMALL, "middle", "on", turn=-90)
    beside = y + _PAD + 8 if south else y - 4
    sheet.text(x + 4, beside, pin.signal, SMALL, "end" if south else "start", look, turn=-90)
