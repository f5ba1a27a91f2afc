"""The EEPROM of the board, through its commands, on twins."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench

from wisgate.board.prompt import open_modules
from wisgate.bus.i2c import I2c
from wisgate.chips.cat24c32 import Cat24c32
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, NoAcknowledge, OutputRefused, UnexpectedValue
from wisgate.core.points import Commanding, Status
from wisgate.onboard.memory import Memory

MEMORY = "[onboard.memory]\n"


def test_a_fresh_one_is_erased() -> None:
    with open_modules(HEAD + MEMORY) as board:
        assert board.command("memory", "read", address=0, count=3) == {"bytes": "FF FF FF"}
        assert board.command("memory", "read", address=4064) == {"bytes": " ".join(["FF"] * 32)}


@pytest.mark.parametrize(("address", "size"), [(0, 1), (30, 5), (4095, 1), (0, 256), (3840, 256)])
def test_what_is_written_is_read_again(address: int, size: int) -> None:
    content = bytes(n * 7 % 256 for n in range(size)).hex(" ").upper()
    with open_modules(HEAD + MEMORY) as board:
        assert board.command("memory", "write", address=address, bytes=content) == {"written": size}
        board.twins.faults.inject("brown-out", "memory")
        found = board.command("memory", "read", address=address, count=size)
    assert found == {"bytes": content}


@pytest.mark.parametrize(
    ("command", "arguments", "says"),
    [
        ("read", {"address": 4090, "count": 7}, "the last byte is 4095"),
        ("write", {"address": 4095, "bytes": "AABB"}, "the last byte is 4095"),
        ("write", {"address": 0, "bytes": "AB C"}, "two hexadecimal digits"),
        ("write", {"address": 0, "bytes": "hello!"}, "two hexadecimal digits"),
        ("read", {"address": 4096}, "address"),
        ("read", {"address": 0, "count": 257}, "count"),
        ("read", {"address": 0, "count": 0}, "count"),
        ("erase", {}, 'no command "erase"'),
    ],
)
def test_what_it_refuses(command: str, arguments: dict[str, object], says: str) -> None:
    with open_modules(HEAD + MEMORY) as board, pytest.raises(OutputRefused, match=says):
        board.command("memory", command, **arguments)  # type: ignore[arg-type]


def test_a_write_cycle_that_never_ends() -> None:
    with open_modules(HEAD + MEMORY) as board:
        board.twins.faults.inject("never-ready", "memory")
        with pytest.raises(BusTimeout, match="still writing after 50 ms"):
            board.command("memory", "write", address=0, bytes="AA")
        (present,) = board.read("memory")
        assert present.value is False
        board.twins.faults.clear("never-ready", "memory")
        assert board.command("memory", "write", address=0, bytes="AA") == {"written": 1}


def test_a_protected_one_refuses() -> None:
    with open_modules(HEAD + MEMORY) as board:
        board.twins.eeprom.write_protect = 1.0
        with pytest.raises(NoAcknowledge):
            board.command("memory", "write", address=0, bytes="AA")


def play(steps: Commanding, clock: VirtualClock) -> None:
    for wait in steps:
        assert isinstance(wait, float)
        clock.advance(wait)


class Worn:
    """A chip that takes everything and keeps nothing."""

    def __init__(self, bus: I2c) -> None:
        self._bus = bus

    def transfer(self, address: int, write: bytes = b"", read: int = 0) -> bytes:
        return self._bus.transfer(address, write if read else write[:2], read)


def test_what_is_worn_out_is_told() -> None:
    bench = ModuleBench(MEMORY)
    memory = Memory(Cat24c32(Worn(bench.twins.i2c)))
    steps = memory.command("write", {"address": 64, "bytes": "AA"})
    with pytest.raises(UnexpectedValue, match=r"0x0040 on; it is worn out or protected"):
        play(steps, bench.clock)


def test_absent_and_back() -> None:
    bench = ModuleBench(MEMORY)

    async def main() -> None:
        (reading,) = await bench.read("memory")
        assert (reading.value, reading.status) == (True, Status.GOOD)
        bench.faults.inject("no-acknowledge", "memory")
        (reading,) = await bench.read("memory")
        assert (reading.value, reading.status) == (False, Status.GOOD)
        bench.faults.clear("no-acknowledge", "memory")
        bench.faults.inject("mute-bus", "i2c")
        (reading,) = await bench.read("memory")
        assert reading.status is Status.FAULT
        for lane in bench.lanes:
            lane.longest_hold = 0.0  # giving up a stuck bus takes the lane by itself

    bench.run(main())


def test_nothing_can_be_written_as_a_channel() -> None:
    module = ModuleBench(MEMORY).sampled["memory"].placed.module
    with pytest.raises(OutputRefused, match="its command is write"):
        module.write("present", True)
    module.open()
    module.close()
