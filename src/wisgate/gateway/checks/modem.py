"""Modems: whether each has a SIM, a network and a signal."""

from __future__ import annotations

from collections.abc import Sequence

from ...bus.host import Modem
from ..verdicts import Box, Level, Verdict, fine, unknown

WEAK = 0.2
"""Quality as ModemManager counts it: one bar of five."""
WORKING = ("connected", "registered", "connecting", "disconnecting")


async def check(box: Box) -> Sequence[Verdict]:
    """Those that ModemManager knows; where the plan has one, that it knows one."""
    planned = [p for p in box.gateway.board.plan.placements if p.module.category == "modem"]
    modems = await box.host(lambda host: host.modems())
    if modems is None:
        text = "ModemManager does not answer, so that nobody tells of its signal"
        cure = "sudo apt install modemmanager"
        return [unknown(p.title, text, "no-modem-service", cure) for p in planned]
    if planned and not modems:
        text = "ModemManager sees no modem; a card that USB does not show is told of above"
        return [unknown(p.title, text, cure="mmcli -S scans again") for p in planned]
    return [_modem(modem) for modem in modems]


def _modem(modem: Modem) -> Verdict:
    subject = f"modem {modem.title or 'without a name'}"
    signal = "signal unknown" if modem.signal is None else f"signal {modem.signal:.0%}"
    network = " ".join(filter(None, (modem.operator, modem.technology)))
    found = ", ".join(filter(None, (modem.state, network, signal)))
    if modem.state not in WORKING:
        why = f" ({modem.failure})" if modem.failure else ""
        return Verdict(
            Level.DIFFERENCE,
            "modem-offline",
            subject,
            f"{modem.state or 'no state'}{why}",
            "a modem in a network",
            "check the SIM and the antenna; a locked SIM wants its PIN: mmcli -i 0 --pin=….",
        )
    if modem.signal is not None and modem.signal < WEAK:
        cure = "check the antenna and its cable, or move the antenna"
        return Verdict(Level.WARNING, "weak-signal", subject, found, f"over {WEAK:.0%}", cure)
    return fine(subject, found)
