"""Write the generated pages of docs/reference/ from the catalog, the schema of the one file, the
commands and the error tree, and the drawings of docs/pinouts/. With --check: write nothing, fail
when a page is out of date."""

import argparse
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path

import click
from flows import flow_text, index_lines
from markdown import noted, table
from module_pages import APART, cards_page, module_page, modules_page
from setups import modelled

from wisgate.catalog.boards import Board
from wisgate.catalog.catalog import load
from wisgate.catalog.modules import Module
from wisgate.catalog.parts import Connector
from wisgate.cli import COMMANDS
from wisgate.cli.sections import Section, names, sections
from wisgate.config.load import load as load_config
from wisgate.config.reference import reference
from wisgate.core import errors
from wisgate.plan.drawing import plan_svg
from wisgate.plan.drawing.pinout import Pinout
from wisgate.plan.drawing.pinout_svg import pinout_svg
from wisgate.plan.drawing.pinouts import find
from wisgate.plan.plan import make

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "reference"
DRAWINGS = ROOT / "docs" / "pinouts"
MODULES = ROOT / "docs" / "modules"
FLOWS = ROOT / "node-red" / "flows"
WIRED = "pump-house"
"""The example whose wiring is drawn."""
DRAWN = (
    "rak7391/wisblock-1", "rak7391/wisblock-2", "rak7391/header", "rak7391/j39",
    "rak7391/mpcie-1", "rak7391/mpcie-2", "rak7391/mpcie-3", "rak5005-o/core", "rak5005-o/io",
    "rak5005-o/sensor-a", "rak5005-o/sensor-b", "rak5005-o/sensor-c", "rak5005-o/sensor-d",
    "rak5005-o/j10", "rak5005-o/j11", "rak5005-o/j12", "rak5005-o/battery", "rak5005-o/solar",
    "rak4631/pins", "rak4630/pads", "rak6421/io-1", "rak6421/io-2",
)  # fmt: skip

EXIT_CODES = {
    0: "fine",
    1: "a failure while running",
    2: "the file is wrong (syntax, unknown key, unknown module or slot, unit)",
    3: "the plan conflicts, or cannot fit",
    4: "the hardware differs from the plan",
    64: "wrong usage of a command",
}


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


def regions_page() -> Iterator[str]:
    yield from ("# Regions of LoRaWAN", "", "What each allows, with the source of every fact.", "")
    for region in load().regions.values():
        yield from (f"## {region.id}: {region.title}", "")
        yield from ((region.note, "") if region.note else ())
        for name in names(region, load()):
            for section in sections(region, name, load()):
                yield from section_lines(section)


LISTS: dict[str, Callable[[], Iterator[str]]] = {
    "boards.md": boards_page,
    "cards.md": cards_page,
    "chips.md": chips_page,
    "commands.md": command_page,
    "errors.md": error_page,
    "modules.md": modules_page,
    "regions.md": regions_page,
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
    pages |= {MODULES / f"{m.id}.md": noted(module_page(m)) for m in in_slots()}
    pages |= {FLOWS / f"{name}.json": flow_text(name) for name in modelled()}
    pages[FLOWS.parent / "README.md"] = noted(index_lines())
    return pages | {DRAWINGS / name: text for name, text in drawings().items()}


def in_slots() -> list[Module]:
    """The modules that have a page of their own."""
    return [m for m in load().modules.values() if m.form not in APART or m.registers]


def stale() -> list[str]:
    """The files that differ from what would be written, with those that nobody writes."""
    wanted = written()
    there = {
        p for folder in (PAGES, DRAWINGS, MODULES, FLOWS) for p in folder.glob("*") if p.is_file()
    }
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
