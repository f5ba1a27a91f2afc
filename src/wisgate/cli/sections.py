"""What the catalog shows of an entry: sections, each a table with a source in every row."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..catalog.boards import Board
from ..catalog.catalog import Catalog
from ..catalog.facts import Confidence, Entry
from ..catalog.lookup import Item, Place, places
from ..catalog.regions import Region
from .functions import commands, options, points, runs
from .region_tables import REGION

Show = Callable[[Any], str]
Column = tuple[str, str | Show]


@dataclass(frozen=True)
class Section:
    """A table: the last column is the source."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: Sequence[tuple[str, str]] = ()
    """(what it is about, note): shown below the table."""


def _address(row: Any) -> str:
    return "" if row.address is None else f"{row.address:#04x}"


def _range(row: Any) -> str:
    low, high = row.minimum, row.maximum
    return f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"


def _channel_range(row: Any) -> str:
    return " to ".join(row.range or ())


def _pins(row: Any) -> str:
    return " ".join(str(p) for p in row.pins)


def _classes(row: Any) -> str:
    listed = [f"{c.name} {c.power} ({row.output}, {c.current})" for c in row.classes]
    return ", ".join(listed) or row.power


def _straps(row: Any) -> str:
    return " ".join(f"{s.address:#04x}" for s in row.straps)


def _written(row: Any, value: object) -> str:
    """A value of an option as the user's file writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:#04x}" if row.name == "address" and isinstance(value, int) else str(value)


def _default(row: Any) -> str:
    return _written(row, row.default)


def _choices(row: Any) -> str:
    if isinstance(row.default, bool):
        return "true, false"
    listed = ", ".join(_written(row, c) for c in row.choices)
    return listed or f"{row.minimum} to {row.maximum}"


def _when(row: Any) -> str:
    if row.when:
        name, value = row.when
        return f"with {name} = {str(value).lower() if isinstance(value, bool) else value}"
    return "may stay unused" if row.optional else ""


def _level(row: Any) -> str:
    return {True: "high", False: "low"}.get(row.safe, "")


def _safe(row: Any) -> str:
    return "" if row.safe is None else str(row.safe).lower()


def _roles(row: Any) -> str:
    return "; ".join(f"{r.use} ({r.rank})" for r in row.roles)


def _claims(row: Any) -> str:
    said = "\n".join(f"{c.source}: {c.says}" for c in row.claims)
    return f"{said}\n=> {row.resolution}"


def _lines(field: str) -> Show:
    return lambda row: "\n".join(getattr(row, field))


def _listed(field: str) -> Show:
    return lambda row: ", ".join(str(v) for v in getattr(row, field))


def _effect(row: Any) -> str:
    return " = ".join(str(part) for part in row.effect or ())


_BOARD: dict[str, tuple[tuple[str, str, tuple[Column, ...]], ...]] = {
    "slots": (("slots", "Slots", (("Slot", "name"), ("", "title"), ("Takes", _listed("accepts")),
              ("A long one covers", _listed("neighbours")), ("Meant for", _roles))),),
    "chips": (("chips", "Chips", (("Ref", "ref"), ("Part", "part"), ("", "title"), ("Bus", "bus"),
              ("Address", _address), ("By straps", _straps), ("Kernel", "kernel_driver"))),),
    "buses": (("buses", "Buses", (("Bus", "name"), ("Kind", "kind"), ("Clock", "clock"),
              ("GPIO", _listed("lines")))),),
    "jumpers": (("jumpers", "Jumpers", (("Header", "header"), ("Pins", _pins), ("Name", "name"),
                ("When fitted", "fitted"), ("[jumpers]", "setting"))),),
    "reworks": (("reworks", "Reworks", (("Id", "id"), ("", "title"), ("Steps", _lines("steps")),
                ("Then write", _effect))),),
    "power": (
        ("inputs", "Power inputs", (("Input", "name"), ("", "title"), ("Voltage", _range),
         ("Power", _classes), ("Needs", "needs"), ("Only one of", "exclusive"))),
        ("rails", "Rails", (("Rail", "name"), ("Voltage", "voltage"), ("At most", "limit"),
         ("From", "origin"), ("Switched by", "switched"))),
        ("limits", "Limits", (("Of", "subject"), ("", "quantity"), ("Value", _range))),
    ),
    "headers": (("headers", "Headers and connectors", (("Name", "name"), ("", "title"),
                ("Kind", "kind"))),),
    "links": (("links", "USB, PCIe and Ethernet", (("Port", "child"), ("Behind", "parent"),
              ("Kind", "kind"), ("Bandwidth", "bandwidth"))),),
    "functions": (
        ("lines", "Lines of the board itself", (("Name", "name"), ("Chip", "chip"),
         ("Line", "line"), ("Use", "use"), ("", "direction"))),
        ("onboard", "Functions", (("Name", "name"), ("", "title"), ("Interval", "interval"),
         ("Runs", runs), ("Points", points), ("Options", options), ("Commands", commands))),
    ),
    "generations": (("generations", "Generations", (("", "number"), ("When", "title"),
                    ("Expanders", "expanders"), ("Slots", "mapping"))),),
    "disagreements": (("disagreements", "Where sources disagree", (("", "id"), ("On", "topic"),
                      ("Said, and taken", _claims))),),
}  # fmt: skip
_MODULE: dict[str, tuple[tuple[str, str, tuple[Column, ...]], ...]] = {
    "uses": (("uses", "Uses", (("Signal", "signal"), ("For", "use"), ("", "direction"), ("", _when),
             ("Safe", _level))),),
    "channels": (("channels", "Channels", (("Channel", "name"), ("", "title"), ("Unit", "unit"),
                 ("Range", _channel_range), ("Safe", _safe))),),
    "options": (("options", "Options", (("Option", "name"), ("", "title"), ("Default", _default),
                ("Possible", _choices))),),
    "chips": (*_BOARD["chips"], ("answers", "Further addresses", (("Ref", "ref"),
              ("Address", _address), ("", "use"), ("Cure", "cure")))),
    "costs": (("conversation", "What a sample costs", (("On", "bus"),
              ("Transactions", "transactions"), ("Bytes written", "writes"),
              ("Bytes read", "reads"), ("Waits", "wait"))),),
    "power": (("draws", "Draws", (("Rail", "rail"), ("Typical", "typical"),
              ("At most", "maximum"))),
              ("gives", "Gives", (("Rail", "rail"), ("Voltage", _range), ("Current", "current"),
              ("Power", "power")))),
    "reworks": (("reworks", "Reworks", (("Id", "name"), ("", "title"), ("Then write", _effect))),),
    "disagreements": _BOARD["disagreements"],
}  # fmt: skip
_REGION = REGION | {"disagreements": _BOARD["disagreements"]}
BRIEF = ("slots", "chips", "straps", "jumpers", "reworks", "power", "headers", "links",
         "functions", "generations", "disagreements")  # fmt: skip
"""What `show` prints of a board without a section: everything but the long lists of pins."""
ALIASES = {"usb": "links", "pcie": "links", "connectors": "headers", "j39": "jumpers",
           "address": "chips", "addresses": "chips", "rails": "power", "inputs": "power",
           "limits": "power", "lines": "functions", "conflicts": "disagreements",
           "i2c": "chips"}  # fmt: skip


def names(entry: Item, catalog: Catalog) -> list[str]:
    """Sections that an entry has."""
    return [name for name in _possible(entry) if sections(entry, name, catalog)]


def _possible(entry: Item) -> tuple[str, ...]:
    if isinstance(entry, Board):
        return tuple(dict.fromkeys((*BRIEF, "buses", *_LONG)))
    return tuple(_REGION) if isinstance(entry, Region) else (*_MODULE, "straps")


def _described(entry: Item, name: str) -> tuple[tuple[str, str, tuple[Column, ...]], ...]:
    tables = {Board: _BOARD, Region: _REGION}.get(type(entry), _MODULE)
    return tables.get(name, ())


def sections(entry: Item, name: str, catalog: Catalog) -> list[Section]:
    """The tables of a section; those without a row are left out."""
    if name in _LONG:
        found: Iterator[Section] = _LONG[name](entry, catalog)
    else:
        found = (_section(entry, name, *one) for one in _described(entry, name))
    return [s for s in found if s.rows]


def facts(entry: Item, name: str, catalog: Catalog) -> dict[str, Any]:
    """What a section is made of, complete; {} when the entry has no such section."""
    chips = {c.ref: c.straps for c in getattr(entry, "chips", ()) if c.straps}
    if name == "straps":
        return chips
    if name in _LONG and isinstance(entry, Board):
        slots = {s.name: s.fits for s in entry.slots if s.fits}
        found = {"pins": list(places(catalog, entry)), "gpio": entry.gpio, "cards": slots}
        return {name: found[name]}
    fields = (field for field, *_ in _described(entry, name))
    return {field: getattr(entry, field) for field in fields if getattr(entry, field, ())}


def _section(entry: Item, name: str, field: str, title: str, columns: Sequence[Column]) -> Section:
    held = getattr(entry, field, ()) or ()
    rows: Sequence[Any] = (held,) if isinstance(held, Entry) else held
    heads = tuple(head for head, _ in columns)
    cells = [(*(_cell(row, what) for _, what in columns), source(row)) for row in rows]
    if cells:
        full = [n for n in range(len(heads)) if any(row[n] for row in cells)]
        cells = [(*(row[n] for n in full), row[-1]) for row in cells]
        heads = tuple(heads[n] for n in full)
    noted = [(_cell(row, columns[0][1]), row.note) for row in rows if getattr(row, "note", "")]
    return Section(name, title, (*heads, "Source"), cells, noted)


def _cell(row: Any, what: str | Show) -> str:
    text = what(row) if callable(what) else getattr(row, what)
    return "" if text is None else str(text)


def source(row: Any) -> str:
    """Confidence where it is not plain documentation, and the source."""
    confidence = getattr(row, "confidence", Confidence.DOCUMENTED)
    mark = "" if confidence is Confidence.DOCUMENTED else f"[{confidence}] "
    return f"{mark}{row.source}"


def _pin_tables(entry: Item, catalog: Catalog) -> Iterator[Section]:
    if not isinstance(entry, Board):
        return
    titles = {s.name: f"{s.name}: {s.title}" for s in entry.slots}
    titles |= {h.name: f"{h.name}: {h.title}" for h in entry.headers}
    titles["connector"] = "Connector"
    grouped: dict[str, list[tuple[str, ...]]] = {}
    notes: dict[str, list[tuple[str, str]]] = {}
    for place in sorted(places(catalog, entry), key=_first_pin):
        ends = place.ends + (f" ({', '.join(place.revisions)})" if place.revisions else "")
        cells = (_pins(place), place.name, ends, source(place))
        grouped.setdefault(place.place, []).append(cells)
        if place.note:
            notes.setdefault(place.place, []).append((place.name, place.note))
    for name in (name for name in titles if name in grouped):
        rows = grouped[name]
        heads = ("Pin", "Signal", "Ends at", "Source")
        yield Section("pins", titles[name], heads, rows, notes.get(name, ()))


def _first_pin(place: Place) -> tuple[float, str]:
    first = place.pins[0] if place.pins else ""
    return (first, "") if isinstance(first, int) else (math.inf, first)


def _gpio(entry: Item, _: Catalog) -> Iterator[Section]:
    if isinstance(entry, Board):
        for chip in dict.fromkeys(one.chip for one in entry.gpio):
            title = "GPIO of the CM4" if chip == "host" else f"Expander {chip}"
            rows = [
                (str(a.line), a.name, a.use, ", ".join(a.ends), source(a))
                for a in entry.gpio
                if a.chip == chip
            ]
            yield Section("gpio", title, ("Line", "Name", "Use", "Reaches", "Source"), rows)


def _strap_tables(entry: Item, _: Catalog) -> Iterator[Section]:
    for chip in getattr(entry, "chips", ()):
        rows = [
            (f"{s.address:#04x}", s.fitted, s.removed, "as shipped" if s.default else "", source(s))
            for s in chip.straps
        ]
        yield Section(
            "straps", f"Straps of {chip.ref}, {chip.title or chip.part}",
            ("Address", "Fitted", "Not fitted", "", "Source"), rows,
        )  # fmt: skip


def _cards(entry: Item, _: Catalog) -> Iterator[Section]:
    if isinstance(entry, Board):
        for slot in entry.slots:
            rows = [(f.product, f.module, f.interface, source(f)) for f in slot.fits]
            yield Section("cards", f"Products for {slot.name}",
                          ("Product", "Module", "By", "Source"), rows)  # fmt: skip


_LONG: dict[str, Callable[[Item, Catalog], Iterator[Section]]] = {
    "pins": _pin_tables, "gpio": _gpio, "straps": _strap_tables, "cards": _cards,
}  # fmt: skip
