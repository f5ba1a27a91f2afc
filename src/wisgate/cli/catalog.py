"""wisgate catalog: what we know of boards, modules, chips and connectors, with sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..core.errors import CatalogError
from .options import json_option

if TYPE_CHECKING:
    from ..catalog.boards import Board
    from ..catalog.catalog import Catalog
    from ..catalog.lookup import Item
    from ..catalog.pages import Page

CATEGORIES = ("boards", "modules", "chips", "connectors", "regions", "pages")


class _Catalog(click.Group):
    """Imports `pinout` when it is called only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), "pinout"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "pinout":
            from .pinout import command as pinout

            return pinout
        return super().get_command(ctx, cmd_name)


class Address(click.ParamType[int]):
    """An I2C address: 0x51, 51h or 81."""

    name = "ADDRESS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value).lower()
        try:
            found = int(text[:-1], 16) if text.endswith("h") else int(text, 0)
        except ValueError:
            self.fail(f"{value!r} is no I2C address; write 0x51", param, ctx)
        if not 0 <= found <= 0x7F:
            self.fail(f"{value} is outside 0x00 to 0x7f", param, ctx)
        return found


@click.group(cls=_Catalog, epilog="Example: wisgate catalog show rak5801")
def command() -> None:
    """Look up boards, modules, chips and connectors."""


@command.command("list", epilog="Example: wisgate catalog list --category boards")
@click.option("--category", type=click.Choice(CATEGORIES), help="Only these.")
@json_option
def list_(category: str | None, as_json: bool) -> None:
    """List every entry, and the vendor's pages that they come from."""
    from ..catalog.catalog import load

    catalog = load()
    rows = [
        {"category": c, "id": e.id, "title": e.title, "evidence": getattr(e, "evidence", "")}
        for c, e in (*catalog, *(("pages", page) for page in catalog.pages.values()))
        if category in (None, c)
    ]
    if as_json:
        _json(rows)
        return
    width = max((len(row["id"]) for row in rows), default=0)
    for kind in dict.fromkeys(row["category"] for row in rows):
        click.echo(click.style(kind, bold=True))
        for row in (r for r in rows if r["category"] == kind):
            tail = f"  ({row['evidence']})" if row["evidence"] == "documented" else ""
            click.echo(f"  {row['id']:{width}}  {row['title']}{click.style(tail, dim=True)}")


@command.command(epilog="Example: wisgate catalog show rak7391 slots")
@click.argument("identifier", metavar="ID")
@click.argument("section", metavar="[SECTION]", default="")
@json_option
def show(identifier: str, section: str, as_json: bool) -> None:
    """Show one entry, every fact with its source.

    SECTION is a part of it: slots, pins, gpio, chips, straps, jumpers, reworks, power, headers,
    links, cards, generations, disagreements; of a module: uses, channels, options, chips, power;
    of a page of the vendor (s0 to s3): one of its tables, or statements.
    """
    from ..catalog.catalog import load
    from ..catalog.lookup import find
    from .pages import page

    catalog = load()
    if (printed := page(catalog, identifier)) is not None:
        _show_page(printed, section, as_json)
        return
    entry = find(catalog, identifier)
    if not section:
        _json(entry) if as_json else _show(catalog, entry)
        return
    if as_json:
        _json(_facts(catalog, entry, section))
        return
    tables = _sections(catalog, entry, section)
    from .tables import print_section

    for table in tables:
        print_section(table)


@command.command(epilog="Example: wisgate catalog pin rak7391 IO4")
@click.argument("on", metavar="BOARD")
@click.argument("asked", metavar="PIN")
@json_option
def pin(on: str, asked: str, as_json: bool) -> None:
    """Show where a pin or signal of a board ends.

    PIN is a signal (IO4), a pin of a slot or header (wisblock-1.32, j11.2), a GPIO (GPIO16), a line
    of an expander (IO2_4) or a port of a microcontroller (P0.17).
    """
    from ..catalog.catalog import load
    from ..catalog.lookup import board, pin

    catalog = load()
    places = pin(catalog, board(catalog, on), asked)
    if as_json:
        _json(places)
        return
    from .sections import Section, source
    from .tables import print_section

    rows = [
        (p.place, " ".join(map(str, p.pins)), p.name,
         p.ends + (f" ({', '.join(p.revisions)})" if p.revisions else ""), source(p))
        for p in places
    ]  # fmt: skip
    notes = [(f"{p.place} {p.name}", p.note) for p in places if p.note]
    print_section(Section("pin", "", ("On", "Pin", "Signal", "Ends at", "Source"), rows, notes))


@command.command(epilog="Example: wisgate catalog address 0x51")
@click.argument("address", type=Address())
@json_option
def address(address: int, as_json: bool) -> None:
    """Show who answers an I2C address, on every board and module, and what moves it away."""
    from ..catalog.catalog import load
    from ..catalog.lookup import answerers

    found = answerers(load(), address)
    if as_json:
        _json(found)
        return
    if not found:
        click.echo(f"nothing in the catalog answers {address:#04x}")
        return
    from .sections import Section
    from .tables import print_section

    rows = [
        (a.on, f"{a.chip} {a.part}", a.title, a.how,
         a.source + (f". The kernel owns it: {a.kernel_driver}" if a.kernel_driver else ""))
        for a in found
    ]  # fmt: skip
    notes = [(f"{a.on} {a.chip} moved away by", "; ".join(a.away)) for a in found if a.away]
    heads = ("On", "Chip", "", "How", "Source")
    print_section(Section("address", f"Who answers {address:#04x}", heads, rows, notes))


@command.command(epilog="Example: wisgate catalog strap rak7391")
@click.argument("on", metavar="[BOARD]", default="")
@json_option
def strap(on: str, as_json: bool) -> None:
    """Show the resistors that choose I2C addresses, of one board or module or of all."""
    from ..catalog.catalog import load
    from ..catalog.lookup import find

    catalog = load()
    entries = [find(catalog, on)] if on else [e for _, e in catalog]
    strapped = {
        e.id: [c for c in getattr(e, "chips", ()) if c.straps]
        for e in entries
        if any(c.straps for c in getattr(e, "chips", ()))
    }
    if as_json:
        _json(strapped)
        return
    if not strapped:
        click.echo(f"{on} has no straps for I2C addresses")
    for entry in (e for e in entries if e.id in strapped):
        _print_straps(catalog, entry)


def _print_straps(catalog: Catalog, entry: Item) -> None:
    from .sections import sections
    from .tables import print_section

    click.echo(click.style(f"{entry.id}: {entry.title}", bold=True))
    for table in (*sections(entry, "straps", catalog), *sections(entry, "reworks", catalog)):
        print_section(table)


def _sections(catalog: Catalog, entry: Item, asked: str) -> list[Any]:
    from ..catalog.boards import Board
    from .sections import ALIASES, names, sections

    name = ALIASES.get(asked.lower(), asked.lower())
    tables = sections(entry, name, catalog)
    if not tables and isinstance(entry, Board) and (slot := _slot_pins(catalog, entry, name)):
        return slot
    if not tables:
        known = ", ".join(names(entry, catalog)) or "none; leave it away"
        raise CatalogError(f"{entry.id} has no section {asked!r}; it has: {known}")
    return tables


def _facts(catalog: Catalog, entry: Item, asked: str) -> Any:
    from .sections import ALIASES, facts

    _sections(catalog, entry, asked)
    name = ALIASES.get(asked.lower(), asked.lower())
    for one in (*getattr(entry, "slots", ()), *getattr(entry, "headers", ())):
        if one.name == name:
            return one
    return facts(entry, name, catalog)


def _slot_pins(catalog: Catalog, board: Board, name: str) -> list[Any]:
    """The pins of one slot or header, asked for by its name."""
    from .sections import sections

    return [t for t in sections(board, "pins", catalog) if t.title.startswith(f"{name}: ")]


def _show(catalog: Catalog, entry: Item) -> None:
    from ..catalog.boards import Board
    from .sections import BRIEF, names, sections
    from .tables import print_heading, print_section, print_values

    print_heading(entry)
    possible = names(entry, catalog)
    shown = [n for n in possible if n in BRIEF] if isinstance(entry, Board) else possible
    for name in shown:
        for table in sections(entry, name, catalog):
            print_section(table)
    if not possible:
        print_values(entry)
    if rest := [n for n in possible if n not in shown]:
        click.echo(f"More: wisgate catalog show {entry.id} {'|'.join(rest)}")


def _show_page(printed: Page, section: str, as_json: bool) -> None:
    from .pages import page_sections
    from .tables import print_heading, print_section

    shown = page_sections(printed, section)
    if as_json:
        _json(_part(printed, section))
        return
    if not section:
        print_heading(printed)
    for table in shown:
        print_section(table)


def _part(printed: Page, section: str) -> Any:
    """What a section of a page holds."""
    if section.lower() == "statements":
        return printed.statements
    return next((t for t in printed.tables if t.id == section.lower()), printed)


def _json(value: Any) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value)).decode())
