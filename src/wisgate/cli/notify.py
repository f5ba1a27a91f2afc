"""Tells systemd how the gateway is: a datagram per line to the socket that it names (sd_notify(3)).

The heartbeat comes from the event loop. When that stands still, systemd misses it, ends the process
and starts it again; `wisgate safe` looks after the outputs in between.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

BEATS = 3
"""Heartbeats within the time that systemd waits for one."""
STATUS_S = 10.0
"""How often the status is told where nobody waits for heartbeats."""
LONGEST = 2000
"""Bytes of a status. Of a message beyond 4096 systemd takes nothing, not even the heartbeat in it
(NOTIFY_BUFFER_MAX in its src/core/manager.c)."""
STARTING_S = 60.0
"""For so long systemd waits for the next sign of a gateway that is still starting."""


class Notify:
    """Threads: the event loop only. Does nothing where no systemd listens, and never raises."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        microseconds = environment.get("WATCHDOG_USEC", "")
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._watchdog = int(microseconds) / 1e6 if microseconds.isdecimal() and ours else 0.0

    def tell(self, *lines: str) -> None:
        """ "READY=1", "STOPPING=1", "STATUS=…"."""
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto("\n".join(lines).encode(), self._address)

    @asynccontextmanager
    async def starting(self) -> AsyncIterator[None]:
        """Meanwhile systemd has patience beyond its time-out for a start: a damaged store is
        repaired, many modules do not answer. One that was ended then would never get up."""
        asking = asyncio.create_task(self._ask_for_time(), name="starting")
        try:
            yield
        finally:
            asking.cancel()

    async def _ask_for_time(self) -> None:
        while self._address:
            self.tell(f"EXTEND_TIMEOUT_USEC={STARTING_S * 1e6:.0f}")
            await asyncio.sleep(STATUS_S)

    async def keep_telling(self, status: Callable[[], str]) -> None:
        """Ready now; then heartbeats and the status for ever."""
        self.tell("READY=1", _status(status()))
        while self._address:
            await asyncio.sleep(self._watchdog / BEATS if self._watchdog else STATUS_S)
            self.tell("WATCHDOG=1", _status(status()))


def _status(text: str) -> str:
    """On one line, and not too long."""
    line = " ".join(text.split()).encode(errors="replace")
    return f"STATUS={line[:LONGEST].decode(errors='ignore')}"
