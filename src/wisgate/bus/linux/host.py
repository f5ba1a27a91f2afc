"""The computer we run on."""

from __future__ import annotations

from pathlib import Path

from ...core.errors import Unavailable
from .files import entries, text

CPU_ZONES = ("cpu-thermal", "cpu_thermal", "x86_pkg_temp")
"""What the kernel calls the zone of the processor: bcm2711 since 5.10, before, and a PC."""


class LinuxHost:
    """This host, as far as it is no bus. Threads: any."""

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
