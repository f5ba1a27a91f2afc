"""The computer of the virtual board: healthy, until a fault says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from random import Random
from uuid import UUID

from ..bus.host import (
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
from ..core.errors import Unavailable
from .world import World

HUB = (0x1A40, 0x0101)
BRIDGE = (0x1A86, 0x7523)
SERIAL_AT = {"wisblock-1": "1-1.3", "wisblock-2": "1-1.4"}
"""Where the serial bridge of each slot is plugged in. Nobody publishes the ports; the lower one is
that of slot 1 (boards sheet F14)."""
USB2 = {
    "1-1": UsbUnit("1-1", *HUB, "Terminus Hub"),
    "1-1.1": UsbUnit("1-1.1", *HUB, "Terminus Hub"),
    **{path: UsbUnit(path, *BRIDGE, "QinHeng Serial") for path in SERIAL_AT.values()},
}
"""Behind the USB2 hub (boards sheet A19, A22)."""
PCI = (
    PciUnit("0000:00:00.0", 0x14E4, 0x2711),
    PciUnit("0000:01:00.0", 0x1B21, 0x1184),
    *(PciUnit(f"0000:02:0{port}.0", 0x1B21, 0x1184) for port in (1, 3, 5, 7)),
    PciUnit("0000:03:00.0", 0x1106, 0x3483),
    PciUnit("0000:04:00.0", 0x10EC, 0x8125),
)
"""The root of the CM4, the switch with its four ports, USB3, 2.5 GbE (boards sheet A22)."""
CARD_AT = {
    "mpcie-1": "1-1.1.1", "mpcie-2": "1-1.1.2", "mpcie-3": "0000:05:00.0", "m2": "0000:06:00.0",
}  # fmt: skip
"""Where a card in a socket turns up: on the USB2 hub, or behind the switch."""
USB3_AT = {"mpcie-3": "2-3", "m2": "2-4"}


@dataclass(frozen=True)
class Box:
    """What a computer and its carrier are made of."""

    usb: tuple[UsbUnit, ...]
    pci: tuple[PciUnit, ...]
    serial_at: Mapping[str, str]
    """Slot: where its serial bridge is plugged in."""
    ports: tuple[str, ...]
    """Of the network, the one with the cable first."""
    drive: tuple[str, str]
    """Name and kind."""


RAK7391 = Box(tuple(USB2.values()), PCI, SERIAL_AT, ("eth0", "eth1"), ("virtual eMMC", "emmc"))
RASPBERRY_PI = Box(
    usb=(UsbUnit("1-1", 0x2109, 0x3431, "VIA Labs Hub"),),
    pci=(PciUnit("0000:00:00.0", 0x14E4, 0x2711), PciUnit("0000:01:00.0", 0x1106, 0x3483)),
    serial_at={},
    ports=("eth0",),
    drive=("virtual card", "sd"),
)
"""A Raspberry Pi 4: the root, and USB3 with a hub for the four sockets."""
EMMC = 15.6e9
FREE = 9.3e9


class VirtualHost:
    """The `Host` contract. One seed has one boot id, so that it gives the same bytes again.
    Threads: any, once `guard` is what keeps the world whole.

    What faults change stands in plain attributes. Not modelled: the kernel's own drivers (nothing
    belongs to them unless `owners` says so), measuring chips, USB behind a module's connector.
    """

    def __init__(self, world: World, seed: int = 1, box: Box = RAK7391) -> None:
        self.guard: AbstractContextManager[object] = nullcontext()
        """Held while the world is looked at."""
        self.type_c = False
        """Whether a cable is in the Type-C socket, which switches the USB2 hub off."""
        self.unplugged: set[str] = set()
        """Places on the USB and PCI whose unit is gone."""
        self.port_numbers = {name: number for number, name in enumerate(box.serial_at)}
        """Slot: number of its ttyUSB."""
        self.cards: dict[str, UsbUnit | PciUnit] = {}
        """By socket."""
        self.owners: dict[int, str] = {}
        """Address on i2c-1: the kernel driver that owns it. The bus has the same."""
        self.clock_of_kernel: ClockChip | None = None
        self.clock_error_ns = 0
        """By how much the clock of the system is ahead of the world's time."""
        self.synchronized = True
        """Whether a time service keeps that clock right."""
        self.alarm: float | None = None
        """When the kernel's clock wakes the computer, in seconds since 1970."""
        self.free = FREE
        """Bytes on the drive."""
        self.carrier = True
        """Whether a cable is in eth0."""
        self.power = Throttling()
        self.modem: Modem | None = None
        self._world, self._box = world, box
        self._boot_id = str(UUID(int=Random(f"{seed}/boot").getrandbits(128), version=4))

    @property
    def serial_at(self) -> Mapping[str, str]:
        """Slot: where its serial bridge is plugged in."""
        return self._box.serial_at

    def fit(self, socket: str, card: UsbUnit | PciUnit) -> None:
        """Put a card into a socket; it turns up where the socket is wired to."""
        usb = isinstance(card, UsbUnit)
        place = USB3_AT.get(socket, CARD_AT[socket]) if usb else CARD_AT[socket]
        self.cards[socket] = replace(card, path=place)

    def unplug(self, place: str, gone: bool) -> None:
        """Let what is at a place of USB or PCI leave it, or come back."""
        self.unplugged.discard(place)
        if gone:
            self.unplugged.add(place)

    def boot_id(self) -> str:
        return self._boot_id

    def cpu_temperature(self) -> float:
        with self.guard:
            return self._world.observe("cpu.temperature")

    def throttling(self) -> Throttling:
        return self.power

    def clock_chip(self) -> ClockChip | None:
        return self.clock_of_kernel

    def wake_at(self, time: float | None) -> None:
        if self.clock_of_kernel is None:
            raise Unavailable("the kernel has no clock")
        self.alarm = time

    def utc_ns(self) -> int:
        return self._world.utc_ns() + self.clock_error_ns

    def time_synchronized(self) -> bool:
        return self.synchronized

    def driver_of(self, bus: int, address: int) -> str:
        return self.owners.get(address, "") if bus == 1 else ""

    def measuring(self) -> tuple[Measuring, ...]:
        return ()

    def serial_ports(self) -> tuple[SerialPort, ...]:
        there = {unit.path for unit in self.usb()}
        return tuple(
            SerialPort(f"ttyUSB{self.port_numbers[slot]}", path)
            for slot, path in self._box.serial_at.items()
            if path in there
        )

    def usb(self) -> tuple[UsbUnit, ...]:
        cards = [card for card in self.cards.values() if isinstance(card, UsbUnit)]
        units = [*self._box.usb, *cards]
        hidden = [u for u in units if self.type_c and u.path.startswith("1-")]
        return tuple(
            sorted(
                (u for u in units if u not in hidden and u.path not in self.unplugged),
                key=lambda unit: unit.path,
            )
        )

    def pci(self) -> tuple[PciUnit, ...]:
        cards = [card for card in self.cards.values() if isinstance(card, PciUnit)]
        return tuple(unit for unit in (*self._box.pci, *cards) if unit.path not in self.unplugged)

    def mounts(self) -> tuple[Mount, ...]:
        boot = Mount("/boot/firmware", "mmcblk0", "vfat", False, 536_000_000, 460_000_000)
        return (Mount("/", "mmcblk0", "ext4", False, int(EMMC), int(self.free)), boot)

    def drives(self) -> tuple[Drive, ...]:
        name, kind = self._box.drive
        return (Drive("mmcblk0", name, kind, 0.1, "normal"),)

    def interfaces(self) -> tuple[Interface, ...]:
        """TEST-NET-1, which nobody routes (RFC 5737)."""
        addresses = ("192.0.2.10",) if self.carrier else ()
        first, *others = self._box.ports
        dark = (Interface(name, False) for name in others)
        return (Interface(first, self.carrier, addresses), *dark)

    def default_routes(self) -> tuple[DefaultRoute, ...]:
        return (DefaultRoute("eth0", "192.0.2.1"),) if self.carrier else ()

    def modems(self) -> tuple[Modem, ...]:
        return (self.modem,) if self.modem else ()

    def containers(self) -> tuple[Container, ...]:
        return ()

    def undervolt(self, low: bool) -> None:
        """Let the supply of the compute module be too low, or no longer."""
        self.power = replace(self.power, undervoltage=low, undervoltage_seen=True)
