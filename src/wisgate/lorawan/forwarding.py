"""From `[[lorawan.forwarder]]` to programs with their files: what the supervisor starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..catalog.catalog import Catalog
from ..config.model import Config
from ..config.radios import ForwarderConfig, LorawanConfig
from ..core.errors import ConfigError, StoreError
from .channels import BoardPlan
from .concentrators import Concentrator, Family, placed
from .files import station
from .files.bundle import GLOBAL_CONF
from .files.target import Target, Written
from .identity import Identities, decide
from .job import Job
from .planning import Wanted, make, of_config
from .processes import PACKET_FORWARDERS, STATIONS, find
from .radio import Eui

STATION = "station"


def wanted(
    config: Config, catalog: Catalog, adapters: tuple[Sequence[str], Sequence[str]]
) -> Wanted:
    """The cards of a file with their paths. `adapters`: places and names of what is plugged in
    (`board.adapters`). Raises ConfigError and CatalogError."""
    found = of_config(config, catalog)
    return replace(found, cards=tuple(placed(found.cards, *adapters)))


def to_ask(lorawan: LorawanConfig, found: Wanted) -> list[Concentrator]:
    """The cards of our forwarders whose EUI the file does not say."""
    own = {f.slot for f in lorawan.forwarders}
    return [c for c in found.cards if c.slot in own and c.name not in found.euis]


def jobs(
    lorawan: LorawanConfig,
    found: Wanted,
    catalog: Catalog,
    folder: Path,
    read: Mapping[str, Eui],
    tell: Callable[[str], None],
) -> list[Job]:
    """One for each `[[lorawan.forwarder]]`, in the order of the slots; their folders are in
    `folder`, where the EUIs of cards are kept, too. `read`: EUIs that chips told now, by the names
    of cards. `tell`: for what people must know. Raises ConfigError for what the file must say and
    does not, CatalogError, Unavailable and StoreError."""
    plan = make(found, catalog)
    for note in plan.notes:
        tell(note)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror}") from error
    euis = _Euis(found.euis, Identities(folder / "euis.json"), read, tell)
    own = {f.slot: f for f in lorawan.forwarders}
    boards = [b for b in plan.boards if b.card.slot in own]
    made = [_job(b, own[b.card.slot], euis, found.target, folder) for b in boards]
    for board, job in zip(boards, made, strict=True):
        _demand_region(lorawan, own[board.card.slot], board, job.eui)
    return made


def _demand_region(
    lorawan: LorawanConfig, forwarder: ForwarderConfig, board: BoardPlan, eui: Eui
) -> None:
    """What it sends to us has to be counted to the region that it is in."""
    named = {b.eui: b.region for b in lorawan.boards}
    if named.get(eui, lorawan.region) != board.region.id:
        cure = f'write [[lorawan.board]] with eui = "{eui}" and region = "{board.region.id}"'
        what = f"{board.card.name}: {eui} is in {board.region.id}, which the file does not say"
        raise ConfigError([f"{forwarder.where}: {what}; {cure}"])


@dataclass(frozen=True)
class _Euis:
    written: Mapping[str, Eui]
    kept: Identities
    read: Mapping[str, Eui]
    tell: Callable[[str], None]

    def of(self, card: Concentrator, forwarder: ForwarderConfig) -> Eui:
        """The one under which it works, stored from now on. Raises ConfigError, StoreError."""
        found = decide(
            card,
            written=self.written.get(card.name, ""),
            kept=self.kept.get(card),
            read=self.read.get(card.name, ""),
        )
        if not found.eui:
            raise ConfigError([f"{forwarder.where}: {found.say}"])
        if found.say:
            self.tell(found.say)
        self.kept.keep(card, found.eui)
        return found.eui


def _job(
    board: BoardPlan, forwarder: ForwarderConfig, euis: _Euis, target: Target, folder: Path
) -> Job:
    card = board.card
    _demand_reachable(card, forwarder)
    written = Written(board, euis.of(card, forwarder), target)
    place, words = folder / card.name, tuple[str, ...]()
    if forwarder.speaks == STATION:
        files = {"station.conf": station.station_conf(written), "tc.uri": station.tc_uri(written)}
        program, words = forwarder.program or find(STATIONS), ("--home", str(place))
    else:
        files = {"global_conf.json": GLOBAL_CONF[card.family](written)}
        program = forwarder.program or find(PACKET_FORWARDERS[card.family])
    return Job(card.name, written.eui, program, words, place, files, card.reset)


def _demand_reachable(card: Concentrator, forwarder: ForwarderConfig) -> None:
    if forwarder.speaks == STATION and (card.family is Family.GHZ24 or not card.named):
        what = f'{card.name}: Basics Station does not know a {card.module}; write speaks = "udp"'
        raise ConfigError([f"{forwarder.where}: {what}"])
    if card.named and not card.path:
        what = f"{card.name}: not every card of the file is on USB; plug it in, and start again"
        raise ConfigError([f"{forwarder.where}: {what}"])
