"""The MCP2518FD driver against its witness, and together with its twin."""

import pytest
from spi_transcript import conversation, script
from transcript import Frame, load, parse

from wisgate.chips.can_frames import CanFrame
from wisgate.chips.mcp2518fd import Arrival, Mcp2518fd, crc
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import (
    ChecksumMismatch,
    NoAnswer,
    NotReady,
    UnexpectedValue,
    WrongIdentity,
)
from wisgate.virtual.can import CanBus, CanPeer
from wisgate.virtual.can import CanFrame as Seen
from wisgate.virtual.chips.mcp2518fd import Mcp2518fdTwin


def chip(spi, **options):
    return Mcp2518fd(spi, **{"bitrate": 500e3, **options})


def run(steps):
    """All steps of a verb; what was waited."""
    return list(steps)


def frames(title):
    return [step for step in load("mcp2518fd", title) if isinstance(step, Frame)]


def test_building_a_driver_sends_nothing():
    with conversation([]) as spi:
        chip(spi)


def test_checksum():
    """CRC-16/CMS of its catalogue."""
    assert crc(b"123456789") == 0xAEE7


def test_identify():
    text = """
        spi: 3E 00 00 00 00 00 -> 00 00 60 04 00 00
        spi: 3E 14 00 00 00 00 -> 00 00 14 00 00 00
        spi: 30 00 00 00 00 00 -> 00 00 60 07 98 04
    """
    with conversation(parse(text)) as spi:
        chip(spi).identify()


def test_start():
    """The last two frames of the section look at what came of it."""
    with conversation(frames("start-up")[:-2]) as spi:
        assert run(chip(spi).start()) == [3e-3, 1e-3]


def test_start_on_a_classic_bus():
    with script("mcp2518fd", "classic bus") as spi:
        run(chip(spi, fd=False).start())


@pytest.mark.parametrize(
    ("options", "nominal", "fast", "delay"),
    [
        ({"bitrate": 125e3, "payload_bitrate": 1e6}, "1f1f7e01", "07071e00", "20"),
        ({"bitrate": 125e3, "payload_bitrate": 500e3}, "1f1f7e01", "07071e01", "3f"),
        (
            {"bitrate": 100e3, "payload_bitrate": 700e3, "oscillator": 16.1e6},
            "04041006",
            "04041000",
            "12",
        ),
    ],
)
def test_start_at_other_rates(options, nominal, fast, delay):
    """6.8: 125 kbit/s is 1/126/31/31; 1 Mbit/s in the payload is sampled after 32 cycles, and
    500 kbit/s after 64, of which the register holds 63. 161 quanta are too many: 7 x 23."""
    swaps = {"20040f0f3e00": f"2004{nominal}", "200803030e00": f"2008{fast}"}
    steps = []
    for step in frames("start-up")[:-2]:
        new = swaps.get(step.write.hex(), step.write.hex())
        steps.append(Frame(step.line, bytes.fromhex(new), step.read, step.mask))
        if new.startswith("2008"):
            steps += parse(f"spi: 20 0C 00 {delay.upper()} 02 00")
    with conversation(steps) as spi:
        run(chip(spi, **options).start())


def test_more_quanta_than_the_payload_has_room_for():
    """41 is prime."""
    with pytest.raises(ValueError, match="no bit timing for 1000 kbit/s from 41 MHz"):
        chip(None, payload_bitrate=1e6, oscillator=41e6)


def test_it_waits_after_the_reset_and_after_the_change_of_mode():
    steps = frames("start-up")[:-2]
    with conversation(steps) as spi:
        left = [len(spi.left) for _ in chip(spi).start()]
    assert left == [len(steps) - 1, 1]


def test_another_chip():
    with (
        script("mcp2518fd", "another chip answers") as spi,
        pytest.raises(WrongIdentity, match=r"^MCP2518FD: the identity reads 0x0, not 0x14"),
    ):
        run(chip(spi).start())


@pytest.mark.parametrize("silence", ["00", "FF"])
def test_nobody_there(silence):
    with (
        conversation(parse("spi: 3E 00 00 00 00 00 ->" + f" {silence}" * 6)) as spi,
        pytest.raises(NoAnswer, match=r"^MCP2518FD: OSC reads 0x(0|f){8}, nobody is there"),
    ):
        chip(spi).identify()


def test_the_oscillator_does_not_run():
    with (
        conversation(parse("spi: 3E 00 00 00 00 00 -> 00 00 60 00 00 00")) as spi,
        pytest.raises(NotReady, match=r"^MCP2518FD: its oscillator"),
    ):
        chip(spi).identify()


def test_somebody_else_has_configured_it():
    text = """
        spi: 3E 00 00 00 00 00 -> 00 00 60 04 00 00
        spi: 3E 14 00 00 00 00 -> 00 00 15 00 00 00
        spi: 30 00 00 00 00 00 -> 00 00 60 07 18 00
    """
    with (
        conversation(parse(text)) as spi,
        pytest.raises(UnexpectedValue, match=r"the mode is NORMAL_FD, not CONFIGURATION"),
    ):
        chip(spi).identify()


def test_a_bus_that_is_never_idle():
    steps = frames("start-up")[:-3] + parse("spi: 30 02 00 -> 00 00 80") * 5
    with conversation(steps) as spi, pytest.raises(NotReady, match=r"^MCP2518FD: the bus is never"):
        run(chip(spi).start())


def test_verify_with_the_witness_of_a_chip_that_was_reset():
    (_identity, control) = frames("read with checksum")
    with (
        conversation([control]) as spi,
        pytest.raises(UnexpectedValue, match=r"^MCP2518FD: the mode is CONFIGURATION, not NORMAL"),
    ):
        chip(spi).verify()


def test_verify_a_damaged_answer():
    with (
        conversation(parse("spi: B0 00 04 00 00 00 00 00 00 -> 00 00 00 60 07 98 04 B2 8D")) as spi,
        pytest.raises(ChecksumMismatch, match=r"C1CON is 0xb28d, not 0xb28c"),
    ):
        chip(spi).verify()


@pytest.mark.parametrize("silence", ["00", "FF"])
def test_verify_nobody(silence):
    text = "spi: B0 00 04 00 00 00 00 00 00 ->" + f" {silence}" * 9
    with conversation(parse(text)) as spi, pytest.raises(NoAnswer, match=r"^MCP2518FD: nobody"):
        chip(spi).verify()


@pytest.mark.parametrize(
    ("title", "count", "frame"),
    [
        ("send 123 with 01 02 03", 3, CanFrame(0x123, b"\1\2\3")),
        ("send an extended frame", 3, CanFrame(0x18DAF110, b"\xaa\xbb", extended=True)),
        ("send a CAN FD frame", 3, CanFrame(0x7FF, bytes(range(1, 13)), fd=True, fast=True)),
    ],
)
def test_send(title, count, frame):
    with conversation(frames(title)[:count]) as spi:
        chip(spi).send(frame)


def test_a_full_queue():
    text = "spi: 30 54 00 00 00 00 00 00 00 00 -> 00 00 00 00 00 00 00 00 00 00"
    with (
        conversation(parse(text)) as spi,
        pytest.raises(NotReady, match=r"^MCP2518FD: the transmit queue is full"),
    ):
        chip(spi).send(CanFrame(1))


def test_no_can_fd_on_a_classic_bus():
    with conversation([]) as spi, pytest.raises(ValueError, match=r"CAN FD, .* CAN 2.0"):
        chip(spi, fd=False).send(CanFrame(1, fd=True))


@pytest.mark.parametrize(("status", "waits"), [("01", True), ("05", False), ("25", False)])
def test_pending(status, waits):
    with conversation(parse(f"spi: 30 54 00 00 00 00 -> 00 00 {status} 00 00 00")) as spi:
        assert chip(spi).pending() is waits


def test_abandon_waits_after_each_request():
    text = "spi: 20 03 08\nspi: 20 03 00\nspi: 20 51 04"
    with conversation(parse(text)) as spi:
        assert [len(spi.left) for _ in chip(spi).abandon()] == [2, 0]


@pytest.mark.parametrize(("fd", "mode"), [(True, "0"), (False, "6")])
def test_abandon(fd, mode):
    text = f"""
        spi: 20 03 {"08" if fd else "0E"}
        spi: 20 03 0{mode}
        spi: 20 51 04
    """
    with conversation(parse(text)) as spi:
        assert run(chip(spi, fd=fd).abandon()) == [1e-3, 1e-3]


def test_stop():
    """3: REQOP 4 is configuration."""
    with conversation(parse("spi: 20 03 04")) as spi:
        chip(spi).stop()


@pytest.mark.parametrize(
    ("title", "first", "frame"),
    [
        ("receive 123 with 01 02 03", 1, CanFrame(0x123, b"\1\2\3")),
        ("receive an extended frame", 0, CanFrame(0x18DAF110, b"\xaa\xbb", extended=True)),
        ("receive a CAN FD frame", 0, CanFrame(0x7FF, bytes(range(1, 13)), fd=True)),
        ("receive an empty frame", 0, CanFrame(0x001)),
    ],
)
def test_receive(title, first, frame):
    steps = frames(title)[first:]
    end = next(n for n, step in enumerate(steps) if step.write == b"\x20\x5d\x01") + 1
    with conversation(steps[:end]) as spi:
        assert chip(spi).receive() == Arrival(frame, False)


def test_nothing_has_come():
    with script("mcp2518fd", "nothing has come") as spi:
        assert chip(spi).receive() == Arrival(None, False)


def test_frames_found_no_room():
    first, _interrupts, clear, *_rest, header = frames("the FIFO overflows")
    rest = parse("spi: 36 48 00 00 00 00 -> 00 00 00 00 00 00\nspi: 20 5D 01")
    with conversation([first, clear, header, *rest]) as spi:
        assert chip(spi).receive() == Arrival(CanFrame(0x100, b"\0"), True)


def test_errors():
    with conversation(parse("spi: 30 34 00 00 00 00 -> 00 00 07 80 15 00")) as spi:
        found = chip(spi).errors()
    assert (found.transmit, found.receive) == (128, 7)
    assert (found.transmit_passive, found.receive_passive, found.bus_off) == (True, False, False)


class Bench:
    """The driver with its twin, and another node on the bus."""

    def __init__(self, **options):
        self.clock = VirtualClock()
        self.bus = CanBus(self.clock)
        self.twin = Mcp2518fdTwin(self.clock, self.bus)
        self.peer = CanPeer(self.bus)
        self.chip = chip(self.twin, **options)
        self.run(self.chip.start())

    def run(self, steps):
        for seconds in steps:
            self.wait(seconds)

    def wait(self, seconds):
        self.clock.advance(seconds)
        self.bus.settle()


@pytest.mark.parametrize(
    "frame",
    [
        CanFrame(0x123, b"\1\2\3"),
        CanFrame(0),
        CanFrame(0x18DAF110, b"12345678", extended=True),
        CanFrame(0x7FF, bytes(range(64)), fd=True, fast=True),
        CanFrame(0x1, bytes(12), fd=True),
    ],
)
def test_there_and_back(frame):
    bench = Bench()
    bench.chip.verify()
    bench.chip.send(frame)
    assert bench.chip.pending()
    bench.wait(2e-3)
    assert not bench.chip.pending()
    (seen,) = bench.peer.heard
    assert (seen.identifier, seen.payload) == (frame.identifier, frame.payload)
    assert (seen.extended, seen.fd) == (frame.extended, frame.fd)
    bench.peer.send(seen)
    bench.wait(2e-3)
    got = bench.chip.receive()
    assert got.frame is not None
    assert (got.frame.identifier, got.frame.payload) == (frame.identifier, frame.payload)
    assert (got.frame.extended, got.frame.fd) == (frame.extended, frame.fd)
    assert bench.chip.receive() == Arrival(None, False)


def test_one_after_the_other_and_one_too_many():
    bench = Bench()
    for n in range(17):
        bench.peer.send(Seen(0x100 + n, bytes([n])))
    bench.wait(0.02)
    first = bench.chip.receive()
    assert first == Arrival(CanFrame(0x100, b"\0"), True)
    for n in range(1, 16):
        assert bench.chip.receive() == Arrival(CanFrame(0x100 + n, bytes([n])), False)
    assert bench.chip.receive() == Arrival(None, False)


def test_frames_that_are_sent_one_after_the_other():
    bench = Bench()
    for n in range(3):
        bench.chip.send(CanFrame(0x100 + n, bytes([n])))
    bench.wait(0.01)
    assert [(f.identifier, f.payload) for f in bench.peer.heard] == [
        (0x100, b"\0"), (0x101, b"\1"), (0x102, b"\2"),
    ]  # fmt: skip


def test_a_queue_that_nobody_takes_and_that_is_thrown_away():
    bench = Bench()
    bench.peer.plug(False)
    for n in range(8):
        bench.chip.send(CanFrame(n))
    with pytest.raises(NotReady):
        bench.chip.send(CanFrame(8))
    bench.wait(0.05)
    assert bench.chip.errors().transmit_passive
    bench.run(bench.chip.abandon())
    assert not bench.chip.pending()
    bench.peer.plug(True)
    bench.wait(0.05)
    assert bench.peer.heard == []
    bench.chip.send(CanFrame(9))
    bench.wait(0.01)
    assert [frame.identifier for frame in bench.peer.heard] == [9]


def test_a_chip_that_lost_its_power():
    bench = Bench()
    bench.twin.power_cycle()
    bench.wait(5e-3)
    with pytest.raises(UnexpectedValue, match="CONFIGURATION"):
        bench.chip.verify()
    bench.run(bench.chip.start())
    bench.chip.verify()


def test_a_chip_that_left_the_bus_acknowledges_nothing():
    bench = Bench()
    bench.chip.stop()
    bench.wait(1e-3)
    with pytest.raises(UnexpectedValue, match="CONFIGURATION"):
        bench.chip.verify()
    bench.peer.send(Seen(0x100, b""))
    bench.wait(0.01)
    assert bench.chip.receive() == Arrival(None, False)
