"""Break register maps, drivers and twins on purpose; each break must be caught by the tests.

    python tools/mutate.py                      every chip, every mutation
    python tools/mutate.py ina219 shtc3         these chips
    python tools/mutate.py --changed[=BASE]     a few mutations of each, more of chips that changed

Works on a copy of the tree. Each mutant is a process of its own that sees one changed module and
runs the tests of one chip. Exit 1 when a mutant survives that
`tests/house_rules/mutants_explained.txt` does not explain (lines of `file: mutation — reason`).
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path

from mutants import Mutant, enumerations, mutants

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = ROOT / "tests/house_rules/mutants_explained.txt"
MAPS, DRIVERS, TWINS = ("src/wisgate/registers", "src/wisgate/chips", "src/wisgate/virtual/chips")
TESTS = ("chips/test_{0}.py", "registers/test_registers_{0}.py", "virtual/test_twin_{0}.py")
WITNESSES = "tests/unit/virtual/test_twins_witness.py"
LIMIT_S = 30.0
TASTE, MOUTHFUL = 8, 60
"""Mutations per chip with --changed: of an unchanged and a changed one."""
PLATE = 160
"""Of all changed ones together."""
UNCHANGED_MODULES = ("pytest", "hypothesis",
                     "wisgate.core.errors", "wisgate.core.clock", "wisgate.core.units",
                     "wisgate.bus.lines", "wisgate.registers.word")  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    mutant: Mutant
    killed: bool


def main() -> int:
    arguments = _arguments()
    chips = arguments.chips or _chips()
    changed = _changed(arguments.changed) if arguments.changed else set()
    explained = _explained()
    with tempfile.TemporaryDirectory(prefix="wisgate-mutants-") as folder:
        tree = Path(folder)
        _copy(tree)
        _enter(tree)
        for chip in chips:
            if _run_tests(tree, chip, None) != 0:
                print(f"{chip}: its tests fail without any mutation; mend them first")
                return 2
        mine = {chip for chip in chips if _is_of(chip, changed)}
        mouthful = max(TASTE, min(MOUTHFUL, PLATE // max(1, len(mine))))
        work = [
            (chip, mutant)
            for chip in chips
            for mutant in _selection(
                chip, (mouthful if chip in mine else TASTE) if arguments.changed else None
            )
        ]
        outcomes = list(_outcomes(tree, work, arguments.jobs))
    return _report(outcomes, explained, whole=not arguments.changed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("chips", nargs="*", metavar="CHIP", help="register map file names")
    parser.add_argument("--changed", nargs="?", const="auto", metavar="BASE",
                        help="a sample; more of chips that changed since BASE")  # fmt: skip
    parser.add_argument("--jobs", type=int, default=2, help="mutants at the same time (2)")
    arguments = parser.parse_args()
    known = _chips()
    if arguments.changed in known:
        parser.error(f"{arguments.changed} is a chip; write --changed=BASE {arguments.changed}")
    for chip in arguments.chips:
        if chip not in known:
            parser.error(f"no chip {chip!r}; there are {', '.join(known)}")
    return arguments


def _chips() -> list[str]:
    """Chips that have a map, a driver, a twin and tests."""
    columns = (MAPS, DRIVERS, TWINS)
    names = sorted(path.stem for path in (ROOT / MAPS).glob("[a-z]*.py"))
    return [name for name in names if all((ROOT / c / f"{name}.py").exists() for c in columns)]


def _files(chip: str) -> list[str]:
    """Map, driver and twin of a chip, and the framing that they share with others."""
    files = [f"{folder}/{chip}.py" for folder in (MAPS, DRIVERS, TWINS)]
    for path in files[1:]:
        for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
                files.append(f"{Path(path).parent}/{node.module}.py")
    return files


def _tests(chip: str) -> list[str]:
    stems = [Path(path).stem for path in _files(chip)[3:]]
    framing = [f"{folder}/test_{stem}.py" for stem in stems for folder in ("chips", "virtual")]
    names = [f"tests/unit/{name.format(chip)}" for name in (*TESTS, *framing)]
    return [name for name in dict.fromkeys(names) if (ROOT / name).exists()]


def _mutants(chip: str) -> Iterator[Mutant]:
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in _files(chip)}
    codes = enumerations(texts[f"{MAPS}/{chip}.py"])
    for path, text in texts.items():
        yield from mutants(path, text, codes)


def _is_of(chip: str, changed: set[str]) -> bool:
    witness = f"tests/transcripts/{chip}.txt"
    return bool(changed & {*_files(chip), *_tests(chip), witness, WITNESSES})


def _selection(chip: str, size: int | None) -> list[Mutant]:
    """All mutants, or a sample that is the same for the same code."""
    every = list(_mutants(chip))
    if size is not None:
        every.sort(key=lambda mutant: hashlib.sha256(mutant.key.encode()).digest())
    return every[:size]


def _changed(base: str) -> set[str]:
    """Files that differ from BASE; of "auto", from where this branch left its upstream."""
    if base == "auto":
        base = (_git("merge-base", "HEAD", "@{upstream}") or ["HEAD"])[0]
    elif not _git("rev-parse", "--verify", "--quiet", base):
        sys.exit(f"mutate: git knows no {base!r}; write --changed=COMMIT")
    return {*_git("diff", "--name-only", base), *_git("ls-files", "-o", "--exclude-standard")}


def _git(*words: str) -> list[str]:
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return []  # an unpacked archive: nothing is known to have changed
    return done.stdout.splitlines() if done.returncode == 0 else []


def _explained() -> dict[str, str]:
    """Reason by key."""
    if not EXPLAINED.exists():
        return {}
    rows = (row.strip() for row in EXPLAINED.read_text(encoding="utf-8").splitlines())
    return dict(row.rsplit(" — ", 1) for row in rows if row and not row.startswith("#"))


def _copy(tree: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(ROOT / "src/wisgate", tree / "src/wisgate", ignore=ignore)
    for name in ("tests/transcripts", "tests/unit/chips", "tests/unit/registers",
                 "tests/unit/virtual"):  # fmt: skip
        shutil.copytree(ROOT / name, tree / name, ignore=ignore)
    for path in (ROOT / "tests").glob("*.py"):
        shutil.copy(path, tree / "tests" / path.name)
    (tree / "pytest.ini").write_text("[pytest]\npythonpath = tests\n")


def _enter(tree: Path) -> None:
    """Load once what no mutant changes, so that the mutants only pay for what they see."""
    os.chdir(tree)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = False  # of the tests, in the copy of the tree
    sys.path[:0] = [str(tree / "src"), str(tree / "tests")]
    for name in UNCHANGED_MODULES:
        importlib.import_module(name)
    for folder in (MAPS, DRIVERS, TWINS):
        for path in sorted((tree / folder).glob("[a-z]*.py")):
            importlib.import_module(_module(f"{folder}/{path.name}"))


def _module(path: str) -> str:
    """What Python calls a file of the package."""
    return path.removeprefix("src/").removesuffix(".py").replace("/", ".")


def _forget(chip: str) -> None:
    """Let the files of a chip be loaded anew: one of them is changed, and the others use it."""
    for path in _files(chip):
        name = _module(path)
        sys.modules.pop(name, None)
        package, _, short = name.rpartition(".")
        if package in sys.modules:  # where `from package import name` would find it
            vars(sys.modules[package]).pop(short, None)


class _Changed(MetaPathFinder, InspectLoader):
    """Finds one module, with another text."""

    def __init__(self, mutant: Mutant) -> None:
        self._source = mutant.source
        self._name = _module(mutant.path)

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        return spec_from_loader(name, self) if name == self._name else None

    def get_source(self, name: str) -> str:
        return self._source


def _run_tests(tree: Path, chip: str, mutant: Mutant | None) -> int:
    child = _start(tree, chip, mutant)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _start(tree: Path, chip: str, mutant: Mutant | None) -> int:
    """Fork a process that runs the tests of a chip, -x, silently. Returns its id."""
    sys.stdout.flush()
    if child := os.fork():
        return child
    try:
        with open(os.devnull, "w") as null:
            os.dup2(null.fileno(), 1)
            os.dup2(null.fileno(), 2)
        os._exit(_test(chip, mutant))
    finally:
        os._exit(70)


def _test(chip: str, mutant: Mutant | None) -> int:
    import pytest

    if mutant:
        sys.meta_path.insert(0, _Changed(mutant))
        _forget(chip)
    tests = _tests(chip)
    mine = " or ".join([chip, *(Path(name).stem for name in tests)])
    options = ["-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-c", "pytest.ini"]
    return int(pytest.main([*options, *tests, WITNESSES, "-k", mine]))


def _outcomes(tree: Path, work: Iterable[tuple[str, Mutant]], jobs: int) -> Iterator[Outcome]:
    """Run the mutants, `jobs` at a time; one that hangs is ended and counts as killed."""
    running: dict[int, tuple[Mutant, float]] = {}
    queue = iter(work)
    while True:
        while len(running) < jobs and (following := next(queue, None)):
            chip, mutant = following
            running[_start(tree, chip, mutant)] = mutant, time.monotonic() + LIMIT_S
        if not running:
            return
        for child, (mutant, deadline) in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                del running[child]
                yield Outcome(mutant, killed=status != 0)
            elif time.monotonic() > deadline:
                os.kill(child, signal.SIGKILL)
        time.sleep(0.005)


def _report(outcomes: list[Outcome], explained: dict[str, str], *, whole: bool) -> int:
    """`whole`: every mutant of these files ran; what is explained must be among the survivors."""
    survivors = []
    files = dict.fromkeys(outcome.mutant.path for outcome in outcomes)
    for path in files:
        mine = [outcome for outcome in outcomes if outcome.mutant.path == path]
        killed = sum(outcome.killed for outcome in mine)
        alive = [outcome.mutant for outcome in mine if not outcome.killed]
        known = [mutant for mutant in alive if mutant.key in explained]
        survivors += [mutant for mutant in alive if mutant.key not in explained]
        print(f"{path:44} {len(mine):4} mutants, {killed:4} killed, {len(known):3} explained")
    for mutant in survivors:
        print(f"survived  {mutant.path}:{mutant.line}  {mutant.change}")
    alive = {outcome.mutant.key for outcome in outcomes if not outcome.killed}
    stale = [key for key in explained if _ran(key.split(": ")[0], files) and key not in alive]
    for key in stale if whole else ():
        print(f"explained and not there  {key}")
    if survivors:
        print(
            f"{len(survivors)} survived: add a line to the transcript, or a reason to {EXPLAINED}"
        )
    return 1 if survivors or (whole and stale) else 0


def _ran(path: str, files: Iterable[str]) -> bool:
    return path in files or not (ROOT / path).exists()


if __name__ == "__main__":
    sys.exit(main())
