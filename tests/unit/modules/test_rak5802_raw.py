"""RAK5802 with the protocol "raw": bytes go out, bytes come in."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import Prompt, open_modules
from wisgate.core.errors import BusUnavailable, OutputRefused
from wisgate.core.points import Status

RAW = HEAD + slot(1, "rak5802", protocol="raw")
LINES = HEAD + slot(1, "rak5802", protocol="raw", cut="lines")
CLIMATE = "2A 03 00 00 00 02 C2 10"
"""Read two registers of the climate unit; modules sheet 9.2."""


class Talker:
    """Something on the line that says what it is told to, when anything is sent."""

    baud = None

    def __init__(self, *pieces: tuple[float, bytes]) -> None:
        self.heard = b""
        self.pieces = pieces

    def received(self, data: bytes) -> Iterable[tuple[float, bytes]]:
        self.heard += data
        return self.pieces


def talk(board: Prompt, *pieces: tuple[float, bytes]) -> Talker:
    talker = Talker(*pieces)
    board.twins.slots["wisblock-1"].uart.twins[:] = [talker]
    return talker


def events(board: Prompt) -> list[object]:
    return [r.value for r in board.read("wisblock-1") if r.name == "received"]


def test_send_and_wait_for_the_answer() -> None:
    with open_modules(RAW) as board:
        answer = board.command("wisblock-1", "send", bytes=CLIMATE, wait="1s")
        assert str(answer["received"]).startswith("2A 03 04 ")
        assert len(str(answer["received"]).split()) == 9
        assert events(board) == []


def test_what_comes_unasked_is_an_event() -> None:
    with open_modules(RAW) as board:
        assert board.command("wisblock-1", "send", bytes=CLIMATE) == {"received": ""}
        board.sleep(1)
        (event,) = events(board)
        assert str(event).startswith("2A 03 04 ")
        (count,) = board.read("wisblock-1")
        assert (count.name, count.value) == ("count", 9)


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ({"text": "*IDN?\\n"}, b"*IDN?\n"),
        ({"text": "a\\r\\nb"}, b"a\r\nb"),
        ({"text": "21 °C"}, "21 °C".encode()),
        ({"bytes": "DE AD be ef"}, b"\xde\xad\xbe\xef"),
        ({"bytes": "00ff"}, b"\x00\xff"),
    ],
)
def test_what_is_sent(arguments: dict[str, str], sent: bytes) -> None:
    with open_modules(RAW) as board:
        talker = talk(board)
        board.command("wisblock-1", "send", **arguments)  # type: ignore[arg-type]
        assert talker.heard == sent


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "say what is to be sent"),
        ({"text": "a", "bytes": "61"}, "say what is to be sent"),
        ({"bytes": "0"}, "no row of bytes"),
        ({"bytes": "XY"}, "no row of bytes"),
        ({"text": "a", "wait": "11s"}, "wait"),
    ],
)
def test_what_cannot_be_sent(arguments: dict[str, str], says: str) -> None:
    with open_modules(RAW) as board:
        talker = talk(board)
        with pytest.raises(OutputRefused, match=says):
            board.command("wisblock-1", "send", **arguments)  # type: ignore[arg-type]
        assert talker.heard == b""


def test_an_answer_in_pieces_is_one() -> None:
    with open_modules(RAW) as board:
        talk(board, (0.3, b"ab"), (0.04, b"cd"), (0.2, b"ef"))
        answer = board.command("wisblock-1", "send", text="x", wait="1s")
        assert answer == {"received": "61 62 63 64"}
        board.sleep(1)
        assert events(board) == ["65 66"]


def test_what_waited_before_is_no_answer() -> None:
    with open_modules(RAW) as board:
        talker = talk(board, (0.01, b"old"))
        board.command("wisblock-1", "send", text="x")
        board.sleep(0.5)
        talker.pieces = ((0.01, b"new"),)
        assert board.command("wisblock-1", "send", text="y", wait="1s") == {"received": "6E 65 77"}


def test_receive() -> None:
    with open_modules(RAW) as board:
        talk(board, (0.8, b"late"))
        board.command("wisblock-1", "send", text="x")
        assert board.command("wisblock-1", "receive", wait="500ms") == {"received": ""}
        assert board.command("wisblock-1", "receive") == {"received": "6C 61 74 65"}


def test_lines_of_text() -> None:
    with open_modules(LINES) as board:
        talk(board, (0.01, b"$GPGGA,1\r\n\r\n$GP"), (0.5, b"GSA,2\r\nrest \xff"), (0.5, b"!\n"))
        board.command("wisblock-1", "send", text="x")
        board.sleep(0.3)
        assert events(board) == ["$GPGGA,1"]
        board.sleep(0.4)
        assert events(board) == ["$GPGSA,2"]
        board.sleep(0.6)
        assert events(board) == ["rest \\xff!"]


def test_a_line_without_end_is_given_out() -> None:
    with open_modules(LINES) as board:
        talk(board, (0.01, b"x" * 1025))
        board.command("wisblock-1", "send", text="x")
        board.sleep(3)
        assert events(board) == ["x" * 1025]


def test_a_port_that_comes_back() -> None:
    bench = ModuleBench(slot(1, "rak5802", protocol="raw", cut="lines"))

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.faults.inject("port-gone", "wisblock-1")
        assert {r.status for r in await bench.read("wisblock-1")} == {Status.FAULT}
        bench.faults.clear("port-gone", "wisblock-1")
        bench.clock.advance(5)
        (count,) = await bench.read("wisblock-1")
        assert (count.name, count.status) == ("count", Status.GOOD)

    bench.run(main())


def test_a_port_that_is_gone() -> None:
    with open_modules(RAW) as board:
        board.read("wisblock-1")
        board.twins.faults.inject("port-gone", "wisblock-1")
        with pytest.raises(BusUnavailable, match="serial port is gone"):
            board.command("wisblock-1", "send", text="x")
        board.twins.faults.clear("port-gone", "wisblock-1")


def test_a_broken_wire_is_silence() -> None:
    with open_modules(RAW) as board:
        board.twins.faults.inject("serial-silence", "wisblock-1")
        assert board.command("wisblock-1", "send", bytes=CLIMATE, wait="1s") == {"received": ""}
        assert events(board) == []


def test_nothing_can_be_written() -> None:
    with open_modules(RAW) as board, pytest.raises(OutputRefused, match="no writable channel"):
        board.write("wisblock-1", "received", "x")
