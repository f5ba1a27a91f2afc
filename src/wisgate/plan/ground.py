"""A board with its straps, and which seats can be together on it. Pure.

Claims of one module do not depend on those of another: two seats that clash are known once and
never tried again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from ..catalog.boards import Board
from ..config.model import Config
from .claims import Claim, can_share
from .gather import board_claims, module_claims
from .resources import Wiring
from .seats import Seat, Step

Held = dict[str, list[Claim]]
Soft = frozenset[str]
"""Resources on which one side can live with the other."""


class Ground:
    """What the board and every seat claim, each worked out once. Threads: one."""

    def __init__(
        self, board: Board, core: Board | None, config: Config, steps: tuple[Step, ...]
    ) -> None:
        self.config, self.steps = config, steps
        self.external = config.straps.external_i2c or ""
        self._wiring = Wiring(board, config, core)
        self._own = _by_resource(board_claims(self._wiring))
        self._held: dict[Seat, Held] = {}
        self._alone: dict[Seat, Soft | None] = {}
        self._together: dict[tuple[Seat, Seat], Soft | None] = {}

    def alone(self, seat: Seat) -> Soft | None:
        """Soft clashes of a seat with the board; None when it cannot be, whoever else is there."""
        if seat not in self._alone:
            held = self._claims(seat)
            lacking = _clashing(held, held) is None  # what the slot has not is claimed by both
            self._alone[seat] = None if lacking else _clashing(held, self._own)
        return self._alone[seat]

    def together(self, one: Seat, other: Seat) -> Soft | None:
        """Soft clashes of two seats; None when they cannot be together."""
        key = one, other
        if key not in self._together:
            self._together[key] = _clashing(self._claims(one), self._claims(other))
        return self._together[key]

    def joined(self, seat: Seat, taken: tuple[Seat, ...]) -> Soft | None:
        """Soft clashes of `seat` with the board and those that sit there; None when it does not get
        on with one of them."""
        soft = self.alone(seat)
        for other in taken:
            more = self.together(seat, other) if soft is not None else None
            if soft is None or more is None:
                return None
            soft |= more
        return soft

    def _claims(self, seat: Seat) -> Held:
        if seat not in self._held:
            self._held[seat] = _by_resource(module_claims(self._wiring, seat.placement))
        return self._held[seat]


def _by_resource(claims: Iterator[Claim]) -> Held:
    held: Held = defaultdict(list)
    for claim in claims:
        held[claim.resource].append(claim)
    return held


def _clashing(one: Held, other: Held) -> Soft | None:
    """None when one cannot live with the other."""
    soft = []
    for resource in one.keys() & other.keys():
        pairs = [(a, b) for a, b in product(one[resource], other[resource]) if not can_share(a, b)]
        if any(not a.soft and not b.soft for a, b in pairs):
            return None
        if pairs:
            soft.append(resource)
    return frozenset(soft)
