"""What USB and PCI show: the parts of the board itself, and the cards in its sockets."""

from __future__ import annotations

from collections.abc import Sequence

from ...bus.host import PciUnit, UsbUnit
from ...catalog.boards import Enumerates
from ...catalog.catalog import load
from ...catalog.facts import Enumerated
from ...plan.resources import Placement
from ..verdicts import Box, Level, Verdict, fine, unknown

HUB, BRIDGE = "fe1-1s", "ch340"
BEHIND_HUB = ("mpcie-1", "mpcie-2")
"""Sockets whose USB is behind the USB2 hub (boards sheet A19)."""

Unit = UsbUnit | PciUnit


async def check(box: Box) -> Sequence[Verdict]:
    """Every part of the board that enumerates, as often as it should; every card of the plan."""
    usb = await box.host(lambda host: host.usb())
    units: list[Unit] = [*usb, *await box.host(lambda host: host.pci())]
    plan = box.gateway.board.plan
    if plan.board.enumerates and not any(_count(units, e.part) for e in plan.board.enumerates):
        return [_another_board(plan.board.title)]
    hub = next((e for e in plan.board.enumerates if e.part == HUB), None)
    gone = hub is not None and not _count(units, HUB)
    verdicts = [_type_c(box, plan.config.host.type_c)] if gone else []
    for expected in plan.board.enumerates:
        if not (gone and expected.part in (HUB, BRIDGE)):
            verdicts.append(_part(box, expected, _count(units, expected.part)))
    for placement in plan.placements:
        if not placement.driven and placement.slot.connector in ("mpcie", "m2-b"):
            verdicts.append(_card(placement, units, gone))
    return verdicts


def _another_board(title: str) -> Verdict:
    return Verdict(
        Level.DIFFERENCE,
        "other-board",
        "USB and PCI",
        "not one part of the board is there",
        title,
        "run this on the box itself; if this is the box, lsusb and lspci must show its hubs and"
        " its switch",
    )


def _type_c(box: Box, planned: bool) -> Verdict:
    for placement in box.gateway.board.plan.driven:
        if placement.serial:
            box.explained[placement.slot.name] = "the USB2 hub is switched off"
    return Verdict(
        Level.WARNING if planned else Level.DIFFERENCE,
        "type-c-cable",
        "USB2 hub",
        "neither of its two chips is there, nor anything behind them",
        "the hub with both serial bridges (boards sheet A22)",
        "pull the cable out of the Type-C socket: while it is in, the USB2 hub is off, and with it"
        " the serial ports of both slots, their USB, and that of mPCIe #1 and #2",
    )


def _part(box: Box, expected: Enumerates, count: int) -> Verdict:
    subject = f"{expected.part}: {expected.use}"
    if count == expected.count:
        return fine(subject, f"{count} of {expected.count}")
    if count > expected.count:
        return fine(subject, f"{count}; more than the board's {expected.count} are plugged in")
    if expected.part == BRIDGE:
        _explain_bridges(box)
    level = Level.UNKNOWN if expected.optional else Level.DIFFERENCE
    return Verdict(
        level,
        "port-gone" if expected.part == BRIDGE else "not-enumerated",
        subject,
        f"{count} of {expected.count}",
        f"{expected.count} of it ({expected.source})",
        "not fitted on every board" if expected.optional else "power the box off and on; see dmesg",
    )


def _explain_bridges(box: Box) -> None:
    """The bridges have no names: with one gone, whoever does not answer had that one."""
    for placement in box.gateway.board.plan.driven:
        if placement.serial:
            box.explained.setdefault(placement.slot.name, "a serial bridge is gone from the USB")


def _card(placement: Placement, units: Sequence[Unit], hub_gone: bool) -> Verdict:
    module, subject = placement.module, placement.title
    wanted = module.enumerated
    if not wanted:
        how = "speaks SPI" if "spi" in module.needs else "has no numbers in the catalog"
        return unknown(subject, f"it {how}, so that USB and PCI cannot tell")
    if found := [unit.path for unit in units if any(_is(unit, one) for one in wanted)]:
        return fine(subject, f"{_named(wanted)} is there ({', '.join(found)})")
    if hub_gone and placement.slot.name in BEHIND_HUB and wanted[0].bus == "usb":
        return unknown(subject, "not judged: the USB2 hub is switched off")
    return Verdict(
        Level.DIFFERENCE,
        "card-missing",
        subject,
        f"no {_named(wanted)} on {wanted[0].bus.upper()}",
        f"{module.title} in {placement.slot.title}",
        "push the card home and fasten it; check its antenna and supply; then restart the box",
    )


def _named(wanted: Sequence[Enumerated]) -> str:
    return " or ".join(
        f"{one.vendor:04x}:{one.product:04x}"
        if one.vendor is not None and one.product is not None
        else f"class {one.class_code:04x}"
        for one in wanted
    )


def _count(units: Sequence[Unit], part: str) -> int:
    wanted = load().chips[part].enumerated
    return sum(1 for unit in units if any(_is(unit, one) for one in wanted))


def _is(unit: Unit, wanted: Enumerated) -> bool:
    if isinstance(unit, UsbUnit) != (wanted.bus == "usb"):
        return False
    if wanted.class_code is not None:
        return isinstance(unit, PciUnit) and unit.class_code == wanted.class_code
    return (unit.vendor, unit.product) == (wanted.vendor, wanted.product)
