"""The router_config of every board that speaks as Basics Station: for a card of this box that of
its plan, for others the next set of channels of their region."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..catalog.catalog import Catalog
from ..catalog.regions import Region
from ..config.model import Config
from ..config.radios import LorawanConfig
from .channels import BoardPlan, place_channels
from .concentrators import CATEGORY, Concentrator, Family
from .files.router_config import router_config
from .planning import GHZ24, make, of_config
from .radio import Eui

STRANGER = Concentrator("", "", "sx1302", Family.SX1302, "spi", "")
"""A board outside of this box: what it carries nobody says, and every card reaches the same."""
MOST = 64
"""Boards that are remembered: whoever asks could be one."""


class Configured:
    """Threads: any."""

    def __init__(
        self, config: Config, lorawan: LorawanConfig, catalog: Catalog, kept: Mapping[str, Eui]
    ) -> None:
        """`kept`: EUIs of cards from earlier starts, by their names. Raises CatalogError."""
        self._regions, self._default = catalog.regions, lorawan.region
        self._plans: dict[Eui, BoardPlan] = {}
        if any(catalog.modules[s.module].category == CATEGORY for s in config.slots):
            wanted = of_config(config, catalog)
            euis = {**kept, **wanted.euis}
            plan = make(wanted, catalog)
            self._plans = {euis[b.card.name]: b for b in plan.boards if b.card.name in euis}
        self._high = {r.eui for r in lorawan.boards if r.region == GHZ24}
        for radio in lorawan.boards:
            if radio.eui and radio.eui not in self._plans and radio.region != GHZ24:
                self._plans[radio.eui] = self._next(self._regions[radio.region])

    def __call__(self, eui: Eui) -> str | None:
        """As text; None for a board that cannot have one: no station drives 2.4 GHz."""
        plan = self._plans.get(eui)
        if plan is None and eui not in self._high and self._default != GHZ24:
            plan = self._next(self._regions[self._default])
            if len(self._plans) < MOST:
                self._plans[eui] = plan
        if plan is None or not plan.centres:
            return None
        return json.dumps(router_config(plan), separators=(",", ":"))

    def _next(self, region: Region) -> BoardPlan:
        """The first set that no other board of the region has, or the first of all."""
        taken = {p.set for p in self._plans.values() if p.region.id == region.id}
        free = [s for s in region.sets if s.everywhere and s.name not in taken]
        return place_channels(region, STRANGER, (free or region.sets)[0], [])
