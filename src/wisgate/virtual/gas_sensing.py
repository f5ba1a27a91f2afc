"""What virtual gas modules share: a heated film whose resistance falls with gas, an ADC121C021 that
reads it against a load resistor, and the 5 V that a line switches. Modules sheet 5.0 to 5.3.

A cold film has a fifth of the resistance of a warm one and approaches it with a time constant of 90
seconds (the sheet: 60 to 120 s); nobody prints more. Not modelled: temperature and humidity of the
air, ageing, the days of preheating, noise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, inf, log10
from typing import Any

from .chips.adc121c021 import Adc121c021Twin
from .faults import FaultKind
from .slot import Attached, Options, SlotSide
from .world import World

ENABLE_IO, ALERT_IO = 6, 5
SUPPLY_V, LOAD_OHM = 5.0, 10e3
RISE_S = 10e-3
"""From EN to an ADC that answers."""
WARM_S = 90.0
COLD = log10(5.0)
"""Decades that a cold film is below a warm one."""


@dataclass(frozen=True)
class Film:
    """Rs/R0 over ppm: log ratio = slope × log ppm + offset, at most `clean`, which is the ratio in
    clean air."""

    clean: float
    slope: float
    offset: float

    def ratio(self, ppm: float) -> float:
        """In so much gas, warm."""
        if ppm <= 0:
            return self.clean
        exponent = self.slope * log10(ppm) + self.offset
        return float(min(self.clean, 10.0**exponent))


class _Supplied(Adc121c021Twin):
    """The converter behind the switched 5 V."""

    up_at = inf

    def addressed(self, address: int, read: bool) -> bool:
        return self._clock.monotonic() >= self.up_at and super().addressed(address, read)


class _Sensing:
    def __init__(
        self,
        slot: SlotSide,
        world: World,
        quantity: str,
        film: Film,
        *,
        air: float,
        load: float,
        address: int,
    ) -> None:
        self.broken = False
        self.converter = _Supplied(slot.clock, addresses=(address,), supply=SUPPLY_V)
        self.converter.look = self._look
        self.converter.powered = False
        self._slot, self._world, self._quantity = slot, world, quantity
        self._film, self._r0, self._load = film, air / film.clean, load
        self._heat = 0.0  # 0 cold, 1 warm
        self._heated = False
        self._since = slot.clock.monotonic()

    def enable(self, level: bool) -> None:
        """EN changed, or its direction."""
        if level is self._heated:
            return
        now = self._slot.clock.monotonic()
        self._heat, self._since, self._heated = self.heat(), now, level
        self.converter.powered = level
        self.converter.up_at = now + RISE_S if level else inf

    def heat(self) -> float:
        """How warm the film is now, 0 to 1."""
        target = 1.0 if self._heated else 0.0
        passed = self._slot.clock.monotonic() - self._since
        return target + (self._heat - target) * exp(-passed / WARM_S)

    def ohms(self) -> float:
        """Of the film, now."""
        warm = self._r0 * self._film.ratio(self._world.observe(self._quantity))
        return float(warm * 10.0 ** (-COLD * (1 - self.heat())))

    def alert(self) -> None:
        """Show the alert pin."""
        self._slot.drive(ALERT_IO, self.converter.alert_level())

    def _look(self) -> None:
        share = 0.0 if self.broken else self._load / (self._load + self.ohms())
        self.converter.vin = SUPPLY_V * share


def attach_gas(
    slot: SlotSide,
    world: World,
    quantity: str,
    film: Film,
    options: Options,
    *,
    air: float,
    address: int,
) -> Attached:
    """A module that senses `quantity`, in ppm, with a film of `air` ohms in clean air, whatever the
    unit is told of it. Options `address`, in place of that as shipped, and `load` in ohms."""
    address = int(options.get("address", address))
    load = float(options.get("load", LOAD_OHM))
    sensing = _Sensing(slot, world, quantity, film, air=air, load=load, address=address)
    end_watch = slot.watch(ENABLE_IO, sensing.enable)
    sensing.enable(slot.level(ENABLE_IO))
    end_looks = slot.before_reading(sensing.alert)
    slot.i2c.twins.append(sensing.converter)

    def break_wire(on: bool, parameters: Mapping[str, Any]) -> None:
        sensing.broken = on

    def detach() -> None:
        end_watch()
        end_looks()
        slot.i2c.twins.remove(sensing.converter)
        slot.drive(ALERT_IO, None)

    return Attached(
        addresses=(address,),
        effects={FaultKind.OPEN_LOOP: break_wire},
        power_cycle=sensing.converter.power_cycle,
        detach=detach,
    )
