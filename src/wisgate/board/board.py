"""A plan made live: buses opened, modules built, every one with the lane of its bus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Protocol

from ..bus.host import Host
from ..bus.i2c import I2c
from ..bus.lane import Lane, LoopLane
from ..bus.lines import LineAt, Lines
from ..bus.memory import Memory
from ..bus.peer import Peer
from ..bus.pwm import Pwm
from ..bus.spi import Spi
from ..bus.uart import Uart
from ..catalog.settings import Command
from ..chips.ads1115 import Ads1115
from ..chips.sgm58031 import Sgm58031
from ..config.arguments import read_arguments
from ..config.model import OnboardConfig, PointConfig
from ..config.readers import did_you_mean
from ..core.clock import Clock
from ..core.errors import OutputRefused
from ..core.points import Commanded, Commanding, Module, Value
from ..modules.wires import SlotAdc, Wires
from ..onboard.carrier import Carrier
from ..plan.plan import Placement, Plan
from ..protocols.modbus_host import ModbusHost
from .memory import forgetful

Picture = tuple[tuple[bool, ...], ...]

SLOT_EXPANDER = "U133"
LED_EXPANDER = "U134"
ADCS: Mapping[str, type[SlotAdc]] = {"ads1115": Ads1115, "sgm58031": Sgm58031}
"""By the part that the catalog names for the ADC of the slots."""


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
    spis: Mapping[str, Callable[[int, int], Spi]] = field(default_factory=dict)
    """By slot: opens its chip select with a clock in hertz and a mode."""
    memory: Callable[[str], Memory] = field(default_factory=forgetful)
    """By owner: "wisblock-1-rak12009", "clock"."""
    pwms: Mapping[str, Pwm] = field(default_factory=dict)
    """By line of the board: "BUZZER"."""
    peers: Mapping[str, Peer] = field(default_factory=dict)
    """By host with its port: those that speak Modbus TCP."""


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
    commands: tuple[Command, ...] = ()

    def told(self, name: str, given: Mapping[str, Value]) -> Commanding:
        """The command `name` in steps, its arguments checked. Raises OutputRefused."""
        command = next((c for c in self.commands if c.name == name), None)
        if command is None or not isinstance(self.module, Commanded):
            known = did_you_mean(name, [c.name for c in self.commands], "its commands")
            raise OutputRefused(f'{self.name} has no command "{name}"; {known}')
        return self.module.command(name, read_arguments(command, given))


class Surroundings(Protocol):
    """What happens around a board."""

    def link(self) -> bool:
        """Whether the network is there, as far as a virtual board can take it away."""
        ...

    def picture(self) -> Picture | None:
        """What the little display of a virtual board shows, row by row of dots; None on hardware,
        where it can be looked at, and without a display."""
        ...

    async def play(self) -> None:
        """Let a scenario happen; returns when nothing more will."""
        ...


class Reality:
    """Around a real board everything happens by itself."""

    def link(self) -> bool:
        return True

    def picture(self) -> Picture | None:
        return None

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
    adc = ADCS[plan.adc.part](ends.i2c, plan.adc_address)
    placed: list[Placed] = []
    lanes = [i2c_lane, host_lane]
    for placement in plan.driven:
        wires = _wires(plan, placement, ends, adc)
        own = i2c_lane
        if placement.serial:
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
                placement.module.commanded(placement.options),
            )
        )
    placed += _hosts(plan, ends)
    carrier = _carrier(plan, ends)
    for function in plan.config.onboard:
        entry = next(f for f in plan.board.onboard if f.name == function.name)
        memory = ends.memory(function.name)
        module = _onboard(function, replace(carrier, memory=memory))
        own = i2c_lane if entry.chip else host_lane
        points, commands = function.points, entry.commands
        placed.append(Placed(function.name, entry.title, module, own, points, commands=commands))
    return Board(plan, ends, tuple(placed), tuple(lanes), surroundings)


def fitted(placement: Placement, wires: Wires) -> Module:
    """The module of a slot: class `Rak5801` of the file `modules/rak5801.py`."""
    name = placement.module.id
    file = import_module(f"wisgate.modules.{name}")
    module: Module = getattr(file, name.capitalize()).fit(wires, placement.config)
    return module


def _wires(plan: Plan, placement: Placement, ends: Ends, adc: SlotAdc) -> Wires:
    slot = placement.slot
    signals = [s for s in slot.signals if plan.wiring.fitted(s)]
    consumer = f"{slot.name} {placement.module.id}"
    return Wires(
        slot=slot.name,
        clock=ends.clock,
        i2c=ends.i2c,
        adc=adc,
        inputs={s.name: s.ain for s in signals if s.ain is not None},
        lines={
            s.name: LineAt(
                ends.expanders.get(s.chip, ends.host_lines), s.line, f"{consumer} {s.name}"
            )
            for s in signals
            if s.line is not None
        },
        uart=ends.uarts.get(slot.name),
        spi=ends.spis.get(slot.name),
        memory=ends.memory(f"{slot.name}-{placement.module.id}"),
    )


def _hosts(plan: Plan, ends: Ends) -> list[Placed]:
    """What is asked over the network waits on the event loop: its lane has no thread."""
    return [
        Placed(
            host.name,
            "Modbus TCP",
            ModbusHost(ends.peers[host.name], ends.clock, host.units),
            LoopLane(host.name),
            host.points,
        )
        for host in plan.config.modbus
    ]


def _carrier(plan: Plan, ends: Ends) -> Carrier:
    board = plan.board
    return Carrier(
        clock=ends.clock,
        i2c=ends.i2c,
        host=ends.host,
        lines={
            line.name: LineAt(ends.expanders.get(line.chip, ends.host_lines), line.line, line.name)
            for line in board.lines
        },
        chips={c.ref: c.address for c in board.chips if c.address is not None},
        pwms=ends.pwms,
    )


def _onboard(function: OnboardConfig, carrier: Carrier) -> Module:
    """A function of the carrier: class `Climate` of the file `onboard/climate.py`."""
    file = import_module(f"wisgate.onboard.{function.name}")
    module: Module = getattr(file, function.name.capitalize()).fit(carrier, function)
    return module
