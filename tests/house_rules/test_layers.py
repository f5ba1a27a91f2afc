"""Imports follow the arrow: the contracts of pyproject.toml hold, and every folder has a place."""

from __future__ import annotations

import subprocess
import sys
import tomllib

from source_tree import PACKAGE, ROOT, demand_none, relative

LINT = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"


def test_import_contracts_hold() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_top_folder_has_a_layer() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = settings["contracts"][0]["layers"]
    placed = {name.strip() for layer in layers for name in layer.replace(":", "|").split("|")}
    folders = {p.parent.name for p in PACKAGE.glob("*/__init__.py")}
    assert folders == placed


def test_every_folder_says_what_it_is_for() -> None:
    silent = [
        relative(path)
        for path in PACKAGE.rglob("__init__.py")
        if not path.read_text(encoding="utf-8").lstrip().startswith(('"""', "'''"))
    ]
    demand_none([f"{path}: no docstring" for path in silent])
