"""Puts a file in the place of a running gateway's, restarts it, and goes back if that was wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..core.clock import Clock
from ..core.errors import RemoteError, Unavailable
from ..store.files import replacing
from ..web.console import process_at
from .remote import CONTROL, Remote

UNIT = "wisgate.service"
POLL_S = 0.2
STEADY_S = 5.0
"""How long a gateway must be well: a sink or a module needs some time to show its trouble."""


@dataclass(frozen=True)
class Place:
    """Where the running gateway has its file and its folder."""

    file: Path
    folder: Path

    @property
    def last_good(self) -> Path:
        return self.file.with_name(f"{self.file.name}.last-good")

    @property
    def rejected(self) -> Path:
        return self.file.with_name(f"{self.file.name}.rejected")

    @property
    def control(self) -> Path:
        return self.folder / CONTROL

    def troubles(self) -> frozenset[str]:
        """What is not well now, the things alone: "sink plant"."""
        try:
            return frozenset(map(_thing, Remote(self.control).problems()))
        except RemoteError:
            return frozenset()


NEW_FILE = 0o640
"""Mode of a file that was not there: the service reads it by the group of the folder."""


def replace(path: Path, content: bytes) -> None:
    """All of `content` or what was there; owner and mode stay, a new file has those of its folder.
    Raises Unavailable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as fresh:
            fresh.write_bytes(content)
            before = path.stat() if path.exists() else path.parent.stat()
            fresh.chmod(before.st_mode & 0o7777 if path.exists() else NEW_FILE)
            os.chown(fresh, before.st_uid, before.st_gid)
    except OSError as error:
        raise Unavailable(
            f"{path}: cannot be written: {error.strerror}; do it as its owner, or with sudo"
        ) from error


def restart(place: Place) -> bool:
    """Let the gateway start anew: through systemd where its unit runs this file, else by a signal
    to the process, which whoever watches over it starts again. Whether anybody was asked. Raises
    Unavailable."""
    if _has_unit(place.file):
        done = subprocess.run(
            ["systemctl", "restart", "--no-block", UNIT],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Unavailable(f"systemctl restart {UNIT}: {done.stderr.strip()}; do it with sudo")
        return True
    process = process_at(place.control)
    if process is None:
        return False
    try:
        os.kill(process, signal.SIGTERM)
    except OSError as error:
        raise Unavailable(
            f"process {process} cannot be stopped: {error.strerror}; do it as its owner"
        ) from error
    return True


def trouble_after(
    place: Place, before: int | None, known: frozenset[str], clock: Clock, seconds: float
) -> str:
    """Wait until a gateway that is not the process `before` is well for some time; "" then, else
    why it is not after `seconds`. What was in trouble before counts for nothing (`known`)."""
    end = clock.monotonic() + seconds
    since, steady, trouble = clock.monotonic(), None, ""
    while clock.monotonic() < end:
        process = process_at(place.control)
        if process is None or process == before:
            trouble = "no new gateway has started" if process else "no gateway answers"
        else:
            trouble = _trouble(place, known)
        if trouble or process != steady:
            since, steady = clock.monotonic(), process
        if not trouble and clock.monotonic() - since >= STEADY_S:
            return ""
        clock.sleep(POLL_S)
    return trouble or "it does not stay well"


def change(
    place: Place, content: bytes, clock: Clock, seconds: float, tell: Callable[[str], None]
) -> bool:
    """Put `content` in place, restart, wait, and go back when it does not get well. False when no
    gateway runs that could say. Raises Unavailable."""
    before = place.file.read_bytes() if place.file.exists() else None
    known, process = place.troubles(), process_at(place.control)
    if before is not None:
        replace(place.last_good, before)
    replace(place.file, content)
    tell(f"{place.file}: written")
    try:
        asked = restart(place)
    except Unavailable as error:
        _undo(place, before)
        raise Unavailable(f"{error}; {place.file} is as it was") from error
    if not asked:
        tell("no gateway runs here; it begins with this file when it is started")
        return False
    tell(f"restarted; waiting until it is well, {seconds:g} s at most")
    try:
        trouble = trouble_after(place, process, known, clock, seconds)
    except KeyboardInterrupt:
        tell(f"nobody waits any more: the new file stays; the one before is {place.last_good}")
        raise
    if not trouble:
        return True
    if before is None:
        raise Unavailable(f"{trouble}; there is no earlier file to go back to")
    process = process_at(place.control)
    replace(place.rejected, content)
    replace(place.file, before)
    restart(place)
    tell(f"{trouble}; going back to the file before")
    worse = trouble_after(place, process, known, clock, seconds)
    end = f", and that is not well either: {worse}" if worse else ", and all is as it was"
    raise Unavailable(
        f"not applied: {trouble}; the file before is back in place{end}; what was refused is"
        f" {place.rejected}"
    )


def _undo(place: Place, before: bytes | None) -> None:
    """The running gateway still has the file before, and so must its next start."""
    if before is None:
        place.file.unlink()
    else:
        replace(place.file, before)


def _trouble(place: Place, known: frozenset[str]) -> str:
    try:
        problems = Remote(place.control).problems()
    except RemoteError as error:
        return str(error)
    return "; ".join(p for p in problems if _thing(p) not in known)


def _thing(problem: str) -> str:
    return problem.partition(": ")[0]


def _has_unit(file: Path) -> bool:
    """Whether systemd has our unit, and it runs this file."""
    if shutil.which("systemctl") is None:
        return False
    shown = subprocess.run(
        ["systemctl", "cat", UNIT], capture_output=True, text=True, check=False
    ).stdout
    words = [
        w for line in shown.splitlines() if line.startswith("ExecStart=") for w in line.split()
    ]
    return any(Path(word).resolve() == file.resolve() for word in words)
