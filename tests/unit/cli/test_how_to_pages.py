"""How-to pages tell the truth: their commands print what stands below them, and every name of a
trouble is explained."""

from __future__ import annotations

import ast
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from wisgate.gateway import checks
from wisgate.gateway.causes import CAUSES, REFUSED
from wisgate.gateway.checks.functions import SIGNS

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
TROUBLES = ROOT / "docs" / "how-to" / "when-something-is-wrong.md"
SHOWN = [
    pytest.param(command, shown.splitlines(), id=command)
    for page in PAGES
    for command, shown in re.findall(
        r"^```console\n\$ wisgate (.*)\n((?:(?!```).*\n)*)```$", page.read_text(), re.M
    )
]


@pytest.mark.parametrize(("command", "shown"), SHOWN)
def test_a_command_prints_what_its_page_shows(
    command: str, shown: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(ROOT)
    name, *words = shlex.split(command)
    ran = CliRunner().invoke(import_module(f"wisgate.cli.{name}").command, words)
    assert ran.exit_code == 4, ran.output
    printed = [line.strip() for line in ran.stdout.splitlines()]
    assert [line for line in shown if line.strip() not in printed] == []


def test_there_are_commands() -> None:
    assert len(SHOWN) >= 4


def names() -> set[str]:
    """Every name that a check can give."""
    found = {name for name, _ in CAUSES.values()} | {REFUSED[0]} | {s.name for s in SIGNS}
    for path in Path(checks.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Verdict":
                found |= {
                    part.value
                    for part in ast.walk(node.args[1])
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return found


def test_every_name_of_a_trouble_is_explained_and_no_other() -> None:
    table = TROUBLES.read_text().partition("## What the names mean")[2]
    explained = set(re.findall(r"^\| ([a-z-]+) \|", table, re.M)) - {"---"}
    assert explained == names()
