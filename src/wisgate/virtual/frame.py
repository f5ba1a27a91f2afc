"""What every virtual board is: buses, slots with modules, a world around them, and faults."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar

from ..bus.host import PciUnit, UsbUnit
from ..core.clock import Clock
from . import modules as module_files
from .can import CanBus
from .chips.ssd1306 import Ssd1306Twin
from .effects import register_effects
from .faults import Effect, FaultKind, Faults
from .host import CARD_AT, Box, VirtualHost
from .host_effects import register_card, register_network_host
from .i2c import PoweredTwin, VirtualI2c
from .lines import VirtualLines
from .plant import plant
from .pwm import VirtualPwm
from .radio import Air
from .slot import Attached, Options, PinChip, SlotSide
from .spi import VirtualSpi
from .uart import VirtualUart
from .units.modbus_host import ModbusTcpHost
from .world import World

HOST = "host"
"""What `SlotEnds.lines` calls the processor."""


@dataclass(frozen=True)
class SlotEnds:
    """Where the pins of a slot end."""

    lines: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Signal: chip of the board, or HOST, and line."""
    first_ain: int | None = None
    """Input of the ADC behind AIN0; AIN1 is the next. None in a slot without analog signals."""
    uart: str = ""
    """Name of the serial port; slots with one name share it, "" is none."""
    spi: str = ""
    """Name of the chip select; slots with one name share it."""


class VirtualBoard(ABC):
    """One board and its world, deterministic for one seed.

    `modules` says what sits in which slot, `options` what each slot's module is set to (as the
    catalog names options, in base units), `addresses` at which I2C address it is. With
    `costs_time` transfers take their time on the clock; leave it out in real time. Raises
    ValueError for a slot or module that does not exist. Threads: one at a time; who shares it
    between lanes puts one lock around every access.
    """

    notices_supply: ClassVar[bool] = False
    """Whether a line tells that the supply is about to fail."""

    def __init__(
        self,
        clock: Clock,
        ends: Mapping[str, SlotEnds],
        box: Box,
        *,
        seed: int,
        modules: Mapping[str, str] | None,
        options: Mapping[str, Options] | None,
        addresses: Mapping[str, int] | None,
        costs_time: bool,
    ) -> None:
        self.clock, self.seed = clock, seed
        self._modules = dict(modules or {})
        self.world = World(clock, seed, plant(self._modules.values()))
        self.host = VirtualHost(self.world, seed, box)
        self.i2c = VirtualI2c(clock, costs_time=costs_time, seed=seed)
        self.host.owners = self.i2c.owned
        self._looks: list[Callable[[], None]] = [self.world.catch_up]
        self.lines = VirtualLines(clock, refresh=self.look)
        self.pwms = {"BUZZER": VirtualPwm()}
        self._analog: dict[int, Callable[[], float]] = {}
        self.pin_chips: dict[str, PinChip] = {HOST: self.lines}
        self.air, self.can = Air(clock, seed=seed), CanBus(clock)
        self.chips = self._fit()
        self.i2c.twins.extend(self.chips.values())
        self.slots = self._sides(ends, costs_time)
        self.uarts = {name: self.slots[name].uart for name, e in ends.items() if e.uart}
        self.spis = {name: self.slots[name].spi for name, e in ends.items() if e.spi}
        self.faults = Faults()
        self.hosts: dict[str, ModbusTcpHost] = {}
        self._options = dict(options or {})
        for name, address in (addresses or {}).items():
            self._options[name] = {**self._options.get(name, {}), "address": address}
        self._attached: dict[str, Attached] = {}
        for name in self._modules:
            self.plug(name)
        register_effects(self)

    @abstractmethod
    def _fit(self) -> dict[str, PoweredTwin]:
        """The chips that are soldered to the board, by what faults call them. Those with lines in
        a slot go into `pin_chips`, too."""

    def own_effects(self) -> Mapping[tuple[FaultKind, str], Effect]:
        """Faults that only this board knows, by kind and target."""
        return {}

    def _sides(self, ends: Mapping[str, SlotEnds], costs_time: bool) -> dict[str, SlotSide]:
        """Every slot; one whose serial port has no name gets one that leads nowhere."""
        ports = {e.uart: VirtualUart(self.clock, seed=self.seed) for e in ends.values()}
        selects = {e.spi: VirtualSpi(self.clock, costs_time=costs_time) for e in ends.values()}
        return {
            name: SlotSide(
                name=name,
                clock=self.clock,
                pins={s: (self.pin_chips[chip], line) for s, (chip, line) in e.lines.items()},
                first_ain=e.first_ain,
                i2c=self.i2c,
                uart=ports[e.uart],
                spi=selects[e.spi],
                analog=self._analog,
                air=self.air,
                can=self.can,
                looks=self._looks,
            )
            for name, e in ends.items()
        }

    def indicators(self) -> dict[str, bool]:
        """Which LEDs shine."""
        return {}

    def panel(self) -> Ssd1306Twin | None:
        """The little display, where one is fitted."""
        return next((twin for twin in self.i2c.twins if isinstance(twin, Ssd1306Twin)), None)

    def fit_card(self, socket: str, card: UsbUnit | PciUnit) -> None:
        """Put a card into a socket, as far as USB or PCI shows it. Raises ValueError."""
        if socket not in CARD_AT:
            raise ValueError(f'no socket "{socket}"; there are {", ".join(CARD_AT)}')
        self.host.fit(socket, card)
        register_card(self, socket)

    def fit_host(self, name: str, twin: ModbusTcpHost) -> None:
        """Put a host into the network, called by its address and port."""
        self.hosts[name] = twin
        register_network_host(self, name)

    def pull(self, slot: str) -> None:
        """Take the module out of a slot; nothing happens to an empty one. Raises ValueError."""
        self._known(slot)
        attached = self._attached.pop(slot, None)
        if attached is not None:
            attached.detach()

    def plug(self, slot: str) -> None:
        """Put the module of a slot (back) in, freshly powered. Raises ValueError."""
        self._known(slot)
        if slot in self._modules and slot not in self._attached:
            attach = _module(self._modules[slot])
            options = self._options.get(slot, {})
            self._attached[slot] = attach(self.slots[slot], self.world, options)
            self.faults.reapply(slot)

    def module(self, slot: str) -> Attached | None:
        """What is in a slot now."""
        return self._attached.get(slot)

    def power_cycle(self) -> None:
        """The supply of every chip fails and returns."""
        for chip in self.chips.values():
            chip.power_cycle()
        for attached in self._attached.values():
            attached.power_cycle()

    def look(self) -> None:
        """Let everything that time moves come up to now; called before a level is read."""
        for look in tuple(self._looks):
            look()

    def volts(self, n: int) -> float:
        """At an input of the ADC; 0 where nothing drives it."""
        source = self._analog.get(n)
        return source() if source else 0.0

    def _known(self, slot: str) -> None:
        if slot not in self.slots:
            raise ValueError(f'no slot "{slot}"; there are {", ".join(self.slots)}')


def _module(name: str) -> Callable[[SlotSide, World, Options], Attached]:
    try:
        file = import_module(f".modules.{name}", __package__)
    except ModuleNotFoundError:
        there = ", ".join(sorted(m.name for m in iter_modules(module_files.__path__)))
        raise ValueError(f'no virtual module "{name}"; there are {there}') from None
    attach: Callable[[SlotSide, World, Options], Attached] = file.attach
    return attach
