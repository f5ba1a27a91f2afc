"""The fronts of RAK12001, RAK12500 and RAK13600 between a slot and the world, byte by byte."""

from __future__ import annotations

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import NoAcknowledge
from wisgate.virtual.board import VirtualRak7391
from wisgate.virtual.plant.door import PAUSE_S, STAY_S
from wisgate.virtual.world import STEP


def board(module: str, **options: object) -> VirtualRak7391:
    made = VirtualRak7391(
        VirtualClock(), modules={"wisblock-1": module}, options={"wisblock-1": options}
    )
    assert isinstance(made.clock, VirtualClock)
    return made


def advance(made: VirtualRak7391, seconds: float) -> None:
    assert isinstance(made.clock, VirtualClock)
    made.clock.advance(seconds)


def ask(made: VirtualRak7391, frame: str, count: int, seconds: float = 0.1) -> bytes:
    """What a PN532 answers."""
    made.i2c.transfer(0x24, bytes.fromhex(frame))
    advance(made, 0.002)
    assert made.i2c.transfer(0x24, read=7)[1:] == bytes.fromhex("0000FF00FF00")
    advance(made, seconds)
    return made.i2c.transfer(0x24, read=count)


def woken(made: VirtualRak7391) -> VirtualRak7391:
    advance(made, 0.01)
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(0x24)
    advance(made, 0.002)
    ask(made, "0000FF05FBD41401140102 00", 10)
    ask(made, "0000FF06FAD43205FF0102F300", 10)
    return made


LIST = "0000FF04FCD44A0100E100"


@pytest.mark.parametrize(
    ("number", "answer"),
    [(0, "D54B00"), (1, "D54B010100040804DCAFFD02"), (2, "D54B010100440007 04123456789ABC"),
     (3, "D54B01010044000704A1B2C3D4E5F6"), (4, "D54B01010044000704112233445566"),
     (5, "D54B01010002180401020304"), (6, "D54B00"), (-1, "D54B00")],
)  # fmt: skip
def test_a_card_in_front_of_the_reader(number: int, answer: str) -> None:
    made = woken(board("rak13600"))
    made.world.set("card.number", number)
    content = bytes.fromhex(answer)
    assert ask(made, LIST, 40)[6 : 6 + len(content)] == content


@pytest.mark.parametrize(("line", "options", "off"), [
    (4, {}, True), (5, {}, False), (5, {"reset_line": True}, True), (4, {"reset_line": True}, True),
    (6, {"reset_line": True}, False),
])  # fmt: skip
def test_lines_that_switch_the_reader_off(line: int, options: dict[str, object], off: bool) -> None:
    made = woken(board("rak13600", **options))
    made.i2c.transfer(0x26, bytes([2, 0xFF & ~(1 << line)]))
    made.i2c.transfer(0x26, bytes([6, 0xFF & ~(1 << line)]))
    if not off:
        made.i2c.transfer(0x24)
        return
    for _ in range(2):
        advance(made, 0.1)
        with pytest.raises(NoAcknowledge):
            made.i2c.transfer(0x24)
    made.i2c.transfer(0x26, b"\x02\xff")
    woken(made)


def test_the_reader_hangs() -> None:
    made = woken(board("rak13600"))
    made.faults.inject("never-ready", "wisblock-1")
    made.i2c.transfer(0x24, bytes.fromhex("0000FF02FED4022A00"))
    advance(made, 1)
    assert made.i2c.transfer(0x24, read=1) == b"\0"


def test_a_reader_that_was_pulled_is_gone_and_comes_back_asleep() -> None:
    made = woken(board("rak13600"))
    made.pull("wisblock-1")
    advance(made, 0.1)
    for _ in range(2):
        with pytest.raises(NoAcknowledge):
            made.i2c.transfer(0x24)
    made.plug("wisblock-1")
    woken(made)
    made.faults.inject("brown-out", "wisblock-1")
    woken(made)


def test_visitors_come_one_after_the_other() -> None:
    made = board("rak13600")
    seen: list[tuple[int, float]] = []
    for _ in range(800):
        advance(made, STEP)
        number = int(made.world.get("card.number"))
        if not seen or seen[-1][0] != number:
            seen.append((number, 0.0))
        seen[-1] = (number, seen[-1][1] + STEP)
    assert [number for number, _ in seen][:8] == [0, 1, 0, 2, 0, 3, 0, 1]
    for number, seconds in seen[1:-1]:
        if number:
            assert seconds == STAY_S
        else:
            assert PAUSE_S <= seconds <= 2 * PAUSE_S + STEP


def pvt(made: VirtualRak7391) -> bytes:
    """NAV-PVT, once the sentences that fill the buffer are out of the way."""
    made.i2c.transfer(0x42, b"\xff", 4096)
    made.i2c.transfer(0x42, bytes.fromhex("B562010700000819"))
    advance(made, 0.05)
    count = int.from_bytes(made.i2c.transfer(0x42, b"\xfd", 2), "big")
    answer = made.i2c.transfer(0x42, b"\xff", count)
    return answer[answer.rindex(b"\xb5\x62\x01\x07") + 6 :]


def test_the_receiver_sees_the_place_and_the_sky() -> None:
    made = board("rak12500")
    made.world.set("place.latitude", -12.5)
    made.world.set("place.longitude", -77.25)
    made.world.set("place.altitude", 154.0)
    made.world.set("place.speed", 3.0)
    made.world.set("place.heading", 200.0)
    made.world.set("place.accuracy", 6.5)
    made.world.set("sky.satellites", 7)
    advance(made, 40)
    got = pvt(made)
    fields = {4 * n: int.from_bytes(got[4 * n : 4 * n + 4], "little", signed=True)
              for n in range(6, 18)}  # fmt: skip
    assert (got[20], got[23]) == (3, 7)
    assert (fields[24], fields[28]) == (-772_500_000, -125_000_000)
    assert (fields[36], fields[40]) == (154_000, 6500)
    assert (fields[60], fields[64]) == (3000, 20_000_000)


def test_a_place_wanders_by_metres_only() -> None:
    made = board("rak12500")
    for _ in range(600):
        advance(made, 1)
        assert made.world.get("place.latitude") == pytest.approx(47.2852, abs=1e-4)
        assert made.world.get("place.longitude") == pytest.approx(8.5652, abs=1e-4)
        assert made.world.get("place.altitude") == pytest.approx(430, abs=20)
        assert 6 <= made.world.get("sky.satellites") <= 20
        assert 1 < made.world.get("place.accuracy") < 6


def test_reset_pulled_and_hanging_receiver() -> None:
    made = board("rak12500")
    advance(made, 40)
    assert pvt(made)[20] == 3
    made.i2c.transfer(0x26, b"\x02\xfb")
    made.i2c.transfer(0x26, b"\x06\xfb")
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(0x42)
    made.i2c.transfer(0x26, b"\x02\xff")
    assert pvt(made)[20] == 0
    advance(made, 40)
    assert pvt(made)[20] == 3
    made.faults.inject("brown-out", "wisblock-1")
    assert pvt(made)[20] == 0
    made.faults.inject("never-ready", "wisblock-1")
    advance(made, 5)
    made.i2c.transfer(0x42, b"\xfd", 2)
    made.i2c.transfer(0x42, b"\xff", 4096)
    advance(made, 5)
    assert made.i2c.transfer(0x42, b"\xfd", 2) == b"\0\0"
    made.pull("wisblock-1")
    with pytest.raises(NoAcknowledge):
        made.i2c.transfer(0x42)
    made.plug("wisblock-1")
    made.i2c.transfer(0x42)


def capture(made: VirtualRak7391) -> int:
    """The answer to a command that takes an image."""
    uart = made.uarts["wisblock-1"]
    uart.set_baud(57600)
    uart.write(bytes.fromhex("EF01FFFFFFFF010003010005"))
    answer = uart.read(12, 1.0)
    return answer[9] if answer else -1


def touched(made: VirtualRak7391) -> bool:
    """IO1, as the expander reads it."""
    return bool(made.i2c.transfer(0x26, b"\x00", 1)[0] & 1 << 1)


def test_a_finger_on_the_reader() -> None:
    made = board("rak12001")
    assert touched(made) is False
    for number, answer in ((0, 2), (1, 0), (3, 0), (0, 2)):
        made.world.set("finger.number", number)
        assert touched(made) is (number > 0)
        assert capture(made) == answer
    made.pull("wisblock-1")
    assert capture(made) == -1
    assert touched(made) is True  # nothing but the weak pull-up
    made.world.set("finger.number", 1)
    made.world.set("finger.number", 0)
    assert touched(made) is True
    made.plug("wisblock-1")
    assert touched(made) is False


def test_a_wet_finger_and_two_who_are_known() -> None:
    made = board("rak12001")
    uart = made.uarts["wisblock-1"]
    uart.set_baud(57600)

    def say(frame: str, count: int) -> str:
        uart.write(bytes.fromhex(frame))
        return uart.read(count, 1.0)[9:-2].hex()

    for number, page in ((1, "000001"), (2, "000002"), (3, "090000")):
        made.world.set("finger.number", number)
        assert capture(made) == 0
        assert say("EF01FFFFFFFF010004020100 08", 12) == "00"
        assert say("EF01FFFFFFFF01000804010000007F008D", 16)[:6] == page
    made.world.set("finger.smeared", 1)
    assert capture(made) == 0
    assert say("EF01FFFFFFFF01000402010008", 12) == "06"
    made.faults.inject("brown-out", "wisblock-1")
    assert say("EF01FFFFFFFF01000402010008", 12) == "15"
