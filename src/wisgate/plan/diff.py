"""From one plan to another: what to do at the bench, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from ..catalog.boards import Board
from .plan import Plan
from .report import Report, report
from .resources import ADC_REF, Placement

TABLES = ("power", "host", "straps", "jumpers", "hat", "environment")
"""Tables of the file that describe the bench, not the program."""
KEYS = {"inputs": "input"}
"""Fields whose key in the file has another name."""


def changes(old: Plan, new: Plan) -> list[str]:
    """The steps from the bench of `old` to the bench of `new`, in the order in which to do them:
    power off, out, moved, changed, in, straps and caps, then what follows for wires. Empty when
    nothing changes on the bench."""
    steps = [*_board(old, new), *_modules(old, new), *_tables(old, new)]
    steps += _followups(report(old), report(new))
    return ["Switch the power off first.", *steps] if steps else []


def _board(old: Plan, new: Plan) -> Iterator[str]:
    if old.board.id != new.board.id:
        yield f"Use a {new.board.title} instead of the {old.board.title}."
    if old.config.core != new.config.core:
        yield f"Fit the core {new.config.core or '(none)'} instead of {old.config.core or 'none'}."


def _modules(old: Plan, new: Plan) -> Iterator[str]:
    before = {p.slot.name: p for p in old.placements}
    after = {p.slot.name: p for p in new.placements}
    leaving = {n: p for n, p in before.items() if not _same(p, after.get(n))}
    coming = {n: p for n, p in after.items() if not _same(p, before.get(n))}
    for name, placement in leaving.items():
        target = next((n for n, p in coming.items() if p.module.id == placement.module.id), None)
        if target is None:
            yield f"Take the {placement.module.id} out of {name}."
            continue
        yield f"Move the {placement.module.id} from {name} to {target}."
        yield from _strapped(placement, coming.pop(target))
    for name, placement in coming.items():
        yield f"Put a {placement.module.id} ({placement.module.title}) into {name}."
        yield from _strapped(None, placement)
    for name, placement in after.items():
        if (was := before.get(name)) is not None and _same(was, placement):
            yield from _strapped(was, placement)


def _same(one: Placement, other: Placement | None) -> bool:
    return other is not None and one.module.id == other.module.id


def _strapped(old: Placement | None, new: Placement) -> Iterator[str]:
    """An address that is not what the module has already."""
    shipped = next((c.address for c in new.module.chips if c.address is not None), None)
    before = old.address if old else shipped
    if new.address is None or new.address == before:
        return
    straps = [s for c in new.module.chips for s in c.straps if s.address == new.address]
    fitted = f": fit {straps[0].fitted}" if straps else ""
    yield f"Strap the {new.module.id} for address {new.address:#04x}{fitted}."


def _tables(old: Plan, new: Plan) -> Iterator[str]:
    for table in TABLES:
        before, after = getattr(old.config, table), getattr(new.config, table)
        for field in fields(before or after) if before or after else ():
            was, now = getattr(before, field.name, None), getattr(after, field.name, None)
            if field.name == "where" or was == now:
                continue
            said = (
                f"[{table}] {KEYS.get(field.name, field.name)}: from {_said(was)} to {_said(now)}"
            )
            yield f"{said}{_work(new.board, table, field.name, was, now)}."


def _work(board: Board, table: str, key: str, was: object, now: object) -> str:
    """What a soldering iron or a cap has to do with it: ": move R648 to R650"."""
    jumper = next((j for j in board.jumpers if j.setting == key), None)
    if table == "jumpers" and jumper is not None and jumper.pins:
        where = f"{jumper.header.upper()} {'-'.join(map(str, jumper.pins))} ({jumper.name})"
        if now is None:
            return f": look at {where}, the file no longer says whether its cap is fitted"
        return f": {'fit the cap on' if now else 'take the cap off'} {where}"
    chip = board.chip(ADC_REF)
    if table == "straps" and key == "adc" and chip is not None:
        at = [chip.address if x is None else x for x in (was, now)]
        fitted = [next((s.fitted for s in chip.straps if s.address == x), "?") for x in at]
        return f": move {fitted[0]} to {fitted[1]}" if at[0] != at[1] else ""
    was, now = (f"{x:g}V" if isinstance(x, float) else x for x in (was, now))
    for rework in board.reworks:
        name, value = rework.effect or ("", "")
        if name == f"{table}.{key}" and value in (was, now):
            steps = "; ".join(rework.steps)
            return f": {steps}" if value == now else f": take back what was done: {steps}"
    return ""


def _said(value: object) -> str:
    match value:
        case None | () | "":
            return "not said"
        case bool():
            return "yes" if value else "no"
        case int() if value > 9:
            return f"{value:#04x}"
        case float():
            return f"{value:g}"
        case tuple():
            return ", ".join(_said(v) for v in value)
        case _:
            return str(value)


def _followups(old: Report, new: Report) -> Iterator[str]:
    """Terminals to wire, and points that lose their place."""
    known = set(old.hints)
    for hint in new.hints:
        if hint not in known:
            yield f"Wire {hint}"
    points = {p for piece in new.pieces for p in piece.points}
    gone = [p for piece in old.pieces for p in piece.points if p not in points]
    if gone:
        yield f"These points are no more: {', '.join(gone)}."
