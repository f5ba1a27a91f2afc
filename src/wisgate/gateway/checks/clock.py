"""Whether the box knows the time: the clock chip, its battery, and a time service."""

from __future__ import annotations

from collections.abc import Sequence

from ..timekeeping import UNKNOWN
from ..verdicts import Box, Level, Verdict, fine, unknown

APART_S = 30.0
"""The kernel copies a time that is kept right into the chip every eleven minutes; by more than this
the two do not drift apart meanwhile."""


async def check(box: Box) -> Sequence[Verdict]:
    """The kernel's clock chip where it drives one, and the kernel's own word on its clock."""
    synchronized = await box.host(lambda host: host.time_synchronized())
    return [*await _chip(box, bool(synchronized)), _service(synchronized), *_records(box)]


def _records(box: Box) -> Sequence[Verdict]:
    """Of a gateway that runs: whether it dates what it stores."""
    if box.gateway.clock.trusted:
        return []
    waiting = box.gateway.store.last_seq - box.gateway.store.offered
    return [
        Verdict(
            Level.DIFFERENCE,
            "time-unknown",
            "time of records",
            f"{UNKNOWN}; {waiting} records wait for it",
            "somebody who knows the time",
            "let a time service reach its server; or set the clock chip by hand: sudo date -s,"
            " then sudo hwclock --systohc",
        )
    ]


def _service(synchronized: bool | None) -> Verdict:
    subject = "time of the system"
    if synchronized is None:
        return unknown(subject, "the kernel does not tell whether somebody keeps it right")
    if synchronized:
        return fine(subject, "a time service keeps it right")
    return Verdict(
        Level.WARNING,
        "time-not-kept",
        subject,
        "no time service keeps it right",
        "a time service that has reached a server",
        "timedatectl shows which service runs; let it reach its server (NTP, UDP port 123), or name"
        " one of your own network in /etc/systemd/timesyncd.conf",
    )


async def _chip(box: Box, synchronized: bool) -> Sequence[Verdict]:
    chip = await box.host(lambda host: host.clock_chip())
    if chip is None or any(p.name == "clock" for p in box.gateway.board.placed):
        return []  # a function of the board reads it, through the kernel where that owns it
    subject = f"clock chip {chip.name}"
    if chip.time is None:
        return [
            Verdict(
                Level.DIFFERENCE,
                "clock-stopped",
                subject,
                "it stood still, and its time means nothing",
                "a time that survives without supply",
                "put a new CR2032 into the holder, let the time service set the clock, then:"
                " sudo hwclock --systohc",
            )
        ]
    apart = chip.time - box.gateway.clock.utc_ns() / 1e9
    if synchronized and abs(apart) > APART_S:
        return [
            Verdict(
                Level.WARNING,
                "clock-apart",
                subject,
                f"{abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} the system",
                f"within {APART_S:g} s of it",
                "sudo hwclock --systohc; if it comes back, change the CR2032",
            )
        ]
    return [fine(subject, "runs, and has not stood still")]
