"""One word per thing: the vocabulary of ARCHITECTURE.md, and none of the words that say nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from source_tree import PACKAGE, against, demand_none, modules, relative, tree

FORBIDDEN = {
    "device": "board, slot, module, chip or unit",
    "sensor": "module, chip or channel",
    "manager": "what it does",
    "handler": "the verb it handles",
    "helper": "what it helps with",
    "util": "what it holds",
    "utils": "what it holds",
    "data": "readings, records, bytes, payload",
    "info": "what it tells",
    "master": "controller",
    "slave": "target or unit",
}


DESIGN_WORDS = {
    ("data", "bus"): "bytes on a wire, not yet interpreted: Spi.transfer(data)",
    ("data", "virtual"): "the same from the other end: write(data)",
    ("data", "cli"): "the option --data DIR",
}


def words(name: str) -> list[str]:
    """The words of an identifier, snake_case or CamelCase, without a plural s."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    found = [part.lower() for part in parts]
    return found + [w[:-1] for w in found if w.endswith("s")]


def on_the_wire(argument: ast.arg) -> bool:
    """`data: bytes` is a word of the bus contracts: what goes over a wire, not yet interpreted."""
    kind = ast.unparse(argument.annotation) if argument.annotation else ""
    return argument.arg == "data" and kind.startswith("bytes")


def bound(module: ast.Module) -> Iterator[str]:
    """Every name that the module itself gives to something: no name that a library chose."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            if not on_the_wire(node):
                yield node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname


def places() -> Iterator[tuple[Path, str]]:
    for path in modules():
        for part in path.relative_to(PACKAGE).with_suffix("").parts:
            yield path, part
        for name in bound(tree(path)):
            if (name, path.relative_to(PACKAGE).parts[0]) not in DESIGN_WORDS:
                yield path, name
    for path in PACKAGE.rglob("*"):
        if path.is_dir() and path.name != "__pycache__":
            yield path, path.name


def test_no_forbidden_word_names_a_thing() -> None:
    found: dict[str, str] = {}
    for path, name in places():
        for word in words(name):
            if word in FORBIDDEN:
                found[f"{relative(path)} {name}"] = f"{word!r} says nothing; {FORBIDDEN[word]}"
    wrong = against(found, "allowed_words.txt")
    demand_none(wrong)


def test_words_are_found_in_identifiers() -> None:
    assert words("I2cDevice")[-1] == "device"
    assert "sensor" in words("read_sensors")
    assert "data" not in words("database")
    assert "device" in words("DEVICE_PATH")
