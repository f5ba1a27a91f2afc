"""What a core on a WisBlock base is wired to: for firmware, which knows no slots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...catalog.boards import Board
from ...catalog.carrier import CorePin
from ...catalog.facts import Fitted
from ...catalog.modules import Use
from ..resources import Placement
from .order import Order, slug

SIGNALS = ("IO1", "IO2", "IO3", "IO4", "IO5", "IO6", "SW1", "AIN0", "AIN1")
"""Signals of the core slot that modules use as plain lines."""
WORD_LENGTH = 24


@dataclass(frozen=True)
class UsedPin:
    """A pin of the core that a module of the plan uses as a plain line or analog input."""

    placement: Placement
    use: Use
    net: str
    pin: CorePin
    word: str
    """What it is for, in a word or two."""

    @property
    def words(self) -> str:
        """ "sensor-a-rak12006-motion": unique in a plan."""
        return f"{self.placement.slot.name}-{self.placement.module.id}-{self.word}"


def used_pins(order: Order, core: Board) -> Iterator[UsedPin]:
    """In the order of the user's file."""
    for placement in order.plan.placements:
        taken: set[str] = set()
        for use in order.uses(placement):
            signal = order.signal(placement, use.signal)
            pin = core.core_pin(signal.net) if signal and signal.net in SIGNALS else None
            if signal is None or pin is None or pin.arduino is None:
                continue
            word = slug(use.use, WORD_LENGTH)
            if word in taken:
                word = f"{word}-{use.signal.lower()}"
            taken.add(word)
            yield UsedPin(placement, use, signal.net, pin, word)


def chips(placement: Placement) -> Iterator[tuple[Fitted, int]]:
    """I2C chips of a module with their addresses; the user chooses that of the first."""
    address = placement.address
    for chip in placement.module.chips:
        if chip.address is not None and chip.bus.startswith("I2C"):
            yield chip, chip.address if address is None else address
            address = None


def uses_bus(order: Order, signals: tuple[str, ...]) -> list[Placement]:
    """Modules that use one of `signals` in a slot that has it."""

    def speaks(placement: Placement) -> bool:
        used = (u.signal for u in order.uses(placement) if u.signal in signals)
        return any(_ends(order, placement, name) for name in used)

    return [p for p in order.plan.placements if speaks(p)]


def _ends(order: Order, placement: Placement, name: str) -> bool:
    signal = order.signal(placement, name)
    return signal is not None and signal.net != "NC"


def switch(order: Order, core: Board) -> tuple[str, CorePin] | None:
    """The switched supply that modules of the plan are fed from, and the pin that switches it."""
    used = {
        signal.rail
        for placement in order.plan.placements
        for use in order.uses(placement)
        if (signal := order.signal(placement, use.signal)) is not None
    }
    for rail in order.board.rails:
        pin = core.core_pin(rail.switched) if rail.switched else None
        if rail.name in used and pin is not None:
            return rail.name, pin
    return None


def lacking_core(order: Order) -> str:
    """What a plan lacks to be built as firmware; "" when it has a core."""
    return "" if order.core else 'a WisBlock base with core = "rak4631"'
