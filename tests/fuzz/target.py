"""What is fuzzed: a function of bytes that raises nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """`seeds` are inputs that mean something; `words` what inputs are made of, for the fuzzer."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    words: tuple[str, ...] = ()
