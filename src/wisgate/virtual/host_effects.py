"""What faults do to the computer of a virtual board and to what is plugged into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .faults import FaultKind
from .host import FREE

if TYPE_CHECKING:
    from .frame import VirtualBoard

Parameters = Mapping[str, Any]
RATE = 0.05
"""Default probability of a damaged byte."""
MOVED_TO = 5
"""Default number of a port that came back."""


YEARS_BEHIND, JUMP = -1e8, 3600.0
"""Defaults, in seconds."""


def register_host(board: VirtualBoard) -> None:
    """Make every fault of the computer possible. Cards are fitted later: whoever does registers
    theirs with `register_card`."""
    host, register = board.host, board.faults.register

    def plug(on: bool, parameters: Parameters) -> None:
        host.type_c = on
        for uart in board.uarts.values():
            uart.gone = on

    def pull_cable(on: bool, parameters: Parameters) -> None:
        host.carrier = not on

    def fill(on: bool, parameters: Parameters) -> None:
        host.free = 0.0 if on else FREE

    def forget_time(on: bool, parameters: Parameters) -> None:
        host.synchronized = not on
        host.clock_error_ns = _nanoseconds(parameters, YEARS_BEHIND) if on else 0

    def jump(on: bool, parameters: Parameters) -> None:
        host.clock_error_ns = _nanoseconds(parameters, JUMP) if on else 0

    register(FaultKind.TIME_UNKNOWN, "computer", forget_time)
    register(FaultKind.CLOCK_JUMP, "computer", jump)
    if host.serial_at:  # behind the hub that such a cable switches off
        register(FaultKind.TYPE_C_CABLE, "usb", plug)
    register(FaultKind.NETWORK_GONE, "network", pull_cable)
    register(FaultKind.DISK_FULL, "drive", fill)
    register(FaultKind.UNDERVOLTAGE, "supply", lambda on, parameters: host.undervolt(on))


def _nanoseconds(parameters: Parameters, default: float) -> int:
    return round(float(parameters.get("seconds", default)) * 1e9)


def register_card(board: VirtualBoard, socket: str) -> None:
    """Make it possible that the card in `socket` is pulled."""

    def pull(on: bool, parameters: Parameters) -> None:
        board.host.unplug(board.host.cards[socket].path, on)

    board.faults.register(FaultKind.CARD_PULLED, socket, pull)


def register_network_host(board: VirtualBoard, name: str) -> None:
    """Make it possible that a host of the network is switched off."""

    def switch(off: bool, parameters: Parameters) -> None:
        board.hosts[name].gone = off

    board.faults.register(FaultKind.HOST_GONE, name.lower(), switch)


def register_serial(board: VirtualBoard, slot: str) -> None:
    """Make the faults of a slot's serial port and of its line possible."""
    uart, host, register = board.uarts[slot], board.host, board.faults.register

    def vanish(on: bool, parameters: Parameters) -> None:
        uart.gone = on
        if slot in host.serial_at:
            host.unplug(host.serial_at[slot], on)

    def move(on: bool, parameters: Parameters) -> None:
        first = list(host.serial_at).index(slot)
        host.port_numbers[slot] = int(parameters.get("number", MOVED_TO)) if on else first

    def fall_silent(on: bool, parameters: Parameters) -> None:
        uart.silent = on

    def hiss(on: bool, parameters: Parameters) -> None:
        uart.noise = float(parameters.get("rate", RATE)) if on else 0.0

    def echo(on: bool, parameters: Parameters) -> None:
        uart.echo = on

    register(FaultKind.PORT_GONE, slot, vanish)
    if slot in host.serial_at:
        register(FaultKind.PORT_MOVED, slot, move)
    register(FaultKind.SERIAL_SILENCE, slot, fall_silent)
    register(FaultKind.SERIAL_NOISE, slot, hiss)
    register(FaultKind.SERIAL_ECHO, slot, echo)
