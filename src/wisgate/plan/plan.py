"""Config against catalog: what sits in which slot, what it uses, and whether that can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..catalog.boards import Board, Slot
from ..catalog.catalog import Catalog
from ..catalog.facts import Fitted
from ..catalog.modules import Module, Use
from ..config.model import Config, SlotConfig
from ..core.errors import PlanConflict
from .claims import Claim, Conflict, conflicts

UART_SIGNALS = ("TXD1", "RXD1")
I2C_SIGNALS = ("I2C1", "I2C1_SDA", "I2C1_SCL")


@dataclass(frozen=True)
class Placement:
    """A module in a slot."""

    slot: Slot
    module: Module
    config: SlotConfig

    @property
    def address(self) -> int | None:
        """I2C address of the module's chip: what the user chose, or as shipped."""
        chosen = dict(self.config.options).get("address")
        if isinstance(chosen, int):
            return chosen
        return next((c.address for c in self.module.chips if c.address is not None), None)


@dataclass(frozen=True)
class Plan:
    """What the board opens. Free of conflicts unless `conflicts` says otherwise."""

    board: Board
    config: Config
    placements: tuple[Placement, ...]
    claims: tuple[Claim, ...]
    conflicts: tuple[Conflict, ...]

    def check(self) -> None:
        """Raises PlanConflict that names every conflict."""
        if self.conflicts:
            raise PlanConflict("\n".join(str(c) for c in self.conflicts))

    @property
    def adc_address(self) -> int:
        """Of the slot ADC: the strap that the user's file names, or as shipped."""
        strapped = self.config.straps.adc
        return strapped if strapped is not None else _address(self.board.chip("U-ADC"))


def make(config: Config, catalog: Catalog) -> Plan:
    """Place every module of `config` and collect all claims. Never raises for a conflict."""
    board = catalog.boards[config.board]
    placements = tuple(
        Placement(slot, catalog.modules[s.module], s)
        for s in config.slots
        if (slot := board.slot(s.slot)) is not None
    )
    claims = [*_soldered(board, config)]
    for placement in placements:
        claims += _module_claims(placement)
    found = (replace(c, cure=_cure(c, placements)) for c in conflicts(claims))
    return Plan(board, config, placements, tuple(claims), tuple(found))


def _address(chip: Fitted | None) -> int:
    if chip is None or chip.address is None:
        raise PlanConflict("the board has no slot ADC with an I2C address")
    return chip.address


def _soldered(board: Board, config: Config) -> Iterator[Claim]:
    for chip in board.chips:
        address = chip.address
        if chip.ref == "U-ADC" and config.straps.adc is not None:
            address = config.straps.adc
        if address is not None:
            owner = f"{board.id}: {chip.ref} {chip.title or chip.part}"
            yield Claim(f"{chip.bus} address {address:#04x}", owner, "catalog", chip.source)
    for line in board.lines:
        owner = f"{board.id}: {line.use}"
        yield Claim(f"{line.chip} line {line.line}", owner, "catalog", line.source)


def _module_claims(placement: Placement) -> Iterator[Claim]:
    slot, module, config = placement.slot, placement.module, placement.config
    where = str(config.where)
    yield Claim(slot.name, f"{module.id}", where, module.source)
    for chip in module.chips:
        address = placement.address
        if address is not None:
            signal = slot.signal(chip.bus)
            bus = signal.bus if signal else chip.bus
            owner = f"{slot.name}: {module.id} {chip.ref}"
            yield Claim(f"{bus} address {address:#04x}", owner, where, chip.source)
    for use in module.uses:
        yield from _use(placement, use, where)


def _use(placement: Placement, use: Use, where: str) -> Iterator[Claim]:
    name = "UART1" if use.signal in UART_SIGNALS else use.signal
    signal = placement.slot.signal("I2C1" if name in I2C_SIGNALS else name)
    if signal is None:
        return
    if signal.line is not None:
        resource = f"{signal.chip} line {signal.line}"
    elif signal.ain is not None:
        resource = f"{signal.chip} channel {signal.ain}"
    else:
        resource = signal.uart or signal.bus or signal.rail
    owner = f"{placement.slot.name}: {placement.module.id} {use.use}"
    shared = use.shared or bool(signal.bus or signal.rail or signal.uart)
    yield Claim(resource, owner, where, use.source, shared=shared)


def _cure(conflict: Conflict, placements: tuple[Placement, ...]) -> str:
    """The cheapest way out that the catalog knows: another strap, or another slot."""
    if " address " not in conflict.resource:
        return "move one of them to another slot"
    taken = {p.address for p in placements}
    for placement in placements:
        for chip in placement.module.chips:
            free = [s for s in chip.straps if s.address not in taken]
            if free and any(placement.slot.name in c.owner for c in conflict.claims):
                strap = free[0]
                return (
                    f"{placement.slot.name}: fit {strap.fitted} on the {placement.module.id} and"
                    f" write address = {strap.address:#04x} in its [[slot]]"
                )
    return "use a module with another address"
