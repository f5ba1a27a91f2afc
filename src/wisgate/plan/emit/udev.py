"""udev: stable names of serial ports, modems kept apart from bridges, GPIO chips by address.

Which USB path a slot has is printed nowhere (boards sheet F14): every bridge gets a name by its
path, and a slot gets one when the user has found out which path it is."""

from __future__ import annotations

from collections.abc import Iterator

from .order import Order, chip_label, expanders, has_host

BRIDGE = 'SUBSYSTEM=="tty", SUBSYSTEMS=="usb", ATTRS{idVendor}=="1a86", ATTRS{idProduct}=="7523"'
"""The CH340 behind the USB 2.0 hub, one per WisBlock slot (P10 99-wisblock.rules)."""
IGNORED = (
    'SUBSYSTEM=="usb", ATTR{idVendor}=="1a86", ATTR{idProduct}=="7523",'
    ' ENV{ID_MM_DEVICE_IGNORE}="1"'
)
MODEMS = {"2c7c": "Quectel"}
"""USB vendors of the modems on the cards that the vendor lists (boards sheet A20, X13)."""
MODEM_PORTS = (("02", "modem-at"), ("03", "modem-ppp"))
"""Interfaces of Quectel's BG96, EG95 and EC25: 00 diagnosis, 01 positions, 02 commands, 03 data."""


def lacks(order: Order) -> str:
    """What the plan lacks for this kind; "" when it applies."""
    rules = [*_bridges(order), *_modems(order), *_chips(order)]
    return "" if rules and has_host(order) else "serial bridges, a modem or GPIO expanders"


def text(order: Order) -> str:
    """The rules, for /etc/udev/rules.d/70-wisgate.rules."""
    config = order.plan.config
    lines = [
        f"# {config.name} on {order.board.id}. For /etc/udev/rules.d/70-wisgate.rules; then:",
        "#     sudo udevadm control --reload && sudo udevadm trigger",
        "# The number in the file's name must lie between 60-serial and 80-mm-candidate.",
        *_bridges(order),
        *_modems(order),
        *_sockets(order),
        *_chips(order),
    ]
    return "\n".join([*lines, ""])


def _bridges(order: Order) -> Iterator[str]:
    served = [s.name for s in order.board.slots if _bridged(order, s.name)]
    if not served:
        return
    yield ""
    yield "# Serial bridges of the slots: /dev/wisgate/serial-1-1.4 by USB path, whoever is first."
    yield "# ModemManager must not talk to what hangs on them."
    yield IGNORED
    yield f'{BRIDGE}, SYMLINK+="wisgate/serial-%b", ENV{{ID_MM_PORT_IGNORE}}="1"'
    for slot, path in order.usb:
        if slot in served:
            yield f'{BRIDGE}, KERNELS=="{path}", SYMLINK+="wisgate/{slot}"'
    unnamed = [s for s in served if s not in dict(order.usb)]
    if unnamed:
        yield f"# Not named: {', '.join(unnamed)}. The gateway takes the lower path for slot 1."
        yield "# Bridge pins 33 and 34 of a slot to learn which port hears itself; then emit with"
        yield f"#     --usb {unnamed[0]}=PATH"


def _bridged(order: Order, name: str) -> bool:
    slot = order.board.slot(name)
    signal = slot.signal("UART1") if slot else None
    return signal is not None and signal.uart == f"{name}-uart"


def _modems(order: Order) -> Iterator[str]:
    cards = [p for p in order.plan.placements if p.module.category == "modem"]
    if not cards:
        return
    yield ""
    named = ", ".join(f"{p.module.id} in {p.slot.name}" for p in cards)
    yield f"# Ports of the modem ({named})."
    for vendor in MODEMS:
        for interface, name in MODEM_PORTS:
            match = f'SUBSYSTEM=="tty", SUBSYSTEMS=="usb", ATTRS{{idVendor}}=="{vendor}"'
            where = f'ENV{{ID_USB_INTERFACE_NUM}}=="{interface}"'
            yield f'{match}, {where}, SYMLINK+="wisgate/{name}"'


def _sockets(order: Order) -> Iterator[str]:
    """Serial ports of USB cards in sockets whose path the user told."""
    told = [(slot, path) for slot, path in order.usb if not _bridged(order, slot)]
    if told:
        yield ""
        yield "# Serial ports of cards in sockets, by USB path."
    for slot, path in told:
        match = 'SUBSYSTEM=="tty", SUBSYSTEMS=="usb"'
        yield f'{match}, KERNELS=="{path}", SYMLINK+="wisgate/{slot}"'


def _chips(order: Order) -> Iterator[str]:
    found = expanders(order.board)
    if not found:
        return
    yield ""
    yield "# GPIO chips by their I2C address: /dev/gpiochip26 is the one at 0x26."
    for chip in found:
        name = f"gpiochip{chip.address:02x}"
        match = f'SUBSYSTEM=="gpio", KERNEL=="gpiochip*", KERNELS=="{chip_label(chip)}"'
        yield f'{match}, SYMLINK+="{name}"'
