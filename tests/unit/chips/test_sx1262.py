"""The SX1262 driver against its witness, and together with its twin."""

import pytest
from spi_transcript import conversation, script
from transcript import load, parse

from wisgate.chips.lora import Modulation
from wisgate.chips.sx1262 import Packet, Statistics, Sx1262, amplifier_of, image_of
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout, NoAnswer, NotReady, UnexpectedValue, WrongIdentity
from wisgate.registers.sx1262 import Bandwidth, CodingRate, TcxoVoltage
from wisgate.virtual.chips.sx1262 import Sx1262Twin
from wisgate.virtual.radio import Air

PLAIN = Modulation(868.1e6)


def chip(spi, modulation=PLAIN):
    return Sx1262(spi, spi.line("reset"), spi.line("busy"), modulation)


def run(steps):
    """All steps of a verb: what was waited, and what came of it."""
    waits = []
    while True:
        try:
            waits.append(next(steps))
        except StopIteration as done:
            return waits, done.value


def played(text, verb, modulation=PLAIN):
    """What a verb gives in a conversation that stands in a test."""
    with conversation(parse(text)) as spi:
        return run(verb(chip(spi, modulation)))[1]


def test_building_a_driver_sends_nothing():
    with conversation([]) as spi:
        chip(spi)


def test_identify():
    with script("sx1262", "identify") as spi:
        radio = chip(spi)
        waits, _ = run(radio.restart())
        radio.identify()
    assert waits == pytest.approx([1e-3, 3.5e-3, 1e-3, 130e-6])


def test_it_waits_with_reset_low_and_after_it():
    with conversation(parse("line reset=0\nline reset=1\nline busy -> 0\nspi: 80 00")) as spi:
        left = [len(spi.left) for _ in chip(spi).restart()]
    assert left == [3, 2, 0]


def test_another_chip():
    with (
        conversation(load("sx1262", "another chip answers")[2:]) as spi,
        pytest.raises(WrongIdentity, match=r"^SX1262: the sync word reads 0x3444 .* 0x1424"),
    ):
        chip(spi).identify()


@pytest.mark.parametrize("silence", ["00", "FF"])
def test_nobody_there(silence):
    with (
        conversation(parse("spi: 1D 07 40 00 00 00 ->" + f" {silence}" * 6)) as spi,
        pytest.raises(NoAnswer, match=f"^SX1262: the status reads 0x{silence.lower()}"),
    ):
        chip(spi).identify()


def test_start():
    with script("sx1262", "start-up") as spi:
        waits, _ = run(chip(spi).start(14, TcxoVoltage.V1_8))
    assert waits[:3] == pytest.approx([1e-3, 3.5e-3, 1e-3])
    assert set(waits[3:]) == {130e-6, 1e-3}


def test_start_with_everything_else():
    """Sheet: 22 dBm is 04 07, 125 kHz at factor 12 is slow; one-byte words 4 of the sync word."""
    steps = load("sx1262", "start-up")  # the same conversation with other parameters
    text = {
        "86364199 9a": "8639300000", "98d7db": "98e1e9", "950202 0001": "9504070001",
        "8e1604": "8e1604", "8b07040100": "8b0c040401", "8c000800ff0100": "8c000c00ff0101",
        "0d07360d": "0d073609", "0d07401424": "0d07403444",
        "9702000280": "9707000280",
    }  # fmt: skip
    swaps = {bytes.fromhex(old): bytes.fromhex(new) for old, new in text.items()}
    changed = []
    for step in steps:
        if hasattr(step, "write") and step.write in swaps:
            step = type(step)(step.line, swaps[step.write], step.read, step.mask)
        changed.append(step)
    modulation = Modulation(
        915e6, 12, coding_rate=CodingRate.CR4_8, preamble=12, sync_word=0x3444, inverted=True
    )
    with conversation(changed) as spi:
        run(chip(spi, modulation).start(22, TcxoVoltage.V3_3))


def test_the_oscillator_does_not_start():
    steps = load("sx1262", "the oscillator does not start")
    steps[6:6] = parse("spi: 1D 07 40 00 00 00 -> 00 22 22 22 14 24")
    steps.insert(3, parse("line busy -> 0")[0])
    with (
        conversation(steps) as spi,
        pytest.raises(UnexpectedValue, match=r"^SX1262: reports XOSC_START \(0x0020\) with 1.8 V"),
    ):
        run(chip(spi).start(14, TcxoVoltage.V1_8))


BUSY_FOR_EVER = "line reset=0\nline reset=1\n" + "line busy -> 1\n"


def test_busy_for_ever_after_a_reset_is_nobody():
    with (
        conversation(parse(BUSY_FOR_EVER)) as spi,
        pytest.raises(NoAnswer, match=r"^SX1262: BUSY stays high after a reset; is the module"),
    ):
        run(chip(spi).restart())


def test_busy_for_ever_later():
    with (
        conversation(parse("spi: 82 FF FF FF\nline busy -> 1")) as spi,
        pytest.raises(BusTimeout, match=r"^SX1262: BUSY stays high before it receives"),
    ):
        run(chip(spi).receive())


def test_how_long_busy_is_waited_for():
    with conversation(parse("spi: 82 FF FF FF\nline busy -> 1")) as spi:
        steps = chip(spi).receive()
        waits = [next(steps) for _ in range(21)]
        with pytest.raises(BusTimeout):
            next(steps)
    assert sum(waits) == pytest.approx(20.13e-3)


SEND = "send Hello"


def test_send():
    with script("sx1262", SEND) as spi:
        radio = chip(spi)
        run(radio.transmit(b"Hello"))
        assert run(radio.sent()) == ([], False)
        assert run(radio.sent())[1] is True
        assert run(radio.sent())[1] is False


def test_send_at_500_khz():
    """Errata 15.1: the bit is 0 there. 14.144 ms for 20 bytes; x 1.5 + 50 ms is 4558 steps."""
    text = """
        spi: 8F 00 00
        spi: 0E 00 31 31 31 31 31 31 31 31 31 31 31 31 31 31 31 31 31 31 31 31
        spi: 8C 00 08 00 14 01 00
        spi: 1D 07 36 00 00 -> 00 22 22 22 0D
        spi: 0D 07 36 0D
        spi: 1D 08 89 00 00 -> 00 22 22 22 F5
        spi: 0D 08 89 F1
        spi: 83 00 11 CE
        line busy -> 0
        spi: C0 00 -> 00 2C
    """
    fast = Modulation(868.1e6, 7, Bandwidth.KHZ500)
    played(text, lambda radio: radio.transmit(b"1" * 20), fast)


def test_the_chip_does_not_send():
    text = """
        spi: 8F 00 00
        spi: 0E 00 48
        spi: 8C 00 08 00 01 01 00
        spi: 1D 07 36 00 00 -> 00 22 22 22 0D
        spi: 0D 07 36 0D
        spi: 1D 08 89 00 00 -> 00 22 22 22 05
        spi: 0D 08 89 05
        spi: 83 00 16 33
        line busy -> 0
        spi: C0 00 -> 00 2A
    """
    with pytest.raises(UnexpectedValue, match=r"STANDBY_RC \(EXECUTION_FAILURE\), not TRANSMIT"):
        played(text, lambda radio: radio.transmit(b"H"))


@pytest.mark.parametrize("payload", [b"", b"x" * 256])
def test_what_cannot_be_sent(payload):
    with conversation([]) as spi, pytest.raises(ValueError, match=r"SX1262|256 bytes"):
        run(chip(spi).transmit(payload))


def test_gave_up():
    text = "spi: 12 00 00 00 -> 00 26 02 00\nspi: 02 02 00"
    with pytest.raises(UnexpectedValue, match=r"^SX1262: gave up sending"):
        played(text, lambda radio: radio.sent())


@pytest.mark.parametrize(
    ("before", "after"), [("09", "0D"), ("0D", "0D"), ("00", "04"), ("F2", "F6")]
)
def test_after_sending_packets_of_any_length(before, after):
    """Errata 15.4 changes bit 2 and no other."""
    text = f"""
        spi: 8C 00 08 00 FF 01 00
        spi: 1D 07 36 00 00 -> 00 22 22 22 {before}
        spi: 0D 07 36 {after}
    """
    played(text, lambda radio: radio.rest())


def test_receive():
    with script("sx1262", "receive Hello") as spi:
        radio = chip(spi)
        run(radio.receive())
        assert run(radio.collect()) == ([], None)
        assert run(radio.collect()) == ([], None)
        waits, packet = run(radio.collect())
        assert run(radio.collect()) == ([], None)
    assert packet == Packet(b"Hello", -109.0, 7.0, -110.0)
    assert waits == [130e-6]


def test_below_the_noise():
    with script("sx1262", "receive below the noise") as spi:
        spi.left.insert(1, parse("line busy -> 0")[0])
        spi.left.insert(2, parse("spi: C0 00 -> 00 50")[0])
        radio = chip(spi)
        run(radio.receive())
        assert run(radio.collect())[1] == Packet(b"\x01", -115.5, -3.0, -120.0)


def test_the_numbers_of_the_sheet():
    text = """
        spi: 12 00 00 00 -> 00 54 00 02
        spi: 13 00 00 00 -> 00 54 00 07
        spi: 14 00 00 00 00 -> 00 22 64 F6 68
        spi: 02 00 02
    """
    assert played(text, lambda radio: radio.collect()) == Packet(b"", -50.0, -2.5, -52.0)


def test_the_last_of_two_packets():
    steps = load("sx1262", "two packets in a row")[7:-1]
    with conversation(
        [*steps, *parse("spi: 14 00 00 00 00 -> 00 54 DA 1C DC\nspi: 02 00 02")]
    ) as spi:
        assert run(chip(spi).collect())[1].payload == b"you"


@pytest.mark.parametrize("title", ["a damaged packet", "a damaged header"])
def test_damaged(title):
    steps = [s for s in load("sx1262", title) if getattr(s, "write", b"\x82")[0] in (0x12, 0x02)]
    with conversation(steps[:2]) as spi:
        assert run(chip(spi).collect())[1] is None


def test_a_flag_that_is_no_packet():
    assert played("spi: 12 00 00 00 -> 00 50 02 00\nspi: 02 02 00", lambda r: r.collect()) is None


def test_it_does_not_receive_any_more():
    with pytest.raises(UnexpectedValue, match=r"^SX1262: the mode is STANDBY_RC .* not RECEIVE"):
        played("spi: 12 00 00 00 -> 00 22 00 00", lambda radio: radio.collect())
    with pytest.raises(UnexpectedValue, match="not RECEIVE"):
        played(
            "spi: 82 FF FF FF\nline busy -> 0\nspi: C0 00 -> 00 2A", lambda radio: radio.receive()
        )


def test_a_chip_that_went_away():
    for verb in (lambda radio: radio.collect(), lambda radio: radio.sent()):
        with pytest.raises(NoAnswer):
            played("spi: 12 00 00 00 -> FF FF FF FF", verb)


def test_statistics():
    with conversation(parse("spi: 10 00 00 00 00 00 00 00 -> 00 50 01 02 00 03 04 05")) as spi:
        assert chip(spi).statistics() == Statistics(0x0102, 3, 0x0405)


def test_stop():
    assert played("spi: 80 00", lambda radio: radio.standby()) is None


@pytest.mark.parametrize(
    ("title", "used"), [("the channel is free", False), ("the channel is used", True)]
)
def test_listen(title, used):
    with script("sx1262", title) as spi:
        waits, heard = run(chip(spi).listen())
    assert heard is used
    assert waits == pytest.approx([130e-6, 130e-6, 15.12e-3, 130e-6])


@pytest.mark.parametrize(
    ("factor", "peak"),
    [(5, 0x16), (7, 0x16), (8, 0x16), (9, 0x17), (10, 0x18), (11, 0x19), (12, 0x19)],
)
def test_peaks_of_the_detection(factor, peak):
    text = f"spi: 88 02 {peak:02X} 0A 00 00 00 00\nspi: C5\nspi: 12 00 00 00 -> 00 20 00 80\n"
    listened = played(
        text + "spi: 02 00 80", lambda radio: radio.listen(), Modulation(868e6, factor)
    )
    assert listened is False


def test_a_detection_that_does_not_end():
    text = "spi: 88 02 16 0A 00 00 00 00\nspi: C5\nspi: 12 00 00 00 -> 00 20 00 00"
    with pytest.raises(NotReady, match=r"^SX1262: the channel activity detection"):
        played(text, lambda radio: radio.listen())


@pytest.mark.parametrize(
    ("power", "amplifier"),
    [(22, (4, 7, 22)), (21, (4, 7, 21)), (20, (3, 5, 22)), (18, (3, 5, 20)), (17, (2, 3, 22)),
     (15, (2, 3, 20)), (14, (2, 2, 22)), (0, (2, 2, 8)), (-9, (2, 2, -1))],
)  # fmt: skip
def test_amplifier(power, amplifier):
    assert amplifier_of(power) == amplifier


@pytest.mark.parametrize("power", [-10, 23])
def test_no_such_power(power):
    with pytest.raises(ValueError, match=rf"{power} dBm is not within -9 to 22"):
        amplifier_of(power)


@pytest.mark.parametrize(
    ("mhz", "image"),
    [(430, (0x6B, 0x6F)), (433.175, (0x6B, 0x6F)), (440, (0x6B, 0x6F)), (470, (0x75, 0x81)),
     (510, (0x75, 0x81)), (780, (0xC1, 0xC5)), (863, (0xD7, 0xDB)), (870, (0xD7, 0xDB)),
     (902, (0xE1, 0xE9)), (928, (0xE1, 0xE9)), (160, (39, 41)), (161, (39, 42)),
     (450.5, (111, 114))],
)  # fmt: skip
def test_image(mhz, image):
    assert image_of(mhz * 1e6) == image


def test_a_negative_power_is_a_byte():
    """8E F…: two's complement; -9 dBm is 23 below 14, that is -1."""
    steps = load("sx1262", "start-up")
    where = next(i for i, s in enumerate(steps) if getattr(s, "write", b"")[:1] == b"\x8e")
    old = steps[where]
    steps[where] = type(old)(old.line, b"\x8e\xff\x04", old.read, old.mask)
    with conversation(steps) as spi:
        run(chip(spi).start(-9, TcxoVoltage.V1_8))


class Pin:
    """A line of a twin."""

    def __init__(self, twin, name):
        self._twin, self._name = twin, name

    def get(self):
        return self._twin.level(self._name)

    def set(self, value):
        self._twin.drive(self._name, value)


class Pair:
    """Two chips, each with its driver, that hear each other."""

    def __init__(self, modulation=PLAIN, *, tcxo_v=1.8):
        self.clock = VirtualClock()
        self.air = Air(self.clock)
        self.twins = [
            Sx1262Twin(self.clock, self.air, name=name, tcxo_v=tcxo_v) for name in ("here", "there")
        ]
        self.here, self.there = (
            Sx1262(twin, Pin(twin, "reset"), Pin(twin, "busy"), modulation) for twin in self.twins
        )

    def run(self, steps):
        while True:
            try:
                self.clock.advance(next(steps))
            except StopIteration as done:
                return done.value

    def started(self):
        for radio in (self.here, self.there):
            self.run(radio.start(14, TcxoVoltage.V1_8))
        self.run(self.there.receive())
        return self

    def send(self, payload):
        self.run(self.here.transmit(payload))
        for _ in range(100):
            if self.run(self.here.sent()):
                return
            self.clock.advance(0.1)
        raise AssertionError("never sent")


@pytest.mark.parametrize(
    "modulation",
    [
        PLAIN,
        Modulation(869.525e6, 12, sync_word=0x3444),
        Modulation(433.175e6, 5, Bandwidth.KHZ500, CodingRate.CR4_8, preamble=12),
        Modulation(915e6, 9, Bandwidth.KHZ250, CodingRate.CR4_6, inverted=True),
        Modulation(868.3e6, 6, Bandwidth.KHZ62, CodingRate.CR4_7),
    ],
)
@pytest.mark.parametrize("payload", [b"x", b"Hello", bytes(range(255))])
def test_two_radios_hear_each_other(modulation, payload):
    pair = Pair(modulation).started()
    pair.send(payload)
    packet = pair.run(pair.there.collect())
    assert packet.payload == payload
    assert packet.rssi == pytest.approx(14 - 80, abs=3)
    assert pair.run(pair.there.collect()) is None
    assert pair.there.statistics() == Statistics(1, 0, 0)
    pair.run(pair.here.rest())
    pair.run(pair.here.receive())
    assert pair.run(pair.here.collect()) is None


def test_another_sync_word_is_not_heard():
    pair = Pair().started()
    pair.there = Sx1262(
        pair.twins[1],
        Pin(pair.twins[1], "reset"),
        Pin(pair.twins[1], "busy"),
        Modulation(868.1e6, sync_word=0x3444),
    )
    pair.run(pair.there.start(14, TcxoVoltage.V1_8))
    pair.run(pair.there.receive())
    pair.send(b"Hello")
    assert pair.run(pair.there.collect()) is None


def test_the_other_one_is_heard_sending():
    pair = Pair(Modulation(868.1e6, 12)).started()
    pair.run(pair.there.standby())
    assert pair.run(pair.there.listen()) is False
    pair.run(pair.here.transmit(b"Hello"))
    pair.clock.advance(0.1)
    assert pair.run(pair.there.listen()) is True


def test_a_reset_chip_is_noticed():
    pair = Pair().started()
    pair.twins[1].power_cycle()
    pair.clock.advance(0.01)
    with pytest.raises(UnexpectedValue, match="not RECEIVE"):
        pair.run(pair.there.collect())


def test_with_the_wrong_voltage_it_does_not_start():
    pair = Pair(tcxo_v=3.3)
    with pytest.raises(UnexpectedValue, match=r"XOSC_START.* 1.8 V"):
        pair.run(pair.here.start(14, TcxoVoltage.V1_8))
    pair.run(pair.here.start(14, TcxoVoltage.V3_3))
    pair.run(pair.here.receive())
