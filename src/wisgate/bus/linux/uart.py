"""Serial ports on Linux, through pyserial.

A port is found by where it is plugged in, never by its ttyUSB number: an LTE module takes numbers
too, and a port that came back may have another one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import termios
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import serial

from ...core.clock import Clock, SystemClock
from ...core.errors import BusTimeout, BusUnavailable

BITS_PER_BYTE = 10
"""Start, eight data bits, stop."""
WRITE_MARGIN_S = 1.0
"""How much longer than its bits a write may take before the port counts as stuck."""


class LinuxUart:
    """One serial port, 8 data bits, exclusive to this process. Threads: lane only.

    The constructor opens nothing: the first use does, and so does the first use after the port
    was gone, at the place where it is plugged in. So a port may come back under another number.
    """

    def __init__(
        self,
        find: Callable[[], Path],
        name: str,
        baud: int,
        *,
        parity: str = serial.PARITY_NONE,
        stop_bits: int = 1,
        clock: Clock | None = None,
    ) -> None:
        """`find` says which node the port `name` is now, or raises BusUnavailable. `parity` is
        "N", "E" or "O"."""
        self.name = name
        self._find = find
        self._baud = baud
        self._parity = parity
        self._stop_bits = stop_bits
        self._clock: Clock = clock or SystemClock()
        self._port: serial.Serial | None = None

    @classmethod
    def at(cls, node: str | Path, baud: int, *, clock: Clock | None = None) -> LinuxUart:
        """The port behind a node: one of the CM4's own, or a link that udev keeps
        (/dev/serial/by-path/…)."""
        return cls(lambda: Path(node), str(node), baud, clock=clock)

    @classmethod
    def at_usb(
        cls, path: str, baud: int, *, root: Path = Path("/"), clock: Clock | None = None
    ) -> LinuxUart:
        """The port of the USB adapter plugged in at `path`: "1-1.4", or "1-1.4:1.2" for one
        interface of an adapter with several ("usb:" before it does no harm)."""
        place = path.removeprefix("usb:")
        return cls(lambda: _node_at_usb(root, place), f"usb:{place}", baud, clock=clock)

    def __enter__(self) -> LinuxUart:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def baud(self) -> int:
        return self._baud

    def close(self) -> None:
        """Close the port. The next use opens it again. Idempotent."""
        port, self._port = self._port, None
        if port is not None:
            with contextlib.suppress(OSError, termios.error):
                port.close()

    def write(self, data: bytes) -> None:
        """See `Uart.write`. Raises BusUnavailable when the port is gone, BusTimeout when it takes
        nothing."""
        port = self._opened()
        start = self._clock.monotonic()
        wire = len(data) * BITS_PER_BYTE / self._baud
        try:
            self._send(port.fileno(), data, start + wire + WRITE_MARGIN_S)
            termios.tcdrain(port.fileno())
        except (OSError, termios.error) as error:
            raise self._gone(error) from error
        # A USB adapter counts as drained while its own buffer still shifts bits out.
        rest = start + wire - self._clock.monotonic()
        if rest > 0:
            self._clock.sleep(rest)

    def read(self, count: int, timeout: float) -> bytes:
        """See `Uart.read`. Raises BusUnavailable."""
        port = self._opened()
        deadline = self._clock.monotonic() + timeout
        received = bytearray()
        try:
            while len(received) < count:
                rest = max(0.0, deadline - self._clock.monotonic())
                if not select.select([port.fileno()], [], [], rest)[0]:
                    break
                received += self._receive(port.fileno(), count - len(received))
        except OSError as error:
            raise self._gone(error) from error
        return bytes(received)

    def flush(self) -> None:
        """See `Uart.flush`. Raises BusUnavailable."""
        port = self._opened()
        try:
            port.reset_input_buffer()
        except (OSError, termios.error) as error:
            raise self._gone(error) from error

    def send_break(self, seconds: float) -> None:
        """See `Uart.send_break`. As precise as two ioctls and a sleep: never shorter, some 0.1 ms
        longer, on a USB adapter up to 2 ms. Raises BusUnavailable."""
        port = self._opened()
        try:
            port.break_condition = True
            self._clock.sleep(seconds)
            port.break_condition = False
        except (OSError, termios.error) as error:
            raise self._gone(error) from error

    def set_baud(self, baud: int) -> None:
        """See `Uart.set_baud`; any rate that the adapter's divider can make. Raises ValueError
        when it cannot, BusUnavailable."""
        if baud <= 0:
            raise ValueError(f"{self.name}: {baud} is no baud rate")
        port = self._opened()
        try:
            port.baudrate = baud
        except ValueError:
            self.close()  # so that the next use opens it at the rate it had
            raise
        except (OSError, termios.error) as error:
            raise self._gone(error) from error
        self._baud = baud

    def _opened(self) -> serial.Serial:
        if self._port is None:
            self._port = self._open(self._find())
        return self._port

    def _open(self, node: Path) -> serial.Serial:
        try:
            port = serial.Serial(
                str(node),
                self._baud,
                parity=self._parity,
                stopbits=self._stop_bits,
                timeout=0,
                exclusive=True,  # a lock, which also keeps the superuser's programs out
            )
            # Keeps out programs that do not lock, as most do not.
            fcntl.ioctl(port.fileno(), termios.TIOCEXCL)
        except (OSError, termios.error) as error:
            raise BusUnavailable(f"{self.name}: {_why_not(node, error)}") from error
        return port

    def _send(self, fd: int, data: bytes, deadline: float) -> None:
        left = memoryview(data)
        while left:
            rest = deadline - self._clock.monotonic()
            if rest <= 0 or not select.select([], [fd], [], rest)[1]:
                termios.tcflush(fd, termios.TCOFLUSH)  # half a frame must not follow later
                raise BusTimeout(f"{self.name} takes no more bytes; plug it out and in again")
            left = left[os.write(fd, left) :]

    def _receive(self, fd: int, count: int) -> bytes:
        data = os.read(fd, count)
        if not data:
            raise OSError("hung up")
        return data

    def _gone(self, error: Exception) -> BusUnavailable:
        self.close()
        return BusUnavailable(f"{self.name} is gone ({error}); plug it in again at the same place")


def _node_at_usb(root: Path, place: str) -> Path:
    """The node of the one serial port below a USB place. Raises BusUnavailable."""
    found = {}
    ports = root / "sys/class/tty"
    for entry in sorted(ports.iterdir()) if ports.is_dir() else ():
        parts = entry.resolve().parts
        if place in parts:
            interface = next((part for part in parts if ":" in part and place in part), place)
            found[entry.name] = interface
    if len(found) > 1:
        raise BusUnavailable(
            f"usb:{place} has {len(found)} serial ports; name one of"
            f" {', '.join(f'usb:{interface}' for interface in sorted(found.values()))}"
        )
    if not found:
        raise BusUnavailable(f"usb:{place} has no serial port; plug the adapter in there")
    return root / "dev" / next(iter(found))


def _why_not(node: Path, error: Exception) -> str:
    if isinstance(error, OSError) and not node.exists():
        return f"{node} does not exist; plug the adapter in, or enable the UART"
    if not os.access(node, os.R_OK | os.W_OK):
        return f"{node} may not be opened; add the user to the group dialout"
    return f"{node} cannot be opened ({error}); stop the program that uses it: fuser {node}"
