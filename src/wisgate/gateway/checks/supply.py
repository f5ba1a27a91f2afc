"""Voltage and heat of the compute module."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...bus.host import Throttling
from ...core.errors import Unavailable
from ..payloads import time_text
from ..power_fail import Failure
from ..verdicts import Box, Level, Verdict, fine, unknown

HOT, TOO_HOT = 75.0, 82.0
"""Degrees Celsius; from 80 on the firmware slows the processor down, more and more."""


async def check(box: Box) -> Sequence[Verdict]:
    """What the firmware says, then the thermal zone."""
    verdicts = list(_throttling(await box.host(lambda host: host.throttling())))
    if (failure := box.gateway.power_fail.last) is not None:
        verdicts.append(power_failure(failure))
    try:
        degrees = await box.host(lambda host: host.cpu_temperature())
    except Unavailable as error:
        return [*verdicts, unknown("processor", str(error))]
    return [*verdicts, _heat(degrees)]


def _throttling(told: Throttling | None) -> Iterator[Verdict]:
    subject = "compute module"
    if told is None:
        yield unknown(subject, "the firmware does not tell of voltage and throttling")
        return
    now = [
        *(["its voltage is too low"] if told.undervoltage else []),
        *(["it is slowed down"] if told.throttled else []),
    ]
    before = [
        *(["its voltage was too low"] if told.undervoltage_seen else []),
        *(["it was slowed down"] if told.throttled_seen else []),
    ]
    if now or before:
        low = told.undervoltage or told.undervoltage_seen
        yield Verdict(
            Level.DIFFERENCE if now else Level.WARNING,
            "undervoltage" if low else "throttled",
            subject,
            " and ".join(now) or f"since its start {' and '.join(before)}",
            "full voltage and speed",
            "use a stronger supply, and take loads off USB and the slots"
            if low
            else "let air reach it, check the fan, or move the box out of the sun",
        )
    else:
        yield fine(subject, "full voltage and speed since its start")


def power_failure(failure: Failure) -> Verdict:
    """What the last power failure says of the supercapacitors."""
    subject = f"power failure of {time_text(failure.time_ns)}"
    if not failure.late and failure.seconds <= failure.budget:
        return fine(subject, str(failure))
    return Verdict(
        Level.WARNING,
        "power-budget",
        subject,
        str(failure),
        "everything done while the supercapacitors carry the box",
        "measure how long they do and set supercap_hold of [power]; look for modules or sinks that"
        " answer slowly",
    )


def _heat(degrees: float) -> Verdict:
    if degrees < HOT:
        return fine("processor", f"{degrees:.0f} °C")
    return Verdict(
        Level.DIFFERENCE if degrees >= TOO_HOT else Level.WARNING,
        "too-hot",
        "processor",
        f"{degrees:.0f} °C",
        f"below {HOT:.0f} °C",
        "check that the fan turns and that air reaches the box",
    )
