"""Add a thing = add files of one name. These tests walk the folders and name each missing cell."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest
from source_tree import CATALOG, PACKAGE, ROOT, TESTS, demand_none, functions, relative, stems, tree

from wisgate.catalog.catalog import load

CHIP_FILES = {
    "register map": PACKAGE / "registers" / "{}.py",
    "driver": PACKAGE / "chips" / "{}.py",
    "twin": PACKAGE / "virtual" / "chips" / "{}.py",
    "transcript": TESTS / "transcripts" / "{}.txt",
}
MODULE_FILES = {
    "catalog entry": CATALOG / "modules" / "{}.toml",
    "module": PACKAGE / "modules" / "{}.py",
    "virtual front": PACKAGE / "virtual" / "modules" / "{}.py",
    "example": ROOT / "examples" / "{}.py",
    "Node-RED flow": ROOT / "node-red" / "flows" / "{}.json",
    "test": TESTS / "unit" / "modules" / "test_{}.py",
}
UNIT_FILES = {
    "catalog entry": CATALOG / "modules" / "{}.toml",
    "twin": PACKAGE / "virtual" / "units" / "{}.py",
    "example": ROOT / "examples" / "{}.py",
    "Node-RED flow": ROOT / "node-red" / "flows" / "{}.json",
    "test": TESTS / "unit" / "modules" / "test_{}.py",
}
"""Of what is a unit on a serial line itself: the module in front of it has the driver."""
CONTRACTS = {"base", "carrier"}
"""What a sink is, what an onboard function can reach: neither is one."""
FRAMINGS = {"word"}
"""In registers/: what maps are written in, not a map."""


def framings(folder: str) -> set[str]:
    """What the files of a folder share: no catalog entry, no map, but imported by neighbours."""
    return {
        path.stem
        for path in (PACKAGE / folder).glob("*.py")
        if not path.stem.startswith("_")
        and any(f"from .{path.stem} import" in p.read_text() for p in path.parent.glob("*.py"))
    }


def beyond_paper(folder: str) -> set[str]:
    """Entries that claim more than to be documented: these need a driver, a twin and a test."""
    entries = getattr(load(), folder).values()
    return {entry.id for entry in entries if entry.evidence != "documented"}


def file_name(chip: str) -> str:
    """A catalog id may have a hyphen, a module of Python may not."""
    return chip.replace("-", "_")


def chips() -> set[str]:
    named = set(map(file_name, beyond_paper("chips"))) | stems(PACKAGE / "registers") - FRAMINGS
    named |= stems(PACKAGE / "chips") - framings("chips")
    named |= stems(PACKAGE / "virtual" / "chips") - framings("virtual/chips")
    return named | stems(TESTS / "transcripts", ".txt")


def rak_modules() -> set[str]:
    named = beyond_paper("modules") | stems(PACKAGE / "modules")
    named |= stems(PACKAGE / "virtual" / "modules")
    return {name for name in named - units() if name.startswith("rak")}


def units() -> set[str]:
    return {entry.id for entry in load().modules.values() if entry.registers}


def missing(names: set[str], columns: Mapping[str, Path]) -> list[str]:
    return [
        f"{name} has no {column}: {relative(path).format(name)}"
        for name in sorted(names)
        for column, path in columns.items()
        if not Path(str(path).format(name)).is_file()
    ]


def test_every_chip_is_five_files() -> None:
    names = chips()
    assert names, "no chip found"
    wrong = missing(names, CHIP_FILES)
    entries = set(map(file_name, load().chips))
    wrong += [f"{name} has no catalog entry" for name in sorted(names - entries)]
    demand_none(wrong)


def test_every_chip_has_a_test() -> None:
    wrong = missing(chips(), {"test": TESTS / "unit" / "chips" / "test_{}.py"})
    demand_none(wrong)


def test_every_module_has_its_files() -> None:
    names = rak_modules()
    assert names, "no module found"
    wrong = missing(names, MODULE_FILES)
    demand_none(wrong)


def test_every_unit_of_the_catalog_has_its_files() -> None:
    assert units(), "no unit found"
    demand_none(missing(units() & beyond_paper("modules"), UNIT_FILES))


def test_what_has_a_driver_says_so() -> None:
    """An entry that stays "documented" beside its driver is never run."""
    paper = set(load().modules) - beyond_paper("modules")
    demand_none([f"{name}: documented, and has a driver" for name in sorted(rak_modules() & paper)])
    paper = set(map(file_name, set(load().chips) - beyond_paper("chips")))
    demand_none([f"{name}: documented, and has a driver" for name in sorted(chips() & paper)])


def test_transcripts_hold_exchanges() -> None:
    """A witness without a line of bytes proves nothing."""
    empty = [
        f"{relative(path)}: write the witness first, from the datasheet"
        for path in sorted((TESTS / "transcripts").glob("*.txt"))
        if not any("->" in line.split("#")[0] for line in path.read_text().splitlines())
    ]
    demand_none(empty)


def imported_by_tests() -> set[str]:
    """Dotted names of everything that a test imports."""
    found: set[str] = set()
    for path in TESTS.rglob("*.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize(
    "folder",
    [
        "gateway/pipeline",
        "gateway/sinks",
        "gateway/servers",
        "gateway/checks",
        "onboard",
        "protocols",
    ],
)
def test_every_part_has_a_test(folder: str) -> None:
    """A stage, a sink, an onboard function, a protocol: the file, and a test of its name or one
    that imports it. What `modbus` is made of (`modbus_frames`) may be tested through it."""
    tests, imported = {p.stem for p in TESTS.rglob("test_*.py")}, imported_by_tests()
    demand_none(
        [
            f"{folder}/{name}.py: no test_{name}.py, and no test imports it"
            for name in sorted(stems(PACKAGE / folder) - CONTRACTS)
            if not any(t.startswith(f"test_{name.partition('_')[0]}") for t in tests)
            and f"wisgate.{folder.replace('/', '.')}.{name}" not in imported
        ]
    )


def test_every_test_file_tests() -> None:
    empty = [
        relative(path)
        for path in sorted(TESTS.rglob("test_*.py"))
        if not any(name.split(".")[-1].startswith("test_") for name, _ in functions(tree(path)))
    ]
    demand_none([f"{path}: no test in it" for path in empty])


def test_names_of_test_files_are_unique() -> None:
    seen: dict[str, Path] = {}
    wrong = []
    for path in sorted(TESTS.rglob("test_*.py")):
        if path.name in seen:
            wrong.append(f"{relative(path)} is called like {relative(seen[path.name])}")
        seen[path.name] = path
    demand_none(wrong)
