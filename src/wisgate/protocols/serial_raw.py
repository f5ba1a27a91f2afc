"""What comes on a serial line of which nobody knows what is spoken.

What arrives is cut where the line is silent, or where a line of text ends.
"""

from __future__ import annotations

from ..bus.uart import Uart

GAP_S = 0.05
"""A silence that ends what was said. A USB bridge may pause for 16 ms in the middle."""
LONGEST = 4096
"""Bytes that are taken at once; what comes beyond is for the next time."""
LONGEST_LINE = 1024
"""Bytes without an end of line that are given out all the same."""


class RawLine:
    """`lines`: text, a line at a time; otherwise bytes as they come. What the line
    echoes is taken for something that came. Threads: lane only."""

    def __init__(self, uart: Uart, *, lines: bool) -> None:
        self.count = 0
        """Bytes received since the start."""
        self._uart, self._lines = uart, lines
        self._rest = b""

    def wait(self, seconds: float) -> bytes:
        """What comes within some seconds, until the line is silent again. Raises BusError."""
        heard = self._uart.read(1, seconds)
        if heard:
            heard += self._until_silence()
        self.count += len(heard)
        return heard

    def take(self) -> list[str]:
        """What has come since the last time, as people write it: each line, or everything up to a
        silence as hexadecimal bytes. Half a line waits for its end. Raises BusError."""
        heard = self._uart.read(LONGEST, 0.0)
        if heard:
            heard += self._until_silence()
        self.count += len(heard)
        if not self._lines:
            return [heard.hex(" ").upper()] if heard else []
        *whole, self._rest = (self._rest + heard).replace(b"\r", b"\n").split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            whole, self._rest = [*whole, self._rest], b""
        return [line.decode("utf-8", "backslashreplace") for line in whole if line]

    def forget(self) -> None:
        """Drop half a line."""
        self._rest = b""

    def _until_silence(self) -> bytes:
        found = b""
        while len(found) < LONGEST and (more := self._uart.read(LONGEST, GAP_S)):
            found += more
        return found
