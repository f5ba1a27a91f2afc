"""What virtual relay modules share: a coil behind a line, a contact that moves the world."""

from __future__ import annotations

from .slot import Attached, SlotSide
from .world import World


def attach_contact(
    slot: SlotSide, world: World, coil_io: int, quantity: str, operate_s: float, release_s: float
) -> Attached:
    """A relay that pulls in while the line is driven high. Its contact sets `quantity` to 1
    `operate_s` after that, and to 0 `release_s` after the line falls, at once when the module is
    pulled."""

    def switch(_level: bool) -> None:
        on = slot.driven(coil_io)
        world.drive(quantity, float(on), operate_s if on else release_s)

    end_watch = slot.watch(coil_io, switch)
    switch(False)

    def detach() -> None:
        end_watch()
        world.drive(quantity, 0.0)

    return Attached(detach=detach)
