"""The computer we run on."""

from __future__ import annotations

from pathlib import Path

from ...core.errors import Unavailable
from ..host import (
    ClockChip,
    Container,
    DefaultRoute,
    Drive,
    Interface,
    Measuring,
    Modem,
    Mount,
    PciUnit,
    SerialPort,
    Throttling,
    UsbUnit,
)
from . import disks, kernel, modems, network, plugged, timekeeping
from .files import entries, text

CPU_ZONES = ("cpu-thermal", "cpu_thermal", "x86_pkg_temp")
"""What the kernel calls the zone of the processor: bcm2711 since 5.10, before, and a PC."""
THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"
"""Of the Raspberry Pi's kernel (drivers/firmware/raspberrypi.c)."""
UNDERVOLTAGE, CAPPED, SLOWED, HOT = 1 << 0, 1 << 1, 1 << 2, 1 << 3
"""Bits of get_throttled; 16 bits higher: since the start."""
SINCE_START = 16


class LinuxHost:
    """This host, as far as it is no bus: the `Host` contract. Threads: any."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def boot_id(self) -> str:
        """The kernel's random identity of this boot. Raises Unavailable without a /proc."""
        path = self._root / "proc/sys/kernel/random/boot_id"
        try:
            return path.read_text(encoding="ascii").strip()
        except OSError as error:
            raise Unavailable(f"{path} cannot be read: {error.strerror}; mount /proc") from error

    def cpu_temperature(self) -> float:
        """See `Host.cpu_temperature`. Source: kernel, Documentation/ABI/testing/sysfs-class-thermal
        (thousandths of a degree)."""
        zones = {text(zone / "type"): zone for zone in entries(self._root / "sys/class/thermal")}
        for name in CPU_ZONES:
            if name in zones and (measured := text(zones[name] / "temp")):
                return int(measured) / 1000
        raise Unavailable(
            "the kernel has no thermal zone of the processor; look at"
            " /sys/class/thermal/thermal_zone*/type"
        )

    def throttling(self) -> Throttling | None:
        """See `Host.throttling`; newer kernels tell of the voltage alone, through hwmon."""
        if told := text(self._root / THROTTLED):
            bits = int(told, 16)
            slow = CAPPED | SLOWED | HOT
            return Throttling(
                bool(bits & UNDERVOLTAGE),
                bool(bits & slow),
                bool(bits >> SINCE_START & UNDERVOLTAGE),
                bool(bits >> SINCE_START & slow),
            )
        for chip in self.measuring():
            if chip.name == "rpi_volt" and "in0_lcrit_alarm" in chip.values:
                low = bool(chip.values["in0_lcrit_alarm"])
                return Throttling(undervoltage=low, undervoltage_seen=low)
        return None

    def clock_chip(self) -> ClockChip | None:
        return timekeeping.clock_chip(self._root)

    def wake_at(self, time: float | None) -> None:
        timekeeping.wake_at(self._root, time)

    def utc_ns(self) -> int:
        return timekeeping.utc_ns()

    def time_synchronized(self) -> bool | None:
        return timekeeping.synchronized()

    def driver_of(self, bus: int, address: int) -> str:
        return kernel.driver_of(self._root, bus, address)

    def measuring(self) -> tuple[Measuring, ...]:
        return kernel.measuring(self._root)

    def serial_ports(self) -> tuple[SerialPort, ...]:
        return plugged.serial_ports(self._root)

    def usb(self) -> tuple[UsbUnit, ...]:
        return plugged.usb(self._root)

    def pci(self) -> tuple[PciUnit, ...]:
        return plugged.pci(self._root)

    def mounts(self) -> tuple[Mount, ...]:
        return disks.mounts(self._root)

    def drives(self) -> tuple[Drive, ...]:
        return disks.drives(self._root)

    def interfaces(self) -> tuple[Interface, ...]:
        return network.interfaces(self._root)

    def default_routes(self) -> tuple[DefaultRoute, ...]:
        return network.default_routes(self._root)

    def modems(self) -> tuple[Modem, ...] | None:
        return modems.modems()

    def containers(self) -> tuple[Container, ...] | None:
        from .containers import containers  # with an HTTP client: only for who asks

        return containers(self._root)
