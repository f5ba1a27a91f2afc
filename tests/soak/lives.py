"""Lives of gateways, one for each seed: played in processes of their own, and told of."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Verdict:
    """What was wrong, and the figures of the run."""

    faults: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)


def play(seeds: str, live: Callable[[int], Verdict]) -> int:
    """Live every seed, "7" or "0-99", and say how it went. Returns 1 when one failed, else 0."""
    first, _, last = seeds.partition("-")
    failed = []
    for seed in range(int(first), int(last or first) + 1):
        began = time.monotonic()
        verdict = live(seed)
        figures = ", ".join(f"{count} {what}" for what, count in sorted(verdict.figures.items()))
        print(f"seed {seed}: {time.monotonic() - began:.1f} s: {figures}", flush=True)
        for fault in verdict.faults[:20]:
            print(f"  WRONG: {fault}", flush=True)
        if verdict.faults:
            failed.append(seed)
    if failed:
        print(f"seeds {failed} failed; play one alone: --seeds {failed[0]} --verbose")
    return 1 if failed else 0


@contextmanager
def in_memory(prefix: str) -> Iterator[Path]:
    """A folder for one life, where it can be on no drive."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=memory if memory.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def in_process(work: Callable[[], None]) -> int:
    """Run `work` in a process of its own. Returns its exit code."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        work()
    except Exception:  # noqa: BLE001  # whatever it is, it is a fault of this seed
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
