"""RAK5801 in a slot: a two-wire level transmitter on terminal A1. Modules sheet 4.1.

The transmitter gives 4 to 20 mA for 0 to 3.5 m of `tank.level`; without the 12 V that IO1 enables
there is no current. Not modelled: offset of the amplifier, channel A0, warm-up of the transmitter
beyond the boost converter.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import Any

from ..faults import FaultKind
from ..slot import Attached, Options, SlotSide
from ..world import World

TRANSFER_OHM = 149.9
RANGE_M = 3.5
SETTLE_S = 7e-3
"""Boost converter 5 ms, two filters of 1 ms."""
SUPPLY_V = 3.3
"""The buffer cannot give more."""
ENABLE_IO, AIN = 1, 1


class _Loop:
    def __init__(self, slot: SlotSide, world: World, transfer: float) -> None:
        self.is_open = False
        self._slot, self._world, self._transfer = slot, world, transfer
        self._enabled = slot.level(ENABLE_IO)
        self._since = slot.clock.monotonic()

    def enable(self, level: bool) -> None:
        if level != self._enabled:
            self._enabled, self._since = level, self._slot.clock.monotonic()

    def volts(self) -> float:
        """At the ADC, now."""
        settled = exp(-(self._slot.clock.monotonic() - self._since) / SETTLE_S)
        share = 1 - settled if self._enabled else settled
        return share * min(SUPPLY_V, self._amperes() * self._transfer)

    def _amperes(self) -> float:
        if self.is_open:
            return 0.0
        level = self._world.observe("tank.level")
        return 0.004 + 0.016 * level / RANGE_M


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Option `transfer`: ohms, as the plan of this unit says."""
    loop = _Loop(slot, world, float(options.get("transfer", TRANSFER_OHM)))
    end_watch = slot.watch(ENABLE_IO, loop.enable)
    slot.ain(AIN, loop.volts)

    def break_loop(on: bool, parameters: Mapping[str, Any]) -> None:
        loop.is_open = on

    def detach() -> None:
        end_watch()
        slot.ain(AIN, None)

    return Attached(effects={FaultKind.OPEN_LOOP: break_loop}, detach=detach)
