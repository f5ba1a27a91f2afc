"""Serial lines: what their protocols noticed and got over by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...modules.rak5802 import Rak5802
from ...protocols.modbus import ModbusRtu
from ..verdicts import Box, Level, Verdict


async def check(box: Box) -> Sequence[Verdict]:
    """What the client of each RS485 line counts."""
    return [
        verdict
        for sampled in box.gateway.sampled
        if isinstance(sampled.placed.module, Rak5802)
        for verdict in _line(f"{sampled.placed.name}: RS485", sampled.placed.module.client)
    ]


def _line(subject: str, client: ModbusRtu) -> Iterator[Verdict]:
    if client.echoes:
        yield Verdict(
            Level.WARNING,
            "serial-echo",
            subject,
            "the line returns our own bytes",
            "silence while we send",
            "it costs a little time and nothing else; check that one transceiver drives the line,"
            " and the receiver-enable jumper of an adapter in between",
        )
    if client.damaged:
        yield Verdict(
            Level.WARNING,
            "damaged-bytes",
            subject,
            f"{client.damaged} of {client.asked} answers came damaged",
            "whole answers",
            "check termination (120 Ω at both ends), bias, shield and baud rate, and that no two"
            " units have one number",
        )
