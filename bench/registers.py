"""What reading one 16-bit register costs in software, layer by layer, beside smbus2.

The ioctl is replaced by one and the same function that counts its calls, for us and for smbus2, so
what is left is Python's work between the driver and the kernel. All layers take turns in one run:
whatever disturbs the machine disturbs them alike. On the wire at 100 kHz such a read takes 480 µs.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import smbus2
from smbus2 import SMBus, i2c_msg

from wisgate.bus.linux.i2c import I2C_FUNCS, LinuxI2c
from wisgate.bus.trace import TracedI2c
from wisgate.chips.registers16 import Registers16
from wisgate.core.clock import SystemClock
from wisgate.registers.ina219 import BusVoltage

ADDRESS, POINTER = 0x41, 0x02
ROUNDS = 60
READS = 2000
"""In one turn of one layer."""
WIRE_US = 480.0

Read = Callable[[], object]


class Kernel:
    """Counts transfers and answers that both messages went well."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, fd: int, request: int, arg: object, mutate_flag: bool = True, /) -> int:
        self.calls += 1
        if request == I2C_FUNCS and isinstance(arg, bytearray):
            arg[0] = 1
        return 2


@contextmanager
def layers(kernel: Kernel) -> Iterator[dict[str, Read]]:
    """Every way to read the register, by name, on nodes that are plain files."""
    with tempfile.TemporaryDirectory() as name:
        node = Path(name) / "dev/i2c-1"
        node.parent.mkdir()
        node.touch()
        smbus2.smbus2.ioctl = kernel
        with LinuxI2c(1, root=Path(name), ioctl=kernel) as bus, SMBus(str(node)) as peer:
            registers = Registers16(bus, ADDRESS)
            traced = TracedI2c(bus, SystemClock())
            yield {
                "the counting ioctl alone": lambda: kernel(3, 0x0707, b"", True),
                "LinuxI2c.transfer": lambda: bus.transfer(ADDRESS, b"\x02", 2),
                "TracedI2c, its log off": lambda: traced.transfer(ADDRESS, b"\x02", 2),
                "Registers16.read_raw": lambda: registers.read_raw(BusVoltage),
                "Registers16.read, decoded": lambda: registers.read(BusVoltage),
                "smbus2 i2c_rdwr": lambda: smbus2_rdwr(peer),
                "smbus2 read_word_data": lambda: peer.read_word_data(ADDRESS, POINTER),
            }


def smbus2_rdwr(peer: SMBus) -> bytes:
    """The same transaction as ours: a write and a read behind a repeated START."""
    pointer, answer = i2c_msg.write(ADDRESS, [POINTER]), i2c_msg.read(ADDRESS, 2)
    peer.i2c_rdwr(pointer, answer)
    return bytes(answer)


def turn(read: Read) -> float:
    """Microseconds a read."""
    start = time.perf_counter()
    for _ in range(READS):
        read()
    return (time.perf_counter() - start) / READS * 1e6


def main() -> int:
    kernel = Kernel()
    with layers(kernel) as ways:
        for read in ways.values():
            read()  # opens addresses and fills caches
        kernel.calls = 0
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, read in ways.items():
                times[name].append(turn(read))
    expected = ROUNDS * READS * len(ways)
    show(times)
    print(f"\n{kernel.calls} transfers, {expected} expected")
    return 0 if kernel.calls == expected else 1


def show(times: dict[str, list[float]]) -> None:
    """A table: median and best turn of each layer, and the ratio of medians to our transfer."""
    ours = statistics.median(times["LinuxI2c.transfer"])
    print(f"{'µs for one 16-bit register':28}{'median':>8}{'best':>8}{'ratio':>8}{'of wire':>9}")
    for name, turns in times.items():
        median = statistics.median(turns)
        share = median / WIRE_US
        print(f"{name:28}{median:8.2f}{min(turns):8.2f}{median / ours:8.2f}{share:9.2%}")


if __name__ == "__main__":
    sys.exit(main())
