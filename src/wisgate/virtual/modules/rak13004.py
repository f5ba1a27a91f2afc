"""RAK13004 in a slot: a PCA9685 with a servo on output 0 and a lamp on output 1. Modules sheet 4.6.

OE is IO6; a resistor of the module holds it high, which switches every output off, until the board
drives it low. The servo goes to the angle of its pulse, 500 µs to 2500 µs for -90° to 90°, when one
comes every 15 ms to 25 ms; it stays where it is without a pulse, or with one that is more than a
tenth beyond. `panel.lamp` is the share of time in which output 1 is high. Not modelled: how long
the servo needs, what hangs on the others.
"""

from __future__ import annotations

from ..chips.pca9685 import Pca9685Twin
from ..plant.panel import Driven
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Driven,)
ENABLE_IO = 6
SERVO, LAMP = 0, 1
SHORTEST_S, LONGEST_S = 500e-6, 2500e-6
PERIODS_S = (15e-3, 25e-3)


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Option `address` (0x40)."""
    twin = Pca9685Twin(slot.clock, addresses=(int(options.get("address", 0x40)),))

    def enable(_level: bool) -> None:
        twin.oe_high = slot.level(ENABLE_IO)
        move()

    def move() -> None:
        world.drive("panel.lamp", twin.high(LAMP))
        pulse = twin.high(SERVO) * twin.period
        understood = 0.9 * SHORTEST_S <= pulse <= 1.1 * LONGEST_S
        if PERIODS_S[0] <= twin.period <= PERIODS_S[1] and understood:
            share = (pulse - SHORTEST_S) / (LONGEST_S - SHORTEST_S)
            world.drive("panel.servo", 180 * min(1.0, max(0.0, share)) - 90)

    twin.changed = move
    slot.drive(ENABLE_IO, True)
    end_watch = slot.watch(ENABLE_IO, enable)
    enable(True)
    slot.i2c.twins.append(twin)

    def detach() -> None:
        end_watch()
        slot.drive(ENABLE_IO, None)
        slot.i2c.twins.remove(twin)
        world.drive("panel.lamp", 0.0)

    return Attached(addresses=twin.addresses, power_cycle=twin.power_cycle, detach=detach)
