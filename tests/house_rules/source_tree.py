"""The code base as house rules see it: files, syntax trees, allow-lists."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "src" / "wisgate"
TESTS = ROOT / "tests"
CATALOG = PACKAGE / "catalog" / "data"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository that git does not ignore; without git, every file."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        hidden = re.compile(r"(^|/)(\.(?!ci/|editorconfig|git)|__pycache__)")
        found = [p for p in ROOT.rglob("*") if not hidden.search(relative(p))]
    else:
        found = [ROOT / name for name in listed.decode().split("\0") if name]
    return tuple(sorted(p for p in found if p.is_file()))


def python_files(*folders: str) -> list[Path]:
    """Python files below `folders` of the repository."""
    inside = tuple(f"{folder}/" for folder in folders)
    return [p for p in files() if p.suffix == ".py" and relative(p).startswith(inside)]


def modules() -> list[Path]:
    """Python files of the package."""
    return python_files("src/wisgate")


def stems(folder: Path, suffix: str = ".py") -> set[str]:
    """Base names in `folder`, private and package files aside."""
    return {p.stem for p in folder.glob(f"*{suffix}") if not p.stem.startswith("_")}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(module: ast.Module) -> Iterator[tuple[str, Function]]:
    """Every function with its dotted name, methods and nested ones included."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, Function | ast.ClassDef):
                name = f"{prefix}{child.name}."
            if isinstance(child, Function):
                yield name[:-1], child
            yield from walk(child, name)

    yield from walk(module, "")


def allowed(name: str) -> dict[str, str]:
    """An allow-list of this folder: lines `what: reason`. It may only shrink: the tests that use
    it also fail on an entry that nothing needs any more."""
    entries: dict[str, str] = {}
    for number, line in enumerate((Path(__file__).parent / name).read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        what, _, reason = line.partition(": ")
        assert reason.strip(), f"{name}:{number}: no reason"
        assert what not in entries, f"{name}:{number}: {what} stands here twice"
        entries[what] = reason.strip()
    return entries


def against(found: dict[str, str], allow_list: str) -> list[str]:
    """What is wrong, given what was `found` (thing: what is the matter with it)."""
    known = allowed(allow_list)
    wrong = [f"{what}: {matter}" for what, matter in found.items() if what not in known]
    wrong += [f"{what}: take it out of {allow_list}" for what in known if what not in found]
    return wrong


def demand_none(wrong: list[str]) -> None:
    """Fail with every missing or wrong cell, one per line."""
    if wrong:
        pytest.fail("\n  ".join([f"{len(wrong)} to mend:", *wrong]), pytrace=False)
