"""Pages of modules: the tables of all of them, and a page for each that goes into a slot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown import shown, table
from setups import example, gateway_file, printed

from wisgate.catalog.boards import Board, Slot
from wisgate.catalog.catalog import load
from wisgate.catalog.modules import Module, Use
from wisgate.catalog.settings import Argument, Option
from wisgate.core.units import display

PINNED = ("rak7391", "rak6421")
"""Boards whose slots the pages show."""
FORMS = {
    "io": "40-pin slot", "sensor": "24-pin slot", "sensor-long": "24-pin slot, long",
    "core": "core slot", "hat": "header", "mpcie": "mPCIe", "m2": "M.2", "poe": "PoE socket",
    "power": "power", "oled": "display socket",
}  # fmt: skip
APART = ("mpcie", "m2", "poe", "power")
"""Forms of the second page of modules."""


LEVELS = {
    "documented": "in the catalog only: planned and checked, not run yet",
    "modelled": "driver and twin agree with a witness; tested on the virtual board",
    "proven": "run on named hardware, with a dated log in the repository",
}


def module_lines(module: Module) -> Iterator[str]:
    """A card on the page of all of them."""
    yield from (f"## {module.id.upper()}: {module.title}", "", f"{summary(module)}.")
    yield from (f"Source: {module.source}.{f' {module.note}' if module.note else ''}", "")
    if module.units:
        yield from ("Its points are the registers of the units in the user's file.", "")
    for tell in (channel_lines, option_lines, signal_lines, chip_lines, cost_lines, hint_lines):
        yield from tell(module)


def summary(module: Module) -> str:
    parts = [f"Evidence: *{module.evidence}*"]
    if module.interval:
        parts.append(f"sampled every {module.interval}")
    if module.settles:
        parts.append(f"settles in {module.settles}")
    if module.size:
        parts.append("{:g} x {:g} mm".format(*module.size))
    if module.needs:
        parts.append(f"needs {', '.join(module.needs)}")
    return "; ".join(parts)


def condition(when: tuple[str, str | int | bool] | None) -> str:
    """What must be chosen for something to be there."""
    return f"with {when[0]} = {shown(when[1])}" if when else ""


def channel_lines(module: Module) -> list[str]:
    return table(
        ("Channel", "", "Unit", "Range", "Safe state"),
        (
            (
                f"`{c.name}`",
                "; ".join(filter(None, (c.title, condition(c.when)))),
                display(c.unit),
                " to ".join(c.range or ()),
                f"`{shown(c.safe)}`" if c.writable and c.safe is not None else "",
            )
            for c in module.channels
        ),
    )


def option_lines(module: Module) -> list[str]:
    return table(
        ("Option", "", "Default", "Possible"),
        (
            (
                f"`{o.name}`",
                o.title,
                f"`{shown(o.default, o.name)}`",
                possible(o),
            )
            for o in module.options
        ),
    )


def possible(option: Option) -> str:
    if isinstance(option.default, bool):
        return "true, false"
    choices = ", ".join(shown(choice, option.name) for choice in option.choices)
    return choices or f"{option.minimum} to {option.maximum}"


def signal_lines(module: Module) -> list[str]:
    def when(use: Use) -> str:
        given = condition(use.when)
        return "; ".join(filter(None, (given, "may stay unused" if use.optional else "")))

    return table(
        ("Signal", "Used for", "Direction", "", "Source"),
        ((f"`{u.signal}`", u.use, u.direction, when(u), u.source) for u in module.uses),
    )


def chip_lines(module: Module) -> Iterator[str]:
    yield from table(
        ("Chip", "", "Address", "Source"),
        (
            (f"`{c.part}`", c.title, shown(c.address, "address") if c.address else "", c.source)
            for c in module.chips
        ),
    )
    for chip in module.chips:
        straps = (f"{s.address:#04x} with {s.fitted}" for s in chip.straps)
        if chip.straps:
            yield from (f"Straps of {chip.ref}: {'; '.join(straps)}.", "")
    for answer in module.answers:
        yield from (f"{answer.ref} answers to {answer.address:#04x}, too: {answer.use}.",)
        yield from (f"Cure: {answer.cure}.", "")


def cost_lines(module: Module) -> Iterator[str]:
    yield from table(
        ("Draws from", "Typical", "At most", "Source"),
        ((f"`{d.rail}`", d.typical, d.maximum, f"{d.source} ({d.confidence})")
         for d in module.draws),
    )  # fmt: skip
    yield from table(
        ("Gives", "Volts", "Current", "Power", "Source"),
        ((f"`{g.rail}`", f"{g.minimum} to {g.maximum}", g.current, g.power, g.source)
         for g in module.gives),
    )  # fmt: skip
    yield from table(
        ("One sample on", "Transactions", "Bytes written", "Bytes read", "Waits", "Source"),
        ((c.bus, c.transactions, c.writes, c.reads, c.wait, c.source)
         for c in module.conversation),
    )  # fmt: skip


def hint_lines(module: Module) -> Iterator[str]:
    yield from (f"- {subject.capitalize()}: {limit}." for subject, limit in module.limits.items())
    yield from (f"- {line}" for line in module.wiring)
    yield from (f"- Rework: {r.title} ({r.source})." for r in module.reworks)
    for entry in module.disagreements:
        claims = "; ".join(f"{c.says} ({c.source})" for c in entry.claims)
        yield f"- Sources disagree on: {entry.topic}. {claims}. Taken: {entry.resolution}."
    yield ""


def modules_page() -> Iterator[str]:
    yield from ("# Modules", "", "What goes into a WisBlock slot, and displays. Cards, PoE and")
    yield from ("batteries are on [a page of their own](cards.md).", "")
    modules = [m for m in load().modules.values() if m.form not in APART]
    yield from module_table(modules, "../modules/")
    yield from (f"- *{level}*: {meaning}" for level, meaning in LEVELS.items())


def cards_page() -> Iterator[str]:
    yield from ("# Cards, PoE, batteries", "", "What goes into mPCIe and M.2 sockets, and what")
    yield from (
        "feeds a board. They are planned and checked; none of them has a driver of its own.",
        "",
    )
    modules = [m for m in load().modules.values() if m.form in APART]
    yield from module_table(modules)
    for module in modules:
        yield from module_lines(module)


def module_table(modules: Sequence[Module], folder: str = "") -> list[str]:
    """A row a module; the name leads to its page in `folder`, if there is one."""

    def name(module: Module) -> str:
        return f"[`{module.id}`]({folder}{module.id}.md)" if folder else f"`{module.id}`"

    rows = ((name(m), m.title, m.category, FORMS[m.form], m.evidence) for m in modules)
    return table(("Module", "", "Kind", "Place", "Evidence"), rows)


def module_page(module: Module) -> Iterator[str]:
    """The page of one module."""
    yield from (f"# {module.id.upper()}: {module.title}", "", f"{summary(module)}.")
    yield from (f"Source: {module.source}.{f' {module.note}' if module.note else ''}", "")
    if module.units:
        yield from ("Its points are the registers of the units in the user's file.", "")
    if module.registers:
        yield from (f'Write `model = "{module.id}"` in a `[[slot.unit]]` of a serial line.', "")
    if module.runs or module.registers:
        yield from example_lines(module)
    yield from titled("Channels", channel_lines(module))
    yield from titled("Registers", register_lines(module))
    yield from titled("Options", option_lines(module))
    yield from titled("Commands", command_lines(module))
    yield from titled("Signals", signal_lines(module))
    yield from titled("Where they end", pin_lines(module))
    yield from titled("Chips and addresses", list(chip_lines(module)))
    yield from titled("What it takes", list(cost_lines(module)))
    yield from titled("Wiring, limits and doubts", list(hint_lines(module)))


def register_lines(module: Module) -> list[str]:
    """Of what is a unit itself."""
    if not module.registers:
        return []
    rows = (
        (f"`{r.name}`", r.title, f"{r.kind} {r.address:#06x}", r.type,
         f"{r.scale:g}{f' over `{r.over}`' if r.over else ''}", r.unit or "-")
        for r in module.registers
    )  # fmt: skip
    return table(("Register", "", "Place", "Type", "Scale", "Unit"), rows)


def titled(title: str, lines: Sequence[str]) -> Iterator[str]:
    """A section; nothing when it is empty."""
    if any(lines):
        yield from (f"## {title}", "", *lines, "")


def example_lines(module: Module) -> Iterator[str]:
    name = module.id
    yield from ("## Try it", "", f"`python examples/{name}.py` on the virtual board as it stands,")
    yield from ("with `--hardware` on this machine:", "", "```python")
    yield from (*example(name).rstrip().splitlines(), "```", "")
    yield from ("It prints:", "", "```text", *printed(name).rstrip().splitlines(), "```", "")
    yield "As a gateway, with values and outputs over MQTT and a dashboard; save it as"
    yield from ("`gateway.toml`, then `wisgate run gateway.toml --virtual`:", "", "```toml")
    yield from (*gateway_file(name).rstrip().splitlines(), "```", "")
    yield f"[`{name}.json`](../../node-red/flows/{name}.json) is a flow for Node-RED that shows the"
    yield from (
        "values of this gateway and drives its outputs ([how](../../node-red/README.md)).",
        "",
    )


def command_lines(module: Module) -> list[str]:
    """What the module can be told to do."""
    return table(
        ("Command", "", "Arguments", "Gives"),
        (
            (f"`{c.name}`", c.title, "; ".join(argument_text(a) for a in c.arguments), c.returns)
            for c in module.commands
        ),
    )


def argument_text(argument: Argument) -> str:
    parts = [f"`{argument.name}`: {argument.title}"]
    if argument.choices:
        parts.append(f"one of {', '.join(shown(c) for c in argument.choices)}")
    if argument.default is not None:
        parts.append(f"`{shown(argument.default)}` if left out")
    elif not argument.required:
        parts.append("may be left out")
    return ", ".join(parts)


def pin_lines(module: Module) -> list[str]:
    """Where each signal ends, in every slot that the module fits into."""
    slots = [
        (board, slot)
        for board in load().boards.values()
        if board.id in PINNED
        for slot in board.slots
        if module.form in slot.accepts
    ]
    rows = []
    for use in module.uses:
        ends = [slot_end(board, slot, use.signal) for board, slot in slots]
        rows.append((f"`{use.signal}`", *ends))
    heads = [f"{board.id} {slot.name}" for board, slot in slots]
    return table(("Signal", *heads), rows) if slots else []


def slot_end(board: Board, slot: Slot, name: str) -> str:
    """Where a signal of a slot ends on its board, with its pins."""
    alike = {"TXD1": "UART1", "RXD1": "UART1", "I2C1_SDA": "I2C1", "I2C1_SCL": "I2C1"}
    signal = slot.signal(name) or slot.signal(alike.get(name, name))
    if signal is None:
        return "not there"
    where = signal.bus or signal.uart or signal.rail or signal.usb or signal.net
    if signal.line is not None:
        where = (
            f"GPIO{signal.line}" if signal.chip == "host" else f"{signal.chip} line {signal.line}"
        )
    elif signal.ain is not None:
        where = f"{signal.chip} input {signal.ain}"
    pins = f" (pin {', '.join(str(p) for p in signal.pins)})" if signal.pins else ""
    return f"{where or 'not documented'}{pins}"
