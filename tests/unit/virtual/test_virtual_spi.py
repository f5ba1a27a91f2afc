"""A virtual chip select: frames to the twin, time, and a line that floats."""

from wisgate.core.clock import VirtualClock
from wisgate.virtual.spi import VirtualSpi


class Echo:
    def transfer(self, data: bytes) -> bytes:
        return bytes(b ^ 0xFF for b in data)


def test_a_frame_takes_its_time_and_comes_back() -> None:
    clock = VirtualClock()
    spi = VirtualSpi(clock, hertz=1_000_000)
    spi.twin = Echo()
    assert spi.transfer(b"\x00\x0f") == b"\xff\xf0"
    assert clock.monotonic() == 16e-6


def test_without_a_chip_miso_floats_high() -> None:
    spi = VirtualSpi(VirtualClock())
    assert spi.transfer(b"\x00\x00") == b"\xff\xff"
    spi.twin = Echo()
    spi.silent = True
    assert spi.transfer(b"\x00\x00") == b"\xff\xff"
