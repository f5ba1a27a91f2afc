"""The router_config of each Basics Station: the channels of its plan for a card of this box, the
next free set of its region for others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from ..catalog.catalog import Catalog
from ..catalog.regions import Region
from ..config.model import Config
from ..core.clock import Clock
from ..core.errors import CatalogError, ConfigError
from . import lns, planning
from .boards import MOST_BOARDS, Boards
from .channels import BoardPlan, place_channels
from .concentrators import Concentrator, Family
from .files.router_config import router_config
from .radio import Eui

log = logging.getLogger(__name__)

NOBODY: Mapping[str, Eui] = {}
STRANGER = Concentrator("", "", "sx1302", Family.SX1302, "spi", "")
"""A board outside of this box: nobody says what it carries, and every card reaches the same."""


def configure(
    config: Config,
    catalog: Catalog,
    boards: Boards,
    clock: Clock,
    cards: Mapping[str, Eui] = NOBODY,
) -> Callable[[Eui], str | None]:
    """What makes the text for a board; None for one whose channels cannot be planned. `cards`: EUIs
    that the file does not say, by the names of cards."""
    plans = _planned(config, catalog, cards)
    for radio in config.lorawan.boards if config.lorawan else ():
        if radio.eui and radio.eui not in plans and radio.region != planning.GHZ24:
            plans[radio.eui] = _next(plans, catalog.regions[radio.region])

    def text(eui: Eui) -> str | None:
        try:
            plan = plans.get(eui) or _next(plans, catalog.regions[boards.region(eui)])
            message = router_config(plan)
        except CatalogError as error:
            log.warning("board %s gets no channels: %s", eui, error)
            return None
        if len(plans) < 2 * MOST_BOARDS:  # whoever asks could be one
            plans[eui] = plan
        return lns.written({**message, "MuxTime": clock.utc_ns() / 1e9})

    return text


def _planned(config: Config, catalog: Catalog, cards: Mapping[str, Eui]) -> dict[Eui, BoardPlan]:
    """By the EUIs of cards in slots, as far as they are known."""
    try:
        wanted = planning.of_config(config, catalog)
        plan = planning.make(wanted, catalog)
    except (ConfigError, CatalogError):  # cards outside of this box
        return {}
    euis = {**cards, **wanted.euis}
    return {euis[b.card.name]: b for b in plan.boards if b.card.name in euis}


def _next(plans: dict[Eui, BoardPlan], region: Region) -> BoardPlan:
    """The first set of channels that no other board of the region has, or the first of all. Raises
    CatalogError."""
    if region.id == planning.GHZ24:
        raise CatalogError("no Basics Station drives a card for 2.4 GHz; use its packet forwarder")
    taken = {p.set for p in plans.values() if p.region.id == region.id}
    free = [s for s in region.sets if s.everywhere and s.name not in taken]
    return place_channels(region, STRANGER, (free or region.sets)[0], [])
