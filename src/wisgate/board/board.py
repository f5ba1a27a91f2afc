"""A plan made live: buses opened, modules built, every one with the lane of its bus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from ..bus.host import Host
from ..bus.i2c import I2c
from ..bus.lane import Lane
from ..bus.lines import Lines
from ..bus.uart import Uart
from ..chips.sgm58031 import Sgm58031
from ..chips.shtc3 import Shtc3
from ..config.model import OnboardConfig, PointConfig
from ..core.clock import Clock
from ..core.points import Module
from ..core.units import Seconds
from ..modules.wires import LineAt, Wires
from ..onboard.climate import Climate
from ..onboard.indicators import Indicators
from ..onboard.power import Power
from ..plan.plan import Placement, Plan

SLOT_EXPANDER = "U133"
LED_EXPANDER = "U134"


@dataclass(frozen=True)
class Ends:
    """The ends of every wire that the board's modules use, real or virtual."""

    clock: Clock
    host: Host
    i2c: I2c
    expanders: Mapping[str, Lines]
    """By reference designator: U133 serves the slots, U134 mPCIe and LEDs."""
    host_lines: Lines
    """The CM4's own GPIO chip."""
    uarts: Mapping[str, Uart]
    """By slot."""
    close: Callable[[], None]


@dataclass(frozen=True)
class Placed:
    """A module, or a function of the carrier, with what the gateway needs to sample it."""

    name: str
    """"wisblock-1", or "climate"."""
    title: str
    module: Module
    lane: Lane
    points: tuple[PointConfig, ...]
    placement: Placement | None = None
    """None for a function of the carrier."""


class Surroundings(Protocol):
    """What happens around a board."""

    def link(self) -> bool:
        """Whether the network is there, as far as a virtual board can take it away."""
        ...

    async def play(self) -> None:
        """Let a scenario happen; returns when nothing more will."""
        ...


class Reality:
    """Around a real board everything happens by itself."""

    def link(self) -> bool:
        return True

    async def play(self) -> None:
        return None


REALITY = Reality()


@dataclass(frozen=True)
class Board:
    """Threads: opened and closed by the event loop; modules are used in their lanes only."""

    plan: Plan
    ends: Ends
    placed: tuple[Placed, ...]
    lanes: tuple[Lane, ...]
    surroundings: Surroundings = REALITY

    async def close(self) -> None:
        """Close the lanes, then the buses. Outputs are made safe before, by who opened them."""
        for lane in self.lanes:
            await lane.close()
        self.ends.close()


def build(
    plan: Plan, ends: Ends, lane: Callable[[str], Lane], surroundings: Surroundings = REALITY
) -> Board:
    """Build every module of `plan` on `ends`. Does no I/O."""
    i2c_lane, host_lane = lane("i2c-1"), lane("gpiochip0")
    adc = Sgm58031(ends.i2c, plan.adc_address)
    placed: list[Placed] = []
    lanes = [i2c_lane, host_lane]
    for placement in plan.driven:
        wires = _wires(placement, ends, adc)
        own = i2c_lane
        if placement.module.units:
            own = lane(f"{placement.slot.name}-uart")
            lanes.append(own)
        placed.append(
            Placed(
                placement.slot.name,
                placement.module.title,
                fitted(placement, wires),
                own,
                placement.config.points,
                placement,
            )
        )
    for function in plan.config.onboard:
        own = host_lane if function.name == "power" else i2c_lane
        module = _onboard(function, plan, ends)
        title = next(f.title for f in plan.board.onboard if f.name == function.name)
        placed.append(Placed(function.name, title, module, own, function.points))
    return Board(plan, ends, tuple(placed), tuple(lanes), surroundings)


def fitted(placement: Placement, wires: Wires) -> Module:
    """The module of a slot: class `Rak5801` of the file `modules/rak5801.py`."""
    name = placement.module.id
    file = import_module(f"wisgate.modules.{name}")
    module: Module = getattr(file, name.capitalize()).fit(wires, placement.config)
    return module


def _wires(placement: Placement, ends: Ends, adc: Sgm58031) -> Wires:
    slot = placement.slot
    consumer = f"{slot.name} {placement.module.id}"
    return Wires(
        slot=slot.name,
        clock=ends.clock,
        i2c=ends.i2c,
        adc=adc,
        inputs={s.name: s.ain for s in slot.signals if s.ain is not None},
        lines={
            s.name: LineAt(
                ends.expanders.get(s.chip, ends.host_lines), s.line, f"{consumer} {s.name}"
            )
            for s in slot.signals
            if s.line is not None
        },
        uart=ends.uarts.get(slot.name),
    )


def _onboard(function: OnboardConfig, plan: Plan, ends: Ends) -> Module:
    interval = Seconds(function.interval)
    lines = {line.name: line.line for line in plan.board.lines}
    match function.name:
        case "climate":
            return Climate(Shtc3(ends.i2c), interval=interval)
        case "power":
            return Power(ends.host_lines, lines["POWER_FAIL"], interval=interval)
        case _:
            leds = {"led_1": lines["LED_1"], "led_2": lines["LED_2"]}
            return Indicators(ends.expanders[LED_EXPANDER], leds, interval=interval)
