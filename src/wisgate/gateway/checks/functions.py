"""What the functions of the board say of the board itself: its input supply, its clock, its fan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..verdicts import Box, Level, Verdict, fine


@dataclass(frozen=True)
class Sign:
    """A channel of a function that means trouble when it is `bad`."""

    function: str
    channel: str
    bad: bool
    name: str
    subject: str
    good: str
    found: str
    expected: str
    cure: str


SIGNS = (
    Sign(
        "power",
        "supply",
        False,
        "supply-lost",
        "input supply",
        "is there",
        "lost: the box lives from its supercapacitors (GPIO16)",
        "10 to 28 V at the input, or PoE",
        "check adapter, plug and fuse; the gateway goes down in order meanwhile",
    ),
    Sign(
        "clock",
        "intact",
        False,
        "clock-stopped",
        "clock chip",
        "runs, and has not stood still",
        "it stood still, and its time means nothing",
        "a time that survives without supply",
        "put a new CR2032 into the holder, then set it: wisgate command clock set",
    ),
    Sign(
        "fan",
        "stalled",
        True,
        "fan-stalled",
        "fan",
        "turns",
        "it should turn, and does not",
        "a fan that turns",
        "switch off, free the fan of dust and cables, check its plug; replace it if it stays still",
    ),
)


async def check(box: Box) -> Sequence[Verdict]:
    """Every function that is used, by its last reading."""
    return [verdict for sign in SIGNS for verdict in _judged(box, sign)]


def judges(function: str) -> bool:
    """Whether this check says what a fault of `function` means."""
    return any(sign.function == function for sign in SIGNS)


def _judged(box: Box, sign: Sign) -> Iterator[Verdict]:
    for placed in box.gateway.board.placed:
        for point in placed.points if placed.name == sign.function else ():
            readings = box.watched.get(point.point.name, ())
            if point.channel != sign.channel or not readings or readings[-1].value is None:
                continue
            if readings[-1].value is sign.bad:
                yield Verdict(
                    Level.DIFFERENCE, sign.name, sign.subject, sign.found, sign.expected, sign.cure
                )
            else:
                yield fine(sign.subject, sign.good)
