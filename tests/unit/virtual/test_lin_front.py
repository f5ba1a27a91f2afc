"""The RAK13005 on a virtual board, asked by hand: never through our client."""

from __future__ import annotations

import lin_vectors as witness
import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.board import VirtualRak7391
from wisgate.virtual.uart import VirtualUart
from wisgate.virtual.units.lin_nodes import checksum, protected

BAUD = 19200


def board(slot: str = "wisblock-1", **options: object) -> tuple[VirtualRak7391, VirtualUart]:
    made = VirtualRak7391(VirtualClock(), modules={slot: "rak13005"}, options={slot: options})
    port = made.uarts[slot]
    port.set_baud(int(str(options.get("baud", BAUD))))
    made.i2c.transfer(0x26, bytes.fromhex("06BF"))  # IO6 of slot 1 is an output, high
    made.clock.advance(0.001)
    return made, port


def ask(port: VirtualUart, identifier: int, body: bytes = b"") -> bytes:
    """What is heard after the header."""
    baud = port.baud
    port.flush()
    port.set_baud(baud * 9 // 13)
    port.write(b"\0")
    port.set_baud(baud)
    port.write(bytes([0x55, protected(identifier)]) + body)
    return port.read(80, 0.05)[3:]


def framed(identifier: int, content: bytes) -> bytes:
    return content + bytes([checksum(identifier, content, classic=False)])


def test_climate() -> None:
    made, port = board()
    made.world.set("room.temperature", -1.5)
    made.world.set("room.humidity", 0.43)
    assert ask(port, 0x10) == framed(0x10, bytes.fromhex("6A FF 2B"))


@pytest.mark.parametrize("baud", [2400, 9600])
def test_other_rates(baud: int) -> None:
    _made, port = board(baud=baud)
    assert len(ask(port, 0x10)) == 4


def test_the_damper_goes_where_it_is_told() -> None:
    made, port = board()
    sent = framed(0x11, b"\x32")
    assert ask(port, 0x11, sent) == sent
    made.clock.advance(2.0)
    assert ask(port, 0x12) == framed(0x12, b"\x14\x01")
    made.clock.advance(3.5)
    assert ask(port, 0x12) == framed(0x12, b"\x32\x00")
    assert made.world.get("damper.position") == pytest.approx(0.5)


def test_a_damaged_order_moves_nothing() -> None:
    made, port = board()
    ask(port, 0x11, b"\x32\x00")
    made.clock.advance(2.0)
    assert made.world.get("damper.position") == 0.0


def test_no_position_beyond_the_end() -> None:
    made, port = board()
    ask(port, 0x11, framed(0x11, b"\xc8"))
    assert made.world.get("damper.target") == 1.0


@pytest.mark.parametrize(
    ("off", "volts"), [("02BF", 12.0), ("06FF", 12.0), ("02FF", 5.4), ("02FF", 0.0)]
)
def test_without_enable_or_supply_there_is_not_even_an_echo(off: str, volts: float) -> None:
    made, port = board()
    made.i2c.transfer(0x26, bytes.fromhex(off))
    made.world.set("lin.supply", volts)
    port.write(witness.HEADER_1)
    assert port.read(9, 0.1) == b""
    made.i2c.transfer(0x26, bytes.fromhex("02FF"))
    made.i2c.transfer(0x26, bytes.fromhex("06BF"))
    made.world.set("lin.supply", 5.5)
    assert len(ask(port, 0x10)) == 4


def test_bus_dominant_comes_and_goes() -> None:
    made, port = board()
    made.faults.inject("bus-dominant", "wisblock-1")
    assert ask(port, 0x10) == b""
    made.faults.clear("bus-dominant", "wisblock-1")
    assert len(ask(port, 0x10)) == 4


def test_collision_comes_and_goes() -> None:
    made, port = board()
    made.world.set("room.temperature", 20.0)
    good = ask(port, 0x10)
    made.faults.inject("collision", "wisblock-1")
    assert ask(port, 0x10)[:3] == b"\0\0\0"
    made.faults.clear("collision", "wisblock-1")
    assert ask(port, 0x10) == good


def test_a_module_that_is_pulled_takes_its_bus_along() -> None:
    made, port = board()
    made.pull("wisblock-1")
    assert ask(port, 0x10) == b""
    made.plug("wisblock-1")
    assert len(ask(port, 0x10)) == 4


@pytest.mark.parametrize("role", ["responder", "monitor"])
def test_a_commander_asks_ten_times_a_second(role: str) -> None:
    made, port = board(role=role)
    made.world.set("room.temperature", 20.0)
    made.world.set("room.humidity", 0.5)
    made.world.set("damper.position", 0.5)
    round_ = (
        b"\0\x55\x50" + framed(0x10, b"\xd0\x07\x32") + b"\0\x55\x11" + framed(0x11, b"\x32")
        + b"\0\x55\x92" + framed(0x12, b"\x32\x00") + b"\0\x55\x20"
    )  # fmt: skip
    begin = made.clock.monotonic()
    assert port.read(2 * len(round_), 5) == 2 * round_
    assert made.clock.monotonic() - begin == pytest.approx(0.8, abs=0.01)


def test_a_commander_is_no_node_of_our_own_bus() -> None:
    _made, port = board()
    assert port.read(1, 2) == b""


def test_in_the_second_slot() -> None:
    made = VirtualRak7391(VirtualClock(), modules={"wisblock-2": "rak13005"})
    port = made.uarts["wisblock-2"]
    port.set_baud(BAUD)
    made.i2c.transfer(0x26, bytes.fromhex("07BF"))
    assert len(ask(port, 0x10)) == 4
