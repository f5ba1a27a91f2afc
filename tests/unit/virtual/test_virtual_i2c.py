"""The bus: who answers, what several answers become, what a transfer costs."""

from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, NoAcknowledge
from wisgate.virtual.i2c import Message, Stranger, VirtualI2c


class Recorder:
    """A twin that writes down what it sees."""

    def __init__(self, address: int, answer: bytes = b"", takes: int = 99) -> None:
        self.seen: list[tuple[object, ...]] = []
        self._address, self._answer, self._takes = address, answer, takes

    def addressed(self, address: int, read: bool) -> bool:
        if address == self._address:
            self.seen.append(("start", "read" if read else "write"))
        return address == self._address

    def write(self, data: bytes) -> int:
        self.seen.append(("write", data))
        return min(len(data), self._takes)

    def read(self, count: int) -> bytes:
        self.seen.append(("read", count))
        return self._answer[:count].ljust(count, b"\xff")

    def stop(self) -> None:
        self.seen.append(("stop",))


def bus_with(*twins: Recorder, clock: VirtualClock | None = None) -> VirtualI2c:
    bus = VirtualI2c(clock or VirtualClock())
    bus.twins.extend(twins)
    return bus


def test_repeated_start_is_addressed_without_stop() -> None:
    twin = Recorder(0x41, b"\x12\x34")
    assert bus_with(twin).transfer(0x41, b"\x02", 2) == b"\x12\x34"
    assert twin.seen == [
        ("start", "write"), ("write", b"\x02"), ("start", "read"), ("read", 2), ("stop",),
    ]  # fmt: skip


def test_quick_is_addressed_and_stop() -> None:
    twin = Recorder(0x41)
    assert bus_with(twin).transfer(0x41) == b""
    assert twin.seen == [("start", "write"), ("stop",)]


def test_read_alone_does_not_write() -> None:
    twin = Recorder(0x41, b"\x55")
    assert bus_with(twin).transfer(0x41, read=1) == b"\x55"
    assert twin.seen == [("start", "read"), ("read", 1), ("stop",)]


def test_two_at_one_address_read_the_and_and_both_are_written() -> None:
    one, two = Recorder(0x51, b"\xf0\x3c"), Recorder(0x51, b"\x55\xff")
    assert bus_with(one, two).transfer(0x51, b"\x07", 2) == b"\x50\x3c"
    assert ("write", b"\x07") in one.seen
    assert ("write", b"\x07") in two.seen
    assert one.seen[-1] == two.seen[-1] == ("stop",)


def test_one_of_two_is_enough_to_acknowledge() -> None:
    deaf, keen = Recorder(0x51, takes=0), Recorder(0x51)
    assert bus_with(deaf, keen).transfer(0x51, b"\x01\x02") == b""


def test_nobody_there() -> None:
    with pytest.raises(NoAcknowledge, match="0x42"):
        bus_with(Recorder(0x41)).transfer(0x42)


def test_refused_data_is_no_acknowledge_and_still_stops() -> None:
    twin = Recorder(0x41, takes=1)
    with pytest.raises(NoAcknowledge):
        bus_with(twin).transfer(0x41, b"\x01\x02", 2)
    assert twin.seen == [("start", "write"), ("write", b"\x01\x02"), ("stop",)]


def test_messages_to_two_chips_stop_once_at_the_end() -> None:
    one, two = Recorder(0x41, b"\x01"), Recorder(0x42, b"\x02")
    bus = bus_with(one, two)
    steps = [
        Message(0x41, length=1, read=True),
        Message(0x42, b"\x09"),
        Message(0x42, length=1, read=True),
    ]
    assert bus.messages(steps) == [b"\x01", b"\x02"]
    assert one.seen == [("start", "read"), ("read", 1), ("stop",)]
    assert two.seen.count(("stop",)) == 1


def test_bits_take_time() -> None:
    clock = VirtualClock()
    bus_with(Recorder(0x41), clock=clock).transfer(0x41, b"\x00", 2)
    # START, address, one byte; START, address, two bytes.
    assert clock.monotonic() == pytest.approx((10 + 9 + 10 + 18) / 100_000)


def test_a_bus_that_costs_no_time() -> None:
    clock = VirtualClock()
    bus = VirtualI2c(clock, costs_time=False)
    bus.twins.append(Recorder(0x41))
    bus.transfer(0x41, b"\x00", 2)
    bus.mute = True
    with pytest.raises(BusTimeout):
        bus.transfer(0x41)
    assert clock.monotonic() == 0.0


def test_mute_bus_times_out_until_it_is_free() -> None:
    clock, twin = VirtualClock(), Recorder(0x41)
    bus = bus_with(twin, clock=clock)
    bus.mute = True
    with pytest.raises(BusTimeout, match="SDA"):
        bus.transfer(0x41)
    assert clock.monotonic() > 0.02
    assert twin.seen == []
    bus.mute = False
    assert bus.transfer(0x41) == b""


def test_silenced_address_is_not_even_asked() -> None:
    twin = Recorder(0x41)
    bus = bus_with(twin)
    bus.silent.add(0x41)
    with pytest.raises(NoAcknowledge):
        bus.transfer(0x41)
    assert twin.seen == []


def test_stranger_answers_instead() -> None:
    twin = Recorder(0x41, b"\x00")
    bus = bus_with(twin)
    bus.strangers[0x41] = Stranger(0xA5)
    assert bus.transfer(0x41, b"\x00\x01", 2) == b"\xa5\xa5"
    assert twin.seen == []


def test_flips_damage_one_bit_of_a_byte_and_follow_the_seed() -> None:
    def damaged(seed: int) -> bytes:
        bus = VirtualI2c(VirtualClock(), seed=seed)
        bus.twins.append(Recorder(0x41, b"\x00" * 64))
        bus.flips[0x41] = 0.5
        return bus.transfer(0x41, read=64)

    one = damaged(1)
    assert {b.bit_count() for b in one} == {0, 1}
    assert damaged(1) == one
    assert damaged(2) != one


class Stretcher(Recorder):
    """A twin that holds the clock at each read."""

    def __init__(self, clock: VirtualClock, seconds: float) -> None:
        super().__init__(0x41, b"\x12")
        self._clock, self._seconds = clock, seconds

    def read(self, count: int) -> bytes:
        self._clock.sleep(self._seconds)
        return super().read(count)


def test_a_chip_may_hold_the_clock_for_35_ms() -> None:
    clock = VirtualClock()
    assert bus_with(Stretcher(clock, 0.0349), clock=clock).transfer(0x41, read=1) == b"\x12"


def test_a_chip_that_holds_the_clock_longer_is_given_up() -> None:
    clock = VirtualClock()
    twin = Stretcher(clock, 0.0351)
    with pytest.raises(BusTimeout, match=r"^0x41 holds the clock for longer than 35 ms$"):
        bus_with(twin, clock=clock).transfer(0x41, read=1)
    assert twin.seen[-1] == ("stop",)
