"""`[[lorawan.forwarder]]`: forwarders that we start ourselves."""

from __future__ import annotations

from collections.abc import Sequence

from .radios import ForwarderConfig
from .schema import forwarders as schema
from .tables import Table


def read_forwarders(tables: Sequence[Table], cards: Sequence[str]) -> tuple[ForwarderConfig, ...]:
    """`cards`: the slots that hold a concentrator card."""
    found: list[ForwarderConfig] = []
    taken: dict[str, Table] = {}
    for table in tables:
        slot = table.get(schema.FORWARDER_SLOT)
        other = taken.setdefault(slot, table)
        if slot and other is not table:
            cure = "a card has one forwarder, so remove this one"
            text = f'"{slot}" already has one at line {other.line}; {cure}'
            table.wrong(schema.FORWARDER_SLOT, text)
        elif slot and slot not in cards:
            listed = f"there are cards in {', '.join(cards)}" if cards else "no [[slot]] has one"
            cure = f'write slot = "{slot}" with module = "rak5146-usb" as a [[slot]]'
            text = f'"{slot}" holds no concentrator card; {listed}: {cure}'
            table.wrong(schema.FORWARDER_SLOT, text)
        speaks, program = table.get(schema.FORWARDER_SPEAKS), table.get(schema.FORWARDER_PROGRAM)
        found.append(ForwarderConfig(table.where(), slot, speaks, program))
    return tuple(found)
