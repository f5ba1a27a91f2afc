"""The TPT29555 driver against its witness."""

import pytest
from transcript import conversation, parse, script

from wisgate.bus.lines import Bias, Edge, Input, Output
from wisgate.chips.tpt29555 import Tpt29555
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusUnavailable, NoAcknowledge, UnexpectedValue, WrongIdentity

HIGH, LOW = Output(True), Output(False)


def test_building_a_driver_sends_nothing():
    with conversation([]) as bus:
        assert not Tpt29555(bus).interrupts


def test_the_default_address():
    with conversation(parse("20: 04 00 00\n20: 06 -> FF\n20: 06 FF")) as bus:
        Tpt29555(bus).request(0, Input(), "test")


def test_identify():
    with script("tpt29555", "identify") as bus:
        Tpt29555(bus, 0x26).identify()


@pytest.mark.parametrize(
    "answers",
    [
        "26: 06 -> FF EF FE\n26: 0E -> FF EF",  # counts on, as an MCP23017 does
        "26: 06 -> FF EF FF\n26: 0E -> FF FF",  # 0E is another register
        "26: 06 -> FF EF FF\n26: 0E -> FE EF",
        "26: 06 -> FF FF FF\n26: 0E -> FF FF\n26: 04 00 00\n26: 04 -> 00 FF",
        "26: 06 -> FF FF FF\n26: 0E -> FF FF\n26: 04 00 00\n26: 04 -> FF 00",
    ],
)
def test_another_chip_is_told_apart(answers):
    with (
        conversation(parse(answers.split("#")[0])) as bus,
        pytest.raises(WrongIdentity, match=r"^0x26: .* no TPT29555"),
    ):
        Tpt29555(bus, 0x26).identify()


def test_which_lines_are_inputs():
    with script("tpt29555", "which lines are inputs") as bus:
        for write in (b"\x06\xef", b"\x07\xfe"):
            bus.transfer(0x26, write)
        assert Tpt29555(bus, 0x26).inputs() == 0xFEEF


def test_an_output_starts_high():
    with script("tpt29555", "first use clears the polarity, then line 4 goes out high") as bus:
        Tpt29555(bus, 0x26).request(4, HIGH, "enable")
        bus.transfer(0x26, b"\x00", 1)


@pytest.mark.parametrize(
    ("title", "offset"),
    [("line 4 goes out low", 4), ("line 12 goes out low", 12)],
)
def test_an_output_starts_low(title, offset):
    with script("tpt29555", title) as bus:
        Tpt29555(bus, 0x26).request(offset, LOW, "relay")
        for step in list(bus.left):
            bus.transfer(0x26, step.write, 1)


@pytest.mark.parametrize(
    ("title", "offsets", "port"),
    [
        ("line 8 goes out low, line 15 after it", (8, 15), 1),
        ("line 0 goes out low, line 7 after it", (0, 7), 0),
    ],
)
def test_other_lines_keep_their_level(title, offsets, port):
    with script("tpt29555", title) as bus:
        chip = Tpt29555(bus, 0x26)
        for offset in offsets:
            chip.request(offset, LOW, "relay")
        assert bus.transfer(0x26, bytes([port]), 1) == b"\x7e"


def test_switch_and_read_back():
    with script("tpt29555", "switch line 4 and read it back") as bus:
        chip = Tpt29555(bus, 0x26)
        line = chip.request(4, LOW, "relay")
        assert line.get() is False
        line.set(True)
        assert line.get() is True
        line.set(False)
        assert line.get() is False
        assert line.edges() == []
    assert chip.restored == 0


def test_active_low_is_low_at_the_pin():
    with script("tpt29555", "switch line 4 and read it back") as bus:
        line = Tpt29555(bus, 0x26).request(4, Output(True, active_low=True), "LED")
        assert line.get() is True
        line.set(False)
        assert line.get() is False
        line.set(True)
        assert line.get() is True


REQUESTED = "26: 04 00 00\n26: 02 -> FF\n26: 02 EF\n26: 06 -> FF\n26: 06 EF\n"


def test_a_brown_out_does_not_look_like_a_level():
    with conversation(parse(REQUESTED + "26: 06 -> FF")) as bus:
        line = Tpt29555(bus, 0x26).request(4, LOW, "relay")
        with pytest.raises(UnexpectedValue, match=r"^0x26 line 4 .*reset.*set the line"):
            line.get()


def test_a_set_after_a_brown_out_drives_again_latch_first():
    lost = "26: 02 -> FF\n26: 02 EF\n26: 06 -> FF\n26: 06 -> FF\n26: 06 EF\n"
    with conversation(parse(REQUESTED + lost + "26: 06 -> EF\n26: 00 -> EF")) as bus:
        chip = Tpt29555(bus, 0x26)
        line = chip.request(4, LOW, "relay")
        line.set(False)
        assert line.get() is False
    assert chip.restored == 1


@pytest.mark.parametrize(
    ("title", "port", "last"), [("inputs of port 0", 0, 7), ("inputs of port 1", 1, 15)]
)
def test_inputs_and_edges(title, port, last):
    clock = VirtualClock()
    with script("tpt29555", title) as bus:
        chip = Tpt29555(bus, 0x26, clock=clock)
        line = chip.request(8 * port, Input(edges=True), "button")
        assert line.get() is False
        clock.advance(2.5)
        assert line.edges() == [Edge(True, 2.5)]
        assert line.edges() == []


def test_an_input_that_is_active_low():
    with script("tpt29555", "inputs of port 0") as bus:
        line = Tpt29555(bus, 0x26).request(0, Input(active_low=True, edges=True), "button")
        assert line.get() is True
        assert line.edges()[0].active is False
        assert line.edges() == []


def test_an_output_of_old_becomes_an_input():
    with script("tpt29555", "an output of old comes back as an input") as bus:
        for write in (b"\x02\x00", b"\x06\xf7"):
            bus.transfer(0x26, write)
        bus.transfer(0x26, b"\x00", 1)
        line = Tpt29555(bus, 0x26).request(3, Input(), "button")
        assert line.get() is False
        assert line.edges() == []
        assert line.get() is False


def test_the_last_line_of_port_1_is_read():
    with conversation(parse("26: 04 00 00\n26: 07 -> FF\n26: 07 FF\n26: 01 -> 80")) as bus:
        assert Tpt29555(bus, 0x26).request(15, Input(), "button").get() is True


def test_identify_is_a_first_use():
    with conversation(
        parse(
            "26: 06 -> FF FF FF\n26: 0E -> FF FF\n26: 04 00 00\n26: 04 -> 00 00\n"
            "26: 06 -> FF\n26: 06 FF"
        )
    ) as bus:
        chip = Tpt29555(bus, 0x26)
        chip.identify()
        chip.request(0, Input(), "button")


def test_one_request_per_line():
    with conversation(parse("26: 04 00 00\n" + "26: 06 -> FF\n26: 06 FF\n" * 2)) as bus:
        chip = Tpt29555(bus, 0x26)
        line = chip.request(4, Input(), "wisblock-1 relay")
        with pytest.raises(BusUnavailable, match=r"^0x26 line 4 is taken by wisblock-1 relay$"):
            chip.request(4, LOW, "test")
        line.release()
        line.release()
        chip.request(4, Input(), "test")


def test_a_request_that_failed_takes_nothing():
    with conversation(parse("26: 04 00 00\n26: 06 -> !\n26: 06 -> FF\n26: 06 FF")) as bus:
        chip = Tpt29555(bus, 0x26)
        with pytest.raises(NoAcknowledge):
            chip.request(4, Input(), "test")
        chip.request(4, Input(), "test")


def test_a_released_line_is_dead():
    with conversation(
        parse("26: 04 00 00\n26: 02 -> FF\n26: 02 EF\n26: 06 -> FF\n26: 06 EF")
    ) as bus:
        line = Tpt29555(bus, 0x26).request(4, LOW, "relay")
        line.release()
        for use in (line.get, line.edges, lambda: line.set(True)):
            with pytest.raises(BusUnavailable, match="released"):
                use()


def test_an_input_cannot_be_set():
    with conversation(parse("26: 04 00 00\n26: 06 -> FF\n26: 06 FF")) as bus:
        line = Tpt29555(bus, 0x26).request(4, Input(), "button")
        with pytest.raises(BusUnavailable, match="requested as an input"):
            line.set(True)


@pytest.mark.parametrize("offset", [-1, 16])
def test_a_line_that_is_none(offset):
    with (
        conversation([]) as bus,
        pytest.raises(ValueError, match=rf"^0x26 line {offset}: .*0 to 15"),
    ):
        Tpt29555(bus, 0x26).request(offset, LOW, "test")


@pytest.mark.parametrize("bias", [Bias.PULL_DOWN, Bias.DISABLED])
def test_a_bias_that_the_chip_lacks(bias):
    with conversation([]) as bus, pytest.raises(ValueError, match="pull-up"):
        Tpt29555(bus, 0x26).request(0, Input(bias=bias), "test")


def test_the_pull_up_may_be_asked_for():
    with conversation(parse("26: 04 00 00\n26: 06 -> FF\n26: 06 FF")) as bus:
        Tpt29555(bus, 0x26).request(0, Input(bias=Bias.PULL_UP), "test")
