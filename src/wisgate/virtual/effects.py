"""What each fault does to a virtual board."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .faults import Effect, FaultKind
from .i2c import PoweredTwin, Stranger, WorkingTwin

if TYPE_CHECKING:
    from .frame import VirtualBoard

Parameters = Mapping[str, Any]
RATE = 0.05
"""Default probability of a damaged byte."""


def register_effects(board: VirtualBoard) -> None:
    """Make every fault possible that this board can have."""
    _board_faults(board)
    for name, chip in board.chips.items():
        _chip_faults(board, name, chip)
    for name in board.uarts:
        _serial_faults(board, name)
    for name in board.slots:
        _module_faults(board, name)


def _board_faults(board: VirtualBoard) -> None:
    register, world = board.faults.register, board.world

    def mute(on: bool, parameters: Parameters) -> None:
        board.i2c.mute = on

    def lose_supply(on: bool, parameters: Parameters) -> None:
        if on:
            world.set("supply.volts", 0.0)
        else:
            world.release("supply.volts")

    def brown_out(on: bool, parameters: Parameters) -> None:
        if on:
            board.power_cycle()

    register(FaultKind.MUTE_BUS, "i2c", mute)
    if board.notices_supply:
        register(FaultKind.SUPPLY_LOST, "supply", lose_supply)
    register(FaultKind.BROWN_OUT, "board", brown_out)
    register(FaultKind.BROKER_GONE, "broker", lambda on, parameters: None)
    for name in world.names:
        register(FaultKind.FROZEN_VALUE, name, _freeze(board, name))


def _freeze(board: VirtualBoard, name: str) -> Effect:
    return lambda on, parameters: board.world.freeze(name, on)


def _chip_faults(board: VirtualBoard, name: str, chip: PoweredTwin) -> None:
    for target in (name, *(f"{address:#04x}" for address in chip.addresses)):
        _address_faults(board, target, lambda: chip.addresses)

        def brown_out(on: bool, parameters: Parameters) -> None:
            if on:
                chip.power_cycle()

        board.faults.register(FaultKind.BROWN_OUT, target, brown_out)
    if isinstance(chip, WorkingTwin):
        working: WorkingTwin = chip

        def hang(on: bool, parameters: Parameters) -> None:
            working.never_ready = on

        board.faults.register(FaultKind.NEVER_READY, name, hang)


def _address_faults(
    board: VirtualBoard, target: str, addresses: Callable[[], tuple[int, ...]]
) -> None:
    bus = board.i2c

    def fall_silent(on: bool, parameters: Parameters) -> None:
        for address in addresses():
            bus.silent.discard(address)
            if on:
                bus.silent.add(address)

    def exchange(on: bool, parameters: Parameters) -> None:
        for address in addresses():
            bus.strangers.pop(address, None)
            if on:
                bus.strangers[address] = Stranger(int(parameters.get("answer", 0x5A)))

    def flip(on: bool, parameters: Parameters) -> None:
        for address in addresses():
            bus.flips.pop(address, None)
            if on:
                bus.flips[address] = float(parameters.get("rate", RATE))

    board.faults.register(FaultKind.NO_ACKNOWLEDGE, target, fall_silent)
    board.faults.register(FaultKind.WRONG_CHIP, target, exchange)
    board.faults.register(FaultKind.BIT_FLIPS, target, flip)


def _module_faults(board: VirtualBoard, slot: str) -> None:
    """Faults of what sits in a slot. They look for it each time: it may have been pulled."""
    module = board.module(slot)
    if module is None:
        return

    def pull(on: bool, parameters: Parameters) -> None:
        if on:
            board.pull(slot)
        else:
            board.plug(slot)

    def brown_out(on: bool, parameters: Parameters) -> None:
        attached = board.module(slot)
        if on and attached is not None:
            attached.power_cycle()

    board.faults.register(FaultKind.MODULE_PULLED, slot, pull)
    board.faults.register(FaultKind.BROWN_OUT, slot, brown_out)
    for kind in module.effects:
        board.faults.register(kind, slot, _own_effect(board, slot, kind))
    addresses = module.addresses
    for target in (slot, *(f"{address:#04x}" for address in addresses)) if addresses else ():
        _address_faults(board, target, lambda: addresses)


def _own_effect(board: VirtualBoard, slot: str, kind: FaultKind) -> Effect:
    def effect(on: bool, parameters: Parameters) -> None:
        attached = board.module(slot)
        if attached is not None:
            attached.effects[kind](on, parameters)

    return effect


def _serial_faults(board: VirtualBoard, slot: str) -> None:
    uart = board.uarts[slot]

    def vanish(on: bool, parameters: Parameters) -> None:
        uart.gone = on

    def fall_silent(on: bool, parameters: Parameters) -> None:
        uart.silent = on

    def hiss(on: bool, parameters: Parameters) -> None:
        uart.noise = float(parameters.get("rate", RATE)) if on else 0.0

    def echo(on: bool, parameters: Parameters) -> None:
        uart.echo = on

    board.faults.register(FaultKind.PORT_GONE, slot, vanish)
    board.faults.register(FaultKind.SERIAL_SILENCE, slot, fall_silent)
    board.faults.register(FaultKind.SERIAL_NOISE, slot, hiss)
    board.faults.register(FaultKind.SERIAL_ECHO, slot, echo)
