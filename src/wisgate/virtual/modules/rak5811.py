"""RAK5811 in a slot: a pressure transmitter on terminal A1. Modules sheet 4.3.

The transmitter gives `pressure.volts` while the 12 V that IO1 enables supplies it; without them the
input reads 0 V, and so does an open wire. Not modelled: offset of the amplifier, channel A0,
warm-up of the transmitter beyond the boost converter, damage beyond 5.3 V.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import Any

from ..faults import FaultKind
from ..slot import Attached, Options, SlotSide
from ..world import World

R_TOP_OHM, R_BOTTOM_OHM = 1e6, 1.5e6
SUPPLY_V = 3.3
"""The buffer cannot give more."""
SETTLE_S = 7e-3
"""Boost converter 5 ms, two filters of 1 ms."""
ENABLE_IO, AIN = 1, 1


class _Front:
    def __init__(self, slot: SlotSide, world: World) -> None:
        self.is_open = False
        self._slot, self._world = slot, world
        self._enabled = slot.level(ENABLE_IO)
        self._since = slot.clock.monotonic()

    def enable(self, level: bool) -> None:
        if level != self._enabled:
            self._enabled, self._since = level, self._slot.clock.monotonic()

    def volts(self) -> float:
        """At the ADC, now."""
        terminal = 0.0 if self.is_open else max(0.0, self._world.observe("pressure.volts"))
        divided = terminal * R_BOTTOM_OHM / (R_TOP_OHM + R_BOTTOM_OHM)
        settled = exp(-(self._slot.clock.monotonic() - self._since) / SETTLE_S)
        return min(SUPPLY_V, divided) * (1 - settled if self._enabled else settled)


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot."""
    front = _Front(slot, world)
    end_watch = slot.watch(ENABLE_IO, front.enable)
    slot.ain(AIN, front.volts)

    def break_wire(on: bool, parameters: Mapping[str, Any]) -> None:
        front.is_open = on

    def detach() -> None:
        end_watch()
        slot.ain(AIN, None)

    return Attached(effects={FaultKind.OPEN_LOOP: break_wire}, detach=detach)
