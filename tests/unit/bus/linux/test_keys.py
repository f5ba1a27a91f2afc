"""Keys of the kernel as lines, on a tree of files and a pipe where the kernel has a node."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from wisgate.bus.lines import Bias, Edge, Input, Line, Output
from wisgate.bus.linux.keys import KeyLines
from wisgate.core.errors import BusUnavailable

PROG1 = 148
POWER_FAIL = Input(active_low=True, bias=Bias.PULL_UP, edges=True)
GET_KEYS = 0x80604518
"""EVIOCGKEY for 96 bytes, computed by the C macro on aarch64 and x86-64 alike."""
SET_CLOCK = 0x400445A0
"""EVIOCSCLOCKID."""


class Kernel:
    """Which keys are pressed, and what it was told."""

    def __init__(self) -> None:
        self.pressed: set[int] = set()
        self.clocks: list[int] = []
        self.gone = False

    def __call__(
        self, fd: int, request: int, argument: int | bytearray, mutate: bool = True, /
    ) -> int:
        assert isinstance(argument, bytearray)
        os.fstat(fd)
        if self.gone:
            raise OSError(19, "No such device")
        if request == SET_CLOCK:
            self.clocks.append(struct.unpack("@i", argument)[0])
            return 0
        assert request == GET_KEYS
        for key in self.pressed:
            argument[key // 8] |= 1 << key % 8
        return len(argument)


class OtherLines:
    """The chip behind: it only remembers what was asked of it."""

    interrupts = True

    def __init__(self) -> None:
        self.asked: list[int] = []

    def request(self, offset: int, settings: Input | Output, consumer: str) -> Line:
        self.asked.append(offset)
        raise BusUnavailable(f"line {offset} is busy")


def tree(root: Path, *, phys: str = "gpio-keys/input0", keys: str = "100000 0 0") -> Path:
    """event0 is a keyboard, event1 the keys; returns the node of the keys."""
    for name, where, words in (("event0", "usb-1", "ffffffffffffffff 0 0"), ("event1", phys, keys)):
        unit = root / "sys/class/input" / name / "device"
        (unit / "capabilities").mkdir(parents=True)
        (unit / "phys").write_text(where + "\n")
        (unit / "capabilities/key").write_text(words + "\n")
    (root / "sys/class/input/mouse0/device").mkdir(parents=True)
    (root / "dev/input").mkdir(parents=True)
    node = root / "dev/input/event1"
    os.mkfifo(node)
    return node


def event(code: int, value: int, seconds: int = 7, micro: int = 500_000, kind: int = 1) -> bytes:
    return struct.pack("@llHHi", seconds, micro, kind, code, value)


def keyed(root: Path, kernel: Kernel, settings: Input = POWER_FAIL) -> Line:
    lines = KeyLines(OtherLines(), {16: PROG1}, root=root, ioctl=kernel)
    return lines.request(16, settings, "POWER_FAIL")


def test_pressed_is_active_where_the_line_is_active_low(tmp_path: Path) -> None:
    tree(tmp_path)
    kernel = Kernel()
    line = keyed(tmp_path, kernel)
    assert line.get() is False
    kernel.pressed = {PROG1 - 1, PROG1 + 1}
    assert line.get() is False
    kernel.pressed = {PROG1}
    assert line.get() is True
    assert kernel.clocks == [1], "CLOCK_MONOTONIC"
    line.release()


def test_the_other_way_round_where_it_is_active_high(tmp_path: Path) -> None:
    node = tree(tmp_path)
    kernel = Kernel()
    line = keyed(tmp_path, kernel, Input(edges=True))
    assert line.get() is True
    with node.open("wb", buffering=0) as kernels:
        kernels.write(event(PROG1, 1))
        assert line.edges() == [Edge(False, 7.5)]
    line.release()


def test_edges_are_the_events_of_this_key(tmp_path: Path) -> None:
    node = tree(tmp_path)
    line = keyed(tmp_path, Kernel())
    with node.open("wb", buffering=0) as kernels:
        assert line.edges() == []
        kernels.write(
            event(PROG1, 1) + event(0, 0, kind=0) + event(PROG1, 2) + event(PROG1 + 1, 1)
            + event(PROG1, 0, 8, 250_000) + event(PROG1, 1, kind=4)
        )  # fmt: skip
        assert line.edges() == [Edge(True, 7.5), Edge(False, 8.25)]
        assert line.edges() == []
    line.release()


def test_more_events_than_one_read(tmp_path: Path) -> None:
    node = tree(tmp_path)
    line = keyed(tmp_path, Kernel())
    with node.open("wb", buffering=0) as kernels:
        kernels.write(b"".join(event(PROG1, n % 2) for n in range(150)))
        assert [edge.active for edge in line.edges()] == [bool(n % 2) for n in range(150)]
    line.release()
    line.release()


def test_a_key_cannot_be_driven_and_may_vanish(tmp_path: Path) -> None:
    tree(tmp_path)
    kernel = Kernel()
    line = keyed(tmp_path, kernel)
    with pytest.raises(BusUnavailable, match="cannot be driven"):
        line.set(True)
    kernel.gone = True
    with pytest.raises(BusUnavailable, match="event1 does not answer: No such device"):
        line.get()
    line.release()
    with pytest.raises(BusUnavailable, match="event1"):
        line.edges()


@pytest.mark.parametrize(
    ("phys", "keys"),
    [("usb-2/input0", "100000 0 0"), ("gpio-keys/input0", "80000 0 0"), ("gpio-keys/input0", "")],
)
def test_without_such_a_key_the_line_itself_is_asked_for(
    tmp_path: Path, phys: str, keys: str
) -> None:
    tree(tmp_path, phys=phys, keys=keys)
    with pytest.raises(BusUnavailable, match="line 16 is busy"):
        keyed(tmp_path, Kernel())


def test_other_lines_and_outputs_are_no_keys(tmp_path: Path) -> None:
    tree(tmp_path)
    chip = OtherLines()
    lines = KeyLines(chip, {16: PROG1}, root=tmp_path, ioctl=Kernel())
    assert lines.interrupts
    for offset, settings in ((17, POWER_FAIL), (16, Output(False))):
        with pytest.raises(BusUnavailable):
            lines.request(offset, settings, "test")
    assert chip.asked == [17, 16]


def test_a_node_that_cannot_be_opened(tmp_path: Path) -> None:
    node = tree(tmp_path)
    node.unlink()
    with pytest.raises(BusUnavailable, match="event1 does not exist here; give it to the contain"):
        keyed(tmp_path, Kernel())  # the kernel tells of it in every container
    node.symlink_to(node)
    with pytest.raises(BusUnavailable, match="group input"):
        keyed(tmp_path, Kernel())
