"""The contract of the computer we run on, as far as it is no bus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class ClockChip:
    """A real-time clock that the kernel drives."""

    name: str
    """As its driver calls it: "rtc-pcf85063 1-0051"."""
    at: str = ""
    """Where its chip is on I2C, "1-0051"; "" for one inside the processor."""
    time: float | None = None
    """Seconds since 1970, UTC; None when the clock stood still and its time means nothing."""


@dataclass(frozen=True)
class Measuring:
    """A chip that a kernel driver measures with."""

    name: str
    """As the driver calls it: "emc2301", "rpi_volt"."""
    at: str = ""
    """Where it is on I2C, "1-002f"; "" for one that is not there."""
    values: Mapping[str, float] = field(default_factory=dict)
    """"fan1" in revolutions per minute, "temp1" in degrees Celsius, "in0" in volts, "curr1" in
    amperes, "power1" in watts; "in0_lcrit_alarm" and the like as 0 or 1."""


@dataclass(frozen=True)
class SerialPort:
    node: str
    """"ttyUSB0"."""
    usb: str = ""
    """Where its adapter is plugged in, "1-1.4"; "" for one of the processor's own."""


@dataclass(frozen=True)
class UsbUnit:
    """What is plugged in somewhere on the USB; root hubs are left out."""

    path: str
    """"1-1.4": bus, then the port of each hub."""
    vendor: int
    product: int
    title: str = ""
    """As it calls itself."""


@dataclass(frozen=True)
class PciUnit:
    path: str
    """"0000:01:00.0"."""
    vendor: int
    product: int
    class_code: int = 0
    """Base class and subclass: 0x0108 is a drive that speaks NVMe."""


@dataclass(frozen=True)
class Mount:
    """A file system on a drive. Sizes in bytes."""

    place: str
    """"/boot/firmware"."""
    drive: str
    """"mmcblk0"."""
    kind: str
    """"ext4"."""
    read_only: bool
    total: int
    free: int
    """For everyone, not only for the superuser."""


@dataclass(frozen=True)
class Drive:
    name: str
    """"mmcblk0"."""
    title: str = ""
    """As its maker calls it."""
    kind: str = ""
    """"emmc", "sd", "nvme" or ""."""
    worn: float | None = None
    """Part of its life that is used up, 0 to 1; None where it does not tell."""
    spare: str = ""
    """What an eMMC says of its reserve: "normal", "warning", "urgent"; "" where it does not."""


@dataclass(frozen=True)
class Interface:
    """A network interface with hardware behind it."""

    name: str
    carrier: bool
    """Whether the other end of the cable, or the access point, is there."""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class DefaultRoute:
    interface: str
    gateway: str
    """"" for a line to a single other side."""


@dataclass(frozen=True)
class Modem:
    """A modem of ModemManager."""

    title: str
    state: str
    """"connected", "registered", "searching", "locked", "failed", …"""
    signal: float | None = None
    """Quality, 0 to 1."""
    operator: str = ""
    technology: str = ""
    """"lte"."""
    failure: str = ""
    """Why it failed: "sim-missing"."""


@dataclass(frozen=True)
class Container:
    """A container of Docker, by what compose calls it."""

    service: str
    state: str
    """"running", "exited", "restarting", …"""
    health: str = ""
    """"healthy", "unhealthy", "starting"; "" when nobody checks."""


@dataclass(frozen=True)
class Throttling:
    """What the firmware of a Raspberry Pi says of its supply and its heat: now, and since its
    start."""

    undervoltage: bool = False
    throttled: bool = False
    """Slowed down by heat or by a weak supply."""
    undervoltage_seen: bool = False
    throttled_seen: bool = False


class Host(Protocol):
    """Everything is read; `wake_at` alone changes something. Threads: any."""

    def boot_id(self) -> str:
        """Changes with every start of the operating system, and never within one."""
        ...

    def cpu_temperature(self) -> float:
        """Of the processor, in degrees Celsius. Raises Unavailable where nothing measures it."""
        ...

    def throttling(self) -> Throttling | None:
        """None where the firmware does not tell."""
        ...

    def clock_chip(self) -> ClockChip | None:
        """The real-time clock that the kernel uses."""
        ...

    def wake_at(self, time: float | None) -> None:
        """Let the kernel's clock wake the computer at this time (seconds since 1970, UTC), or not
        any more. Raises Unavailable when it has no alarm, or forbids it."""
        ...

    def utc_ns(self) -> int:
        """What the clock of the system says, right or wrong: nanoseconds since 1970-01-01 UTC."""
        ...

    def time_synchronized(self) -> bool | None:
        """Whether somebody keeps the clock of the system right; None where the kernel does not
        tell."""
        ...

    def driver_of(self, bus: int, address: int) -> str:
        """The kernel driver that owns an I2C address; "" when it is free."""
        ...

    def measuring(self) -> tuple[Measuring, ...]:
        """Chips of the kernel's hwmon and iio."""
        ...

    def serial_ports(self) -> tuple[SerialPort, ...]: ...

    def usb(self) -> tuple[UsbUnit, ...]: ...

    def pci(self) -> tuple[PciUnit, ...]: ...

    def mounts(self) -> tuple[Mount, ...]: ...

    def drives(self) -> tuple[Drive, ...]: ...

    def interfaces(self) -> tuple[Interface, ...]: ...

    def default_routes(self) -> tuple[DefaultRoute, ...]:
        """The preferred one first."""
        ...

    def modems(self) -> tuple[Modem, ...] | None:
        """None without ModemManager. Takes some seconds at most."""
        ...

    def containers(self) -> tuple[Container, ...] | None:
        """Those of compose; None without Docker, or without the right to ask it. Takes some
        seconds at most."""
        ...
