from __future__ import annotations

from dataclasses import replace

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.sx1262 import Sx1262Twin
from wisgate.virtual.radio import Air
from wisgate.virtual.radio_format import Format
from wisgate.virtual.radio_station import Station

FORM = Format(868.1e6)
SETTINGS = (
    "97 02 00 02 80", "07 00 00", "9D 01", "8A 01", "86 36 41 99 9A", "95 02 02 00 01", "8E 16 04",
    "8B 07 04 01 00", "8C 00 08 00 05 01 00", "8F 00 00", "08 03 FF 00 03 00 00 00 00",
)  # fmt: skip


class Bench:
    def __init__(self, *, ready: bool = True, **options: float) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock)
        self.twin = Sx1262Twin(self.clock, self.air, **options)  # type: ignore[arg-type]
        self.station = Station(self.air, self.clock, "far", FORM)
        self.clock.advance(0.005)
        if ready:
            self.say(*SETTINGS)

    def say(self, *frames: str) -> None:
        for frame in frames:
            self.twin.transfer(bytes.fromhex(frame))
            self.clock.advance(0.0002)

    def ask(self, frame: str) -> bytes:
        return self.twin.transfer(bytes.fromhex(frame))

    @property
    def irq(self) -> int:
        return int.from_bytes(self.ask("12 00 00 00")[2:], "big")

    @property
    def status(self) -> tuple[int, int]:
        byte = self.ask("C0 00")[1]
        return byte >> 4 & 7, byte >> 1 & 7

    def register(self, address: int) -> int:
        return self.ask(f"1D {address:04X} 00 00")[4]

    def wait_for_packet(self) -> None:
        self.clock.advance(0.060)


def busy_for(bench: Bench, frame: str) -> float:
    """Seconds that BUSY is high after a frame, to ten microseconds."""
    bench.ask(frame)
    begin = bench.clock.monotonic()
    while bench.twin.level("busy"):
        bench.clock.advance(1e-6)
    return bench.clock.monotonic() - begin


@pytest.mark.parametrize(
    ("frame", "seconds"),
    [("80 00", 10e-6), ("C1", 10.050e-3), ("80 01", 10.031e-3), ("82 FF FF FF", 10.083e-3),
     ("83 00 00 00", 10.126e-3), ("C5", 10.083e-3), ("89 7F", 13.5e-3), ("98 D7 DB", 13.5e-3),
     ("8F 00 80", 10e-6)],
)  # fmt: skip
def test_how_long_it_is_busy(frame: str, seconds: float) -> None:
    """Table 8-2 from standby RC; the oscillator's 10 ms come on top."""
    assert busy_for(Bench(), frame) == pytest.approx(seconds, abs=2e-6)


def test_an_oscillator_that_runs_already_takes_no_time() -> None:
    bench = Bench()
    bench.say("80 01")
    bench.clock.advance(0.011)
    assert busy_for(bench, "82 FF FF FF") == pytest.approx(83e-6, abs=2e-6)


def test_a_crystal_needs_no_voltage() -> None:
    bench = Bench(ready=False, tcxo_v=0.0)
    assert bench.ask("17 00 00 00")[2:] == b"\x00\x00"
    bench.say("8A 01", "86 36 41 99 9A", "82 FF FF FF")
    assert bench.status[0] == 5


def test_comes_up_3500_us_after_power_and_reset() -> None:
    for begin in ("power", "reset"):
        bench = Bench()
        if begin == "power":
            bench.twin.power_cycle()
        else:
            bench.twin.drive("reset", False)
            bench.clock.advance(1.0)
            assert bench.twin.level("busy")
            bench.twin.drive("reset", True)
        bench.clock.advance(3.49e-3)
        assert bench.twin.level("busy")
        bench.clock.advance(0.02e-3)
        assert not bench.twin.level("busy")
        assert bench.ask("11 00 00")[2] == 0


def test_a_reset_that_is_not_one() -> None:
    bench = Bench()
    bench.twin.drive("reset", True)
    assert not bench.twin.level("busy")
    assert bench.ask("11 00 00")[2] == 1


def test_no_other_lines() -> None:
    bench = Bench()
    with pytest.raises(ValueError, match="no input 'busy'"):
        bench.twin.drive("busy", True)
    with pytest.raises(ValueError, match="no line 'reset'"):
        bench.twin.level("reset")


def test_power_and_its_losses() -> None:
    for setting, power, loss in (("04 07", 22, 0), ("03 05", 22, 2), ("02 03", 22, 5),
                                 ("02 02", 22, 8), ("04 07", -9, 0)):  # fmt: skip
        bench = Bench()
        bench.say(f"95 {setting} 00 01", f"8E {power & 0xFF:02X} 04", "0E 00 48 65 6C 6C 6F")
        bench.say("83 00 00 00")
        bench.air.set_loss("chip", "far", 100.0)
        (sent,) = bench.air.candidates("far", FORM, 0.0)
        assert sent.power_dbm == power - loss


def test_the_antenna_switch() -> None:
    """5.5: without it everything seems to work, and nothing goes far."""
    for antenna, dio2, power in ((True, "01", 14), (False, "01", -26), (True, "00", -26)):
        bench = Bench()
        bench.twin.antenna = antenna
        bench.say(f"9D {dio2}", "83 00 00 00")
        (sent,) = bench.air.candidates("far", FORM, 0.0)
        assert sent.power_dbm == power
    bench = Bench()
    bench.twin.antenna = False
    bench.say("82 FF FF FF")
    bench.clock.advance(0.011)
    bench.station.send(b"Hello")
    bench.wait_for_packet()
    assert bench.ask("14 00 00 00 00")[4] == 2 * (80 - 14 + 40)


def test_dio2_is_high_while_it_sends() -> None:
    bench = Bench()
    assert not bench.twin.level("dio2")
    bench.say("83 00 00 00")
    bench.clock.advance(0.011)
    assert bench.twin.level("dio2")
    bench.wait_for_packet()
    assert not bench.twin.level("dio2")
    bench.say("9D 00", "83 00 00 00")
    bench.clock.advance(0.011)
    assert not bench.twin.level("dio2")
    bench.say("80 00", "9D 01", "82 FF FF FF")
    bench.clock.advance(0.011)
    assert not bench.twin.level("dio2")


def test_dio1_shows_its_own_mask() -> None:
    bench = Bench()
    bench.say("08 03 FF 00 01 00 00 00 00", "82 FF FF FF")
    bench.clock.advance(0.011)
    bench.station.send(b"Hello")
    bench.wait_for_packet()
    assert bench.irq == 0x16
    assert not bench.twin.level("dio1")
    bench.say("08 03 FF 00 02 00 00 00 00")
    assert bench.twin.level("dio1")


def test_events_that_are_not_wanted_are_not_remembered() -> None:
    bench = Bench()
    bench.say("08 00 02 00 00 00 00 00 00", "82 FF FF FF")
    bench.clock.advance(0.011)
    bench.station.send(b"Hello")
    bench.wait_for_packet()
    assert bench.irq == 2


@pytest.mark.parametrize(
    "other",
    [{"frequency": 868.3e6}, {"spreading_factor": 8}, {"sync_word": 0x3444}, {"inverted": True},
     {"bandwidth": 250e3}],
)  # fmt: skip
def test_a_stranger_is_not_received(other: dict[str, float]) -> None:
    bench = Bench()
    stranger = Station(bench.air, bench.clock, "stranger", replace(FORM, **other))  # type: ignore[arg-type]
    bench.say("82 FF FF FF")
    bench.clock.advance(0.011)
    stranger.send(b"Hello")
    bench.wait_for_packet()
    assert not bench.irq & 2


@pytest.mark.parametrize(
    ("frames", "form"),
    [
        (["86 36 58 66 66"], {"frequency": 869.525e6}),
        (["8B 09 04 01 00"], {"spreading_factor": 9}),
        (["8B 07 06 04 00"], {"bandwidth": 500e3, "coding_rate": 4}),
        (["8C 00 0C 00 05 01 01"], {"preamble": 12, "inverted": True}),
        (["8C 00 08 01 05 00 00"], {"explicit": False, "length": 5, "crc": False}),
        (["0D 07 40 34 44"], {"sync_word": 0x3444}),
        (["8B 0C 04 01 01"], {"spreading_factor": 12, "low_rate": True}),
        (
            ["86 36 58 66 66 01", "8B 09 04 01 00 01"],
            {"frequency": 869.525e6, "spreading_factor": 9},
        ),
        (["8C 00 0C 00 05 01 01 01"], {"preamble": 12, "inverted": True}),
    ],
)
def test_what_it_sends_has_the_format_it_was_told(
    frames: list[str], form: dict[str, float]
) -> None:
    bench = Bench()
    other = Station(bench.air, bench.clock, "other", replace(FORM, **form))  # type: ignore[arg-type]
    bench.say(*frames, "0E 00 48 65 6C 6C 6F", "83 00 00 00")
    bench.clock.advance(5.0)
    assert other.received == [b"Hello"]
    assert bench.station.received == []
    assert bench.status == (2, 6)


def test_sends_from_its_own_place_in_the_buffer() -> None:
    bench = Bench()
    bench.say("8F 80 00", "0E 80 48 65 6C 6C 6F", "83 00 00 00")
    bench.wait_for_packet()
    assert bench.station.received == [b"Hello"]
    bench.say("8F FE 00", "0E FE 48 65 6C 6C 6F", "83 00 00 00")
    bench.wait_for_packet()
    assert bench.station.received == [b"Hello", b"Hello"]


def test_receives_to_its_own_place_in_the_buffer() -> None:
    bench = Bench()
    bench.say("8F 00 FE", "82 FF FF FF")
    bench.clock.advance(0.011)
    for _ in range(2):
        bench.station.send(b"Hello")
        bench.wait_for_packet()
    assert bench.ask("13 00 00 00")[2:] == b"\x05\x03"
    assert bench.ask("1E FE 00 00 00 00 00 00")[3:] == b"Hello"
    assert bench.ask("1E 03 00 00 00 00 00 00")[3:] == b"Hello"


@pytest.mark.parametrize(("code", "mode"), [("20", 2), ("30", 3), ("40", 4), ("77", 2)])
def test_where_it_goes_after_a_packet(code: str, mode: int) -> None:
    bench = Bench()
    bench.say(f"93 {code}", "83 00 00 00")
    bench.wait_for_packet()
    assert bench.status[0] == mode
    bench.say("82 00 00 00")
    bench.clock.advance(0.011)
    bench.station.send(b"Hello")
    bench.wait_for_packet()
    assert bench.status[0] == mode


def test_standby_ends_a_packet_on_the_way() -> None:
    bench = Bench()
    bench.say("83 00 00 00")
    bench.clock.advance(0.030)
    bench.say("80 00")
    bench.wait_for_packet()
    assert bench.irq == 0
    assert bench.station.received == []


@pytest.mark.parametrize(("until_preamble", "irq"), [("00", 0x204), ("01", 0x16)])
def test_what_stops_the_timer(until_preamble: str, irq: int) -> None:
    """13.1.7: the header, or the preamble when it was told so."""
    bench = Bench()
    bench.say(f"9F {until_preamble}", "82 00 04 00")  # 16 ms; the packet begins after 6
    bench.clock.advance(0.010083 + 0.006 - 0.0002)
    bench.station.send(b"Hello")
    bench.clock.advance(0.1)
    assert bench.irq == irq


def test_a_packet_that_began_before_the_time_was_over_ends_well() -> None:
    bench = Bench()
    bench.say("82 00 08 00")  # 32 ms
    bench.clock.advance(0.011)
    bench.station.send(b"Hello, this is longer than what is left of the time")
    bench.clock.advance(0.2)
    assert bench.irq == 0x16


@pytest.mark.parametrize(("leave", "received"), [("00", False), ("01", True)])
def test_reception_after_activity(leave: str, received: bool) -> None:
    bench = Bench()
    bench.say(f"88 01 16 0A {leave} 00 00 00")
    bench.ask("C5")
    bench.clock.advance(0.010083 - 0.001)
    bench.station.send(b"Hello")
    bench.clock.advance(0.0035)
    assert bench.irq == 0x180
    assert bench.status[0] == (5 if received else 2)
    bench.wait_for_packet()
    assert bool(bench.irq & 2) is received


def test_after_activity_the_time_is_bounded() -> None:
    bench = Bench()
    bench.say("88 01 16 0A 01 00 04 00")
    bench.ask("C5")
    bench.clock.advance(0.0101)
    bench.station.send(b"x" * 60)
    bench.station.send(b"y", start=bench.clock.monotonic() + 0.05)
    bench.clock.advance(0.2)
    assert bench.irq & 0x300 == 0x300


def test_no_activity_no_reception() -> None:
    bench = Bench()
    bench.say("88 00 16 0A 01 00 00 00", "C5")
    bench.clock.advance(0.0101 + 0.001)
    assert bench.irq == 0x80
    assert bench.status[0] == 2


@pytest.mark.parametrize("symbols", range(5))
def test_how_long_it_looks_for_activity(symbols: int) -> None:
    bench = Bench()
    bench.say(f"88 0{symbols} 16 0A 00 00 00 00")
    bench.ask("C5")
    bench.clock.advance(0.010083 + 1.024e-3 * 2**symbols - 1e-5)
    assert (bench.irq, bench.status[0]) == (0, 5)
    bench.clock.advance(2e-5)
    assert (bench.irq, bench.status[0]) == (0x80, 2)


def test_the_level_outside_reception_is_the_lowest() -> None:
    assert Bench().ask("15 00 00")[2] == 255


def test_random_numbers_only_while_receiving() -> None:
    bench = Bench()
    assert bench.ask("1D 08 19 00 00 00 00 00")[4:] == bytes(4)
    bench.say("82 FF FF FF")
    bench.clock.advance(0.011)
    one, other = (bench.ask("1D 08 19 00 00 00 00 00")[4:] for _ in range(2))
    assert one != other
    assert bench.register(0x081D) == 0


def test_text_of_the_version() -> None:
    assert Bench().ask("1D 03 20 00" + " 00" * 16)[4:] == b"SX1261 V2D 2D02\x00"


@pytest.mark.parametrize(
    ("address", "reset"),
    [(0x0736, 0x0D), (0x0740, 0x14), (0x0741, 0x24), (0x0889, 0x01), (0x08AC, 0x94),
     (0x08D8, 0xC8), (0x08E7, 0x18), (0x0911, 0x05), (0x0912, 0x05), (0x0123, 0x00)],
)  # fmt: skip
def test_reset_values(address: int, reset: int) -> None:
    assert Bench(ready=False).register(address) == reset


@pytest.mark.parametrize(
    "frame",
    ["8B 04 04 01 00", "8B 0D 04 01 00", "8B 07 07 01 00", "8B 07 04 00 00", "8B 07 04 05 00",
     "8B 07 04 01 02", "8C 00 08 00 05 01", "95 04 07 00", "AA"],
)  # fmt: skip
def test_what_it_does_not_understand(frame: str) -> None:
    bench = Bench()
    bench.say(frame)
    assert bench.status == (2, 4)
    bench.say("83 00 00 00")
    bench.wait_for_packet()
    assert bench.station.received == [bytes(5)]


@pytest.mark.parametrize("frame", ["D1", "D2", "94 00 00 00 00 00 00"])
def test_what_is_not_modelled_fails(frame: str) -> None:
    bench = Bench()
    bench.say(frame)
    assert bench.status == (2, 5)


@pytest.mark.parametrize("frame", ["82 FF FF FF", "83 00 00 00", "C5"])
def test_gfsk_is_not_modelled(frame: str) -> None:
    bench = Bench()
    bench.say("8A 00", frame)
    assert bench.status == (2, 5)


def test_calibration_wants_standby() -> None:
    bench = Bench()
    bench.say("82 FF FF FF")
    bench.clock.advance(0.011)
    bench.say("89 7F")
    assert bench.status == (5, 5)


def test_a_lost_oscillator_ends_reception() -> None:
    bench = Bench()
    bench.twin.tcxo_v = 3.3
    bench.say("82 FF FF FF")
    bench.clock.advance(0.011)
    assert bench.status == (2, 5)
    assert bench.ask("17 00 00 00")[2:] == b"\x00\x20"
    bench.say("97 07 00 02 80", "07 00 00", "82 FF FF FF")
    bench.clock.advance(0.011)
    assert bench.status[0] == 5
    assert bench.ask("17 00 00 00")[2:] == b"\x00\x00"


def test_busy_that_never_falls() -> None:
    bench = Bench()
    bench.twin.stuck = True
    bench.clock.advance(10.0)
    assert bench.twin.level("busy")
    assert bench.ask("C0 00") == b"\x00\x00"


def test_sleep_loses_the_buffer() -> None:
    bench = Bench()
    bench.say("0E 00 48 65", "84 04")
    bench.ask("C0 00")
    bench.clock.advance(0.001)
    assert bench.ask("1E 00 00 00 00")[3:] == b"\x00\x00"
    assert bench.ask("11 00 00")[2] == 1


def test_sleep_ends_reception() -> None:
    bench = Bench()
    bench.say("82 FF FF FF")
    bench.clock.advance(0.011)
    bench.say("84 04")
    bench.station.send(b"Hello")
    bench.wait_for_packet()
    bench.ask("C0 00")
    bench.clock.advance(0.001)
    assert bench.irq == 0


def test_a_frame_can_be_shorter_than_its_answer() -> None:
    bench = Bench()
    assert len(bench.ask("12 00")) == 2
    assert bench.twin.transfer(b"") == b""
    assert bench.ask("1D 07 40") == bytes([0xA2]) * 3


PARAMETERS = {
    0x00: 6, 0x02: 2, 0x07: 2, 0x08: 8, 0x0D: 3, 0x0E: 1, 0x1D: 3, 0x1E: 2, 0x80: 1, 0x82: 3,
    0x83: 3, 0x84: 1, 0x86: 4, 0x88: 7, 0x89: 1, 0x8A: 1, 0x8B: 4, 0x8C: 6, 0x8E: 2, 0x8F: 2,
    0x93: 1, 0x94: 6, 0x95: 4, 0x96: 1, 0x97: 4, 0x98: 2, 0x9D: 1, 0x9F: 1, 0xA0: 1,
}  # fmt: skip
"""How many bytes follow each opcode at least. Modules sheet 5.5, command table; SX1261/2 13."""
ALONE = (0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x17, 0xC0, 0xC1, 0xC5, 0xD1, 0xD2)
PROCESSING_ERROR = 4


def outcome_of(frame: bytes) -> int:
    """Of a frame that an otherwise idle chip is sent."""
    bench = Bench()
    bench.twin.transfer(frame)
    bench.clock.advance(0.02)
    return bench.status[1]


@pytest.mark.parametrize("opcode", PARAMETERS)
def test_one_parameter_too_few(opcode: int) -> None:
    enough = {0x8B: b"\x07\x04\x01\x00"}.get(opcode, bytes(PARAMETERS[opcode]))
    assert outcome_of(bytes([opcode]) + enough[:-1]) == PROCESSING_ERROR
    if opcode != 0x84:  # asleep it says nothing
        assert outcome_of(bytes([opcode]) + enough) != PROCESSING_ERROR


@pytest.mark.parametrize("opcode", ALONE)
def test_opcodes_that_need_no_parameter(opcode: int) -> None:
    assert outcome_of(bytes([opcode])) != PROCESSING_ERROR


@pytest.mark.parametrize("opcode", sorted({*range(256)} - {*PARAMETERS, *ALONE}))
def test_no_other_opcode(opcode: int) -> None:
    assert outcome_of(bytes([opcode, *bytes(20)])) == PROCESSING_ERROR


def test_what_it_sends_before_it_is_told_how() -> None:
    """13.4.5 and 13.4.6 after a reset: factor 7, 125 kHz, 4/5; 8 symbols, header, 255 bytes, CRC.
    399.616 ms by the formula of the sheet."""
    bench = Bench(ready=False)
    bench.say(*(frame for frame in SETTINGS if frame[:2] not in ("8B", "8C")))
    bench.ask("83 00 00 00")
    bench.clock.advance(0.010126 + 0.399616 - 1e-5)
    assert bench.irq == 0
    bench.clock.advance(2e-5)
    assert bench.irq == 1
    assert [len(payload) for payload in bench.station.received] == [255]


def test_events_are_remembered_only_once_they_are_asked_for() -> None:
    bench = Bench(ready=False)
    bench.say(*(frame for frame in SETTINGS if frame[:2] != "08"), "83 00 00 00")
    bench.wait_for_packet()
    assert bench.status == (2, 6)
    assert bench.irq == 0


def test_nothing_was_received_yet() -> None:
    bench = Bench()
    assert bench.ask("13 00 00 00")[2:] == b"\x00\x00"
    assert bench.ask("14 00 00 00 00")[2:] == b"\x00\x00\x00"
    assert bench.ask("15 00 00")[2] == 0xFF


def test_a_longer_frame_than_the_answer() -> None:
    assert Bench().ask("11 00 00 00 00")[2:] == b"\x01\x00\x00"


@pytest.mark.parametrize(
    ("needs", "feed", "fault"),
    [(None, "97 01 00 02 80", 0x20), (None, "97 02 00 02 80", 0), (1.6, "", 0x20), (0.5, "", 0x20),
     (1.6, "97 00 00 02 80", 0)],
)  # fmt: skip
def test_what_the_oscillator_needs(needs: float | None, feed: str, fault: int) -> None:
    """1.8 V unless it is said; DIO3 gives nothing until it is told to."""
    bench = Bench(ready=False, **({} if needs is None else {"tcxo_v": needs}))
    if feed:
        bench.say(feed)
    bench.say("07 00 00", "89 7F")
    bench.clock.advance(0.02)
    assert bench.ask("17 00 00 00")[2:] == bytes([0, fault])


def test_the_oscillator_has_the_time_it_was_given() -> None:
    bench = Bench()
    bench.say("97 02 01 00 00")
    assert busy_for(bench, "C1") == pytest.approx(65536 * 15.625e-6 + 50e-6, abs=2e-6)


def test_an_oscillator_that_fails_later() -> None:
    bench = Bench()
    bench.say("80 01")
    bench.clock.advance(0.02)
    assert bench.status[0] == 3
    bench.twin.tcxo_v = 5.0
    bench.say("82 FF FF FF")
    bench.clock.advance(0.02)
    assert bench.status == (2, 5)


def test_a_good_command_after_a_bad_one() -> None:
    bench = Bench()
    bench.say("AB 00")
    assert bench.status == (2, 4)
    bench.say("8F 00 00")
    assert bench.status == (2, 1)


def test_dio1_has_the_events_of_both_bytes() -> None:
    bench = Bench()
    bench.say("08 03 FF 02 00 00 00 00 00", "82 00 01 00")
    bench.clock.advance(0.02)
    assert bench.irq == 0x200
    assert bench.twin.level("dio1")


def test_random_numbers() -> None:
    """Four bytes, only while it receives, and another unit has others."""
    numbers = []
    for options in ({}, {"seed": 1}, {"seed": 2}):
        bench = Bench(**options)
        assert [bench.register(0x819 + n) for n in range(4)] == [0, 0, 0, 0]
        bench.say("82 FF FF FF")
        bench.clock.advance(0.02)
        numbers.append([bench.register(0x819 + n % 4) for n in range(40)])
        assert max(numbers[-1]) > 127
        assert all(any(numbers[-1][n::4]) for n in range(4))
        assert bench.register(0x81D) == 0
    assert numbers[0] == numbers[1] != numbers[2]


def test_a_warm_sleep_forgets_the_whole_buffer_and_nothing_else_changes() -> None:
    bench = Bench()
    bench.say("0E FE 01 02", "84 04")
    bench.ask("C0 00")
    bench.clock.advance(0.001)
    assert bench.ask("1E FE 00 00 00")[3:] == b"\x00\x00"
    bench.say("0E FF 07 08")
    assert bench.ask("1E FF 00 00 00")[3:] == b"\x07\x08"


def test_it_receives_for_ever() -> None:
    bench = Bench()
    bench.say("82 FF FF FF")
    bench.clock.advance(600)
    assert bench.status[0] == 5
    bench.station.send(b"Hello")
    bench.wait_for_packet()
    assert bench.irq & 2


def test_receiving_ends_a_packet_on_the_way() -> None:
    bench = Bench()
    bench.say("83 00 00 00")
    bench.clock.advance(0.030)
    bench.say("82 FF FF FF")
    bench.wait_for_packet()
    assert bench.station.received == []


def test_reception_after_activity_is_for_one_packet_and_its_time() -> None:
    bench = Bench()
    bench.say("88 01 16 0A 01 00 10 00")  # 64 ms
    bench.ask("C5")
    bench.clock.advance(0.010083 - 0.001)
    bench.station.send(b"Hello")
    bench.clock.advance(0.02)
    assert bench.status[0] == 5
    bench.wait_for_packet()
    assert bench.irq & 0x202 == 2
    assert bench.status[0] == 2


def test_levels_beyond_what_there_is_a_code_for() -> None:
    bench = Bench()
    bench.air.loss_db = 4.0
    bench.say("82 FF FF FF")
    bench.clock.advance(0.011)
    bench.station.send(b"Hello")
    bench.wait_for_packet()
    assert bench.ask("14 00 00 00 00")[2:4] == b"\x00\x7f"
    bench.say("80 00", "8B 07 00 01 01", "82 FF FF FF")
    bench.clock.advance(0.011)
    assert bench.ask("15 00 00")[2] == 0xFF  # 129 dBm below 1 mW, at 7.8 kHz
