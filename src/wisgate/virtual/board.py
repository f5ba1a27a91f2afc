"""A RAK7391 made of twins: what the composer gets instead of the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules

from ..core.clock import Clock
from . import modules as module_files
from .chips.atecc608a import Atecc608aTwin
from .chips.sgm58031 import Sgm58031Twin
from .chips.shtc3 import Shtc3Twin
from .chips.tpt29555 import Tpt29555Twin
from .effects import register_effects
from .faults import Faults
from .host import VirtualHost
from .i2c import PoweredTwin, VirtualI2c
from .lines import VirtualLines
from .plant import plant
from .slot import Attached, Options, PinChip, SlotSide
from .spi import VirtualSpi
from .uart import VirtualUart
from .world import World

POWER_FAIL_LINE = 16
POWER_FAIL_VOLTS = 9.5
"""Below, GPIO16 is low. Nobody documents the threshold (boards sheet F13)."""
LED_LINES = {"led_1": 7, "led_2": 6}
"""On expander 1, active low."""
ADC_INPUTS = ("ain0", "ain1", "ain2", "ain3")
FIRST_LINE = {"wisblock-1": (0, 0), "wisblock-2": (8, 2)}
"""slot: (expander line before IO1, ADC input of AIN0)"""
SPI_LINES = {
    "wisblock-1": {"SPI_CS": 8, "SPI_CLK": 11, "SPI_MISO": 9, "SPI_MOSI": 10},
    "wisblock-2": {"SPI_CS": 7, "SPI_CLK": 11, "SPI_MISO": 9, "SPI_MOSI": 10},
}
"""slot: lines of the processor, which a module may also use as plain lines."""


class VirtualRak7391:
    """One board and its world, deterministic for one seed.

    `modules` says what sits in which slot, `options` what each slot's module is set to (as the
    catalog names options, in base units), `addresses` at which I2C address it is. With
    `costs_time` transfers take their time on the clock; leave it out in real time. Raises
    ValueError for a slot or module that does not exist. Threads: one at a time; who shares it
    between lanes puts one lock around every access.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        seed: int = 1,
        modules: Mapping[str, str] | None = None,
        options: Mapping[str, Options] | None = None,
        addresses: Mapping[str, int] | None = None,
        adc_address: int = 0x4B,
        costs_time: bool = True,
    ) -> None:
        self.clock = clock
        self._modules = dict(modules or {})
        self.world = World(clock, seed, plant(self._modules.values()))
        self.host = VirtualHost(self.world, seed)
        self.i2c = VirtualI2c(clock, costs_time=costs_time, seed=seed)
        self._looks: list[Callable[[], None]] = [self.world.catch_up]
        self.lines = VirtualLines(clock, refresh=self._look)
        self.uarts = {name: VirtualUart(clock, seed=seed) for name in FIRST_LINE}
        self.spis = {name: VirtualSpi(clock, costs_time=costs_time) for name in FIRST_LINE}
        self._analog: dict[int, Callable[[], float]] = {}
        self.chips = self._fit(adc_address, seed)
        self.slots = {name: self._slot(name) for name in FIRST_LINE}
        self.world.watch("supply.volts", POWER_FAIL_VOLTS, self._supply)
        self.faults = Faults()
        self._options = dict(options or {})
        for name, address in (addresses or {}).items():
            self._options[name] = {**self._options.get(name, {}), "address": address}
        self._attached: dict[str, Attached] = {}
        for name in self._modules:
            self.plug(name)
        register_effects(self)

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

    def indicators(self) -> dict[str, bool]:
        """Which LEDs shine."""
        return {name: not self.expander_1.level(line) for name, line in LED_LINES.items()}

    def _fit(self, adc_address: int, seed: int) -> dict[str, PoweredTwin]:
        self.expander_1 = Tpt29555Twin(addresses=(0x27,))
        self.expander_2 = Tpt29555Twin(addresses=(0x26,))
        self.adc = Sgm58031Twin(self.clock, addresses=(adc_address,))
        self.climate = Shtc3Twin(self.clock)
        self.identity = Atecc608aTwin(self.clock, seed=seed)
        self.adc.look = self._drive_adc
        self.climate.look = self._drive_climate
        self.expander_1.look = self.expander_2.look = self._look
        chips: dict[str, PoweredTwin] = {
            "expander-1": self.expander_1,
            "expander-2": self.expander_2,
            "adc": self.adc,
            "climate": self.climate,
            "identity": self.identity,
        }
        self.i2c.twins.extend(chips.values())
        return chips

    def _slot(self, name: str) -> SlotSide:
        first_line, first_ain = FIRST_LINE[name]
        pins: dict[str, tuple[PinChip, int]] = {
            f"IO{n}": (self.expander_2, first_line + n) for n in range(1, 7)
        }
        pins |= {signal: (self.lines, line) for signal, line in SPI_LINES[name].items()}
        return SlotSide(
            name=name,
            clock=self.clock,
            pins=pins,
            first_ain=first_ain,
            i2c=self.i2c,
            uart=self.uarts[name],
            spi=self.spis[name],
            analog=self._analog,
            looks=self._looks,
        )

    def _look(self) -> None:
        for look in tuple(self._looks):
            look()

    def _drive_adc(self) -> None:
        for n, name in enumerate(ADC_INPUTS):
            source = self._analog.get(n)
            setattr(self.adc, name, source() if source else 0.0)

    def _drive_climate(self) -> None:
        self.climate.temperature = self.world.observe("room.temperature")
        self.climate.humidity = self.world.observe("room.humidity")

    def _supply(self, lost: bool, time: float) -> None:
        self.lines.drive(POWER_FAIL_LINE, not lost, time)

    def _known(self, slot: str) -> None:
        if slot not in FIRST_LINE:
            raise ValueError(f'no slot "{slot}"; there are {", ".join(FIRST_LINE)}')


def _module(name: str) -> Callable[[SlotSide, World, Options], Attached]:
    try:
        file = import_module(f".modules.{name}", __package__)
    except ModuleNotFoundError:
        there = ", ".join(sorted(m.name for m in iter_modules(module_files.__path__)))
        raise ValueError(f'no virtual module "{name}"; there are {there}') from None
    attach: Callable[[SlotSide, World, Options], Attached] = file.attach
    return attach
