"""What an example plugs in, as the file of a gateway: the pages, the flows and the tests of modules
begin with it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
PRINTED = ROOT / "tests" / "golden" / "examples"

OUTSIDE = """
[sink.plant]
type = "mqtt"
url = "mqtt://127.0.0.1:1883"
commands = true

[web]
listen = "127.0.0.1:8391"
"""


def example(module: str) -> str:
    """The text of the example of a module."""
    return (EXAMPLES / f"{module}.py").read_text(encoding="utf-8")


def printed(module: str) -> str:
    """What the example prints on the virtual board; a test compares it with what it does."""
    return (PRINTED / f"{module}.txt").read_text(encoding="utf-8")


def setup(module: str) -> str:
    """The board and the slot that the example opens. Raises ValueError when its SETUP is no plain
    text."""
    for node in ast.parse(example(module)).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and [ast.unparse(t) for t in node.targets] == ["SETUP"]
        ):
            return str(node.value.value).strip() + "\n"
    raise ValueError(f"examples/{module}.py: SETUP is no plain text")


def gateway_file(module: str) -> str:
    """The same as a gateway of that name, with a broker and a dashboard on this machine."""
    return (
        re.sub(r'^name = ".*"', f'name = "{module}"', setup(module), count=1, flags=re.M) + OUTSIDE
    )


def modelled() -> list[str]:
    """Every module with an example, by name."""
    return sorted(p.stem for p in EXAMPLES.glob("rak*.py"))
