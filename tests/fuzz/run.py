"""Coverage-guided fuzzing of one target, with Atheris:

    python -m fuzz.run expression -runs=100000          libFuzzer's own options follow

A crash leaves its input in the folder where it runs. A target that hangs, or takes more memory than
its bound, crashes.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

import atheris

INSTRUMENTED = ("wisgate.config", "wisgate.core", "wisgate.protocols", "wisgate.gateway.payloads",
                "wisgate.virtual.scenario_file", "wisgate.virtual.units", "wisgate.chips.zoe_m8q",
                "wisgate.plan", "wisgate.lorawan")  # fmt: skip
LIMITS = ("-timeout=10", "-rss_limit_mb=800", "-max_len=6000")


def main() -> None:
    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        targets = importlib.import_module("fuzz.targets")
    target = targets.TARGETS[name]
    with tempfile.TemporaryDirectory(prefix="wisgate-fuzz-") as folder:
        corpus, words = Path(folder) / "corpus", Path(folder) / "words"
        corpus.mkdir()
        for number, seed in enumerate(target.seeds):
            (corpus / str(number)).write_bytes(seed)
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in (*target.words, "\0")))
        arguments = [sys.argv[0], *LIMITS, f"-dict={words}", *options, str(corpus)]
        atheris.Setup(arguments, target.run)
        atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main()
