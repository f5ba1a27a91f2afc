"""The kinds of text that a plan can be turned into; each is a file of this folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from .order import Order, unfit


@dataclass(frozen=True)
class Kind:
    """A kind of output. Its file has `text(order)` and `lacks(order)`."""

    name: str
    title: str

    def lacks(self, order: Order) -> str:
        """What the plan lacks for this kind; "" when it applies."""
        lacks: Callable[[Order], str] = self._load().lacks
        return lacks(order)

    def text(self, order: Order) -> str:
        """The whole file. Raises PlanConflict when the kind does not apply to the plan."""
        lacks = self.lacks(order)
        if lacks:
            raise unfit(order, self.name, lacks)
        text: Callable[[Order], str] = self._load().text
        return text(order)

    def _load(self) -> ModuleType:
        return import_module(f"{__package__}.{self.name.replace('-', '_')}")


KINDS = {
    kind.name: kind
    for kind in (
        Kind("config-txt", "Lines for config.txt of RAKPiOS: buses, overlays, cameras."),
        Kind("gpio-names", "Device-tree overlay that names every GPIO line after its use."),
        Kind("udev", "Rules for stable names of serial ports and GPIO chips."),
        Kind("compose", "Containers beside the gateway, for docker compose."),
        Kind("modbus-map", "Table of the registers in which our Modbus server shows each point."),
        Kind("meshtastic", "Configuration of meshtasticd for a RAK13300 in a slot."),
        Kind("arduino-pins", "C header with pins and addresses of a WisBlock core."),
        Kind("zephyr-overlay", "Devicetree overlay of a WisBlock core for Zephyr."),
    )
}
