"""Documents tell the truth: generated pages are fresh, links lead somewhere, commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
from source_tree import ROOT, demand_none, files, relative

from wisgate.cli import COMMANDS

PAGES = [p for p in files() if p.suffix == ".md" and "vendor" not in p.parts]
README = ROOT / "README.md"


def prose(path: Path) -> str:
    """The page without its code blocks."""
    return re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)


def code(path: Path) -> list[str]:
    """Code spans and the lines of code blocks."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?\n(.*?)^```", text, re.M | re.S)
    indented = re.findall(r"^ {4}(\S.*)$", prose(path), re.M)
    return [*re.findall(r"`([^`\n]+)`", prose(path)), *indented, *"\n".join(blocks).splitlines()]


def anchors(path: Path) -> set[str]:
    """What a link may name after #, as the usual hosts derive it from headings."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", prose(path), re.M):
        kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(kept.replace(" ", "-"))
    return found


def test_generated_pages_are_up_to_date() -> None:
    ran = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "docs.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_links_lead_somewhere() -> None:
    wrong = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            path = (page.parent / name).resolve() if name else page
            if not path.exists():
                wrong.append(f"{relative(page)}: {target} does not exist")
            elif anchor and path.suffix == ".md" and anchor not in anchors(path):
                wrong.append(f"{relative(page)}: {target} has no such heading")
    demand_none(wrong)


def linked(page: Path) -> set[Path]:
    """The pages that a page leads to."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    paths = ((page.parent / target.partition("#")[0]).resolve() for target in targets)
    return {path for path in paths if path.suffix == ".md" and path.is_file()}


def test_every_document_is_reached_from_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    direct = linked(index)
    reached = direct.union(*(linked(page) for page in direct))
    pages = [p for p in PAGES if (ROOT / "docs") in p.parents and p != index]
    demand_none(
        [f"docs/README.md leads nowhere near {relative(p)}" for p in pages if p not in reached]
    )


def test_named_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.M))
    wrong = [
        f"{relative(page)}: make {found[1]} is no target"
        for page in PAGES
        for line in code(page)
        if (found := re.match(r"\s*(?:\$ )?make ([a-z][a-z-]*)\b(?!=)", line))
        and found[1] not in targets
    ]
    demand_none(wrong)


def test_named_commands_exist() -> None:
    wrong = [
        f"{relative(page)}: wisgate {found[1]} is no command"
        for page in PAGES
        for line in code(page)
        if (found := re.match(r"\s*(?:\$ )?wisgate ([a-z][a-z-]*)(?![\w/.])", line))
        and found[1] not in COMMANDS
    ]
    demand_none(wrong)


def test_readme_shows_the_two_commands() -> None:
    shown = "\n".join(code(README))
    assert "make demo" in shown
    assert "make test" in shown


def leaves() -> Iterator[tuple[str, click.Command]]:
    for name in COMMANDS:
        command: click.Command = import_module(f"wisgate.cli.{name}").command
        yield name, command
        if isinstance(command, click.Group):
            for inner, found in command.commands.items():
                yield f"{name} {inner}", found


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(name: str) -> None:
    wrong = [
        f"wisgate {path} --help has no example"
        for path, command in leaves()
        if path.split()[0] == name
        and f"wisgate {name}" not in f"{command.epilog or ''} {command.help or ''}"
    ]
    demand_none(wrong)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_explained(name: str) -> None:
    wrong = [
        f"wisgate {path} {'/'.join(p.opts)} has no help"
        for path, command in leaves()
        if path.split()[0] == name
        for p in command.params
        if isinstance(p, click.Option) and not p.help
    ]
    demand_none(wrong)


def test_no_page_is_spelled_letter_by_letter() -> None:
    """A line that was yielded one character at a time."""
    letters = re.compile(r"(^\S\n){4}", re.M)
    demand_none([relative(page) for page in PAGES if letters.search(prose(page))])
