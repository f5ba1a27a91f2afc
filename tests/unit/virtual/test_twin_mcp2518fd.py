from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.can import CanBus, CanFrame, CanPeer
from wisgate.virtual.chips.mcp2518fd import Mcp2518fdTwin

START = (
    "20 02 10", "20 04 0F 0F 3E 00", "20 08 03 03 0E 00", "20 50 80 04 60 E7", "20 5C 09 04 60 EF",
    "21 F0 00 00 00 00 00 00 00 00", "21 D0 81", "20 1C 00 00 02 28",
)  # fmt: skip
NORMAL, CLASSIC, LOOPBACK, LISTEN, CONFIGURE = (
    "20 03 00",
    "20 03 06",
    "20 03 02",
    "20 03 03",
    "20 03 04",
)
GO = "20 51 03"


class Bench:
    def __init__(self, mode: str | None = NORMAL) -> None:
        self.clock = VirtualClock()
        self.bus = CanBus(self.clock)
        self.twin = Mcp2518fdTwin(self.clock, self.bus)
        self.peer = CanPeer(self.bus)
        self.clock.advance(0.005)
        if mode:
            self.say(*START, mode)
            self.wait(0.001)

    def say(self, *frames: str) -> None:
        for frame in frames:
            self.twin.transfer(bytes.fromhex(frame))

    def read(self, address: int, count: int = 4) -> bytes:
        return self.twin.transfer(bytes([0x30 | address >> 8, address & 0xFF]) + bytes(count))[2:]

    def word(self, address: int) -> int:
        return int.from_bytes(self.read(address), "little")

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.bus.settle()

    @property
    def mode(self) -> int:
        return self.word(0) >> 21 & 7

    def load(self, identifier: int, payload: bytes = b"", flags: int = 0) -> None:
        """Write one object and ask for it to be sent."""
        at = 0x400 + self.word(0x058)
        head = identifier.to_bytes(4, "little") + (flags | len(payload)).to_bytes(4, "little")
        body = payload.ljust((len(payload) + 3) // 4 * 4, b"\x00")
        self.twin.transfer(bytes([0x20 | at >> 8, at & 0xFF]) + head + body)
        self.say(GO)


@pytest.mark.parametrize(
    ("address", "value"),
    [(0x000, 0x04980760), (0x004, 0x003E0F0F), (0x008, 0x000E0303), (0x00C, 0x00021000),
     (0x010, 0), (0x014, 0), (0x018, 0x40400040), (0x01C, 0), (0x020, 0), (0x024, 0), (0x028, 0),
     (0x030, 0), (0x034, 0x00200000), (0x038, 0), (0x03C, 0), (0x040, 0x400), (0x050, 0x00600480),
     (0x054, 0x5), (0x05C, 0x00600400), (0x060, 0), (0x1C4, 0x00600400), (0x1D0, 0), (0x2EC, 0),
     (0xE00, 0x460), (0xE04, 0x03000003), (0xE08, 0), (0xE0C, 0), (0xE14, 0x14)],
)  # fmt: skip
def test_reset_values(address: int, value: int) -> None:
    assert Bench(None).word(address) == value


@pytest.mark.parametrize(
    ("address", "kept"),
    [(0x000, 0xFF1FF77F), (0x004, 0xFFFF7F7F), (0x008, 0xFF1F0F0F), (0x00C, 0x03037F3F),
     (0x014, 0x000703FF), (0x040, 0x1F00042F), (0x050, 0xFF7F0495), (0x05C, 0xFF7F04FF),
     (0x1F0, 0xFFFFFFFF), (0x2EC, 0xFFFFFFFF), (0xE00, 0x47D), (0xE04, 0x73030343),
     (0xE08, 0x03000000), (0xE0C, 0x00007F07), (0xE14, 0x14), (0x300, 0)],
)  # fmt: skip
def test_which_bits_can_be_written(address: int, kept: int) -> None:
    bench = Bench(None)
    bench.say(f"{0x2000 | address:04X} FF FF FF FF")
    read = bench.word(address)
    if address == 0:  # the present mode shows between them
        read &= ~0x00E00000
    assert read == kept


@pytest.mark.parametrize("address", [0x004, 0x008, 0x00C])
def test_bit_timing_is_locked_outside_configuration(address: int) -> None:
    bench = Bench()
    before = bench.word(address)
    bench.say(f"{0x2000 | address:04X} FF FF FF FF")
    assert bench.word(address) == before


def test_settings_of_queue_and_fifos_are_locked_outside_configuration() -> None:
    bench = Bench()
    for address in (0x050, 0x05C):
        before = bench.word(address)
        bench.say(f"{0x2000 | address:04X} 00 00 00 00")
        assert bench.word(address) & ~0x1F == before & ~0x1F
    bench.say("20 50 15 00", "20 5C 1F 00")
    assert bench.word(0x050) & 0x1F == 0x15
    assert bench.word(0x05C) & 0x1F == 0x1F


@pytest.mark.parametrize(
    ("frame", "mode"),
    [(NORMAL, 0), (CLASSIC, 6), (LOOPBACK, 2), (LISTEN, 3), ("20 03 05", 4), ("20 03 07", 4),
     ("20 03 01", 4)],
)  # fmt: skip
def test_modes(frame: str, mode: int) -> None:
    """External loopback, restricted mode and sleep are not modelled: nothing happens."""
    bench = Bench(None)
    bench.say(*START, frame)
    bench.wait(0.001)
    assert bench.mode == mode


def test_a_mode_needs_eleven_quiet_bits() -> None:
    bench = Bench(None)
    bench.say(*START, NORMAL)
    bench.wait(21e-6)
    assert bench.mode == 4
    bench.wait(1.1e-6)
    assert bench.mode == 0
    bench.say(LOOPBACK)
    assert bench.mode == 2


def test_without_an_oscillator_no_mode_changes() -> None:
    bench = Bench(None)
    bench.twin.dead = True
    assert bench.word(0xE00) & 0x400 == 0
    bench.say(*START, NORMAL)
    bench.wait(1.0)
    assert bench.mode == 4
    bench.twin.dead = False
    assert bench.mode == 0


def test_the_oscillator_needs_3_ms() -> None:
    bench = Bench(None)
    bench.twin.power_cycle()
    bench.wait(2.9e-3)
    assert bench.word(0xE00) == 0x60
    bench.wait(0.2e-3)
    assert bench.word(0xE00) == 0x460
    bench.say("00 00")
    assert bench.word(0xE00) == 0x460


def test_power_forgets_memory_and_a_reset_does_not() -> None:
    bench = Bench()
    bench.say("24 00 11 22 33 44", "00 00")
    assert bench.read(0x400) == bytes.fromhex("11 22 33 44")
    assert bench.mode == 4
    bench.twin.power_cycle()
    assert bench.read(0x400) == bytes(4)
    assert bench.word(0x050) == 0x00600480


def test_the_event_store_takes_its_memory() -> None:
    """C1CON.STEF stands after a reset: 8 bytes per object before the queue."""
    bench = Bench(None)
    bench.say("20 50 80 04 60 E7", NORMAL)
    bench.wait(0.001)
    assert (bench.word(0x058), bench.word(0x064)) == (8, 8 + 576)
    bench.say(CONFIGURE)
    bench.wait(0.001)
    bench.say("20 43 03", NORMAL)
    bench.wait(0.001)
    assert bench.word(0x058) == 32


def test_without_a_queue_fifo_1_comes_first() -> None:
    bench = Bench(None)
    bench.say(*START, "20 02 00", NORMAL)
    bench.wait(0.001)
    assert bench.word(0x064) == 0


def test_the_second_fifo_lies_behind_the_first() -> None:
    bench = Bench(None)
    bench.say(*START, "20 68 09 04 60 00", "21 D0 82", NORMAL)
    bench.wait(0.001)
    assert bench.word(0x070) == 576 + 16 * 72
    bench.peer.send(CanFrame(0x123, b"abc"))
    bench.wait(0.001)
    assert bench.word(0x060) & 1 == 0
    assert bench.word(0x06C) & 7 == 7
    assert bench.read(0x400 + 576 + 16 * 72 + 8, 3) == b"abc"


def test_the_queue_sends_the_lowest_identifier_first() -> None:
    bench = Bench()
    bench.peer.plug(False)
    for identifier in (0x300, 0x100, 0x200):
        bench.load(identifier)
    bench.peer.plug(True)
    bench.wait(0.01)
    assert [frame.identifier for frame in bench.peer.heard] == [0x100, 0x200, 0x300]


def test_a_full_queue() -> None:
    bench = Bench()
    bench.peer.plug(False)
    for identifier in range(8):
        assert bench.word(0x054) & 1
        bench.load(identifier)
    assert bench.word(0x054) & 5 == 0
    bench.load(0x7FF)  # goes nowhere
    bench.peer.plug(True)
    bench.wait(0.01)
    assert sorted(frame.identifier for frame in bench.peer.heard) == [*range(7), 0x7FF]
    assert bench.word(0x054) & 5 == 5


def test_requests_can_be_read() -> None:
    bench = Bench()
    bench.peer.plug(False)
    assert bench.word(0x030) == 0
    bench.load(0x123)
    assert bench.word(0x030) == 1
    bench.peer.plug(True)
    bench.wait(0.001)
    assert bench.word(0x030) == 0


def test_an_object_is_not_sent_before_it_is_asked_for() -> None:
    bench = Bench()
    bench.say("24 00 23 01 00 00 00 00 00 00", "20 51 01")
    bench.wait(0.01)
    assert bench.peer.heard == []
    assert bench.word(0x054) & 4 == 0
    bench.say("20 51 02")
    bench.wait(0.01)
    assert bench.peer.heard == [CanFrame(0x123)]


@pytest.mark.parametrize(("attempts", "errors"), [("00", 8), ("20", 24), ("40", 128)])
def test_restricted_attempts(attempts: str, errors: int) -> None:
    bench = Bench(None)
    bench.say(*START, "20 02 11", f"20 52 {attempts}", NORMAL)
    bench.wait(0.001)
    bench.peer.plug(False)
    bench.load(0x123)
    bench.wait(0.1)
    assert bench.word(0x034) >> 8 & 0xFF == errors
    given_up = attempts != "40"
    assert bool(bench.word(0x054) & 0x10) is given_up
    assert bench.word(0x030) == (0 if given_up else 1)


def test_error_states() -> None:
    """ISO 11898-1: warning from 96 on, passive from 128 on; each failed attempt counts 8."""
    bench = Bench()
    bench.peer.plug(False)
    bench.load(0x123)
    seen = set()
    for _ in range(400):
        bench.wait(20e-6)
        seen.add(bench.word(0x034))
    assert [f"{word:06X}" for word in sorted(seen)] == [
        f"{count << 8 | flags << 16:06X}"
        for count, flags in [(n, 0) for n in range(0, 96, 8)]
        + [(n, 0b000101) for n in range(96, 128, 8)]
        + [(128, 0b010101)]
    ]


def test_receive_errors_fall_with_good_frames() -> None:
    bench = Bench()
    bench.peer.plug(True, (250e3, 2e6))
    bench.peer.send(CanFrame(0x123))
    bench.wait(1.0)
    assert bench.word(0x034) == 0x0B0080
    bench.peer.plug(True, (500e3, 2e6))
    bench.wait(0.01)
    assert bench.word(0x034) == 0x03007F
    assert bench.word(0x060) & 1


def test_bus_off_ends_1408_bits_after_the_short_circuit() -> None:
    bench = Bench()
    bench.bus.shorted = True
    bench.load(0x123)
    bench.wait(1.0)
    assert bench.word(0x034) >> 21 == 1
    bench.bus.shorted = False
    bench.wait(2.8e-3)
    assert bench.word(0x034) >> 21 == 1
    bench.wait(0.05e-3)
    assert bench.word(0x034) == 0
    bench.wait(0.001)
    assert bench.peer.heard == [CanFrame(0x123)]


def test_what_moves_the_interrupt_pin() -> None:
    bench = Bench()
    assert bench.twin.level("int")
    bench.peer.send(CanFrame(0x1))
    bench.wait(0.001)
    assert not bench.twin.level("int")
    bench.say("20 1E 00")
    assert bench.twin.level("int")
    assert bench.word(0x01C) & 0xFFFF == 0x000A
    bench.say("20 1E 02", "20 5C 08")
    assert bench.twin.level("int")
    with pytest.raises(ValueError, match="no line 'reset'"):
        bench.twin.level("reset")
    with pytest.raises(ValueError, match="no input 'int'"):
        bench.twin.drive("int", True)


def test_the_transmit_interrupt() -> None:
    bench = Bench()
    assert bench.word(0x01C) & 1 == 0
    bench.say("20 50 01")
    assert bench.word(0x01C) & 1 == 1


def test_a_half_full_fifo() -> None:
    bench = Bench()
    for number in range(8):
        assert bench.word(0x060) & 2 == 0
        bench.peer.send(CanFrame(number))
        bench.wait(0.001)
    assert bench.word(0x060) & 7 == 3
    assert bench.word(0x060) >> 8 == 8


def test_a_fifo_goes_round() -> None:
    bench = Bench()
    for number in range(20):
        bench.peer.send(CanFrame(number))
        bench.wait(0.001)
        at = 0x400 + bench.word(0x064)
        assert bench.read(at, 1)[0] == number
        assert at == 0x640 + number % 16 * 72
        bench.say("20 5D 01")
    bench.say("20 5D 01")  # nothing is there any more
    assert bench.word(0x064) == 576 + 4 * 72


def test_a_fifo_that_is_restarted() -> None:
    bench = Bench()
    bench.peer.send(CanFrame(1))
    bench.wait(0.001)
    bench.say("20 5D 04")
    assert bench.word(0x060) & 1 == 0
    assert bench.word(0x064) == 576


def test_a_fifo_that_transmits_takes_nothing() -> None:
    bench = Bench(None)
    bench.say(*START, "20 5C 80", NORMAL)
    bench.wait(0.001)
    bench.peer.send(CanFrame(1))
    bench.wait(0.001)
    assert bench.word(0x060) & 1 == 0


@pytest.mark.parametrize(
    ("wanted", "mask", "frame", "taken"),
    [
        ("23 01 00 00", "FF 07 00 00", CanFrame(0x123), True),
        ("23 01 00 00", "FF 07 00 00", CanFrame(0x122), False),
        ("23 01 00 00", "FF 07 00 00", CanFrame(0x123 << 18, extended=True), True),
        ("23 01 00 00", "FF 07 00 40", CanFrame(0x123 << 18, extended=True), False),
        ("23 01 00 40", "FF 07 00 40", CanFrame(0x123 << 18, extended=True), True),
        ("23 01 00 40", "FF 07 00 40", CanFrame(0x123), False),
        ("36 86 88 57", "FF FF FF 5F", CanFrame(0x18DAF110, extended=True), True),
        ("36 86 88 57", "FF FF FF 5F", CanFrame(0x18DAF111, extended=True), False),
        ("36 86 88 57", "FF 07 00 40", CanFrame(0x18DAF111, extended=True), True),
    ],
)  # fmt: skip
def test_filters(wanted: str, mask: str, frame: CanFrame, taken: bool) -> None:
    bench = Bench(None)
    bench.say(*START, f"21 F0 {wanted} {mask}", NORMAL)
    bench.wait(0.001)
    bench.peer.send(frame)
    bench.wait(0.001)
    assert bool(bench.word(0x060) & 1) is taken


def test_the_filter_that_took_it_is_noted() -> None:
    bench = Bench(None)
    bench.say(*START, "21 D0 00 00 81", "22 00 23 01 00 00 FF 07 00 40", NORMAL)
    bench.wait(0.001)
    bench.peer.send(CanFrame(0x123, b"x"))
    bench.peer.send(CanFrame(0x124, b"y"))
    bench.wait(0.001)
    assert bench.word(0x060) >> 8 == 1
    assert bench.word(0x644) == 1 | 2 << 11


def test_a_classic_controller_destroys_fd_frames() -> None:
    bench = Bench(CLASSIC)
    bench.peer.send(CanFrame(0x1, b"x", fd=True))
    bench.wait(0.1)
    assert bench.word(0x060) & 1 == 0
    assert bench.word(0x034) & 0x80


def test_a_remote_frame_has_no_payload() -> None:
    bench = Bench()
    bench.load(0x123, b"", flags=0x24)
    bench.wait(0.001)
    assert bench.peer.heard == [CanFrame(0x123, remote=True)]
    bench.peer.send(CanFrame(0x124, remote=True))
    bench.wait(0.001)
    assert bench.word(0x644) == 0x20


def test_a_classic_frame_with_a_long_dlc_has_8_bytes() -> None:
    bench = Bench()
    bench.say("24 00 23 01 00 00 0F 00 00 00 01 02 03 04 05 06 07 08", GO)
    bench.wait(0.001)
    assert bench.peer.heard == [CanFrame(0x123, bytes(range(1, 9)))]


def test_small_objects_cut_long_frames() -> None:
    bench = Bench(None)
    bench.say(*START, "20 5F 0F", NORMAL)
    bench.wait(0.001)
    bench.peer.send(CanFrame(0x1, bytes(range(12)), fd=True))
    bench.peer.send(CanFrame(0x2, b"z"))
    bench.wait(0.001)
    assert (
        bench.read(0x640, 17)
        == bytes.fromhex("01 00 00 00 89 00 00 00") + bytes(range(8)) + b"\x02"
    )


@pytest.mark.parametrize(("frame", "flag"), [
    ("A0 04 04 0F 0F 7E 00 5B 2D", 0x10000), ("A0 04 04 0F 0F 7E", 0x20000), ("A0 04", 0x20000),
    ("C0 03 06 00 00", 0x10000), ("C0 03 06", 0x20000),
])  # fmt: skip
def test_wrong_frames_with_checksum(frame: str, flag: int) -> None:
    bench = Bench(None)
    bench.say(frame)
    assert bench.word(0xE08) & 0x30000 == flag
    assert bench.word(0x01C) == 0x200
    assert bench.word(0x004) == 0x003E0F0F
    assert bench.word(0x000) == 0x04980760
    bench.say("2E 0A 00")
    assert bench.word(0x01C) == 0


def test_frames_that_are_none() -> None:
    bench = Bench(None)
    assert bench.twin.transfer(b"") == b""
    assert bench.twin.transfer(b"\x30") == b"\x00"
    assert bench.twin.transfer(bytes.fromhex("B0 00 04")) == bytes(3)
    bench.say("70 04 FF FF FF FF", "00 01")
    assert bench.word(0x004) == 0x003E0F0F


def test_aborting_nothing() -> None:
    bench = Bench()
    bench.say("20 03 08")
    assert bench.word(0x054) & 0x80 == 0


def test_a_request_clears_what_the_last_one_left() -> None:
    bench = Bench()
    bench.peer.plug(False)
    bench.load(0x123)
    bench.wait(0.05)
    bench.say("20 03 08")
    bench.wait(0.001)
    assert bench.word(0x054) & 0xB0 == 0xA0
    bench.say("20 03 00", "20 51 02")
    assert bench.word(0x054) & 0xB0 == 0
    bench.peer.plug(True)
    bench.wait(0.001)
    assert bench.peer.heard == [CanFrame(0x123)]


def test_back_in_configuration_everything_is_forgotten() -> None:
    bench = Bench()
    bench.peer.send(CanFrame(1))
    bench.wait(0.001)
    bench.say(CONFIGURE)
    bench.wait(0.001)
    assert bench.word(0x060) == 0
    assert bench.word(0x034) == 0x200000
    bench.say(GO)
    assert bench.word(0x030) == 0


def test_leaving_the_bus() -> None:
    bench = Bench()
    bench.twin.leave()
    bench.peer.send(CanFrame(1))
    bench.wait(0.001)
    assert bench.word(0x060) == 0


WRITABLE = {
    0x004: 0xFFFF7F7F, 0x008: 0xFF1F0F0F, 0x00C: 0x03037F3F, 0x014: 0x000703FF, 0x01C: 0xFF1F0000,
    0x040: 0x1F00002F, 0x050: 0xFF7F0015, 0x05C: 0xFF7F00FF, 0x068: 0xFF7F00FF, 0x1D0: 0xFFFFFFFF,
    0x1D4: 0xFFFFFFFF, 0x1F0: 0xFFFFFFFF, 0x2EC: 0xFFFFFFFF, 0x2F0: 0, 0x034: 0, 0x064: 0,
    0xE04: 0x73030343, 0xE08: 0x03000000, 0xE0C: 0x00007F07, 0xE10: 0, 0xE14: 0,
}  # fmt: skip
"""Bits that configuration mode lets change. DS20006027B, chapter 3, written out a second time."""


@pytest.mark.parametrize("register", WRITABLE)
def test_bits_that_can_be_written(register: int) -> None:
    bench = Bench(None)
    before = bench.word(register)
    head = f"{0x2000 | register:04X}"
    bench.say(head + "FFFFFFFF")
    ones = bench.word(register)
    bench.say(head + "00000000")
    zeros = bench.word(register)
    mask = WRITABLE[register]
    assert ones ^ zeros == mask
    assert zeros == before & ~mask
    bench.say(head + "FFFFFFFF", "00 00")
    assert bench.word(register) == before


def test_a_reset_leaves_the_memory_and_a_power_cycle_does_not() -> None:
    bench = Bench(None)
    bench.say("24 00 11 22 33 44", "2B FC 55 66 77 88")
    bench.say("00 00")
    assert (bench.read(0x400), bench.read(0xBFC)) == (b"\x11\x22\x33\x44", b"\x55\x66\x77\x88")
    bench.twin.power_cycle()
    assert (bench.read(0x400), bench.read(0xBFC)) == (bytes(4), bytes(4))


def test_the_address_goes_round() -> None:
    bench = Bench(None)
    assert bench.read(0xFFC, 8) == bytes(4) + bench.read(0x000)


@pytest.mark.parametrize("first", range(4))
def test_a_register_is_read_from_any_of_its_bytes(first: int) -> None:
    bench = Bench(None)
    assert bench.read(0x000 + first, 4 - first) == bytes.fromhex("60079804")[first:]
    assert bench.read(0x000 + first, 6) == bytes.fromhex("600798040F0F3E0003")[first : first + 6]


def test_memory_takes_whole_words_at_their_places() -> None:
    bench = Bench(None)
    bench.say("24 00 11 22 33 44 55 66 77 88 99 AA BB CC")
    bench.say("24 01 FF FF FF FF")
    assert bench.read(0x400) == b"\x11\x22\x33\x44"
    bench.say("24 00 01 02 03 04 05 06")
    assert bench.read(0x400, 12) == bytes.fromhex("01020304 55667788 99AABBCC")
    bench.say("2B FC 01 02 03 04 05 06 07 08")
    assert bench.read(0xBFC, 8) == bytes.fromhex("01020304 00000000")


def test_a_checked_read_that_is_too_short_or_too_long() -> None:
    """4.3: E14 with its checksum is 14 00 00 00 1C 12."""
    bench = Bench(None)
    whole = bytes.fromhex("00 00 00 14 00 00 00 1C 12")
    for size in (2, 3, 4, 5, 8, 9):
        answer = bench.twin.transfer(bytes.fromhex("BE 14 04 00 00 00 00 00 00")[:size])
        assert answer == whole[:size]
    assert bench.twin.transfer(bytes.fromhex("BE 14 04") + bytes(9)) == whole + bytes(3)
    assert bench.twin.transfer(bytes.fromhex("BE 14 04 07 07 07 07 07 07")) == whole


def test_what_the_chip_remembers_of_a_wrong_checksum() -> None:
    bench = Bench(None)
    bench.say("A0 04 04 0F 0F 7E 00 5B 2D")
    assert bench.word(0xE08) == 0x00015B2D
    bench.say("A0 04 04 0F 0F 7E 00 00 00")
    assert bench.word(0xE08) == 0x00010000
    bench.say("2E 0A 03", "2E 08 00", "2E 0B 00")
    assert bench.word(0xE08) == 0x00010000
    for short in ("A0 04", "A0 04 04", "A0 04 04 0F 0F 7E 00 5B"):
        bench.say("2E 0A 00")
        assert bench.word(0xE08) & 0x00030000 == 0
        bench.say(short)
        assert bench.word(0xE08) & 0x00030000 == 0x00020000
    assert bench.word(0x004) == 0x003E0F0F


def test_a_longer_checked_write_than_it_says() -> None:
    bench = Bench(None)
    bench.say("A0 04 04 0F 0F 7E 00 5B 2C FF FF")
    assert bench.word(0x004) == 0x007E0F0F
    assert bench.word(0x008) == 0x000E0303


def test_a_change_of_settings_does_not_abort_what_waits() -> None:
    bench = Bench()
    bench.peer.plug(False)
    bench.load(0x123, b"\x01")
    bench.wait(0.01)
    bench.say("20 03 00", "20 02 10", "20 50 80")
    bench.peer.plug(True)
    bench.wait(0.01)
    assert [frame.identifier for frame in bench.peer.heard] == [0x123]


def test_an_overflow_is_cleared_by_its_own_bit_only() -> None:
    bench = Bench()
    for n in range(17):
        bench.peer.send(CanFrame(n, b""))
    bench.wait(0.02)
    assert bench.word(0x060) & 8
    bench.say("20 60 08", "20 61 00", "20 64 00", "20 6C 00")
    assert bench.word(0x060) & 8
    bench.say("20 60 00")
    assert not bench.word(0x060) & 8


def test_what_it_acknowledged_before_it_left_stays_so() -> None:
    bench = Bench()
    for n in range(2):
        bench.peer.send(CanFrame(0x100 + n, b""))
    bench.clock.advance(0.001)
    bench.twin.leave()
    bench.twin = Mcp2518fdTwin(bench.clock, bench.bus)
    bench.clock.advance(0.005)
    bench.say(*START, NORMAL)
    bench.wait(0.05)
    assert not bench.word(0x060) & 1


def until(bench: Bench, count: int) -> None:
    """Let time pass until so many transmit errors are counted."""
    for _ in range(20_000):
        if bench.word(0x034) >> 8 & 0xFF == count:
            return
        bench.wait(5e-6)
    raise AssertionError(f"never {count} errors")


def test_a_warning_from_96_errors_on() -> None:
    bench = Bench()
    bench.peer.plug(False)
    bench.load(0x123)
    until(bench, 88)
    assert bench.word(0x034) >> 16 == 0
    bench.peer.plug(True)  # too late for the frame that is on its way
    until(bench, 96)
    assert bench.word(0x034) >> 16 == 0b000101
    until(bench, 95)
    assert bench.word(0x034) >> 16 == 0


def test_bus_off_beyond_255_errors() -> None:
    bench = Bench()
    bench.bus.shorted = True
    bench.load(0x123)
    until(bench, 240)
    bench.bus.shorted = False  # too late for the frame that is on its way
    until(bench, 248)
    until(bench, 247)
    bench.bus.shorted = True
    bench.load(0x124)
    until(bench, 255)
    for _ in range(10):
        assert not bench.word(0x034) & 1 << 21
        bench.wait(1e-6)
    for _ in range(1000):
        if bench.word(0x034) & 1 << 21:
            return
        assert bench.word(0x034) >> 8 & 0xFF == 255
        bench.wait(5e-6)
    raise AssertionError("never off")


def test_it_is_off_after_32_errors_in_a_row() -> None:
    bench = Bench()
    bench.bus.shorted = True
    bench.load(0x123)
    counts = []
    while not bench.word(0x034) & 1 << 21:
        counts.append(bench.word(0x034) >> 8 & 0xFF)
        bench.wait(5e-6)
    assert max(counts) == 248


def test_back_from_bus_off_after_128_times_11_bits() -> None:
    """At 500 kbit/s 2.816 ms, from when the bus is free."""
    bench = Bench()
    bench.bus.shorted = True
    bench.load(0x123)
    bench.wait(0.02)
    bench.bus.shorted = False
    bench.wait(2.81e-3)
    assert bench.word(0x034) & 1 << 21
    bench.wait(0.01e-3)
    assert not bench.word(0x034) & 1 << 21


def test_low_bits_of_the_control_registers_command_nothing() -> None:
    bench = Bench()
    bench.say("20 50 01", "20 50 85")
    assert bench.word(0x054) & 5 == 5
    bench.load(0x123)
    bench.wait(0.001)
    assert [frame.identifier for frame in bench.peer.heard] == [0x123]
    bench.say("20 51 01", "20 50 01", "20 50 95")
    bench.wait(0.01)
    assert len(bench.peer.heard) == 1
    bench.peer.send(CanFrame(0x100, b""))
    bench.wait(0.01)
    bench.say("20 5C 01", "20 5C 09")
    assert bench.word(0x060) & 1


def test_what_is_aborted_is_not_sent_later() -> None:
    bench = Bench()
    bench.peer.plug(False)
    bench.load(0x123)
    bench.wait(0.01)
    bench.say("20 03 08")
    bench.wait(0.001)
    bench.say("20 03 00")
    bench.peer.plug(True)
    bench.wait(0.01)
    assert bench.peer.heard == []


def test_the_last_fifo() -> None:
    bench = Bench(None)
    bench.say(*START, f"2{0x05C + 12 * 30:03X} 09 04 60 00", "21 D0 1F", "21 D0 9F", NORMAL)
    bench.wait(0.001)
    bench.peer.send(CanFrame(0x100, b""))
    bench.wait(0.01)
    assert bench.word(0x060 + 12 * 30) & 1
    assert not bench.word(0x060) & 1


@pytest.mark.parametrize("first", range(4))
def test_what_is_worked_out_is_read_from_any_of_its_bytes(first: int) -> None:
    bench = Bench(None)
    assert bench.read(0x034 + first, 4 - first) == bytes.fromhex("00002000")[first:]


def test_what_waits_is_no_transmit_event() -> None:
    bench = Bench()
    bench.say("20 5C 00")
    bench.peer.send(CanFrame(0x100, b""))
    bench.wait(0.01)
    assert bench.word(0x060) & 1
    assert bench.word(0x01C) & 0x803 == 0


def test_off_the_bus_it_hears_nothing() -> None:
    bench = Bench()
    bench.bus.shorted = True
    bench.load(0x123)
    bench.wait(0.02)
    assert bench.word(0x034) == 0b110101 << 16 | 255 << 8
    bench.bus.shorted = False
    bench.peer.send(CanFrame(0x100, b""))
    bench.wait(0.002)
    assert not bench.word(0x060) & 1


@pytest.mark.parametrize(("mode", "hears"), [(LISTEN, True), (NORMAL, True), (CONFIGURE, False)])
def test_who_hears_what_another_acknowledges(mode: str, hears: bool) -> None:
    bench = Bench()
    first, bench.twin = bench.twin, Mcp2518fdTwin(bench.clock, bench.bus)
    bench.clock.advance(0.005)
    bench.say(*START, mode)
    bench.wait(0.001)
    bench.peer.send(CanFrame(0x100, b""))
    bench.wait(0.01)
    assert bool(bench.word(0x060) & 1) is hears
    bench.twin = first
    assert bench.word(0x060) & 1


def test_events_of_a_frame_that_nobody_takes() -> None:
    """An invalid message each time; a bus error only when a limit is crossed."""
    bench = Bench()
    bench.say("20 1C 00 00")
    bench.peer.plug(False)
    bench.load(0x123)
    until(bench, 8)
    assert bench.word(0x01C) & 0xA000 == 0x8000
    until(bench, 88)
    assert bench.word(0x01C) & 0x2000 == 0
    until(bench, 96)
    assert bench.word(0x01C) & 0x2000
    bench.say("20 1C 00 00")
    until(bench, 120)
    assert bench.word(0x01C) & 0xA000 == 0x8000


def test_receive_errors_one_by_one() -> None:
    bench = Bench()
    bench.say("20 1C 00 00")
    stranger = CanPeer(bench.bus, rates=(250e3, 2e6))
    for count in range(1, 98):
        stranger.send(CanFrame(0x100, b""))
        for _ in range(2000):
            if bench.word(0x034) & 0xFF >= count:
                break
            bench.wait(5e-6)
        assert bench.word(0x034) & 0xFF == count
        assert bench.word(0x034) >> 16 == (0b000011 if count >= 96 else 0)
        assert bench.word(0x01C) & 0x8000


@pytest.mark.parametrize(
    ("control", "attempts", "errors"),
    [
        ("20 02 11", "20 52 00", 8),
        ("20 02 11", "20 52 20", 24),
        ("20 02 11", "20 52 40", 128),
        ("20 02 10", "20 52 00", 128),
    ],
)
def test_how_often_it_tries(control: str, attempts: str, errors: int) -> None:
    """RTXAT and TXAT: once, three times, for ever; and for ever without RTXAT."""
    bench = Bench(None)
    bench.say(*START, control, attempts, NORMAL)
    bench.wait(0.001)
    bench.peer.plug(False)
    for _ in range(2):
        bench.load(0x123)
    bench.wait(0.1)
    assert bench.word(0x034) >> 8 & 0xFF == errors
    assert bool(bench.word(0x054) & 0x10) is (errors < 128)


def test_attempts_are_counted_for_each_frame() -> None:
    bench = Bench(None)
    bench.say(*START, "20 02 11", "20 52 20", NORMAL)
    bench.wait(0.001)
    bench.load(0x100)
    bench.load(0x101)
    bench.wait(2e-5)
    bench.peer.plug(False)  # too late for the frame that is on its way
    bench.wait(0.05)
    assert bench.word(0x034) >> 8 & 0xFF == 24


def test_places_in_the_queue() -> None:
    """The next one is written where one became free; the lowest identifier goes first."""
    bench = Bench()
    bench.peer.plug(False)
    for n in range(8):
        assert (bench.word(0x054) >> 8, bench.word(0x058)) == (n, 72 * n)
        bench.load(0x100 + n)
    assert bench.word(0x054) & 5 == 0
    bench.peer.plug(True)
    for _ in range(1000):
        if bench.word(0x054) & 1:
            break
        bench.wait(5e-6)
    assert [frame.identifier for frame in bench.peer.heard] == [0x100]
    assert (bench.word(0x054) >> 8, bench.word(0x058)) == (0, 0)
    bench.wait(0.01)
    assert len(bench.peer.heard) == 8
