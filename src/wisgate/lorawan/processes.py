"""Forwarders as processes of this computer."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..core.errors import Unavailable
from .concentrators import Family
from .job import Job

LONGEST_LINE = 4096
PACKET_FORWARDERS = {
    Family.SX1301: ("lora_pkt_fwd_sx1301", "lora_pkt_fwd", "/opt/packet_forwarder/lora_pkt_fwd"),
    Family.SX1302: ("lora_pkt_fwd_sx1302", "lora_pkt_fwd", "/opt/sx1302_hal/lora_pkt_fwd"),
    Family.GHZ24: ("lora_pkt_fwd_2g4", "lora_pkt_fwd", "/opt/gateway_2g4_hal/lora_pkt_fwd"),
}
STATIONS = ("station", "/opt/basicstation/bin/station")


def find(names: tuple[str, ...], which: Callable[[str], str | None] = shutil.which) -> str:
    """The first program of these that is installed. Raises Unavailable."""
    for name in names:
        if path := which(name):
            return path
    raise Unavailable(f"no forwarder is installed: looked for {', '.join(names)}; write program")


class Running:
    """A process in a session of its own, with what it prints last."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.last_words = ""

    async def wait(self) -> int:
        stream = self._process.stdout
        while stream is not None and (line := await _line(stream)):
            self.last_words = line.decode("utf-8", "replace").strip() or self.last_words
        return await self._process.wait()

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line, cut where it is too long; nothing at the end."""
    try:
        return await stream.readuntil(b"\n")
    except asyncio.IncompleteReadError as end:
        return end.partial
    except asyncio.LimitOverrunError:
        return await stream.read(LONGEST_LINE)


async def start(job: Job) -> Running:
    """Start the program of a job in its folder, after what an earlier run of ours may have left
    there. Raises Unavailable."""
    end_former(job.folder)
    try:
        process = await asyncio.create_subprocess_exec(
            job.program, *job.arguments, cwd=job.folder, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            start_new_session=True, limit=LONGEST_LINE,
        )  # fmt: skip
        _pid_file(job.folder).write_text(str(process.pid))
    except OSError as error:
        raise Unavailable(f"{job.program}: {error.strerror}; check the path") from error
    return Running(process)


def end_former(folder: Path, proc: Path = Path("/proc")) -> None:
    """Kill the forwarder that still runs in a folder because we were killed ourselves: two of them
    would fight for one card."""
    with suppress(OSError, ValueError):
        pid = int(_pid_file(folder).read_text())
        if (proc / str(pid) / "cwd").resolve() == folder.resolve():
            os.killpg(pid, signal.SIGKILL)


def _pid_file(folder: Path) -> Path:
    return folder / "forwarder.pid"
