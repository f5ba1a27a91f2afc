"""The boards that are there, and the gateways that they form: one for each region."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping

from ..config.radios import LorawanConfig
from .identity import Origin, origin
from .radio import Board, Eui

log = logging.getLogger(__name__)

SETTLE_S = 10.0
"""How long after the first board others may come at the very first start, before the lowest EUI of
them names the gateway: forwarders say that they are there every 10 s at most."""
MOST_BOARDS = 16
"""A box has room for four; whoever claims to be the seventeenth is none."""


class Boards:
    """Threads: the event loop only."""

    def __init__(
        self,
        config: LorawanConfig,
        kept: Mapping[str, Eui] | None = None,
        keep: Callable[[str, Eui], None] | None = None,
    ) -> None:
        """`kept`: the gateways of earlier starts, by region; `keep` stores one."""
        self._config, self._keep = config, keep
        self._boards: dict[Eui, Board] = {}
        self._regions = {b.eui: b.region for b in config.boards if b.eui}
        self._numbers = {eui: number for number, eui in enumerate(self._regions)}
        self.gateways: dict[str, Eui] = {}
        """By region, as soon as their EUI is known."""
        self.settled: list[Callable[[str, Eui], None]] = []
        """Told of each gateway when its EUI becomes known."""
        for region in config.regions:
            self._begin(region, (kept or {}).get(region, ""))

    def _begin(self, region: str, kept: Eui) -> None:
        """What the file says counts, then what was, then the boards that the file names."""
        config = self._config
        written = config.gateway_id if region == config.region else ""
        named = sorted(eui for eui, other in self._regions.items() if other == region)
        if written and kept and written != kept:
            log.warning("the gateway of %s is %s from now on; it was %s", region, written, kept)
        if eui := written or kept or next(iter(named), ""):
            self._settle(region, eui, known=eui == kept)

    def _settle(self, region: str, eui: Eui, known: bool = False) -> None:
        self.gateways[region] = eui
        if not known and self._keep is not None:
            self._keep(region, eui)
        for told in self.settled:
            told(region, eui)

    def join(self, board: Board) -> bool:
        """Take a board that was heard of. False for one too many; one whose counter nobody knows
        makes room."""
        if len(self._boards) >= MOST_BOARDS and board.eui not in self._boards:
            gone = next((b.eui for b in self if b.now() is None), None)
            if gone is None:
                return False
            del self._boards[gone]
        self.number(board.eui)
        self._boards[board.eui] = board
        self.number(board.eui)
        return True

    def settle(self, region: str) -> None:
        """Name the gateway of a region after the lowest EUI among the boards that are there."""
        if region in self.gateways:
            return
        there = [b.eui for b in self if self.region(b.eui) == region]
        own = [eui for eui in there if origin(eui) is not Origin.PLACEHOLDER]
        if there:
            lowest = min(own or there)
            log.info("the boards of %s are the gateway %s", region, lowest)
            if not own:
                log.warning("%s stands in the files of vendors; write a gateway_id", lowest)
            self._settle(region, lowest)

    def __iter__(self) -> Iterator[Board]:
        return iter(self._boards.values())

    def get(self, board: Eui) -> Board | None:
        return self._boards.get(board)

    def named(self, board: Eui) -> bool:
        """Whether the file names it."""
        return board in self._regions

    def number(self, board: Eui) -> int:
        """Its place in the file; boards that are not there follow in the order of their coming."""
        return self._numbers.setdefault(board, len(self._numbers))

    def region(self, board: Eui) -> str:
        return self._regions.get(board, self._config.region)

    def gateway(self, board: Eui) -> Eui | None:
        """Which gateway a board is part of; None as long as that has no EUI."""
        return self.gateways.get(self.region(board))

    def by_eui(self) -> dict[Eui, str]:
        """The gateways whose EUI is known, with their regions."""
        return {eui: region for region, eui in self.gateways.items()}

    def of(self, gateway: Eui) -> tuple[Board, ...]:
        """The boards that form a gateway."""
        return tuple(b for b in self if self.gateway(b.eui) == gateway)
