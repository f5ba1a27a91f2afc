"""The router_config of each Basics Station: the channels of the plan, or the usual ones of its
region."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ..catalog.catalog import Catalog
from ..config.model import Config
from ..core.clock import Clock
from ..core.errors import CatalogError, ConfigError
from . import lns, planning
from .boards import Boards
from .channels import BoardPlan
from .concentrators import FAMILIES, Family, modules
from .files.router_config import router_config
from .radio import Eui

log = logging.getLogger(__name__)


def configure(
    config: Config, catalog: Catalog, boards: Boards, clock: Clock
) -> Callable[[Eui], str | None]:
    """What makes the text for a board; None for one whose channels cannot be planned."""
    planned = _planned(config, catalog)

    def text(eui: Eui) -> str | None:
        try:
            plan = planned.get(eui) or _usual(config, catalog, boards.region(eui))
        except CatalogError as error:
            log.warning("board %s gets no channels: %s", eui, error)
            return None
        return lns.written({**router_config(plan), "MuxTime": clock.utc_ns() / 1e9})

    return text


def _planned(config: Config, catalog: Catalog) -> dict[Eui, BoardPlan]:
    """By the EUIs that the file names together with slots."""
    try:
        wanted = planning.of_config(config, catalog)
        plan = planning.make(wanted, catalog)
    except (ConfigError, CatalogError):  # cards outside of this box
        return {}
    return {wanted.euis[b.card.name]: b for b in plan.boards if b.card.name in wanted.euis}


def _usual(config: Config, catalog: Catalog, region: str) -> BoardPlan:
    """The first set of channels, for a board of which nothing is known. Raises CatalogError."""
    board = catalog.boards[config.board]
    family = Family.GHZ24 if region == planning.GHZ24 else Family.SX1302
    card = next(
        m.id for m in modules(catalog) for c in m.chips
        if FAMILIES.get(c.part) is family and "usb2" in m.needs
    )  # fmt: skip
    wanted = planning.of_words(catalog, board, region, [("", card)])
    return planning.make(wanted, catalog).boards[0]
