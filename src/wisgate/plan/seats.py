"""Ways to fit one module into one slot: as shipped, or with other straps and options; ways to strap
the board. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from ..catalog.boards import Board, Slot
from ..catalog.facts import Strap
from ..catalog.modules import Module
from ..catalog.settings import Option
from ..config.model import Config, Curve, SlotConfig, Where
from ..config.slots import module_option, option_value
from ..core.points import Value
from ..core.quantities import parse
from .cures import EEPROMS
from .edits import applied
from .findings import Edit
from .resources import ADC_REF, Placement


@dataclass(frozen=True)
class Wish:
    """A module that is to be placed. Options that the user chose stay as they are."""

    module: Module
    options: tuple[tuple[str, Value], ...] = ()
    """As the user's file would have them, quantities with their unit."""
    slot: str = ""
    """Where it must go; "" is anywhere."""


@dataclass(frozen=True)
class Step:
    """Something to do at the bench beyond plugging a module in, and what the file says then."""

    text: str
    edit: Edit
    rework: bool = False
    """Whether the wiring changes, not an address only."""
    doubtful: bool = False
    """Whether the new address may be taken by an identity chip that no entry knows of."""


@dataclass(frozen=True, eq=False)
class Seat:
    """A module in a slot with its options; compared by identity."""

    wish: int
    """Its number in the order asked for."""
    placement: Placement
    steps: tuple[Step, ...] = ()

    @property
    def reworks(self) -> int:
        return sum(s.rework for s in self.steps)


def fits(module: Module, slot: Slot) -> bool:
    """Whether form and connector are those of the slot."""
    accepted = not slot.accepts or module.form in slot.accepts
    return accepted and module.connector in ("", slot.connector)


def seats(number: int, wish: Wish, slot: Slot) -> list[Seat]:
    """Every way to fit `wish` into `slot`, fewest changes first."""
    module, chosen = wish.module, dict(wish.options)
    options = {o.name: _chosen(o, chosen) for o in module.options}
    free = [list(_choices(module, o, slot)) for o in module.options if o.name not in chosen]
    found = []
    for steps in product(*free):
        made = tuple(s for s in steps if s is not None)
        said = options | {s.edit.key: _value(s.edit) for s in made}
        where = Where("module", number + 1)
        interval = parse(module.interval, "time").si if module.interval else 0.0
        config = SlotConfig(where, slot.name, module.id, interval, (), tuple(said.items()))
        found.append(Seat(number, Placement(slot, module, config), made))
    return sorted(found, key=lambda s: (s.reworks, len(s.steps), any(x.doubtful for x in s.steps)))


def _chosen(option: Option, chosen: Mapping[str, Value]) -> Value | Curve:
    """In base units. Raises ConfigError for what the option does not take."""
    if option.name in chosen:
        return option_value(option, chosen[option.name])
    return module_option(option).default


def _value(edit: Edit) -> Value:
    return edit.value if not isinstance(edit.value, tuple) else None


def _choices(module: Module, option: Option, slot: Slot) -> Iterator[Step | None]:
    """As shipped, then everything that changes what the module takes of its slot and can be run."""
    yield None
    if option.name == "address":
        yield from _addresses(module, option, slot)
    elif any(u.when and u.when[0] == option.name for u in module.uses):
        for value in (v for v in option.choices if v not in (option.default, *option.planned)):
            yield _option(module, option, slot, value)


def _addresses(module: Module, option: Option, slot: Slot) -> Iterator[Step]:
    chip = next((c for c in module.chips if c.address is not None), None)
    for strap in chip.straps if chip else ():
        if strap.address != option.default and strap.address in option.choices:
            text = (
                f"{slot.name}: {module.id}: fit the strap for {strap.address:#04x}"
                f" ({_fitted(strap)})"
            )
            edit = Edit(f"slot {slot.name}", "address", strap.address)
            yield Step(text, edit, doubtful=strap.address in EEPROMS)


def _fitted(strap: Strap) -> str:
    return f"{strap.fitted}, remove {strap.removed}" if strap.removed else strap.fitted


def _option(module: Module, option: Option, slot: Slot, value: str | int) -> Step:
    effect = (option.name, value)
    rework = next((r for r in module.reworks if r.effect == effect), None)
    what = rework.title if rework else f"use it with {option.name} = {value}"
    edit = Edit(f"slot {slot.name}", option.name, value)
    return Step(f"{slot.name}: {module.id}: {what}", edit, rework=rework is not None)


def setups(base: Config, board: Board) -> list[tuple[Config, tuple[Step, ...]]]:
    """Every way to strap the board itself, as shipped first: the slot ADC, the external bus."""
    ways = product(_adc(board, base), _external(board, base))
    made = [tuple(s for s in steps if s is not None) for steps in ways]
    return [(applied(base, [s.edit for s in m]), m) for m in sorted(made, key=len)]


def _adc(board: Board, base: Config) -> Iterator[Step | None]:
    yield None
    chip = board.chip(ADC_REF)
    now = base.straps.adc or (chip.address if chip else None)
    fitted = next((s.fitted for s in chip.straps if s.address == now), "") if chip else ""
    for strap in chip.straps if chip else ():
        if strap.address != now:
            text = f"{board.id}: move {fitted} to {strap.fitted}: slot ADC at {strap.address:#04x}"
            yield Step(text, Edit("straps", "adc", strap.address), rework=True)


def _external(board: Board, base: Config) -> Iterator[Step | None]:
    yield None
    for rework in board.reworks:
        if rework.effect and rework.effect[0] == "straps.external_i2c":
            bus = rework.effect[1]
            if bus != base.straps.external_i2c:
                text = f"{board.id}: re-route external I2C to {bus}: {'; '.join(rework.steps)}"
                yield Step(text, Edit("straps", "external_i2c", bus), rework=True)


def seated(config: Config, taken: Sequence[Seat]) -> Config:
    """`config` with the modules of `taken`, in the order asked for."""
    ordered = sorted(taken, key=lambda s: s.wish)
    return replace(config, slots=tuple(s.placement.config for s in ordered))
