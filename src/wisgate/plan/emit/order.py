"""What is asked of an emitter, and what all of them look up in a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...catalog.boards import Board, Signal
from ...catalog.facts import Fitted
from ...catalog.modules import Use
from ...core.errors import PlanConflict
from ..plan import Plan
from ..resources import Placement

LEADING = ("a", "an", "and", "at", "by", "for", "from", "in", "of", "or", "the", "to", "with")
"""Words that say nothing when nothing follows them."""
HOST = "host"
"""The chip of lines that the processor itself serves."""


@dataclass(frozen=True)
class Order:
    """A plan, and what the user said on top of it."""

    plan: Plan
    services: tuple[str, ...] = ()
    """`compose`: containers beside the gateway."""
    cameras: tuple[str, ...] = ()
    """`config-txt`: connectors with a camera, "cam0" or "cam1"."""
    system: str = "0.10"
    """`config-txt`: release of RAKPiOS."""
    antenna: str = "ant1"
    """`config-txt`: antenna of the compute module."""
    usb: tuple[tuple[str, str], ...] = ()
    """`udev`: (slot, USB path) of serial bridges."""
    slot: str = ""
    """`meshtastic`: the slot with the radio, when there are several."""
    server: str = ""
    """`modbus-map`: the server, when there are several."""

    @property
    def board(self) -> Board:
        return self.plan.board

    @property
    def core(self) -> Board | None:
        """The core on a WisBlock base; None on a board with a Linux host."""
        return self.plan.wiring.core

    def signal(self, placement: Placement, name: str) -> Signal | None:
        """Where a signal of a module ends on the board; None when it ends nowhere."""
        found = self.plan.wiring.signal(placement.slot, name)
        return None if found is None or found.unknown else found

    def uses(self, placement: Placement) -> tuple[Use, ...]:
        """What the module uses with the options of the user's file."""
        return placement.module.used(placement.options)


@dataclass(frozen=True)
class UsedLine:
    """A line that a module of the plan uses."""

    chip: str
    line: int
    slot: str
    module: str
    use: Use


def used_lines(order: Order) -> Iterator[UsedLine]:
    """Lines that modules use, in the order of the user's file."""
    for placement in order.plan.placements:
        for use in order.uses(placement):
            signal = order.signal(placement, use.signal)
            if signal is not None and signal.line is not None:
                yield UsedLine(
                    signal.chip, signal.line, placement.slot.name, placement.module.id, use
                )


def has_host(order: Order) -> bool:
    """Whether the board carries a computer with Linux, or sits on one."""
    return order.board.slot("core") is None


def expanders(board: Board) -> list[Fitted]:
    """GPIO chips of the board that Linux drives, by address."""
    serving = {entry.chip for entry in board.gpio} - {HOST}
    found = [c for c in board.chips if c.ref in serving and c.address is not None]
    return sorted(found, key=lambda c: c.address or 0)


def chip_label(chip: Fitted) -> str:
    """The label of an I2C GPIO chip: bus and address, as the kernel names I2C clients."""
    return f"{chip.bus.removeprefix('i2c-')}-{chip.address or 0:04x}"


def spidev(order: Order, placement: Placement) -> str:
    """The node of a slot's SPI: "spidev0.1"; "" without one."""
    found = order.signal(placement, "SPI")
    return found.bus.replace("spi-", "spidev") if found else ""


def slug(text: str, longest: int) -> str:
    """`text` up to its first pause, as one word of at most `longest` characters, cut between words:
    "relay: on closes COM to NO" becomes "relay"."""
    head = re.split(r"[,:;(]", text, maxsplit=1)[0].lower()
    words = re.findall(r"[a-z0-9]+", head)
    kept: list[str] = []
    for word in words:
        if len("-".join([*kept, word])) > longest:
            break
        kept.append(word)
    while kept and kept[-1] in LEADING:
        kept.pop()
    return "-".join(kept) or "".join(words)[:longest]


def commented(text: str) -> str:
    """`text` inside a comment of C or devicetree, which it must not end."""
    return " ".join(text.replace("*/", "* /").split())


def wrapped(text: str, lead: str, width: int = 96) -> list[str]:
    """`text` as lines that begin with `lead`."""
    lines, current = [], ""
    for word in text.split():
        if current and len(lead) + len(current) + 1 + len(word) > width:
            lines.append(lead + current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return [*lines, lead + current] if current else lines


def unfit(order: Order, kind: str, needs: str) -> PlanConflict:
    """The error of a kind that this plan has no use for."""
    return PlanConflict(
        f"{order.plan.config.file}: {kind} needs {needs};"
        f' "wisgate emit {order.plan.config.file}" lists what {order.board.id} can use'
    )
