"""A RAK7391 made of twins: what the composer gets instead of the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.clock import Clock
from .chips.atecc608a import Atecc608aTwin
from .chips.cat24c32 import Cat24c32Twin
from .chips.emc2301 import Emc2301Twin
from .chips.pcf85063a import Pcf85063aTwin
from .chips.sgm58031 import Sgm58031Twin
from .chips.shtc3 import Shtc3Twin
from .chips.tpt29555 import Tpt29555Twin
from .faults import Effect, FaultKind
from .frame import HOST, SlotEnds, VirtualBoard
from .host import RAK7391
from .i2c import PoweredTwin
from .plant.site import Fan
from .slot import Options

POWER_FAIL_LINE = 16
POWER_FAIL_VOLTS = 9.5
"""Below, GPIO16 is low. Nobody documents the threshold (boards sheet F13)."""
LED_LINES = {"led_1": 7, "led_2": 6}
"""On expander 1, active low."""


def _ends(slot: str, before_io1: int, first_ain: int, chip_select: int) -> SlotEnds:
    """IO1 to IO6 on expander 2; the lines of the SPI, which a module may also use as plain lines,
    on the processor."""
    lines = {f"IO{n}": ("expander-2", before_io1 + n) for n in range(1, 7)}
    spi = {"SPI_CS": chip_select, "SPI_CLK": 11, "SPI_MISO": 9, "SPI_MOSI": 10}
    lines |= {signal: (HOST, line) for signal, line in spi.items()}
    return SlotEnds(lines, first_ain, uart=slot, spi=slot)


ENDS = {
    "wisblock-1": _ends("wisblock-1", 0, 0, 8),
    "wisblock-2": _ends("wisblock-2", 8, 2, 7),
    "oled": SlotEnds(),
}


class VirtualRak7391(VirtualBoard):
    """`adc_address` is where the ADC is strapped to."""

    notices_supply = True

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
        self._adc_address = adc_address
        super().__init__(
            clock,
            ENDS,
            RAK7391,
            seed=seed,
            modules=modules,
            options=options,
            addresses=addresses,
            costs_time=costs_time,
        )
        self.world.watch("supply.volts", POWER_FAIL_VOLTS, self._supply)

    def indicators(self) -> dict[str, bool]:
        """Which LEDs shine."""
        return {name: not self.expander_1.level(line) for name, line in LED_LINES.items()}

    def own_effects(self) -> Mapping[tuple[FaultKind, str], Effect]:
        def block(on: bool, parameters: Mapping[str, Any]) -> None:
            if on:
                self.world.set("fan.blocked", 1.0)
            else:
                self.world.release("fan.blocked")
                self.world.drive("fan.blocked", 0.0)

        def empty(on: bool, parameters: Mapping[str, Any]) -> None:
            self.rtc.backup = not on

        def stop(on: bool, parameters: Mapping[str, Any]) -> None:
            self.rtc.crystal_stopped = on

        return {
            (FaultKind.FAN_BLOCKED, "fan"): block,
            (FaultKind.BATTERY_EMPTY, "clock"): empty,
            (FaultKind.CLOCK_STOPPED, "clock"): stop,
        }

    def _fit(self) -> dict[str, PoweredTwin]:
        self.expander_1 = Tpt29555Twin(addresses=(0x27,))
        self.expander_2 = Tpt29555Twin(addresses=(0x26,))
        self.adc = Sgm58031Twin(self.clock, addresses=(self._adc_address,))
        self.climate = Shtc3Twin(self.clock)
        self.identity = Atecc608aTwin(self.clock, seed=self.seed)
        self.fan = Emc2301Twin(self.clock)
        self.fan.look = self._see_fan
        self._utc = self.clock.utc_ns() / 1e9 - self.clock.monotonic()
        self.world.process(Fan).control = self._control_fan
        self.rtc = Pcf85063aTwin(self.clock, backup=True)
        self.rtc.keep(self.clock.utc_ns() / 1e9)
        self.eeprom = Cat24c32Twin(self.clock)
        self.pin_chips["expander-2"] = self.expander_2
        self.adc.look = self._drive_adc
        self.climate.look = self._drive_climate
        self.expander_1.look = self.expander_2.look = self.look
        return {
            "expander-1": self.expander_1,
            "expander-2": self.expander_2,
            "adc": self.adc,
            "climate": self.climate,
            "identity": self.identity,
            "fan": self.fan,
            "clock": self.rtc,
            "memory": self.eeprom,
        }

    def _drive_adc(self) -> None:
        self.adc.ain0, self.adc.ain1, self.adc.ain2, self.adc.ain3 = map(self.volts, range(4))

    def _see_fan(self) -> None:
        self.fan.rpm = self.world.observe("fan.speed")

    def _control_fan(self, rpm: float, seconds_utc: float) -> float:
        """The controller goes on with the world, step by step."""
        self.fan.rpm = rpm
        self.fan.advance(seconds_utc - self._utc)
        return self.fan.duty

    def _drive_climate(self) -> None:
        self.climate.temperature = self.world.observe("room.temperature")
        self.climate.humidity = self.world.observe("room.humidity")

    def _supply(self, lost: bool, time: float) -> None:
        self.lines.drive(POWER_FAIL_LINE, not lost, time)
