"""What can go wrong, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """Kinds of faults."""

    NO_ACKNOWLEDGE = "no-acknowledge"
    """A chip does not answer its address. Target: a chip, an address ("0x41") or a slot (every
    I2C chip of its module)."""
    MUTE_BUS = "mute-bus"
    """SDA is stuck low: every transfer ends in a bus time-out. Target: "i2c"."""
    BUS_TIMEOUT = "bus-timeout"
    """SCL is held low: every transfer takes too long. Target: "i2c"."""
    NO_ACKNOWLEDGE_OF_BYTES = "no-acknowledge-of-bytes"
    """A chip answers its address and refuses every byte. Target: as no-acknowledge."""
    CLOCK_STRETCH = "clock-stretch"
    """A chip holds SCL once it is called, longer than the controller waits; one that may do so by
    nature does it for `seconds` (0.15) at each read. Target: as no-acknowledge."""
    KERNEL_OWNED = "kernel-owned"
    """A `driver` of the kernel ("somebody") owns the chip, so that nobody else may talk to it.
    Target: as no-acknowledge."""
    NEVER_READY = "never-ready"
    """No conversion or command ever ends. Target: "adc", "climate", "identity", "memory" or a
    slot with a chip that takes its time."""
    FROZEN_VALUE = "frozen-value"
    """Every sensor of a quantity keeps seeing its present value. Target: a quantity of the
    world."""
    CLIPPED_VALUE = "clipped-value"
    """Every sensor of a quantity sees `at` (1000), far more than it can measure. Target: a quantity
    of the world."""
    OPEN_LOOP = "open-loop"
    """The wire of an analog input is broken: 0 mA, or 0 V. Target: a slot with such an input."""
    OVER_CURRENT = "over-current"
    """A motor is jammed or its wires are shorted: its bridge switches itself off. Target: a slot
    with a motor driver."""
    HEATER_BROKEN = "heater-broken"
    """The heater of a gas sensor never reaches its temperature. Target: a slot with one."""
    FAN_BLOCKED = "fan-blocked"
    """Something keeps the fan of the board from turning. Target: "fan"."""
    BATTERY_EMPTY = "battery-empty"
    """The clock chip loses the time with the supply. Target: "clock"."""
    CLOCK_STOPPED = "clock-stopped"
    """The crystal of the clock chip does not swing. Target: "clock"."""
    TIME_UNKNOWN = "time-unknown"
    """No time service keeps the computer's clock right, which is off by `seconds` (-1e8, three
    years behind). Target: "computer"."""
    CLOCK_JUMP = "clock-jump"
    """The time service sets the computer's clock, by `seconds` (3600); cleared, back again. Target:
    "computer"."""
    MODULE_PULLED = "module-pulled"
    """The module leaves its slot; cleared, it is put back, freshly powered. Target: a slot."""
    BROKER_GONE = "broker-gone"
    """The destination of a sink does not answer; only a flag that others read. Target:
    "broker"."""
    SUPPLY_LOST = "supply-lost"
    """The input supply falls to 0 V, which GPIO16 tells. Target: "supply"."""
    WRONG_CHIP = "wrong-chip"
    """Another chip answers; every byte reads `answer` (0x5A). Target: as no-acknowledge."""
    BROWN_OUT = "brown-out"
    """The supply dips: chips go back to their reset values, once. Target: a chip, a slot or
    "board" (all of them)."""
    SERIAL_NOISE = "serial-noise"
    """Received bytes are damaged with probability `rate` (0.05). Target: a slot."""
    SERIAL_SILENCE = "serial-silence"
    """The serial wire is broken. Target: a slot."""
    SERIAL_ECHO = "serial-echo"
    """The transceiver hears what it sends. Target: a slot."""
    BUS_DOMINANT = "bus-dominant"
    """A LIN bus is held at its dominant level, a short to ground. Target: a slot with one."""
    COLLISION = "collision"
    """A second node answers what another one answers too. Target: a slot with a LIN bus."""
    BUS_SHORTED = "bus-shorted"
    """The two wires of a CAN bus touch. Target: a slot with one."""
    NOBODY_THERE = "nobody-there"
    """The other end of a radio or of a CAN bus is gone. Target: a slot with one."""
    PORT_GONE = "port-gone"
    """The serial port has left the USB. Target: a slot."""
    PORT_MOVED = "port-moved"
    """The serial port left the USB and came back as ttyUSB`number` (5). Target: a slot."""
    TYPE_C_CABLE = "type-c-cable"
    """A cable in the Type-C socket switches the USB2 hub off, with every serial port. Target:
    "usb"."""
    CARD_PULLED = "card-pulled"
    """A card has left its socket. Target: a socket with a card that USB or PCI shows."""
    HOST_GONE = "host-gone"
    """A Modbus host of the network is switched off. Target: a host with its port."""
    NETWORK_GONE = "network-gone"
    """The network cable is pulled. Target: "network"."""
    DISK_FULL = "disk-full"
    """The drive has no room left. Target: "drive"."""
    UNDERVOLTAGE = "undervoltage"
    """The compute module gets too little voltage; cleared, it remembers that. Target: "supply"."""
    BIT_FLIPS = "bit-flips"
    """A bit of a byte read is flipped with probability `rate` (0.05) per byte. Target: as
    no-acknowledge."""


Effect = Callable[[bool, Mapping[str, Any]], None]
"""Lets a fault come (True, with its parameters) or go (False)."""


class Faults:
    """The faults of one board: those that can happen, and those that do. Threads: one at a time.

    Faults of different targets are independent; the same fault injected twice is one, with the
    parameters of the second.
    """

    def __init__(self) -> None:
        self._effects: dict[tuple[FaultKind, str], Effect] = {}
        self._active: dict[tuple[FaultKind, str], Mapping[str, Any]] = {}

    def register(self, kind: FaultKind, target: str, effect: Effect) -> None:
        """Make a fault possible."""
        self._effects[kind, target] = effect

    def inject(self, kind: str, target: str, **parameters: Any) -> None:
        """Let a fault happen. Raises ValueError for what does not exist here."""
        key = self._find(kind, target)
        self._effects[key](True, parameters)
        self._active[key] = parameters

    def clear(self, kind: str, target: str) -> None:
        """End a fault; nothing happens if it is not there. Raises ValueError."""
        key = self._find(kind, target)
        if key in self._active:
            del self._active[key]
            self._effects[key](False, {})

    def active(self, kind: str, target: str | None = None) -> bool:
        """Whether a fault is there, at any target if none is given. Raises ValueError."""
        if target is None:
            return any((kind, hit) in self._active for hit in self.targets(kind))
        return self._find(kind, target) in self._active

    @property
    def all_active(self) -> tuple[tuple[FaultKind, str], ...]:
        """Every fault that is there, in the order they came."""
        return tuple(self._active)

    def targets(self, kind: str) -> tuple[str, ...]:
        """What a kind of fault can hit here. Raises ValueError."""
        wanted = _kind(kind)
        return tuple(target for known, target in self._effects if known is wanted)

    def check(self, kind: str, target: str) -> None:
        """Raises ValueError for a fault that cannot happen here, saying what can."""
        self._find(kind, target)

    def reapply(self, target: str) -> None:
        """Let the faults of a target work on what has newly come there."""
        for (kind, hit), parameters in tuple(self._active.items()):
            if hit == target and kind not in (FaultKind.MODULE_PULLED, FaultKind.BROWN_OUT):
                self._effects[kind, hit](True, parameters)

    def _find(self, kind: str, target: str) -> tuple[FaultKind, str]:
        key = _kind(kind), target.lower()
        if key not in self._effects:
            there = ", ".join(sorted(self.targets(kind))) or "nothing on this board"
            raise ValueError(f'{key[0]} cannot hit "{target}"; it can hit: {there}')
        return key


def _kind(kind: str) -> FaultKind:
    try:
        return FaultKind(kind)
    except ValueError:
        raise ValueError(f'no fault "{kind}"; there are: {", ".join(FaultKind)}') from None
