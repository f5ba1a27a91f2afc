"""What the front of a module with one measuring chip is: the chip on the bus, seeing the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .faults import Effect, FaultKind
from .i2c import MeasuringTwin
from .slot import Attached, SlotSide


def attach_chip(
    slot: SlotSide,
    twin: MeasuringTwin,
    look: Callable[[], None],
    effects: Mapping[FaultKind, Effect] | None = None,
) -> Attached:
    """Put `twin` on the bus of a slot; `look` gives it the world before it measures. `effects` are
    the faults that it knows besides never coming to an end."""

    def hang(on: bool, parameters: Mapping[str, Any]) -> None:
        twin.never_ready = on

    twin.look = look
    slot.i2c.twins.append(twin)
    return Attached(
        addresses=twin.addresses,
        effects={FaultKind.NEVER_READY: hang, **(effects or {})},
        power_cycle=twin.power_cycle,
        detach=lambda: slot.i2c.twins.remove(twin),
    )
