"""Whether the I2C bus is alive: with SDA or SCL held low nobody on it can be asked."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.errors import BusError, BusTimeout, NoAcknowledge
from ..verdicts import Box, Level, Verdict, fine

SUBJECT = "i2c-1"
FREE_ADDRESS = 0x08
"""Nobody of the catalog answers there: the address is sent, and nothing else happens."""


async def check(box: Box) -> Sequence[Verdict]:
    """A single address is called that nobody has. A dead bus explains everybody on it."""
    i2c = box.gateway.board.ends.i2c
    try:
        await box.on_i2c(lambda: i2c.transfer(FREE_ADDRESS))
    except NoAcknowledge:
        return [fine(SUBJECT, "the bus is free")]
    except BusTimeout as error:
        return [_stuck(box, error)]
    except BusError as error:
        found, cure = str(error), "look at dmesg and at i2cdetect -l"
        return [Verdict(Level.DIFFERENCE, "bus-failed", SUBJECT, found, "a bus that works", cure)]
    return [fine(SUBJECT, f"the bus is free; somebody answers at {FREE_ADDRESS:#04x}")]


def _stuck(box: Box, error: BusTimeout) -> Verdict:
    lane = next(lane for lane in box.gateway.board.lanes if lane.name == SUBJECT)
    for placed in box.gateway.board.placed:
        if placed.lane is lane:
            box.explained[placed.name] = "the I2C bus is stuck"
    box.explained[SUBJECT] = "the I2C bus is stuck"
    return Verdict(
        Level.DIFFERENCE,
        "bus-stuck",
        SUBJECT,
        str(error),
        "SDA and SCL high while nobody talks",
        "power the box off and on; if that does not help, take out one module after the other"
        " until the bus is free: the last one held it",
    )
