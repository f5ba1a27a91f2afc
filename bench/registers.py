"""What reading one 16-bit register costs in software, layer by layer, beside what users would pick
instead; and how much of a 400 kHz bus a busy lane uses.

`bench/stubs/i2c.c`, loaded before libc, stands in for the kernel: every library opens /dev/i2c-1
and makes its real ioctl, which returns at once (or, for the lane, after the time of its bits). All
layers take turns in one run: whatever disturbs the machine disturbs them alike. On the wire at
100 kHz such a read takes 480 µs.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

STUB = Path(__file__).parent / "stubs" / "i2c.c"
LOADED = "WISGATE_BENCH_STUB"
ADDRESS, POINTER = 0x41, 0x02
ROUNDS = 60
READS = 2000
"""In one turn of one layer."""
WIRE_US = 480.0
BUS_HZ = 400e3
READ_BITS = 2 + 1 + 9 * (1 + 1 + 1 + 2)
"""START, repeated START, STOP; two addresses, a pointer and two bytes."""
CONVERSATIONS = {"1 read a job": 1, "4 reads a job": 4, "16 reads a job": 16}
TRANSFERS = 3072
LANE_ROUNDS = 9
WAITING = 8
"""Conversations that wait for the lane at any time."""
OURS = "LinuxI2c.transfer"

Read = Callable[[], object]


def with_stub() -> int:
    """Compile the stub and run this file again with it."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "stub.so"
        command = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(STUB), "-ldl"]
        subprocess.run(command, check=True)
        chosen = {"BLINKA_FORCEBOARD": "RASPBERRY_PI_CM4", "BLINKA_FORCECHIP": "BCM2XXX"}
        environment = {**os.environ, **chosen, "LD_PRELOAD": str(library), LOADED: str(library)}
        return subprocess.run([sys.executable, __file__], env=environment, check=False).returncode


@contextmanager
def layers() -> Iterator[dict[str, Read]]:
    """Every way to read the register, by name."""
    import periphery
    from adafruit_blinka.microcontroller.generic_linux.i2c import I2C as BlinkaI2c
    from smbus2 import SMBus, i2c_msg

    from wisgate.bus.linux.i2c import LinuxI2c
    from wisgate.bus.trace import TracedI2c
    from wisgate.chips.ina219 import Ina219
    from wisgate.chips.registers16 import Registers16
    from wisgate.core.clock import SystemClock
    from wisgate.core.units import Ohms
    from wisgate.registers.ina219 import BusVoltage

    peer, device, blinka = SMBus(1), periphery.I2C("/dev/i2c-1"), BlinkaI2c(1)
    answer, message = bytearray(2), periphery.I2C.Message
    with LinuxI2c(1) as bus:
        registers, traced = Registers16(bus, ADDRESS), TracedI2c(bus, SystemClock())
        driver = Ina219(bus, ADDRESS, shunt=Ohms(0.1))
        yield {
            OURS: lambda: bus.transfer(ADDRESS, b"\x02", 2),
            "TracedI2c, its log off": lambda: traced.transfer(ADDRESS, b"\x02", 2),
            "Registers16.read_raw": lambda: registers.read_raw(BusVoltage),
            "Registers16.read, decoded": lambda: registers.read(BusVoltage),
            "Ina219.trigger, the driver": driver.trigger,
            "smbus2 i2c_rdwr": lambda: peer.i2c_rdwr(
                i2c_msg.write(ADDRESS, [POINTER]), i2c_msg.read(ADDRESS, 2)
            ),
            "smbus2 read_word_data": lambda: peer.read_word_data(ADDRESS, POINTER),
            "python-periphery": lambda: device.transfer(
                ADDRESS, [message([POINTER]), message([0, 0], read=True)]
            ),
            "Blinka": lambda: blinka.writeto_then_readfrom(ADDRESS, b"\x02", answer),
        }


def turn(read: Read) -> float:
    """Microseconds a read."""
    start = time.perf_counter()
    for _ in range(READS):
        read()
    return (time.perf_counter() - start) / READS * 1e6


def costs(stub: ctypes.CDLL) -> int:
    """The table of layers; returns 1 when transfers are missing."""
    with layers() as ways:
        for read in ways.values():
            read()  # opens addresses and fills caches
        before = stub.stub_transfers()
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, read in ways.items():
                times[name].append(turn(read))
        counted = stub.stub_transfers() - before
    show(times)
    expected = ROUNDS * READS * len(ways)
    print(f"\n{counted} transfers, {expected} expected")
    return 0 if counted == expected else 1


def show(times: dict[str, list[float]]) -> None:
    """A table: median and best turn of each layer, and the ratio of medians to our transfer."""
    ours = statistics.median(times[OURS])
    print(f"{'µs for one 16-bit register':28}{'median':>8}{'best':>8}{'ratio':>8}{'of wire':>9}")
    for name, turns in times.items():
        median = statistics.median(turns)
        share = median / WIRE_US
        print(f"{name:28}{median:8.2f}{min(turns):8.2f}{median / ours:8.2f}{share:9.2%}")


def bare_share() -> float:
    """The part of the bus's own rate that a plain loop reaches, without any lane: the ceiling."""
    from wisgate.bus.linux.i2c import LinuxI2c

    with LinuxI2c(1) as bus:
        start = time.perf_counter()
        for _ in range(TRANSFERS):
            bus.transfer(ADDRESS, b"\x02", 2)
        took = time.perf_counter() - start
    return TRANSFERS * READ_BITS / BUS_HZ / took


async def lane_share(reads: int) -> float:
    """The part of the bus's own rate that a lane reaches with jobs always waiting."""
    from wisgate.bus.lane import ThreadLane
    from wisgate.bus.linux.i2c import LinuxI2c

    turns = TRANSFERS // reads // WAITING
    with LinuxI2c(1) as bus:
        lane = ThreadLane("i2c-1")

        def job() -> None:
            for _ in range(reads):
                bus.transfer(ADDRESS, b"\x02", 2)

        async def client() -> None:
            for _ in range(turns):
                await lane.run(job)

        start = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(WAITING)))
        took = time.perf_counter() - start
        await lane.close()
    return WAITING * turns * reads * READ_BITS / BUS_HZ / took


def lane(stub: ctypes.CDLL) -> None:
    """The table of shares; a plain loop and each conversation take turns."""
    stub.stub_clock(ctypes.c_double(BUS_HZ))
    shares: dict[str, list[float]] = {"no lane, a plain loop": []}
    for _ in range(LANE_ROUNDS):
        shares["no lane, a plain loop"].append(bare_share())
        for name, reads in CONVERSATIONS.items():
            shares.setdefault(name, []).append(asyncio.run(lane_share(reads)))
    print(f"\n{'a saturated lane at 400 kHz':28}{'of the bus':>10}{'best':>8}")
    for name, turns in shares.items():
        print(f"{name:28}{statistics.median(turns):10.1%}{max(turns):8.1%}")


def main() -> int:
    library = os.environ.get(LOADED)
    if library is None:
        return with_stub()
    stub = ctypes.CDLL(library)
    stub.stub_transfers.restype = ctypes.c_ulong
    code = costs(stub)
    lane(stub)
    return code


if __name__ == "__main__":
    sys.exit(main())
