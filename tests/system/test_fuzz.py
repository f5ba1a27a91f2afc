"""No input crashes a parser, makes it hang or takes much memory; see `fuzz.targets`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from fuzz.targets import TARGETS

TESTS = Path(__file__).parents[1]
EVERY = sorted(TARGETS)


@pytest.mark.parametrize("name", EVERY)
def test_damaged_inputs_are_refused_or_read(name: str) -> None:
    target, random = TARGETS[name], Random(f"fuzz {name}")
    for seed in target.seeds:
        target.run(seed)
    for _ in range(300 if name == "config" else 1500):
        target.run(_damaged(random, target.seeds, target.words))


def _damaged(random: Random, seeds: tuple[bytes, ...], words: tuple[str, ...]) -> bytes:
    """A seed with some of its bytes changed, left out, doubled, or replaced by words and pieces of
    others."""
    sent = bytearray(random.choice(seeds))
    for _ in range(random.randint(1, 6)):
        at = random.randint(0, len(sent))
        end = min(len(sent), at + random.choice((1, 2, 8, 40)))
        other = random.choice(seeds)
        piece = random.randrange(len(other)) if other else 0
        sent[at:end] = random.choice((
            random.randbytes(end - at), b"", bytes(sent[at:end]) * 2, other[piece : piece + 30],
            random.choice(words).encode() if words else b"\0\xff", b"9" * 40, b"(" * 60,
        ))  # fmt: skip
    return bytes(sent)


@pytest.mark.prove
@pytest.mark.parametrize("name", EVERY)
def test_guided_by_coverage(name: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="Atheris has wheels for x86_64 only")
    command = [sys.executable, "-m", "fuzz.run", name, "-runs=2000000", "-max_total_time=60"]
    prefix = f"-artifact_prefix={tmp_path}/"
    done = subprocess.run(
        [*command, prefix], cwd=TESTS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done " in done.stderr
