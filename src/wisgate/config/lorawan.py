"""`[lorawan]`: boards, upstreams, and the bounds of what waits between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..catalog.boards import Board
from .extras import demand_extra
from .forwarders import read_forwarders
from .identifiers import EUI_LIKE
from .motes import read_motes
from .naming import Names
from .radios import FilterConfig, LorawanConfig, RadioConfig, UpstreamConfig
from .readers import did_you_mean, shown
from .schema import lorawan as schema
from .schema.forwarders import FORWARDER, LORAWAN_CHANNELS
from .schema.motes import MOTE
from .tables import Option, Table


def read_lorawan(
    table: Table | None, folder: Path, board: Board | None, names: Names, cards: Sequence[str]
) -> LorawanConfig | None:
    """`[lorawan]`; None without one. `folder` is where paths of files begin, `board` what the slots
    are on (None when that is not known), `cards` the slots with concentrator cards."""
    if table is None:
        return None
    demand_extra(table, "lorawan", "websockets")
    region = table.get(schema.LORAWAN_REGION)
    boards = _boards(table.list(schema.RADIO), region, board)
    config = LorawanConfig(
        where=table.where(),
        region=region,
        gateway_id=table.get(schema.LORAWAN_GATEWAY_ID),
        udp=table.get(schema.LORAWAN_UDP),
        station=table.get(schema.LORAWAN_STATION),
        queue_size=round(table.get(schema.LORAWAN_QUEUE_SIZE)),
        queue_age=table.get(schema.LORAWAN_QUEUE_AGE),
        boards=boards,
    )
    wires = ((schema.LORAWAN_UDP, config.udp), (schema.LORAWAN_STATION, config.station))
    for option, listen in wires:
        if not listen.loopback and not any(b.eui for b in boards):
            found = f"{shown(table.values[option.name])} can be reached from outside"
            cure = f"name your boards, [[lorawan.board]] with eui = {EUI_LIKE}"
            table.wrong(option, f"{found}, and whoever does could be a board; {cure}")
    upstreams = _upstreams(table.list(schema.UPSTREAM), config, folder, names)
    motes = read_motes(table.list(MOTE), folder, names)
    return replace(
        config,
        upstreams=upstreams,
        motes=motes,
        forwarders=read_forwarders(table.list(FORWARDER), cards),
        channels=table.get(LORAWAN_CHANNELS),
    )


def _boards(tables: list[Table], region: str, board: Board | None) -> tuple[RadioConfig, ...]:
    found: list[RadioConfig] = []
    taken: dict[tuple[str, str], Table] = {}
    for table in tables:
        radio = _radio(table, region, board)
        for option in (schema.RADIO_EUI, schema.RADIO_SLOT, schema.RADIO_NAME):
            if value := getattr(radio, option.name):
                _demand_unique(table, option, value, taken)
        found.append(radio)
    return tuple(found)


def _radio(table: Table, region: str, board: Board | None) -> RadioConfig:
    slot, own = table.get(schema.RADIO_SLOT), table.get(schema.RADIO_REGION)
    if board and slot and board.slot(slot) is None:
        cure = did_you_mean(slot, [s.name for s in board.slots], "its slots")
        table.wrong(schema.RADIO_SLOT, f'board "{board.id}" has no slot "{slot}"; {cure}')
    if not table.has(schema.RADIO_EUI):
        cure = f"add eui = {EUI_LIKE}"
        if own is not None and own != region:
            found = "nobody would know which board this is that has a region of its own"
            table.wrong(schema.RADIO_REGION, f"{found}; {cure}")
        elif not slot:
            table.fault(f'{table.label} has neither "eui" nor "slot"; {cure}')
    return RadioConfig(
        where=table.where(),
        eui=table.get(schema.RADIO_EUI),
        name=table.get(schema.RADIO_NAME),
        slot=slot,
        region=own or region,
    )


def _upstreams(
    tables: list[Table], config: LorawanConfig, folder: Path, names: Names
) -> tuple[UpstreamConfig, ...]:
    found: list[UpstreamConfig] = []
    taken: dict[tuple[str, str], Table] = {}
    for table in tables:
        kind = table.get(schema.UPSTREAM_TYPE)
        if table.values.get("type") != kind:
            continue  # told; what it may hold besides is not known
        variant = schema.VARIANTS[kind]
        table.refuse_others(tuple(o.name for o in variant.SECTION.options))
        only = _only(table, config)
        name = table.get(schema.UPSTREAM_NAME) or kind
        _demand_unique(table, schema.UPSTREAM_NAME, name, taken)
        regions = only.regions or config.regions
        common = UpstreamConfig(table.where(), name, kind, only, regions=regions)
        found.append(variant.read(table, common, folder, names))
    return tuple(found)


def _only(table: Table, config: LorawanConfig) -> FilterConfig:
    regions = table.get(schema.UPSTREAM_REGIONS)
    for region in regions:
        if region not in config.regions:
            cure = f"the boards are in {', '.join(config.regions)}"
            table.wrong(schema.UPSTREAM_REGIONS, f"no board is in {shown(region)}; {cure}")
    return FilterConfig(
        net_ids=table.get(schema.UPSTREAM_NET_IDS),
        dev_addrs=table.get(schema.UPSTREAM_DEV_ADDRS),
        join_euis=table.get(schema.UPSTREAM_JOIN_EUIS),
        ouis=table.get(schema.UPSTREAM_OUIS),
        regions=regions,
        proprietary=table.get(schema.UPSTREAM_PROPRIETARY),
    )


def _demand_unique(
    table: Table, option: Option[str], value: str, taken: dict[tuple[str, str], Table]
) -> None:
    """Fault a value that another table has. One that nobody wrote is told at its table."""
    other = taken.setdefault((option.name, value), table)
    if other is table:
        return
    text = f"{shown(value)} is already taken at line {other.line}; write another one"
    if table.has(option):
        table.wrong(option, text)
    else:
        table.fault(f"{table.label}: {option.name}: {text}, such as {option.example}")
