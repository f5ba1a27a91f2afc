"""Does every run-time dependency of the lock come as a wheel for the box?

The RAK7391 carries a CM4 with a 64-bit system: aarch64, CPython 3.11, and no compiler one could
count on. Asks pip to resolve requirements/run.lock for that platform from wheels only; nothing is
installed. With --if-reachable, no answer from a package index is said and is no failure.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(__file__).parent.parent / "requirements" / "run.lock"
PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64")


def requirements(text: str) -> list[str]:
    """The requirements of a lock file, each with its hashes, in file order."""
    joined = text.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line and not line.lstrip().startswith("#")]


def resolves(lines: list[str], platforms: tuple[str, ...]) -> bool:
    """Whether pip finds a wheel for every requirement; for this machine without `platforms`."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.txt")
        wanted.write_text("\n".join(lines))
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
        command += ["--dry-run", "--ignore-installed", "--no-deps", "--require-hashes"]
        command += ["--only-binary", ":all:", "--target", f"{folder}/none", "-r", str(wanted)]
        if platforms:
            command += ["--implementation", "cp", "--python-version", "3.11"]
            command += [word for name in platforms for word in ("--platform", name)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--if-reachable", action="store_true", help="no package index: no failure")
    lines = requirements(LOCK.read_text())
    if resolves(lines, PLATFORMS):
        print(f"lock: {len(lines)} run-time dependencies, all with wheels for aarch64 CPython 3.11")
        return 0
    if not resolves(lines[:1], ()):
        print("lock: NOT CHECKED for aarch64, because no package index answers")
        return 0 if parser.parse_args().if_reachable else 1
    for line in lines:
        if not resolves([line], PLATFORMS):
            print(
                f"lock: {line.split()[0]} has no wheel for aarch64 CPython 3.11: it would have to"
            )
            print("      be compiled on the box. Choose another version in pyproject.toml.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
