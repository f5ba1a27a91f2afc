"""The one file, from path to frozen dataclasses. All of its faults are told at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from ..catalog import catalog as catalogs
from ..catalog.boards import Board
from ..catalog.catalog import Catalog
from ..core import toml
from .alarms import read_alarms, read_calculates
from .destinations import read_servers, read_sinks
from .installation import (
    read_core,
    read_environment,
    read_hat,
    read_host,
    read_jumpers,
    read_power,
    read_straps,
)
from .lorawan import read_lorawan
from .modbus import read_hosts
from .model import Config, ModbusHostConfig, OnboardConfig, PointConfig, SlotConfig
from .naming import Names
from .radios import LorawanConfig
from .readers import in_catalog
from .rules import read_interlocks, read_rules, read_virtuals
from .schema import (
    ALARM,
    BOARD,
    CALCULATE,
    ENVIRONMENT,
    GATEWAY,
    HAT,
    HOST,
    JUMPERS,
    LORAWAN,
    MODBUS,
    NAME,
    ONBOARD,
    POWER,
    RULE,
    SERVER,
    SINK,
    SLOT,
    STORE,
    STRAPS,
    VIRTUAL,
    WEB,
)
from .slots import read_onboard, read_slots
from .surroundings import read_store, read_web
from .tables import Faults, Table


def load(path: Path, catalog: Catalog | None = None) -> Config:
    """Read a gateway's file. Without `catalog` the built-in one counts. Raises ConfigError."""
    return read(toml.load(path), path.parent, catalog or catalogs.load())


def read(document: toml.Document, folder: Path, catalog: Catalog) -> Config:
    """The configuration in `document`; paths in it begin at `folder`. Raises ConfigError."""
    faults = Faults(document)
    top = Table(faults, GATEWAY, (), document.values)
    name, names = top.get(NAME), Names()
    board = _board(top, catalog)
    if board is None:
        names.unsettle_all("")
    slots = read_slots(top.list(SLOT), board, catalog, names)
    hosts = read_hosts(top.list(MODBUS), catalog, names)
    onboard = read_onboard(top.named(ONBOARD), board, top, names) if board else ()
    lorawan = read_lorawan(top.one(LORAWAN), folder, board, names, _cards(slots, catalog))
    config = Config(
        file=document.file,
        name=name,
        board=board.id if board else "",
        slots=slots,
        modbus=hosts,
        onboard=onboard,
        virtuals=read_virtuals(top.list(VIRTUAL), names),
        calculates=read_calculates(top.list(CALCULATE), names),
        alarms=read_alarms(top.list(ALARM), names),
        rules=read_rules(top.list(RULE), names),
        interlocks=read_interlocks(names),
        sinks=read_sinks(top.named(SINK), folder, names, _sampled(slots, hosts, onboard, lorawan)),
        servers=read_servers(top.named(SERVER), folder, names),
        web=read_web(top.one(WEB), folder),
        lorawan=lorawan,
        store=read_store(top.one(STORE), top),
        straps=read_straps(top.one(STRAPS), board),
        core=read_core(top, board, catalog.boards),
        power=read_power(top.one(POWER), board),
        host=read_host(top.one(HOST), board),
        jumpers=read_jumpers(top.one(JUMPERS), board),
        hat=read_hat(top.one(HAT), catalog.boards),
        environment=read_environment(top.one(ENVIRONMENT)),
        board_where=top.where("board"),
    )
    faults.tell()
    return config


def _cards(slots: Sequence[SlotConfig], catalog: Catalog) -> list[str]:
    """The slots with cards for LoRaWAN."""
    return [s.slot for s in slots if catalog.modules[s.module].category == "concentrator"]


def _sampled(
    slots: Sequence[SlotConfig],
    hosts: Sequence[ModbusHostConfig],
    onboard: Sequence[OnboardConfig],
    lorawan: LorawanConfig | None,
) -> list[PointConfig]:
    """What brings readings by itself."""
    places = [s.points for s in slots] + [h.points for h in hosts] + [f.points for f in onboard]
    return [*chain.from_iterable(places), *(lorawan.points if lorawan else ())]


def _board(top: Table, catalog: Catalog) -> Board | None:
    name = top.get(BOARD)
    if not name:
        return None
    board = catalog.boards.get(name)
    if board is None:
        cure = in_catalog(name, catalog.boards)
        top.wrong(BOARD, f'"{name}" is not in the catalog; {cure}')
    return board
