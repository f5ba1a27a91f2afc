"""What is plugged in: USB, PCI and serial ports, each with its place and not with a number.

Source: kernel, Documentation/ABI/testing/sysfs-bus-usb and sysfs-bus-pci.
"""

from __future__ import annotations

import re
from pathlib import Path

from ..host import PciUnit, SerialPort, UsbUnit
from .files import entries, text

_USB = re.compile(r"\d+-\d+(\.\d+)*")


def usb(root: Path) -> tuple[UsbUnit, ...]:
    """Everything on the USB but root hubs, in the order of the ports."""
    found = []
    for node in entries(root / "sys/bus/usb/devices"):
        vendor, product = text(node / "idVendor"), text(node / "idProduct")
        if _USB.fullmatch(node.name) and vendor and product:  # else it is just going away
            title = " ".join(filter(None, (text(node / "manufacturer"), text(node / "product"))))
            found.append(UsbUnit(node.name, int(vendor, 16), int(product, 16), title))
    return tuple(sorted(found, key=lambda unit: [int(n) for n in re.findall(r"\d+", unit.path)]))


def serial_links(root: Path) -> tuple[str, ...]:
    """Names of serial ports that tell where their adapter is plugged in."""
    return tuple(str(node) for node in entries(root / "dev/serial/by-path"))


def pci(root: Path) -> tuple[PciUnit, ...]:
    """Everything on the PCI bus, bridges included."""
    return tuple(
        PciUnit(
            node.name, int(vendor, 16), int(product, 16), int(text(node / "class") or "0", 16) >> 8
        )
        for node in entries(root / "sys/bus/pci/devices")
        if (vendor := text(node / "vendor")) and (product := text(node / "device"))
    )


def serial_ports(root: Path) -> tuple[SerialPort, ...]:
    """Serial ports with hardware behind them, each with the USB place of its adapter."""
    ports = []
    for node in entries(root / "sys/class/tty"):
        if not (node / "device").exists():
            continue
        places = [part for part in node.resolve().parts if _USB.fullmatch(part)]
        ports.append(SerialPort(node.name, places[-1] if places else ""))
    return tuple(ports)
