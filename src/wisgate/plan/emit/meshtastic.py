"""meshtastic: a file for /etc/meshtasticd/config.d with the radio of one RAK13300.

Keys as meshtasticd reads them (MT src/platform/portduino/PortduinoGlue.cpp): a line of the first
GPIO chip is a number; of any other chip a table of pin, gpiochip and line. It takes chips by number
only; `emit udev` makes /dev/gpiochip26 for the expander at 0x26, whose number is its address."""

from __future__ import annotations

from ..resources import Placement
from .order import HOST, Order, spidev
from .yaml import Noted, Value, yaml

RADIO = "rak13300"
ROLES = (("IO6", "IRQ"), ("IO5", "Busy"), ("IO4", "Reset"))
"""Signals of the RAK13300 and meshtasticd's name of them (modules sheet 5.5)."""
SWITCH = "IO3"
ENABLES = ("IO2", "IO3")
"""What meshtasticd's own file for the RAK6421 raises (MT bin/config.d/lora-RAK6421-13300)."""


def lacks(order: Order) -> str:
    """What the plan lacks for this kind; "" when it applies."""
    found = _radios(order)
    if not found:
        return "a RAK13300 in a slot of a board with Linux"
    if order.slot and order.slot not in (p.slot.name for p in found):
        return f"a RAK13300 in {order.slot}, which has none"
    if len(found) > 1 and not order.slot:
        named = " or ".join(f"--slot {p.slot.name}" for p in found)
        return f"one of the radios named, a file each: {named}"
    return ""


def text(order: Order) -> str:
    """The YAML file of the one radio, or of that in the slot that was asked for."""
    found = _radios(order)
    placement = next((p for p in found if p.slot.name == order.slot), found[0])
    config = order.plan.config
    head = [
        f"# meshtasticd, RAK13300 in {placement.slot.name} of {config.name} ({order.board.id}).",
        f"# For /etc/meshtasticd/config.d/wisgate-{placement.slot.name}.yaml.",
        "# Fit the antenna first: transmitting without one breaks the radio.",
    ]
    if _expander(order, placement):
        head += [
            "# The lines hang on an expander: install the rules of `wisgate emit FILE udev`, which",
            "# make the chip's number below. The expander has no interrupt, so each look at a line",
            "# is a read over I2C; nobody has published this radio on this board yet.",
        ]
    return "\n".join([*head, "", yaml({"Lora": _lora(order, placement)})])


def _radios(order: Order) -> list[Placement]:
    if order.core is not None:
        return []
    return [p for p in order.plan.placements if p.module.id == RADIO]


def _expander(order: Order, placement: Placement) -> bool:
    signals = (order.signal(placement, name) for name, _ in ROLES)
    return any(s is not None and s.chip != HOST for s in signals)


def _lora(order: Order, placement: Placement) -> dict[str, Value]:
    body: dict[str, Value] = {"Module": "sx1262"}
    for signal, role in ROLES:
        body[role] = Noted((signal,), _pin(order, placement, signal))
    if _expander(order, placement):
        note = f"{SWITCH}: supply of the antenna switch, high in both directions"
        body["SX126X_ANT_SW"] = Noted((note,), _pin(order, placement, SWITCH))
    else:
        found = {name: _pin(order, placement, name) for name in ENABLES}
        raised = {name: pin for name, pin in found.items() if pin is not None}
        note = f"{' and '.join(raised)}: supply and antenna switch"
        body["Enable_Pins"] = Noted((note,), list(raised.values()))
    body["DIO2_AS_RF_SWITCH"] = True
    body["DIO3_TCXO_VOLTAGE"] = Noted(("1.8 V",), True)
    body["spidev"] = spidev(order, placement)
    return body


def _pin(order: Order, placement: Placement, name: str) -> Value:
    signal = order.signal(placement, name)
    if signal is None or signal.line is None:
        return None
    chip = order.board.chip(signal.chip)
    if chip is None or chip.address is None:
        return signal.line
    number = int(f"{chip.address:02x}")
    return {"pin": signal.line, "gpiochip": number, "line": signal.line}
