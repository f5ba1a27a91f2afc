"""The wiring drawing of a plan: the board with its modules, then what each one is wired to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...catalog.boards import Board, Signal
from ...catalog.modules import Use
from ..gather import LONG
from ..resources import I2C, SPI, UART
from .outline import Part, outline_of
from .pinouts import ends_at
from .sheet import LEADING, MARGIN, NORMAL, SMALL, WIDTH, Sheet, css_name, text_width, wrap
from .signals import Family, family

if TYPE_CHECKING:
    from ..plan import Finding, Placement, Plan

_MODULE = 222.0
"""Where the module begins in a card; left of it are the wires and the board."""
_HOST = 158.0
_SIMPLIFIED = "Places on the board are simplified."
_UNDER = " Dashed parts are underneath."


def plan_svg(plan: Plan) -> str:
    """The whole plan on one sheet. Deterministic; draws a plan with conflicts too."""
    title = f"{plan.config.name}: {plan.board.title}"
    sheet = Sheet(title, _spoken(plan))
    sheet.heading(title)
    _supply(sheet, plan)
    if plan.findings:
        counts = f"Conflicts: {len(plan.conflicts)}; warnings: {len(plan.warnings)}."
        sheet.warning(f"{counts} They are at the end of this sheet.")
    _board(sheet, plan)
    families = {family(u.signal) for p in plan.placements for u in _used(p)}
    sheet.legend([f for f in Family if f in families])
    for number, placement in enumerate(plan.placements, 1):
        _card(sheet, plan, number, placement)
    for finding in plan.findings:
        sheet.warning(_told(finding))
    return sheet.finish()


def _told(finding: Finding) -> str:
    """A finding in few lines; `wisgate check` tells it with every source."""
    owners = dict.fromkeys(f"  {c.owner}" for c in finding.claims)
    cures = [f"  cure: {c.text}" for c in finding.cures[:1]]
    first = f"{finding.severity}: {finding.resource}: {finding.text}"
    return "\n".join([first, *owners, *cures])


def _spoken(plan: Plan) -> str:
    placed = [f"{p.slot.name} holds {p.module.id}, {p.module.title}" for p in plan.placements]
    return f"Wiring of {plan.board.id}: {'; '.join(placed) or 'no module'}."


def _supply(sheet: Sheet, plan: Plan) -> None:
    chosen = [i for i in plan.board.inputs if i.name in plan.config.power.inputs]
    for supply in chosen:
        limits = f", {supply.minimum} to {supply.maximum}" if supply.minimum else ""
        sheet.paragraph(f"Supply: {supply.title}{limits}")
    if plan.config.core:
        sheet.paragraph(f"Core: {plan.config.core}")
    if plan.wiring.hat is not None:
        sheet.paragraph(f"On the header: {plan.wiring.hat.title}")


def _board(sheet: Sheet, plan: Plan) -> None:
    """The outline, as wide as the sheet."""
    outline = outline_of(plan.board.id, tuple(s.name for s in plan.board.slots))
    scale = (WIDTH - 2 * MARGIN) / outline.width
    sheet.y += 12
    top = sheet.y
    sheet.box(MARGIN, top, outline.width * scale, outline.height * scale, "board", 6)
    for x, y in outline.holes:
        sheet.circle(MARGIN + x * scale, top + y * scale, 1.6 * scale, "hole")
    for part in outline.parts:
        _part(sheet, plan, part, scale, top)
    sheet.y = top + outline.height * scale + 2
    under = any(part.under for part in outline.parts)
    sheet.paragraph(_SIMPLIFIED + _UNDER * under, look="soft")


def _part(sheet: Sheet, plan: Plan, part: Part, scale: float, top: float) -> None:
    x, y = MARGIN + part.x * scale, top + part.y * scale
    width, height = part.width * scale, part.height * scale
    number, holds = _inside(plan, part.name)
    chosen = part.name in _fed(plan)
    look = "chosen" if chosen else "under" if part.under else "taken" if holds else "part"
    sheet.box(x, y, width, height, look)
    middle, centre = x + width / 2, y + height / 2
    if not holds:
        at = part.y + part.height / 2 if part.label_at is None else part.label_at
        weight = "strong" if chosen else "soft"
        sheet.text(middle, top + at * scale + 4, part.label, SMALL, "middle", weight)
        return
    names = _named(holds, width - 2)
    lines = [(name, "strong") for name in names]
    if height > (len(names) + 1) * SMALL * LEADING:
        lines.insert(0, (part.label, "soft"))
    first = centre + 4 - (len(lines) - 1) * SMALL * LEADING / 2
    for index, (line, weight) in enumerate(lines):
        sheet.text(middle, first + index * SMALL * LEADING, line, SMALL, "middle", weight)
    if number:
        troubled = any(c.claimant == part.name for f in plan.conflicts for c in f.claims)
        look = "alarm" if troubled else "badge"
        flat = height < 3 * SMALL
        _badge(sheet, number, x + width + (9 if flat else -9), centre if flat else y + 9, look)


def _named(name: str, width: float) -> list[str]:
    """A module's name in lines that fit its part; without the RAK if that is enough."""
    short = name if text_width(name, SMALL) <= width else name.removeprefix("RAK")
    lines = wrap(short.replace("-", "- "), width, SMALL)
    return [line.replace("- ", "-") for line in lines]


def _inside(plan: Plan, name: str) -> tuple[int, str]:
    """What a part of the board holds, and the number of its card; 0 for what has no card."""
    for number, placement in enumerate(plan.placements, 1):
        if placement.slot.name == name:
            return number, placement.module.id.upper()
    if any(p.module.form == LONG and name in p.slot.neighbours for p in plan.placements):
        return 0, "covered"
    if name == "core":
        return 0, plan.config.core.upper()
    return 0, plan.wiring.hat.id.upper() if name == "hat" and plan.wiring.hat else ""


def _badge(sheet: Sheet, number: int, x: float, y: float, look: str = "badge") -> None:
    sheet.circle(x, y, 8, look)
    sheet.text(x, y + 4, str(number), SMALL, "middle", "on")


def _fed(plan: Plan) -> set[str]:
    """Names of the parts that the supply comes in through."""
    names = set(plan.config.power.inputs)
    return names | ({"poe-port", "poe"} if any(n.startswith("poe") for n in names) else set())


def _used(placement: Placement) -> tuple[Use, ...]:
    """What the module uses with the options that the user chose."""
    return placement.module.used(placement.options)


def _ends(plan: Plan, placement: Placement, signal: Signal | None) -> str:
    """Where a signal ends with the straps and the core of this plan."""
    if signal is None or signal.net == "NC":
        return "not wired"
    if plan.wiring.core is not None and (
        ports := _ports(plan.wiring.core, signal.net or signal.name)
    ):
        return f"{plan.wiring.core.id} {ports}"
    if signal.name in I2C and (bus := plan.wiring.i2c(placement.slot)):
        return bus
    return ends_at(plan.board, signal)


def _ports(core: Board, signal: str) -> str:
    """The ports of a core that a signal of its slot ends on: one, or those of a whole bus."""
    wires = next((w for w in (I2C, UART, SPI) if signal == w[0]), ("", signal))[1:]
    pins = (core.core_pin(wire) for wire in wires)
    return ", ".join(pin.port for pin in pins if pin is not None and pin.port)


def _card(sheet: Sheet, plan: Plan, number: int, placement: Placement) -> None:
    """One module: its wires to the board, its chips, its terminals."""
    slot, module = placement.slot, placement.module
    sheet.y += 10
    sheet.path([(MARGIN, sheet.y), (WIDTH - MARGIN, sheet.y)], "edge")
    _badge(sheet, number, MARGIN + 9, sheet.y + 17)
    sheet.y += 4
    title = f"{module.id.upper()} {module.title}"
    sheet.paragraph(title, NORMAL + 1, "strong", MARGIN + 26, WIDTH - 2 * MARGIN - 26)
    sheet.paragraph(f"in {slot.title} ({slot.name})", x=MARGIN + 26, width=WIDTH - 46)
    sheet.y += 6
    top = sheet.y
    for use in _used(placement):
        _wire(sheet, plan, placement, use)
    if sheet.y > top:
        sheet.box(_MODULE, top, WIDTH - MARGIN - _MODULE, sheet.y - top, "edge", 4)
    if module.needs:
        sheet.paragraph(f"Needs of its socket: {', '.join(module.needs)}")
    for line in _chips(plan, placement):
        sheet.y += 2
        sheet.paragraph(line)
    for hint in module.wiring:
        sheet.y += 3
        _bullet(sheet, hint.replace("`", ""))


def _bullet(sheet: Sheet, text: str) -> None:
    sheet.text(MARGIN, sheet.y + SMALL, "•", SMALL)
    sheet.paragraph(text, x=MARGIN + 12, width=WIDTH - 2 * MARGIN - 12)


def _chips(plan: Plan, placement: Placement) -> list[str]:
    lines = []
    for chip in placement.module.chips:
        if chip.address is None:
            continue
        first = next(c for c in placement.module.chips if c.address is not None)
        address = placement.address if chip is first else chip.address
        strap = next((s.fitted for s in chip.straps if s.address == address), "")
        where = _ends(plan, placement, plan.wiring.signal(placement.slot, chip.bus))
        fitted = f" ({strap})" if strap else ""
        lines.append(f"{chip.ref} {chip.part.upper()}: {address:#04x} on {where}{fitted}")
    return lines


def _wire(sheet: Sheet, plan: Plan, placement: Placement, use: Use) -> None:
    """A row: where it ends on the board, the pin, the signal at the module and its use."""
    signal = plan.wiring.signal(placement.slot, use.signal)
    look = css_name(family(use.signal))
    pins = "/".join(map(str, signal.pins)) if signal is not None else "?"
    right = WIDTH - MARGIN - _MODULE - 16
    ends = _lines(_ends(plan, placement, signal), _HOST - MARGIN - 4)
    says = _lines(use.use, right)
    middle = sheet.y + 12
    sheet.group(f"{use.signal}, pin {pins}: {use.use}")
    sheet.path([(_HOST, middle), (_MODULE, middle)], f"wire-{look}")
    wide = max(22.0, text_width(pins, SMALL) + 6)
    sheet.box((_HOST + _MODULE - wide) / 2, middle - 8, wide, 16, look)
    sheet.text((_HOST + _MODULE) / 2, middle + 4, pins, SMALL, "middle", "on")
    sheet.text(_MODULE + 8, middle + 4, use.signal, NORMAL, look=f"{look} strong")
    for index, line in enumerate(ends):
        sheet.text(_HOST - 4, middle + 4 + index * SMALL * LEADING, line, SMALL, "end")
    for index, line in enumerate(says, 1):
        sheet.text(_MODULE + 8, middle + 4 + index * SMALL * LEADING, line, SMALL, look="soft")
    sheet.end_group()
    sheet.y += 12 + max(len(ends), len(says) + 1) * SMALL * LEADING


def _lines(text: str, width: float) -> list[str]:
    return wrap(text, width, SMALL)
