"""Whether the I2C bus is alive: with SDA or SCL held low nobody on it can be asked."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.errors import BusError, BusTimeout, NoAcknowledge
from ..verdicts import Box, Level, Verdict, fine

SUBJECT = "i2c-1"
FREE_ADDRESS = 0x0F
"""Nobody of the catalog answers there: the address is sent, and nothing else happens."""
WHY = "the I2C bus does not work"
HIGH = "SDA and SCL high while nobody talks"
ONE_BY_ONE = (
    "power the box off and on; if that does not help, take out one module after the other until the"
    " bus is free: the last one held it"
)


async def check(box: Box) -> Sequence[Verdict]:
    """A single address is called that nobody has. A dead bus explains everybody on it."""
    i2c = box.gateway.board.ends.i2c
    try:
        await box.on_i2c(lambda: i2c.transfer(FREE_ADDRESS))
    except NoAcknowledge:
        return [fine(SUBJECT, "the bus is free")]
    except BusError as error:
        _explain(box)
        if isinstance(error, BusTimeout):
            return [Verdict(Level.DIFFERENCE, "bus-stuck", SUBJECT, str(error), HIGH, ONE_BY_ONE)]
        cure = "do what the text says; dmesg and i2cdetect -l tell more"
        return [Verdict(Level.DIFFERENCE, "bus-failed", SUBJECT, str(error), "a bus", cure)]
    return [fine(SUBJECT, f"the bus is free; somebody answers at {FREE_ADDRESS:#04x}")]


def _explain(box: Box) -> None:
    lane = next(lane for lane in box.gateway.board.lanes if lane.name == SUBJECT)
    for placed in box.gateway.board.placed:
        if placed.lane is lane:
            box.explained[placed.name] = WHY
    box.explained[SUBJECT] = WHY
