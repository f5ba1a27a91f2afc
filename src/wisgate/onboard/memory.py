"""The EEPROM that some boards have: a CAT24C32 with 4096 bytes, free for the user (boards sheet
A13)."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from ..chips.cat24c32 import Cat24c32, pages
from ..config.model import OnboardConfig
from ..core.errors import BusTimeout, OutputRefused, UnexpectedValue
from ..core.points import Channel, Commanding, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from ..registers.cat24c32 import SIZE
from .carrier import Carrier

PRESENT = Channel("present", kind=Kind.BOOL, decimals=0, point="memory_present")

POLLS = 10
"""How often the end of a write cycle is asked for before the chip counts as hung."""
Pause = Generator[float, None, None]


class Memory:
    """It keeps nothing of ours. Threads: lane only."""

    def __init__(self, cat24c32: Cat24c32, *, interval: Seconds = Seconds(60.0)) -> None:
        self.groups = (Group("memory", (PRESENT,), interval),)
        self._chip = cat24c32

    @classmethod
    def fit(cls, carrier: Carrier, config: OnboardConfig) -> Memory:
        chip = Cat24c32(carrier.i2c, carrier.chips["U-MEM"])
        return cls(chip, interval=Seconds(config.interval))

    def open(self) -> None:
        return None

    def sample(self, group: Group) -> Sampling:
        """Whether the chip answers. Raises BusError."""
        yield from ()  # nothing to wait for
        return [Reading(PRESENT.name, self._chip.ready())]

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """Raises OutputRefused, UnexpectedValue when other bytes come back, BusError."""
        address = int(str(arguments["address"]))
        if name == "read":
            count = int(str(arguments["count"]))
            _check(address, count)
            content = yield from self._read(address, count)
            return {"bytes": content.hex(" ").upper()}
        content = _bytes(str(arguments["bytes"]))
        _check(address, len(content))
        for at, part in pages(address, content):
            yield from self._write(at, part)
        found = yield from self._read(address, len(content))
        if found != content:
            raise UnexpectedValue(
                f"the memory reads other bytes than were written from {address:#06x} on; it is"
                " worn out or protected"
            )
        return {"written": len(content)}

    def write(self, channel: str, value: Value) -> None:
        raise OutputRefused(f"memory has no writable channel {channel!r}; its command is write")

    def close(self) -> None:
        return None

    def _read(self, address: int, count: int) -> Generator[float, None, bytes]:
        """A page at a time, so that others get the bus in between."""
        found = b""
        for at, part in pages(address, bytes(count)):
            found += self._chip.read(at, len(part))
            yield 0.0
        return found

    def _write(self, address: int, content: bytes) -> Pause:
        """One page, and the end of its write cycle."""
        cycle = self._chip.write(address, content)
        for _poll in range(POLLS):
            yield cycle
            if self._chip.ready():
                return
        raise BusTimeout(f"the memory is still writing after {POLLS * cycle * 1e3:.0f} ms")


def _bytes(written: str) -> bytes:
    try:
        return bytes.fromhex(written)
    except ValueError:
        raise OutputRefused(
            f'"{written}" is no row of bytes; write two hexadecimal digits each: "DE AD"'
        ) from None


def _check(address: int, count: int) -> None:
    if address + count > SIZE:
        raise OutputRefused(
            f"{count} bytes from {address} on end beyond the memory; the last byte is {SIZE - 1}"
        )
