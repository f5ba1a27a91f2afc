"""The cards of a plan as USB or PCI would show them, for a virtual board."""

from __future__ import annotations

from collections.abc import Iterator

from ..bus.host import Modem, PciUnit, UsbUnit
from ..plan.plan import Plan


def cards(plan: Plan) -> Iterator[tuple[str, UsbUnit | PciUnit, Modem | None]]:
    """(socket, what is seen of its card, the modem that it is)."""
    for placement in plan.placements:
        if not placement.driven and placement.module.enumerated:
            one = placement.module.enumerated[0]
            vendor, product = one.vendor or 0, one.product or 0
            unit: UsbUnit | PciUnit = UsbUnit("", vendor, product, placement.module.title)
            if one.bus == "pci":
                unit = PciUnit("", vendor, product, one.class_code or 0)
            modem = Modem(placement.module.title, "connected", 0.7, "virtual network", "lte")
            is_modem = placement.module.category == "modem"
            yield placement.slot.name, unit, modem if is_modem else None
