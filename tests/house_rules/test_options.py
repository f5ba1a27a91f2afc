"""Every option of the file is read by code, explained in a sentence, and used in an example; its
own example is a value that it takes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from wisgate.config.readers import Misfit
from wisgate.config.reference import reference
from wisgate.config.schema import GATEWAY
from wisgate.config.tables import Option, Section, Shape

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "src" / "wisgate" / "config"
VARIED = ("sinks", "servers", "upstreams")


def sections(section: Section = GATEWAY) -> Iterator[Section]:
    yield section
    for inner in (*section.variants, *section.sections):
        yield from sections(inner)


OPTIONS = [(s, o) for s in sections() for o in s.options]
NAMES = [f"{s.variant or s.path or 'top'}-{o.name}" for s, o in OPTIONS]


def constants() -> dict[str, int]:
    """The name of every declared option, with its identity; those of a type of sink, and those
    that types share, with the file they stand in."""
    found: dict[str, int] = {}
    for path in sorted((CONFIG / "schema").glob("*.py")):
        package = "wisgate.config.schema"
        name = package if path.stem == "__init__" else f"{package}.{path.stem}"
        module = __import__(name, fromlist=["_"])
        found |= {n: id(v) for n, v in vars(module).items() if isinstance(v, Option)}
    for path in [*variant_files(), *shared_files()]:
        inside = path.relative_to(CONFIG).with_suffix("").as_posix().replace("/", ".")
        module = __import__(f"wisgate.config.{inside}", fromlist=["_"])
        options = {n: id(v) for n, v in vars(module).items() if isinstance(v, Option)}
        found |= {f"{path.stem}.{n}": v for n, v in options.items()}
    return found


def variant_files() -> list[Path]:
    return [
        p for p in sorted(CONFIG.glob("*/*.py")) if p.parent.name in VARIED and p.stem != "__init__"
    ]


def shared_files() -> list[Path]:
    """Files that declare and read options which several types have."""
    declares = re.compile(r"^[A-Z_]+ = Option\b", re.MULTILINE)
    return [p for p in sorted(CONFIG.glob("*.py")) if declares.search(p.read_text("utf-8"))]


def used(table: dict, section: Section) -> Iterator[tuple[str, str]]:
    """Section and name of every key in `table`."""
    inner = {s.key: s for s in section.sections}
    own = {o.name for v in section.variants if v.variant == table.get("type") for o in v.options}
    for key, value in table.items():
        if key not in inner:
            yield table["type"] if key in own else section.path, key
            continue
        below = inner[key]
        if below.shape is Shape.NAMED:
            tables = list(value.values())
        else:
            tables = value if isinstance(value, list) else [value]
        for one in tables:
            yield from used(one, below)


@pytest.mark.parametrize(("section", "option"), OPTIONS, ids=NAMES)
def test_documented(section, option):
    assert re.fullmatch(r"[A-Z].*\.", option.doc)
    assert f"`{option.name} = {option.example}`" in reference()
    assert option.required or option.otherwise


@pytest.mark.parametrize(("section", "option"), OPTIONS, ids=NAMES)
def test_takes_its_own_example(section, option):
    try:
        option.reader.read(tomllib.loads(f"x = {option.example}")["x"])
    except Misfit as error:
        pytest.fail(str(error))


def test_read_by_code():
    code = "".join(p.read_text("utf-8") for p in CONFIG.glob("*.py"))
    reads = {p.stem: p.read_text("utf-8").partition("def read(")[2] for p in variant_files()}
    reads |= {p.stem: p.read_text("utf-8").partition("def read_")[2] for p in shared_files()}
    names = constants()
    assert {id(o) for _, o in OPTIONS} <= set(names.values())
    unread = []
    for name in names:
        file, _, option = name.rpartition(".")
        if not re.search(rf"\b{option}\b", reads[file] if file else code):
            unread.append(name)
    assert unread == []


def test_used_in_an_example():
    found: set[tuple[str, str]] = set()
    for path in (ROOT / "examples").glob("*.toml"):
        found |= set(used(tomllib.loads(path.read_text("utf-8")), GATEWAY))
    # A channel is described the same way in a slot and in a function of the board.
    found |= {("onboard.<function>.point", k) for s, k in found if s == "slot.point"}
    assert [o for s, o in OPTIONS if (s.variant or s.path, o.name) not in found] == []
