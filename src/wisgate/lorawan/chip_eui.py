"""Asks the chips of cards for their EUIs, by the program `chip_id` that comes with forwarders.

Source: sx1302_hal, util_chip_id; gateway_2g4_hal, util_chip_id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress

from ..core.errors import BusError, Unavailable
from .concentrators import Concentrator, Family
from .identity import Origin, origin, told_by_chip
from .processes import find
from .radio import Eui
from .supervisor import Pulse

log = logging.getLogger(__name__)

PROGRAMS = {
    Family.SX1302: ("chip_id", "/opt/sx1302_hal/chip_id"),
    Family.GHZ24: ("chip_id_2g4", "/opt/gateway_2g4_hal/chip_id"),
}
"""The SX1301 has no EUI."""
PATIENCE_S = 10.0


async def told_by_chips(
    cards: Iterable[Concentrator],
    pulse: Pulse,
    look_for: Callable[[tuple[str, ...]], str] = find,
) -> dict[str, Eui]:
    """By the names of cards; those that cannot be asked, or do not answer, are left out. Nothing
    else may use a card meanwhile."""
    found: dict[str, Eui] = {}
    for card in cards:
        names = PROGRAMS.get(card.family)
        if names is None or not card.path:
            continue
        try:
            eui = await _told(card, look_for(names), pulse)
        except (Unavailable, BusError) as error:
            log.info("%s: its chip is not asked for its EUI: %s", card.name, error)
            continue
        if eui and origin(eui) is not Origin.PLACEHOLDER:
            found[card.name] = eui
    return found


async def _told(card: Concentrator, program: str, pulse: Pulse) -> Eui | None:
    if card.reset is not None:
        await pulse(card.reset)
    usb = ("-u",) if card.bus == "usb" and card.family is Family.SX1302 else ()
    return told_by_chip(await _printed(program, *usb, "-d", card.path))


async def _printed(program: str, *words: str) -> str:
    """What a program prints; "" when it takes too long. Raises Unavailable."""
    try:
        process = await asyncio.create_subprocess_exec(
            program, *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
    except OSError as error:
        raise Unavailable(f"{program}: {error.strerror}") from error
    try:
        async with asyncio.timeout(PATIENCE_S):
            output, _ = await process.communicate()
    except TimeoutError:
        return ""
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return output.decode("utf-8", "replace")
