"""Every option of the one file is read, documented, and used in an example."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from source_tree import PACKAGE, ROOT, against, demand_none, modules, relative

from wisgate.config.schema import GATEWAY
from wisgate.config.tables import Section, Shape

EXAMPLES = sorted((ROOT / "examples").rglob("*.toml"))


def sections(top: Section = GATEWAY) -> Iterator[Section]:
    yield top
    for inner in top.sections:
        yield from sections(inner)


def tables(section: Section, values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tables of one kind inside the values of the kind above it."""
    found = values.get(section.key, [])
    if section.shape is Shape.NAMED and isinstance(found, dict):
        return [table for table in found.values() if isinstance(table, dict)]
    return [found] if isinstance(found, dict) else list(found)


def used(section: Section, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in values:
        yield section.path, name
    for inner in section.sections:
        for table in tables(inner, values):
            yield from used(inner, table)


def test_every_option_is_used_in_an_example() -> None:
    seen = {
        pair
        for path in EXAMPLES
        for pair in used(GATEWAY, tomllib.loads(path.read_text(encoding="utf-8")))
    }
    shared = [o for s in sections() for o in s.options if (s.path, o.name) in seen]
    unused = {
        f"{section.header} {option.name}": "in no file of examples/"
        for section in sections()
        for option in section.options
        if not any(option is other for other in shared)
    }
    demand_none(against(unused, "allowed_options.txt"))


def test_every_option_has_a_sentence_and_an_example() -> None:
    wrong = []
    for section in sections():
        for option in section.options:
            where = f"{section.header} {option.name}"
            if not option.doc.rstrip().endswith("."):
                wrong.append(f"{where}: its doc is no sentence")
            try:
                tomllib.loads(f"x = {option.example}")
            except tomllib.TOMLDecodeError as error:
                wrong.append(f"{where}: its example {option.example} is no TOML: {error}")
    demand_none(wrong)


def test_the_example_of_every_option_is_accepted() -> None:
    for section in sections():
        for option in section.options:
            option.reader.read(tomllib.loads(f"x = {option.example}")["x"])


def test_every_option_is_read() -> None:
    """An option that no reader asks for is a promise that nobody keeps."""
    readers = [p for p in modules() if p.parent.name == "config"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in readers)
    wrong = []
    for path in sorted((PACKAGE / "config" / "schema").glob("*.py")):
        own = path.read_text(encoding="utf-8")
        for name in re.findall(r"^([A-Z][A-Z_]*) = Option\b", own, re.M):
            if not re.search(rf"\b{name}\b", text):
                wrong.append(f"{relative(path)}: nobody reads {name}")
    demand_none(wrong)
