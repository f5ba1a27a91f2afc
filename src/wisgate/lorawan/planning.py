"""From the user's file, or from words of the command line, to a plan of channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..catalog.boards import Board
from ..catalog.catalog import Catalog
from ..config.addresses import Listen
from ..config.model import Config
from ..config.radios import LorawanConfig
from ..core.errors import CatalogError, ConfigError
from .channels import ChannelPlan, plan
from .concentrators import CATEGORY, Concentrator, Family, seat
from .files.target import Target
from .radio import Eui

GHZ24 = "ISM2400"
ANYWHERE = ("0.0.0.0", "::", "")


@dataclass(frozen=True)
class Wanted:
    """What is to be planned."""

    region: str
    cards: tuple[Concentrator, ...]
    regions: dict[str, str] = field(default_factory=dict)
    """Of cards that are in another region, by their names."""
    euis: dict[str, Eui] = field(default_factory=dict)
    """By the names of cards, as far as they are known."""
    target: Target = field(default_factory=Target)
    channels: int | None = None
    """Below 1 GHz; None: as many as every country of the region allows."""


def of_config(config: Config, catalog: Catalog) -> Wanted:
    """The concentrator cards in the slots of a file. Raises ConfigError and CatalogError."""
    board = catalog.boards[config.board]
    slots = [
        s
        for s in config.slots
        if (m := catalog.modules.get(s.module)) and m.category == CATEGORY
    ]  # fmt: skip
    if config.lorawan is None:
        raise ConfigError([f'{config.file}:1: there is no [lorawan]; write it with region = "…"'])
    if not slots:
        raise ConfigError(
            [
                f"{config.lorawan.where}: no slot holds a concentrator card; write one, such as "
                f'slot = "mpcie-1" with module = "rak5146-usb"'
            ]
        )
    gnss = {s.slot for s in slots if dict(s.options).get("gnss") is True}
    cards = seat(catalog, board, [(s.slot, s.module) for s in slots], gnss=gnss)
    return _wanted(config.lorawan, cards)


def _wanted(lorawan: LorawanConfig, cards: Sequence[Concentrator]) -> Wanted:
    named = {radio.slot: radio for radio in lorawan.boards if radio.slot}
    return Wanted(
        region=lorawan.region,
        cards=tuple(cards),
        regions={s: r.region for s, r in named.items() if r.region != lorawan.region},
        euis={s: r.eui for s, r in named.items() if r.eui},
        target=Target(_reached(lorawan.udp), lorawan.udp.port, lorawan.station.port),
        channels=lorawan.channels,
    )


def _reached(listen: Listen) -> str:
    """Where programs of this computer find what listens there."""
    return "127.0.0.1" if listen.host in ANYWHERE else listen.host


def of_words(
    catalog: Catalog, board: Board, region: str, modules: Sequence[tuple[str, str]]
) -> Wanted:
    """Cards (slot, module), the slot as "" where it does not matter. Raises CatalogError."""
    if region not in catalog.regions:
        raise CatalogError(f"{region} is no region; there are: {', '.join(catalog.regions)}")
    return Wanted(region, tuple(seat(catalog, board, modules)))


def make(wanted: Wanted, catalog: Catalog) -> ChannelPlan:
    """A plan for all of them: cards of each region share its channels; those of 2.4 GHz are in
    theirs. Raises CatalogError."""
    regions, high = catalog.regions, catalog.regions[GHZ24]
    groups: dict[str, list[Concentrator]] = {}
    for card in wanted.cards:
        own = wanted.regions.get(card.name, wanted.region)
        region = wanted.region if card.family is Family.GHZ24 else own
        groups.setdefault(region, []).append(card)
    plans = [plan(regions[name], high, cards, wanted.channels) for name, cards in groups.items()]
    order = [c.name for c in wanted.cards]
    boards = sorted((b for p in plans for b in p.boards), key=lambda b: order.index(b.card.name))
    return ChannelPlan(tuple(boards), tuple(note for p in plans for note in p.notes))
