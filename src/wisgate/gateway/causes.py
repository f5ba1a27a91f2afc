"""From an error of the wire or of a chip to the name of the trouble, and what to do about it."""

from __future__ import annotations

from ..core.errors import (
    ArbitrationLost,
    BusError,
    BusTimeout,
    BusUnavailable,
    ChecksumMismatch,
    ChipError,
    NoAcknowledge,
    NoAnswer,
    NotReady,
    UnexpectedValue,
    UnitRefused,
    Unreachable,
    WrongIdentity,
)

CAUSES: dict[type[BusError | ChipError], tuple[str, str]] = {
    NoAcknowledge: (
        "no-acknowledge",
        "push the module home and look at its supply; wisgate scan shows who answers",
    ),
    NoAnswer: (
        "no-answer",
        "check that it is in its slot and has its supply; on a serial line also its number, the"
        " baud rate and the wires",
    ),
    Unreachable: (
        "host-unreachable",
        "check its address, the network between and whether it listens; ping it from the box",
    ),
    ArbitrationLost: ("arbitration-lost", "one bus has one controller: disconnect the other"),
    BusTimeout: (
        "clock-stretch",
        "this chip holds SCL for too long: take it off the bus, or power it off and on",
    ),
    BusUnavailable: ("not-available", "do what the text says, then run doctor again"),
    WrongIdentity: (
        "wrong-chip",
        "compare the module with the plan: another one is in the slot, or straps differ",
    ),
    ChecksumMismatch: (
        "damaged-bytes",
        "shorten the wires, check termination and bias, or look for a second chip at the address",
    ),
    UnexpectedValue: (
        "unexpected-value",
        "a chip lost its settings in a dip of the supply, or somebody else uses it: run again",
    ),
    NotReady: (
        "never-ready",
        "the converter hangs: power the box off and on; if that does not help it is broken",
    ),
    UnitRefused: ("unit-refused", "compare the registers of the file with the unit's manual"),
}
"""Class of error: the name of the trouble, and the cure. `tests` hold the two trees together."""


def cause(error: BusError | ChipError) -> tuple[str, str]:
    """Name and cure of the nearest class above `error`."""
    for kind in type(error).__mro__:
        if kind in CAUSES:
            return CAUSES[kind]
    return "failed", "read the text; if it does not help, run wisgate read -v and look at the bus"


REFUSED = (
    "no-acknowledge-of-bytes",
    "the chip takes its address and refuses what is written: power the box off and on",
)
"""Name and cure of a NoAcknowledge of somebody who answers his address."""
