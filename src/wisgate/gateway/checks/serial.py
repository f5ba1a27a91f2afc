"""Serial lines: what their protocols noticed and got over by themselves."""

from __future__ import annotations

from collections.abc import Sequence

from ...modules.rak5802 import Rak5802
from ..verdicts import Box, Level, Verdict


async def check(box: Box) -> Sequence[Verdict]:
    """A line that echoes works, because the client drops what it sent itself."""
    return [
        Verdict(
            Level.WARNING,
            "serial-echo",
            f"{sampled.placed.name}: RS485",
            "the line returns our own bytes",
            "silence while we send",
            "it costs a little time and nothing else; check that one transceiver drives the line,"
            " and the receiver-enable jumper of an adapter in between",
        )
        for sampled in box.gateway.sampled
        if isinstance(sampled.placed.module, Rak5802) and sampled.placed.module.client.echoes
    ]
