"""Fronts of the modules with many lines: what the bus sees, and what the world gets."""

from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge
from wisgate.virtual.board import VirtualRak7391

SLOT, EXPANDER = "wisblock-1", 0x26


def board(module: str, **options: object) -> VirtualRak7391:
    return VirtualRak7391(VirtualClock(), modules={SLOT: module}, options={SLOT: options})


def drive(made: VirtualRak7391, io: int, level: bool) -> None:
    """Let the expander of the board drive one line of slot 1."""
    register = made.i2c.transfer(EXPANDER, b"\x02", 1)[0] & ~(1 << io) | level << io
    made.i2c.transfer(EXPANDER, bytes([0x02, register]))
    direction = made.i2c.transfer(EXPANDER, b"\x06", 1)[0] & ~(1 << io)
    made.i2c.transfer(EXPANDER, bytes([0x06, direction]))


def test_terminals_of_the_rak13003_follow_the_world_and_outputs_win() -> None:
    made = board("rak13003")
    made.world.set("panel.io3", 1)
    made.world.set("panel.io9", 1)
    for name in ("panel.io0", "panel.io1"):
        made.world.set(name, 0)
    assert made.i2c.transfer(0x20, b"\x12", 2) == b"\x08\x02"
    made.i2c.transfer(0x20, b"\x00\xf7")  # line 3 becomes an output, low
    assert made.i2c.transfer(0x20, b"\x12", 2) == b"\x00\x02"


def test_its_reset_is_connected_where_the_option_says_so() -> None:
    for wired, held in (("IO4", True), ("none", False)):
        made = board("rak13003", reset=wired)
        drive(made, 4, False)
        if held:
            with pytest.raises(NoAcknowledge):
                made.i2c.transfer(0x20, b"\x12", 1)
            drive(made, 4, True)
        assert made.i2c.transfer(0x20, b"\x00", 1) == b"\xff"


def test_leds_of_the_rak14003_shine_while_driven_low() -> None:
    made = board("rak14003")
    made.i2c.transfer(0x24, b"\x14\xff\xff")
    made.i2c.transfer(0x24, b"\x00\x00\xfc")
    assert made.world.get("panel.bar") == 0
    made.i2c.transfer(0x24, b"\x14\xf8\xff")
    assert made.world.get("panel.bar") == 3
    made.i2c.transfer(0x24, b"\x14\x00\xfc")
    assert made.world.get("panel.bar") == 10
    made.pull(SLOT)
    assert made.world.get("panel.bar") == 0


def test_outputs_of_the_rak13004_need_oe_low() -> None:
    made = board("rak13004")
    made.i2c.transfer(0x40, b"\x00\x31")
    made.i2c.transfer(0x40, b"\xfe\x79")
    made.i2c.transfer(0x40, b"\x00\x21")
    made.clock.sleep(0.001)
    made.i2c.transfer(0x40, b"\x0a\x00\x00\x00\x08")  # output 1, a half
    made.i2c.transfer(0x40, b"\x06\x00\x00\x9a\x01")  # output 0, 410 counts: 2000 µs
    assert made.world.get("panel.lamp") == 0
    drive(made, 6, False)
    assert made.world.get("panel.lamp") == pytest.approx(0.5)
    assert made.world.get("panel.servo") == pytest.approx(45, abs=0.3)
    drive(made, 6, True)
    assert made.world.get("panel.lamp") == 0
    assert made.world.get("panel.servo") == pytest.approx(45, abs=0.3), "it stays where it is"


def test_inputs_of_the_rak16001_see_their_volts() -> None:
    made = board("rak16001")
    made.world.set("panel.ch7", 1.5)
    assert made.i2c.transfer(0x48, b"\xf4", 1) == b"\x80"
    made.world.set("panel.ch7", 5.0)
    assert made.i2c.transfer(0x48, b"\xf4", 1) == b"\xff"
