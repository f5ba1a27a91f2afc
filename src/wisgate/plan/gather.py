"""Everything a configuration uses, as claims: the board's own, the HAT's, the modules'. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..catalog.boards import Signal
from ..catalog.facts import Fitted
from ..catalog.modules import Use
from .claims import CATALOG, Claim
from .resources import ADC_REF, I2C, Placement, Wiring

CONSOLE = "uart-0"
LONG = "sensor-long"
NEEDS = {
    "usb2": ("USB", "USB3"), "usb3": ("USB3",), "pcie": ("PCIE",), "spi": ("SPI",),
    "i2c": ("I2C1",), "uart": ("UART0", "UART1"), "sim": ("SIM",),
}  # fmt: skip
"""Signals of a socket that serve what a card needs, best first."""


def board_claims(wiring: Wiring) -> Iterator[Claim]:
    """What is soldered: chips at their addresses, lines of the board."""
    board, straps = wiring.board, wiring.config.straps
    used = {function.name for function in wiring.config.onboard}
    functions = [f for f in board.onboard if f.name in used]
    for chip in board.chips:
        if chip.optional and all(f.chip != chip.ref for f in functions):
            continue
        address = straps.adc if chip.ref == ADC_REF and straps.adc is not None else chip.address
        if address is not None and chip.bus:
            yield Claim(
                f"{chip.bus} address {address:#04x}",
                f"{board.id}: {chip.ref} {chip.title or chip.part}{_kernel(chip)}",
                CATALOG,
                chip.source,
                claimant="board",
            )
    for line in board.lines:
        if line.name == "BUZZER" and wiring.config.jumpers.buzzer is False:
            continue
        owner = f"{board.id}: {line.use}"
        yield Claim(f"{line.chip} line {line.line}", owner, CATALOG, line.source, claimant="board")
    for function in (f for f in functions if f.slot):
        owner = f"{board.id}: {function.title}"
        where = next(str(c.where) for c in wiring.config.onboard if c.name == function.name)
        yield Claim(f"slot {function.slot}", owner, where, function.source, claimant="board")
    if straps.external_i2c not in (None, "i2c-1"):
        yield from _rerouted(wiring)


def _kernel(chip: Fitted) -> str:
    return f" (the kernel's: {chip.kernel_driver})" if chip.kernel_driver else ""


def _rerouted(wiring: Wiring) -> Iterator[Claim]:
    straps, board = wiring.config.straps, wiring.board
    bus = next((b for b in board.buses if b.name == straps.external_i2c), None)
    for line in bus.lines if bus else ():
        owner = f"{board.id}: external I2C on {straps.external_i2c}"
        source = bus.source if bus else ""
        yield Claim(f"host line {line}", owner, str(straps.where), source, claimant="board")


def hat_claims(wiring: Wiring) -> Iterator[Claim]:
    """Every line of the header that the HAT is wired to, against what the board wired there."""
    hat, config = wiring.hat, wiring.config.hat
    if hat is None or config is None:
        return
    where = str(config.where)
    yield Claim("slot hat", f"hat: {hat.id}", where, hat.source, claimant="hat")
    yield from _hat_chips(wiring, where)
    used: set[int] = set()
    for slot in hat.slots:
        for signal in slot.signals:
            fits = not signal.revisions or config.revision in signal.revisions
            if signal.chip == "host" and signal.line is not None and fits:
                owner = f"hat: {hat.id} {slot.name} {signal.name}"
                resource = f"host line {signal.line}"
                shared = signal.name in ("SPI_CLK", "SPI_MISO", "SPI_MOSI")
                yield Claim(resource, owner, where, signal.source, shared, claimant="hat")
                used.add(signal.line)
    yield from _header_claims(wiring, used)


def _hat_chips(wiring: Wiring, where: str) -> Iterator[Claim]:
    hat = wiring.hat
    bus = wiring.config.straps.external_i2c or "i2c-1"
    for chip in hat.chips if hat else ():
        if hat and chip.address is not None and chip.bus != "i2c-0":
            owner = f"hat: {hat.id} {chip.ref} {chip.title or chip.part}"
            resource = f"{bus} address {chip.address:#04x}"
            yield Claim(resource, owner, where, chip.source, claimant="hat")


def _header_claims(wiring: Wiring, used: set[int]) -> Iterator[Claim]:
    """What else hangs on the lines of the header that the HAT uses, buses apart."""
    board = wiring.board
    buses = {line for bus in board.buses for line in bus.lines}
    own = {line.line for line in board.lines if line.chip == "host"}
    for entry in board.gpio:
        ends = [e for e in entry.ends if e != "hat"]
        if entry.chip == "host" and entry.line in used - buses - own and ends:
            owner = f"{board.id}: {entry.use}"
            resource = f"host line {entry.line}"
            yield Claim(resource, owner, CATALOG, entry.source, claimant=ends[0])


def module_claims(wiring: Wiring, placement: Placement) -> Iterator[Claim]:
    """What a module takes: its slot, its neighbours, addresses, signals, ports."""
    slot, module, where = placement.slot, placement.module, str(placement.config.where)
    name = slot.name
    yield Claim(f"slot {name}", placement.title, where, module.source, claimant=name)
    if module.form == LONG:
        for neighbour in slot.neighbours:
            owner = f"{placement.title}, a long module that covers {neighbour}"
            yield Claim(f"slot {neighbour}", owner, where, slot.source, claimant=name)
    yield from _fit_claims(wiring, placement, where)
    yield from _address_claims(wiring, placement, where)
    for use in module.used(placement.options):
        yield from _use_claims(wiring, placement, use, where)
    yield from _port_claims(wiring, placement, where)


def _fit_claims(wiring: Wiring, placement: Placement, where: str) -> Iterator[Claim]:
    """A connector that does not mate is claimed by both sides."""
    slot, module = placement.slot, placement.module
    accepted = not slot.accepts or module.form in slot.accepts
    if accepted and module.connector in ("", slot.connector):
        return
    resource = f"connector of {slot.name}"
    kind = module.connector or module.form
    yield Claim(resource, f"{placement.title} has {kind}", where, module.source, claimant=slot.name)
    owner = f"{wiring.board.id}: {slot.name} is {slot.connector}"
    yield Claim(resource, owner, CATALOG, slot.source, claimant="board")


def _address_claims(wiring: Wiring, placement: Placement, where: str) -> Iterator[Claim]:
    module, name = placement.module, placement.slot.name
    bus = wiring.i2c(placement.slot)
    if not bus:
        return
    chosen = placement.address
    for chip in (c for c in module.chips if c.address is not None and c.bus in I2C):
        address = chip.address if chosen is None else chosen
        chosen = None
        owner = f"{placement.title} {chip.ref} {chip.part}"
        resource = f"{bus} address {address:#04x}"
        yield Claim(resource, owner, where, chip.source, claimant=name)
    for answer in module.answers:
        owner = f"{placement.title} {answer.ref} {answer.use}"
        resource = f"{bus} address {answer.address:#04x}"
        yield Claim(resource, owner, where, answer.source, claimant=name, soft=True)


def _use_claims(wiring: Wiring, placement: Placement, use: Use, where: str) -> Iterator[Claim]:
    slot = placement.slot
    signal = wiring.signal(slot, use.signal)
    owner = f"{placement.title} {use.use}"
    if signal is None or signal.net == "NC":
        if placement.module.connector == slot.connector and not use.optional:
            yield from _missing(wiring, placement, use.signal, owner, where)
        return
    if signal.unknown and (use.when or not use.optional):
        yield from _unknown(wiring, placement, signal, owner, where)
    for resource, natural in wiring.ends(slot, signal):
        shared = use.shared or natural
        soft = _at_ease(wiring, use, resource)
        yield Claim(resource, owner, where, use.source, shared, slot.name, soft)
        for hub in wiring.upstream(resource):
            yield Claim(hub, f"{owner} ({resource})", where, use.source, True, slot.name)
    if signal.rail:
        yield from _switch_claims(wiring, placement, signal.rail, where)


def _at_ease(wiring: Wiring, use: Use, resource: str) -> bool:
    """An input of the module that rests high, on a line that is high to switch a supply on: both
    work, and the one cannot be driven without the other."""
    if not (use.optional and use.direction == "output" and use.safe is True):
        return False
    switches = {r.switched for r in wiring.board.rails if r.switched}
    return resource in {wiring.net(s) for s in switches}


def _unknown(
    wiring: Wiring, placement: Placement, signal: Signal, owner: str, where: str
) -> Iterator[Claim]:
    """A signal of the slot that ends somewhere, and nobody says where."""
    name = placement.slot.name
    resource = f"{signal.name} of {name}"
    yield Claim(resource, owner, where, placement.module.source, claimant=name)
    lacks = f"{wiring.board.id}: where {signal.name} of {name} ends is not known"
    yield Claim(resource, lacks, CATALOG, signal.source, claimant="board")


def _missing(
    wiring: Wiring, placement: Placement, name: str, owner: str, where: str
) -> Iterator[Claim]:
    """A signal that ends nowhere in this slot; no conflict where the vendor names the module."""
    slot, module = placement.slot, placement.module
    resource = f"{name} of {slot.name}"
    named = any(fit.module == module.id for fit in slot.fits)
    yield Claim(resource, owner, where, module.source, claimant=slot.name, soft=named)
    lacks = f"{wiring.board.id}: {slot.name} has none"
    yield Claim(resource, lacks, CATALOG, slot.source, claimant="board")


def _switch_claims(wiring: Wiring, placement: Placement, name: str, where: str) -> Iterator[Claim]:
    """A switched rail claims the line that switches it, for everybody who is fed from it."""
    rail = next((r for r in wiring.board.rails if r.name == name), None)
    if rail is None or not rail.switched:
        return
    owner = f"{placement.title} is fed by {name}, which {rail.switched} switches"
    yield Claim(wiring.net(rail.switched), owner, where, rail.source, True, "board")


def _port_claims(wiring: Wiring, placement: Placement, where: str) -> Iterator[Claim]:
    """What a card needs of its socket; a need that the socket lacks is a claim of both."""
    slot, module = placement.slot, placement.module
    for need in module.needs:
        names = NEEDS[need]
        signal = next((s for n in names if (s := slot.signal(n)) is not None), None)
        owner = f"{placement.title} needs {need}"
        if signal is None:
            yield from _missing(wiring, placement, need, owner, where)
            continue
        for resource, natural in wiring.ends(slot, signal):
            yield Claim(resource, owner, where, signal.source, natural, slot.name)
            for hub in wiring.upstream(resource):
                yield Claim(hub, f"{owner} ({resource})", where, signal.source, True, slot.name)


def host_claims(wiring: Wiring) -> Iterator[Claim]:
    """The console of the kernel; a cable in the Type-C socket takes the USB 2.0 hub away."""
    serial = next((b for b in wiring.board.buses if b.name == CONSOLE), None)
    if serial is not None and wiring.config.host.console:
        owner = f"{wiring.board.id}: serial console (the kernel's)"
        yield Claim(CONSOLE, owner, CATALOG, serial.source, claimant="kernel", soft=True)
    host = wiring.config.host
    hub = next((x for x in wiring.board.links if x.child == "usb2-hub"), None)
    if host.type_c and hub is not None:
        owner = "[host] type_c: the cable makes the CM4 a USB target and switches the hub off"
        yield Claim(hub.child, owner, str(host.where), hub.source, claimant="host")
