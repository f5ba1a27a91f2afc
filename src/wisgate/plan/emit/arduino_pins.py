"""arduino-pins: a C header with the pins of a WisBlock core and the addresses of its modules.

Numbers are those of the vendor's board package: 32 * port + pin (boards sheet C2, BSP
variant.h). The package defines WB_IO1 and the like itself; there the header only compares."""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.boards import Board
from ...catalog.carrier import CorePin
from ..resources import Placement
from .core_pins import SIGNALS, UsedPin, chips, lacking_core, switch, used_pins, uses_bus
from .order import Order, commented

UART1 = ("UART1", "TXD1", "RXD1")
HEAD = """\
/* {name}: pins and addresses of a {core} on a {base}.
 * Written from {file} by `wisgate emit FILE arduino-pins`.
 * In a sketch, include it after Arduino.h. */
#ifndef WISGATE_PINS_H
#define WISGATE_PINS_H
"""


def lacks(order: Order) -> str:
    """What the plan lacks for this kind; "" when it applies."""
    return lacking_core(order)


def text(order: Order) -> str:
    """The header: signals of the core, then what each module uses of them."""
    core, config = order.core, order.plan.config
    if core is None:
        return ""
    head = HEAD.format(
        name=config.name,
        core=core.id.upper(),
        base=order.board.id.upper(),
        file=commented(config.file),
    )
    used = list(used_pins(order, core))
    modules = [line for p in order.plan.placements for line in _module(order, p, used)]
    return "\n".join([head, *_signals(core), *_supply(order, core), *modules, "#endif", ""])


def wb_name(net: str) -> str:
    """The board package's name of a signal: WB_IO1, WB_A0."""
    return f"WB_{net.replace('AIN', 'A')}"


def _signals(core: Board) -> Iterator[str]:
    pins = [(net, pin) for net in SIGNALS if (pin := core.core_pin(net)) is not None]
    pins = [(net, pin) for net, pin in pins if pin.arduino is not None]
    yield "#ifdef ARDUINO"
    yield "#ifdef __cplusplus"
    for net, pin in pins:
        name = wb_name(net)
        yield f'static_assert({name} == {pin.arduino}, "this sketch is built for another core");'
    yield "#endif"
    yield "#else"
    yield "enum {"
    for net, pin in pins:
        yield f"    {wb_name(net)} = {pin.arduino}, /* {_port(pin)} */"
    yield "};"
    yield "#endif"
    yield ""


def _port(pin: CorePin) -> str:
    return f"{pin.port}, {pin.adc}" if pin.adc else pin.port


def _supply(order: Order, core: Board) -> Iterator[str]:
    found = switch(order, core)
    if found is None:
        return
    rail, pin = found
    name = wb_name(pin.signal or pin.name)
    yield f"/* {rail} feeds modules of this plan and is off until {name} is high:"
    yield f" * pinMode({name}, OUTPUT); digitalWrite({name}, HIGH); */"
    yield f"#define SWITCHED_SUPPLY {name}"
    yield ""


def _module(order: Order, placement: Placement, used: list[UsedPin]) -> Iterator[str]:
    module, slot = placement.module, placement.slot
    yield f"/* {slot.name}: {module.id}, {commented(module.title)} */"
    lead = _macro(f"{slot.name}-{module.id}")
    found = list(chips(placement))
    for place, (chip, address) in enumerate(found):
        name = f"{lead}_ADDRESS" if place == 0 else f"{lead}_{_macro(chip.part)}_ADDRESS"
        yield f"#define {name} 0x{address:02X} /* {chip.part} on Wire */"
    for pin in (u for u in used if u.placement == placement):
        name = _macro(pin.words)
        active = ", active low" if pin.use.active_low else ""
        use = commented(f"{pin.use.direction}{active}: {pin.use.use}")
        yield f"#define {name} {wb_name(pin.net)} /* {use} */"
        if pin.use.safe is not None:
            yield f"#define {name}_SAFE {'HIGH' if pin.use.safe else 'LOW'}"
    if placement in uses_bus(order, UART1):
        yield f"#define {lead}_SERIAL Serial1"
    yield ""


def _macro(words: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in words).upper()
