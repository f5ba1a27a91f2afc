"""Write the generated pages of docs/reference/ from the catalog, the schema of the one file, the
commands and the error tree, and the drawings of docs/pinouts/. With --check: write nothing, fail
when a page is out of date."""

import argparse
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

import click

from wisgate.catalog.boards import Board
from wisgate.catalog.catalog import load
from wisgate.catalog.modules import Module, Use
from wisgate.catalog.parts import Connector
from wisgate.catalog.settings import Option
from wisgate.cli import COMMANDS
from wisgate.cli.sections import Section, names, sections
from wisgate.config.load import load as load_config
from wisgate.config.reference import reference
from wisgate.core import errors
from wisgate.core.units import display
from wisgate.plan.drawing import plan_svg
from wisgate.plan.drawing.pinout import Pinout
from wisgate.plan.drawing.pinout_svg import pinout_svg
from wisgate.plan.drawing.pinouts import find
from wisgate.plan.plan import make

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "reference"
DRAWINGS = ROOT / "docs" / "pinouts"
WIRED = "pump-house"
"""The example whose wiring is drawn."""
DRAWN = (
    "rak7391/wisblock-1", "rak7391/wisblock-2", "rak7391/header", "rak7391/j39",
    "rak7391/mpcie-1", "rak7391/mpcie-2", "rak7391/mpcie-3", "rak5005-o/core", "rak5005-o/io",
    "rak5005-o/sensor-a", "rak5005-o/sensor-b", "rak5005-o/sensor-c", "rak5005-o/sensor-d",
    "rak5005-o/j10", "rak5005-o/j11", "rak5005-o/j12", "rak5005-o/battery", "rak5005-o/solar",
    "rak4631/pins", "rak4630/pads", "rak6421/io-1", "rak6421/io-2",
)  # fmt: skip
NOTE = "<!-- Written by `make docs`; change the source, not this page. -->"

EXIT_CODES = {
    0: "fine",
    1: "a failure while running",
    2: "the file is wrong (syntax, unknown key, unknown module or slot, unit)",
    3: "the plan conflicts, or cannot fit",
    4: "the hardware differs from the plan",
    64: "wrong usage of a command",
}
LEVELS = {
    "documented": "in the catalog only: planned and checked, not run yet",
    "modelled": "driver and twin agree with a witness; tested on the virtual board",
    "proven": "run on named hardware, with a dated log in the repository",
}


FORMS = {
    "io": "40-pin slot", "sensor": "24-pin slot", "sensor-long": "24-pin slot, long",
    "core": "core slot", "hat": "header", "mpcie": "mPCIe", "m2": "M.2", "poe": "PoE socket",
    "power": "power", "oled": "display socket",
}  # fmt: skip
APART = ("mpcie", "m2", "poe", "power")
"""Forms of the second page of modules."""


def row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", r"\|").strip() for cell in cells) + " |"


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A Markdown table with an empty line after it; nothing when there are no rows."""
    body = [row(*cells) for cells in rows]
    names = list(head)
    return [row(*names), row(*["---"] * len(names)), *body, ""] if body else []


def shown(value: object, name: str = "") -> str:
    """A value as the user's file writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:#04x}" if name == "address" and isinstance(value, int) else str(value)


def error_page() -> Iterator[str]:
    yield from ("# Errors and exit codes", "", "Every command ends with one of these codes.", "")
    yield from table(("Code", "Means"), EXIT_CODES.items())
    yield from ("Errors are one tree; an error that is retryable may pass by itself.", "")
    tree = inspect.getdoc(errors) or ""
    yield from ("```", *tree[tree.index("WisgateError") :].splitlines(), "```")


def command_lines(name: str) -> Iterator[str]:
    command: click.Command = import_module(f"wisgate.cli.{name}").command
    yield from (f"## wisgate {name}", "")
    yield from command_help(command, f"wisgate {name}")
    if isinstance(command, click.Group):
        for inner in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), inner)
            assert found is not None
            yield from (f"### wisgate {name} {inner}", "")
            yield from command_help(found, f"wisgate {name} {inner}")


def command_help(command: click.Command, path: str) -> Iterator[str]:
    context = click.Context(command, info_name=path, terminal_width=90, max_content_width=90)
    yield from ("```text", *command.get_help(context).rstrip().splitlines(), "```", "")


def command_page() -> Iterator[str]:
    yield from ("# Commands", "", "Exit codes are explained in [Errors](errors.md).", "")
    yield from table(("Command", ""), ((f"`wisgate {n}`", text) for n, text in COMMANDS.items()))
    for name in COMMANDS:
        yield from command_lines(name)


def module_lines(module: Module) -> Iterator[str]:
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


def channel_lines(module: Module) -> list[str]:
    return table(
        ("Channel", "", "Unit", "Range", "Safe state"),
        (
            (
                f"`{c.name}`",
                c.title,
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
        given = f"with {use.when[0]} = {shown(use.when[1])}" if use.when else ""
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
    yield from module_table(modules)
    yield from (f"- *{level}*: {meaning}" for level, meaning in LEVELS.items())
    yield ""
    for module in modules:
        yield from module_lines(module)


def cards_page() -> Iterator[str]:
    yield from ("# Cards, PoE, batteries", "", "What goes into mPCIe and M.2 sockets, and what")
    yield from ("feeds a board. They are planned and checked; none of them has a driver.", "")
    modules = [m for m in load().modules.values() if m.form in APART]
    yield from module_table(modules)
    for module in modules:
        yield from module_lines(module)


def module_table(modules: Sequence[Module]) -> list[str]:
    rows = ((f"`{m.id}`", m.title, m.category, FORMS[m.form], m.evidence) for m in modules)
    return table(("Module", "", "Kind", "Place", "Evidence"), rows)


def chips_page() -> Iterator[str]:
    yield from ("# Chips", "")
    yield from table(
        ("Chip", "", "Datasheet", "Addresses", "Supply", "Evidence", "Recognised by"),
        (
            (
                f"`{c.id}`",
                c.title,
                f"{c.vendor}, {c.datasheet}",
                " ".join(f"{a:#04x}" for a in c.addresses),
                c.supply,
                c.evidence,
                c.identity,
            )
            for c in load().chips.values()
        ),
    )


def board_lines(board: Board) -> Iterator[str]:
    yield from (f"## {board.title}", "")
    yield f"{board.vendor}. Evidence: *{board.evidence}*. Source: {board.source}."
    yield from ("", board.note, "")
    for name in names(board, load()):
        for section in sections(board, name, load()):
            yield from section_lines(section)


def section_lines(section: Section) -> Iterator[str]:
    yield from (f"### {section.title}", "")
    yield from table(section.columns, ([c.replace("\n", "; ") for c in r] for r in section.rows))
    notes = list(dict.fromkeys(section.notes))
    yield from (f"- *{about}*: {note}" for about, note in notes)
    if notes:
        yield ""


def boards_page() -> Iterator[str]:
    yield from ("# Boards", "", "Every fact names its source; what is not printed by the vendor")
    yield from ("of the board says in brackets how we know it.", "")
    for board in load().boards.values():
        yield from board_lines(board)
    for connector in load().connectors.values():
        yield from connector_lines(connector)


def connector_lines(connector: Connector) -> Iterator[str]:
    yield from (f"## Connector `{connector.id}`: {connector.title}", "")
    yield from table(("Pin", "Signal"), ((p.number, f"`{p.signal}`") for p in connector.pins))


def noted(lines: Iterator[str]) -> str:
    """The text of a page, under a note that nobody writes it by hand."""
    return "\n".join(line.rstrip() for line in [NOTE, "", *lines]).rstrip() + "\n"


LISTS: dict[str, Callable[[], Iterator[str]]] = {
    "boards.md": boards_page,
    "cards.md": cards_page,
    "chips.md": chips_page,
    "commands.md": command_page,
    "errors.md": error_page,
    "modules.md": modules_page,
}


WRITTEN: dict[str, Callable[[], str]] = {
    **{name: lambda lines=lines: noted(lines()) for name, lines in LISTS.items()},
    "configuration.md": reference,
}


def drawings() -> dict[str, str]:
    """Every file of docs/pinouts/ with its text."""
    pinouts = [p for name in DRAWN for p in find(load(), name)]
    plan = make(load_config(ROOT / "examples" / f"{WIRED}.toml"), load())
    return {
        "README.md": noted(drawing_page(pinouts)),
        f"{WIRED}.svg": plan_svg(plan),
        **{drawing_name(p): pinout_svg([p]) for p in pinouts},
    }


def drawing_name(pinout: Pinout) -> str:
    return pinout.key.replace("/", "-").replace("@", "-") + ".svg"


def drawing_page(pinouts: Iterable[Pinout]) -> Iterator[str]:
    yield from ("# Pinouts", "")
    yield "Each as a drawing; `wisgate catalog pinout NAME` prints it, `--svg FILE` writes it."
    yield ""
    rows = ((f"`{p.key}`", f"[{p.title}]({drawing_name(p)})") for p in pinouts)
    yield from table(("Name", "Drawing"), rows)
    yield from (
        f"`wisgate plan FILE --svg DRAWING` draws a file. This is `examples/{WIRED}.toml`:",
        "", f"![Wiring of {WIRED}]({WIRED}.svg)",
    )  # fmt: skip


def written() -> dict[Path, str]:
    """Every generated file with its text."""
    pages = {PAGES / name: text() for name, text in WRITTEN.items()}
    return pages | {DRAWINGS / name: text for name, text in drawings().items()}


def stale() -> list[str]:
    """The files that differ from what would be written, with those that nobody writes."""
    wanted = written()
    there = {p for folder in (PAGES, DRAWINGS) for p in folder.glob("*") if p.is_file()}
    wrong = [f"{p.relative_to(ROOT)}: nobody writes it" for p in sorted(there - set(wanted))]
    for path, text in wanted.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            wrong.append(f"{path.relative_to(ROOT)} is out of date; run `make docs`")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        wrong = stale()
        print("\n".join(wrong) or "docs: generated pages are up to date")
        return 1 if wrong else 0
    for path, text in written().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
