"""Changes of a configuration: what a cure does to the file, done to the dataclasses. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..config.bench import NOWHERE
from ..config.model import Config, SlotConfig, Where
from .findings import Edit

_FIELD = {"input": "inputs"}
"""Keys whose field has another name."""


def applied(config: Config, edits: Sequence[Edit]) -> Config:
    """`config` as it stands after `edits`, which count at once: two slots can be swapped."""
    moved = {e.table[5:]: str(e.value) for e in edits if e.key == "slot"}
    slots = list(config.slots)
    for edit in edits:
        if not edit.table.startswith("slot "):
            config = _table(config, edit)
        elif edit.key != "slot":
            slots = _slots(slots, edit, config.board_where)
    places = tuple(replace(s, slot=moved.get(s.slot, s.slot)) for s in slots)
    return replace(config, slots=places)


def _slots(slots: list[SlotConfig], edit: Edit, added: Where) -> list[SlotConfig]:
    name = edit.table[5:]
    if not edit.key:
        return [s for s in slots if s.slot != name]
    if edit.key == "module" and not any(s.slot == name for s in slots):
        return [*slots, SlotConfig(added, name, str(edit.value), 0.0, ())]
    return [_slot(s, edit) if s.slot == name else s for s in slots]


def _slot(slot: SlotConfig, edit: Edit) -> SlotConfig:
    value: Any = edit.value
    if edit.key in ("interval", "module"):
        return replace(slot, **{edit.key: value})
    if edit.key.startswith("unit "):
        units = tuple(
            replace(u, interval=value) if u.name == edit.key[5:] else u for u in slot.units
        )
        return replace(slot, units=units)
    return replace(
        slot, options=(*(o for o in slot.options if o[0] != edit.key), (edit.key, value))
    )


def _table(config: Config, edit: Edit) -> Config:
    if not edit.key:
        gone: dict[str, Any] = {edit.table: None}
        return replace(config, **gone)
    table = getattr(config, edit.table)
    where = config.board_where if table.where == NOWHERE else table.where
    field: dict[str, Any] = {_FIELD.get(edit.key, edit.key): edit.value}
    return replace(config, **{edit.table: replace(table, where=where, **field)})
