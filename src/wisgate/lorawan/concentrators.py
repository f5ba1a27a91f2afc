"""Concentrator cards: which chips they carry, how a forwarder reaches them in a slot, how they are
reset."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from ..catalog.boards import Board, Slot
from ..catalog.catalog import Catalog
from ..catalog.modules import Module
from ..core.errors import CatalogError

CATEGORY = "concentrator"
"""Of their entries in the catalog."""


class Family(Enum):
    """Chips that one kind of forwarder drives."""

    SX1301 = "sx1301"
    SX1302 = "sx1302"
    """SX1303 too."""
    GHZ24 = "2g4"


FAMILIES = {
    "sx1301": Family.SX1301,
    "sx1302": Family.SX1302,
    "sx1303": Family.SX1302,
    "sx1280": Family.GHZ24,
}
"""By the chip on the card."""
USB_IDS = {Family.SX1302: (0x0483, 0x5740), Family.GHZ24: (0x0483, 0x5740)}
"""Vendor and product of the controller on cards for USB: the virtual serial port of an STM32, as in
Semtech's reference designs, whose controllers and programs these cards use; RAKwireless prints
none. The forwarder for the SX1301 takes the first FTDI adapter that it finds."""


@dataclass(frozen=True)
class Reset:
    """The line that resets a card: low, high, low, `pulse` seconds each."""

    chip: str
    """`ref` of an expander, or "host"."""
    line: int
    pulse: float = 0.1


@dataclass(frozen=True)
class Concentrator:
    slot: str
    """"" for one on a USB port of the box."""
    module: str
    chip: str
    family: Family
    bus: str
    """"spi" or "usb"."""
    path: str
    """What a forwarder opens; "" for a USB card that was not found yet."""
    slot_reset: Reset | None = None
    """The reset line of the slot, whether the card uses it or not."""
    gnss: bool = False
    """Whether its GNSS receiver is wired and used."""

    @property
    def name(self) -> str:
        """By which files and people know it."""
        return self.slot or f"{self.module}-port"

    @property
    def reset(self) -> Reset | None:
        """None: the controller on a USB card resets its chips itself."""
        return self.slot_reset if self.bus == "spi" else None

    @property
    def named(self) -> bool:
        """Whether a forwarder is told which card to open. The one for the SX1301 on USB opens the
        first that it finds, and Basics Station and Concentratord do not know it at all."""
        return self.bus == "spi" or self.family is not Family.SX1301

    @property
    def listens(self) -> bool:
        """Whether it can listen before talk. The RAK5146 has an SX1261 for that; on a card for SPI
        it has a chip select of its own, and nobody says where that ends on the RAK7391."""
        return self.chip == "sx1303" and self.bus == "usb"


def modules(catalog: Catalog) -> list[Module]:
    """The concentrator cards of the catalog."""
    return [m for m in catalog.modules.values() if m.category == CATEGORY]


def seat(
    catalog: Catalog,
    board: Board,
    cards: Sequence[tuple[str, str]],
    gnss: Collection[str] = (),
) -> list[Concentrator]:
    """Cards, each (slot, module); without a slot, a card takes the first free one that it fits
    into, or a USB port. `gnss`: slots whose card uses its GNSS receiver. Sorted in the order in
    which they are switched on: as the slots are. Raises CatalogError for what cannot be."""
    taken = {slot for slot, _ in cards if slot}
    found = []
    for slot, name in cards:
        module = _module(catalog, name)
        place = slot or _free(board, module, taken)
        if place:
            taken.add(place)
        found.append(concentrator(board, place, module, gnss=place in gnss))
    order = [s.name for s in board.slots]
    return sorted(found, key=lambda c: order.index(c.slot) if c.slot else len(order))


def _module(catalog: Catalog, name: str) -> Module:
    module = catalog.modules.get(name)
    if module is not None and module.category == CATEGORY:
        return module
    known = ", ".join(m.id for m in modules(catalog))
    raise CatalogError(f"{name} is no concentrator card; there are: {known}")


def concentrator(board: Board, slot: str, module: Module, *, gnss: bool = False) -> Concentrator:
    """A card in a slot; `slot` "" is a USB port. Raises CatalogError."""
    chip = next((c.part for c in module.chips if c.part in FAMILIES), None)
    if chip is None:
        raise CatalogError(f"{module.id}: none of its chips is that of a concentrator")
    place = board.slot(slot)
    if slot and place is None:
        raise CatalogError(f"{board.id} has no slot {slot}")
    bus = "spi" if "spi" in module.needs else "usb"
    if not _fits(place, module):
        fitting = ", ".join(s.name for s in board.slots if _fits(s, module))
        raise CatalogError(
            f"{module.id} does not fit into {slot or 'a USB port'}; it goes into {fitting}"
        )
    return Concentrator(
        slot=slot,
        module=module.id,
        chip=chip,
        family=FAMILIES[chip],
        bus=bus,
        path=_spidev(place) if place and bus == "spi" else "",
        slot_reset=_reset(place) if place else None,
        gnss=gnss and place is not None and place.signal("PPS") is not None,
    )


def _fits(slot: Slot | None, module: Module) -> bool:
    if slot is None:
        return "spi" not in module.needs
    if module.form not in slot.accepts:
        return False
    if "spi" in module.needs:
        return slot.signal("SPI") is not None
    return slot.signal("USB") is not None or slot.signal("USB3") is not None


def _free(board: Board, module: Module, taken: set[str]) -> str:
    for slot in board.slots:
        if slot.name not in taken and _fits(slot, module):
            return slot.name
    if "spi" in module.needs:
        raise CatalogError(f"{board.id} has no free slot for {module.id}; write its USB version")
    return ""


def _spidev(slot: Slot) -> str:
    signal = slot.signal("SPI")
    return f"/dev/spidev{signal.bus.removeprefix('spi-')}" if signal else ""


def _reset(slot: Slot) -> Reset | None:
    signal = slot.signal("RESET")
    return Reset(signal.chip, signal.line) if signal and signal.line is not None else None


def stable_path(place: str, links: Iterable[str]) -> str:
    """The name in /dev/serial/by-path of what is plugged in at a USB place ("1-1.3"), out of all
    names there; "" when there is none. It stays the same when another adapter is plugged in, which
    the number of ttyACM does not."""
    ports = re.escape(place.partition("-")[2])
    wanted = re.compile(rf"-usb(?:v2)?-\d+:{ports}:")
    return next((link for link in sorted(links) if wanted.search(link)), "")


def placed(
    cards: Sequence[Concentrator], places: Sequence[str], links: Iterable[str]
) -> list[Concentrator]:
    """The cards with the paths of those on USB filled in. `places`: where controllers of such cards
    are plugged in, in the order of the ports, which is that of the slots. As long as not every card
    was found, none gets a path: which one is missing cannot be told."""
    names = list(links)
    on_usb = [c for c in cards if c.bus == "usb" and c.named]
    found = [stable_path(place, names) for place in places]
    if len(found) != len(on_usb) or not all(found):
        return list(cards)
    paths = dict(zip(map(id, on_usb), found, strict=True))
    return [_with_path(c, paths.get(id(c), c.path)) for c in cards]


def _with_path(card: Concentrator, path: str) -> Concentrator:
    return Concentrator(**vars(card) | {"path": path})
