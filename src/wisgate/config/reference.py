"""`docs/reference/configuration.md`, from the declarations:

python -m wisgate.config.reference > docs/reference/configuration.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from .schema import GATEWAY
from .tables import Option, Section, Shape

_HEAD = """\
# The file of a gateway

Generated from the declarations in `src/wisgate/config/schema` by
`python -m wisgate.config.reference`; do not edit.

One TOML file describes a gateway. `wisgate check FILE` reads it and tells everything that is wrong
with it, each fault with its line and what to do. The files in `examples/` use every option below.

A quantity is a text with its unit: `"10s"`, `"4mA"`, `"3.5m"`, `"45degC"` or `"45°C"`, `"30%"`. A
bare number is refused where a unit is needed. Paths of files begin at the folder of this file.
"""


def reference() -> str:
    """The whole page."""
    return _HEAD + "".join(_page(section) for section in _all(GATEWAY))


def _all(section: Section) -> Iterator[Section]:
    yield section
    for inner in (*section.variants, *section.sections):
        yield from _all(inner)


def _page(section: Section) -> str:
    title = "At the top" if section.shape is Shape.TOP else f"`{section.header}`"
    if section.variant:
        title += f" of type `{section.variant}`"
    if section.shape is Shape.INLINE:
        article = "an" if section.of[0] in "aeiou" else "a"
        title = f"`{section.path}` of {article} {section.of}"
    text = f"\n## {title}\n\n{section.doc}\n"
    if section.options:
        rows = "".join(_row(option) for option in section.options)
        text += f"\n| Key | Value | If missing | Meaning | Example |\n|---|---|---|---|---|\n{rows}"
    return text


def _row(option: Option[Any]) -> str:
    missing = "an error" if option.required else option.otherwise
    example = f"`{option.name} = {option.example}`"
    cells = (f"`{option.name}`", option.reader.expects, missing, option.doc, example)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
