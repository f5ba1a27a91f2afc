"""Make the files of a new chip: python tools/new_chip.py ina226

They have the shape of every other chip, import and check cleanly, and fail in the tests until they
are filled in: first the witness, then the map, then twin and driver.
"""

import argparse
import re
import sys
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).parent / "templates"
FILES = {
    "tests/transcripts/{}.txt": "transcript.txt.in",
    "src/wisgate/catalog/data/chips/{}.toml": "catalog.toml.in",
    "src/wisgate/registers/{}.py": "registers.py.in",
    "src/wisgate/virtual/chips/{}.py": "twin.py.in",
    "src/wisgate/chips/{}.py": "driver.py.in",
    "tests/unit/chips/test_{}.py": "test.py.in",
}
NEXT = """
In this order, from the datasheet:
  1. the witness: tests/transcripts/{0}.txt
  2. the catalog entry and the register map
  3. the twin, then the driver; ideally by two people, neither reading the other's file
Then: make test-quick && make mutate ARGS={0} && make docs"""


def make(root: Path, name: str) -> list[str]:
    """Write the files of chip `name` below `root`; returns their paths. Raises FileExistsError
    before anything is written."""
    paths = {pattern.format(name): template for pattern, template in FILES.items()}
    for path in paths:
        if (root / path).exists():
            raise FileExistsError(f"{path} exists already; nothing was written")
    for path, template in paths.items():
        text = Template((TEMPLATES / template).read_text(encoding="utf-8"))
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        filled = text.substitute(name=name, Name=name.capitalize(), NAME=name.upper())
        (root / path).write_text(filled, encoding="utf-8")
    return list(paths)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="the part's name in lower case, as in the datasheet: ina226")
    parser.add_argument("--root", type=Path, default=Path(__file__).parent.parent)
    wanted = parser.parse_args()
    if not re.fullmatch(r"[a-z][a-z0-9]*", wanted.name):
        print(f"{wanted.name!r} is no part name; write: make new-chip NAME=ina226", file=sys.stderr)
        return 64
    try:
        made = make(wanted.root, wanted.name)
    except FileExistsError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(f"made {path}" for path in made))
    print(NEXT.format(wanted.name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
