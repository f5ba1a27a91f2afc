"""The lock is that of pyproject.toml, names no index, and every dependency says why it is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from source_tree import ROOT, demand_none

LOCKS = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def locked(name: str) -> dict[str, Version]:
    text = (LOCKS / name).read_text(encoding="utf-8")
    return {
        canonicalize_name(found[1]): Version(found[2])
        for found in re.finditer(r"^([\w.\-]+)==([\w.+!]+)", text, re.MULTILINE)
    }


def unmet(requirements: list[str], lock: str) -> list[str]:
    versions = locked(lock)
    wrong = []
    for line in requirements:
        wanted = Requirement(line)
        version = versions.get(canonicalize_name(wanted.name))
        if version is None:
            wrong.append(f"{lock}: {wanted.name} is missing; run `make lock`")
        elif version not in wanted.specifier:
            wrong.append(f"{lock}: {wanted.name} {version} is not {wanted.specifier}; `make lock`")
    return wrong


def test_run_lock_meets_the_dependencies() -> None:
    wrong = unmet(PROJECT["dependencies"], "run.lock")
    demand_none(wrong)


def test_dev_lock_meets_the_tools_and_the_dependencies() -> None:
    wrong = unmet(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"], "dev.lock")
    demand_none(wrong)


def test_build_lock_meets_the_build() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    lines = [x for x in (LOCKS / "build.in").read_text().splitlines() if not x.startswith("#")]
    assert set(build) <= set(lines)
    wrong = unmet(lines, "build.lock")
    demand_none(wrong)


@pytest.mark.parametrize("name", ["run.lock", "build.lock"])
def test_locks_agree(name: str) -> None:
    assert locked(name).items() <= locked("dev.lock").items()


@pytest.mark.parametrize("name", ["run.lock", "dev.lock", "build.lock", "bench.lock"])
def test_every_locked_line_has_hashes_and_no_address(name: str) -> None:
    text = (LOCKS / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^[\w.\-]+==.*(?:\n    .*)*", text, re.MULTILINE)
    assert len(blocks) == len(locked(name))
    assert [b.split()[0] for b in blocks if "--hash=sha256:" not in b] == []
    assert not re.search(r"://|--index|--find-links|--extra-index|--trusted", text)


def test_every_dependency_says_why() -> None:
    """The line above, or for tools the end of the line."""
    lines = Path(ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    wrong = []
    for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]:
        at = next(n for n, text in enumerate(lines) if text.strip().startswith(f'"{line}"'))
        if not lines[at - 1].strip().startswith("#") and "#" not in lines[at]:
            wrong.append(f"pyproject.toml:{at + 1}: {line} has no sentence")
    allowed = ("pytest>=", "mypy>=", "ruff>=", "types-")
    wrong = [w for w in wrong if not any(f": {name}" in w for name in allowed)]
    demand_none(wrong)
