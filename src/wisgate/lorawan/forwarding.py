"""From `[[lorawan.forwarder]]` to programs with their files: what the supervisor starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..catalog.catalog import Catalog
from ..config.model import Config
from ..config.radios import ForwarderConfig
from ..core.errors import ConfigError
from .channels import BoardPlan
from .concentrators import Concentrator, Family, placed
from .files import station
from .files.bundle import GLOBAL_CONF
from .files.target import Written
from .identity import Identities, decide
from .job import Job
from .planning import Wanted, make, of_config
from .processes import PACKET_FORWARDERS, STATIONS, find

STATION = "station"


def jobs(
    config: Config,
    catalog: Catalog,
    folder: Path,
    adapters: tuple[Sequence[str], Sequence[str]],
    tell: Callable[[str], None],
) -> list[Job]:
    """One for each `[[lorawan.forwarder]]`, in the order of the slots; their folders are in
    `folder`, where the EUIs of cards are kept, too. `adapters`: places and names of what is
    plugged in (`board.adapters`). `tell`: for what people must know. Raises ConfigError for what
    the file must say and does not, CatalogError, Unavailable and StoreError."""
    if config.lorawan is None or not config.lorawan.forwarders:
        return []
    wanted = of_config(config, catalog)
    wanted = replace(wanted, cards=tuple(placed(wanted.cards, *adapters)))
    plan = make(wanted, catalog)
    for note in plan.notes:
        tell(note)
    folder.mkdir(parents=True, exist_ok=True)
    kept = Identities(folder / "euis.json")
    own = {f.slot: f for f in config.lorawan.forwarders}
    boards = [b for b in plan.boards if b.card.slot in own]
    return [_job(b, own[b.card.slot], wanted, kept, folder, tell) for b in boards]


def _job(
    board: BoardPlan,
    forwarder: ForwarderConfig,
    wanted: Wanted,
    kept: Identities,
    folder: Path,
    tell: Callable[[str], None],
) -> Job:
    card = board.card
    identity = decide(card, written=wanted.euis.get(card.name, ""), kept=kept.get(card))
    if not identity.eui:
        raise ConfigError([f"{forwarder.where}: {identity.say}"])
    if identity.say:
        tell(identity.say)
    kept.keep(card, identity.eui)
    _demand_reachable(card, forwarder)
    written = Written(board, identity.eui, wanted.target)
    place, words = folder / card.name, tuple[str, ...]()
    if forwarder.speaks == STATION:
        files = {"station.conf": station.station_conf(written), "tc.uri": station.tc_uri(written)}
        program, words = forwarder.program or find(STATIONS), ("--home", str(place))
    else:
        files = {"global_conf.json": GLOBAL_CONF[card.family](written)}
        program = forwarder.program or find(PACKET_FORWARDERS[card.family])
    return Job(card.name, identity.eui, program, words, place, files, card.reset)


def _demand_reachable(card: Concentrator, forwarder: ForwarderConfig) -> None:
    if forwarder.speaks == STATION and (card.family is Family.GHZ24 or not card.named):
        what = f'{card.name}: Basics Station does not know a {card.module}; write speaks = "udp"'
        raise ConfigError([f"{forwarder.where}: {what}"])
    if card.named and not card.path:
        what = f"{card.name}: not every card of the file is on USB; plug it in, and start again"
        raise ConfigError([f"{forwarder.where}: {what}"])
