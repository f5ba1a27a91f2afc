"""No unfinished work, no unexplained exceptions, no test that waits by sleeping or by a mock."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest
from source_tree import ROOT, demand_none, files, python_files, relative, tree

UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
EXCUSE = re.compile(r"#\s*(noqa|type:\s*ignore)(?P<rules>[:\[][\w\s,\-\]]*)?(?P<reason>.*)")
TEXT = {".py", ".md", ".toml", ".txt", ".sh", ".js", ".css", ".html", ".yml", ".json", ".service"}
VENDORED = "src/wisgate/web/static/vendor/"


def own_text_files() -> list[Path]:
    return [
        p
        for p in files()
        if not relative(p).startswith("tests/golden/")  # wrong on purpose, some not even text
        and (p.suffix in TEXT or p.name in ("Makefile", "run"))
        and not relative(p).startswith(VENDORED)
        and p.suffix != ".lock"
    ]


def comments(path: Path) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    return [(t.start[0], t.string) for t in tokens if t.type == tokenize.COMMENT]


def test_nothing_is_left_for_later() -> None:
    wrong = [
        f"{relative(path)}:{number}: {found[0]}"
        for path in own_text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := UNFINISHED.search(line))
    ]
    demand_none(wrong)


def test_every_silenced_rule_has_its_reason() -> None:
    """`# noqa: RULE  reason` and `# type: ignore[rule]  # reason`."""
    wrong = []
    for path in python_files("src", "tests", "tools", "bench", "examples"):
        for number, comment in comments(path):
            if not (found := EXCUSE.search(comment)):
                continue
            if found[1].startswith("type") and not relative(path).startswith("src/"):
                continue  # types are checked in src; elsewhere the rule alone says enough
            if not found["rules"]:
                wrong.append(f"{relative(path)}:{number}: silences every rule; name one")
            elif not re.search(r"\w{3}", found["rules"].partition(" ")[2] + found["reason"]):
                wrong.append(f"{relative(path)}:{number}: silences a rule without a reason")
    demand_none(wrong)


@pytest.mark.parametrize(
    ("module", "name"), [("time", "sleep"), ("unittest", "mock"), ("unittest.mock", "*")]
)
def test_tests_neither_sleep_nor_mock(module: str, name: str) -> None:
    wrong = []
    for path in python_files("tests"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                hit = node.attr == name and ast.unparse(node.value) == module
            elif isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                hit = node.module == module and (name in names or name == "*")
            elif isinstance(node, ast.Import):
                hit = name == "*" and module in {alias.name for alias in node.names}
            else:
                continue
            if hit:
                wrong.append(f"{relative(path)}:{node.lineno}: {module}.{name}")
    demand_none(wrong)


def test_prints_only_in_the_command_line() -> None:
    wrong = [
        f"{relative(path)}:{node.lineno}: print"
        for path in python_files("src")
        if not relative(path).startswith("src/wisgate/cli/")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    demand_none(wrong)


def test_no_absolute_path_of_somebody_s_machine() -> None:
    home = re.compile(r"/(home|Users)/(?!pi\b)\w+/|/work/|/root/")
    wrong = [
        f"{relative(path)}:{number}"
        for path in own_text_files()
        if path != ROOT / "tests" / "house_rules" / "test_clean.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if home.search(line)
    ]
    demand_none(wrong)
