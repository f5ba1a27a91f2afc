"""What each fault does to a virtual board."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .faults import Effect, FaultKind
from .host_effects import register_host, register_serial
from .i2c import PoweredTwin, Stranger, WorkingTwin

if TYPE_CHECKING:
    from .frame import VirtualBoard

Parameters = Mapping[str, Any]
RATE = 0.05
"""Default probability of a damaged byte."""
BEYOND = 1000.0
"""More than any input of a module can measure."""


def register_effects(board: VirtualBoard) -> None:
    """Make every fault possible that this board can have."""
    _board_faults(board)
    for name, chip in board.chips.items():
        _chip_faults(board, name, chip)
    for name in board.uarts:
        register_serial(board, name)
    for name in board.slots:
        _module_faults(board, name)
    register_host(board)
    for (kind, target), effect in board.own_effects().items():
        board.faults.register(kind, target, effect)


def _board_faults(board: VirtualBoard) -> None:
    register, world = board.faults.register, board.world

    def mute(on: bool, parameters: Parameters) -> None:
        board.i2c.mute = on

    def hold_clock(on: bool, parameters: Parameters) -> None:
        board.i2c.clock_held = on

    def lose_supply(on: bool, parameters: Parameters) -> None:
        if on:
            world.set("supply.volts", 0.0)
        else:
            world.release("supply.volts")

    def brown_out(on: bool, parameters: Parameters) -> None:
        if on:
            board.power_cycle()

    register(FaultKind.MUTE_BUS, "i2c", mute)
    register(FaultKind.BUS_TIMEOUT, "i2c", hold_clock)
    if board.notices_supply:
        register(FaultKind.SUPPLY_LOST, "supply", lose_supply)
    register(FaultKind.BROWN_OUT, "board", brown_out)
    register(FaultKind.BROKER_GONE, "broker", lambda on, parameters: None)
    for name in world.names:
        register(FaultKind.FROZEN_VALUE, name, _freeze(board, name))
        register(FaultKind.CLIPPED_VALUE, name, _clip(board, name))


def _freeze(board: VirtualBoard, name: str) -> Effect:
    return lambda on, parameters: board.world.freeze(name, on)


def _clip(board: VirtualBoard, name: str) -> Effect:
    return lambda on, parameters: board.world.freeze(name, on, float(parameters.get("at", BEYOND)))


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

    def into(those: set[int]) -> Effect:
        def effect(on: bool, parameters: Parameters) -> None:
            those.difference_update(addresses())
            if on:
                those.update(addresses())

        return effect

    def own(on: bool, parameters: Parameters) -> None:
        for address in addresses():
            bus.owned.pop(address, None)
            if on:
                bus.owned[address] = str(parameters.get("driver", "somebody"))

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

    register = board.faults.register
    register(FaultKind.NO_ACKNOWLEDGE, target, into(bus.silent))
    register(FaultKind.NO_ACKNOWLEDGE_OF_BYTES, target, into(bus.deaf))
    register(FaultKind.CLOCK_STRETCH, target, into(bus.stretching))
    register(FaultKind.KERNEL_OWNED, target, own)
    register(FaultKind.WRONG_CHIP, target, exchange)
    register(FaultKind.BIT_FLIPS, target, flip)


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
    addresses = module.addresses
    for target in (slot, *(f"{address:#04x}" for address in addresses)) if addresses else ():
        _address_faults(board, target, lambda: addresses)
    for kind in module.effects:
        board.faults.register(kind, slot, _own_effect(board, slot, kind))


def _own_effect(board: VirtualBoard, slot: str, kind: FaultKind) -> Effect:
    def effect(on: bool, parameters: Parameters) -> None:
        attached = board.module(slot)
        if attached is not None:
            attached.effects[kind](on, parameters)

    return effect
