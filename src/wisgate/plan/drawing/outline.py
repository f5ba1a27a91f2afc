"""Outlines of boards, in millimetres, for the wiring drawing.

Sizes are true (the RAK7391 is Mini-ITX, 170 mm square with four holes). That the WisBlock slots
are next to the USB ports is published, and which sockets are underneath; where else a connector
sits is published in pictures only, so those places are simplified, and the drawing says so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A rectangle on a board."""

    name: str
    """Of the slot, header or input that it is; anything else is only drawn."""
    label: str
    x: float
    y: float
    width: float
    height: float
    under: bool = False
    """On the bottom side: dashed."""
    label_at: float | None = None
    """Height of the label's middle; None: in the middle of the rectangle."""


@dataclass(frozen=True)
class Outline:
    width: float
    height: float
    parts: tuple[Part, ...]
    holes: tuple[tuple[float, float], ...] = ()

    def part(self, name: str) -> Part | None:
        return next((p for p in self.parts if p.name == name), None)


_EDGE = 21.0
_RAK7391 = Outline(
    170,
    170,
    (
        Part("dc", "DC", 7, -2, 10, 14, label_at=_EDGE),
        Part("terminal", "Term.", 19, -2, 11, 12, label_at=_EDGE),
        Part("hdmi", "HDMI", 34, -2, 15, 11, label_at=_EDGE),
        Part("usb-c", "USB-C", 55.25, -1, 9.5, 8, label_at=_EDGE),
        Part("poe-port", "1 GbE", 73, -2, 16, 19, label_at=_EDGE),
        Part("eth-2", "2.5 GbE", 98, -2, 16, 19, label_at=_EDGE),
        Part("usb3", "USB3", 120, -2, 15, 16, label_at=_EDGE),
        Part("usb2", "USB2", 142, -2, 15, 16, label_at=_EDGE),
        Part("wisblock-1", "slot 1", 116, 28, 47, 32),
        Part("wisblock-2", "slot 2", 116, 65, 47, 32),
        Part("cm4", "CM4", 62, 30, 45, 40),
        Part("poe", "PoE module", 7, 30, 48, 40),
        Part("hat", "40-pin header", 7, 78, 51, 8),
        Part("j39", "J39", 66, 79, 16, 6),
        Part("fan", "fan", 89, 79, 14, 7),
        Part("mpcie-1", "mPCIe 1", 7, 106, 31, 54),
        Part("mpcie-2", "mPCIe 2", 42, 106, 31, 54),
        Part("mpcie-3", "mPCIe 3", 77, 106, 31, 54),
        Part("oled", "J14", 66, 92, 16, 6),
        Part("m2", "M.2", 113, 106, 24, 54, under=True),
        Part("sd", "SD, SIM", 140, 106, 26, 34, under=True),
    ),
    holes=((6.35, 24.5), (163.65, 24.5), (6.35, 165.1), (163.65, 165.1)),
)
_RAK5005_O = Outline(
    60,
    30,
    (
        Part("usb", "USB", 1.5, -0.8, 7.5, 3.6),
        Part("battery", "P1", 11, -0.8, 6, 3.6),
        Part("solar", "P2", 19, -0.8, 5, 3.6),
        Part("j10", "J10", 27, -0.4, 9, 3.2),
        Part("j11", "J11", 38, -0.4, 9, 3.2),
        Part("oled", "J12", 49, -0.4, 9, 3.2),
        Part("core", "core", 1.5, 5, 17, 23),
        Part("sensor-a", "A", 20, 5, 11, 11),
        Part("sensor-b", "B", 20, 17, 11, 11),
        Part("sensor-c", "C", 32.5, 5, 11, 11, under=True),
        Part("sensor-d", "D", 32.5, 17, 11, 11, under=True),
        Part("io", "IO", 45, 5, 13.5, 23),
    ),
)
OUTLINES = {"rak7391": _RAK7391, "rak5005-o": _RAK5005_O}


def outline_of(board: str, slots: tuple[str, ...]) -> Outline:
    """The outline of a board; for one without, its slots in two columns."""
    if board in OUTLINES:
        return OUTLINES[board]
    parts = tuple(
        Part(name, name, 4 + 48 * (i % 2), 4 + 24 * (i // 2), 44, 20)
        for i, name in enumerate(slots)
    )
    return Outline(100, 6 + 24 * ((len(slots) + 1) // 2), parts)
