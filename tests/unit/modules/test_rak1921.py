"""RAK1921 at its connector on the virtual board: a text, faults, darkness at the end."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.core.errors import OutputRefused
from wisgate.core.points import Status
from wisgate.protocols.screen import Page, drawn
from wisgate.virtual.frame import VirtualBoard

OLED = '[[slot]]\nslot = "oled"\nmodule = "rak1921"\n'


def shows(twins: VirtualBoard, *lines: str) -> bool:
    rows = drawn(Page("", lines))
    wanted = tuple(
        tuple(bool(row[x] >> bit & 1) for x in range(128)) for row in rows for bit in range(8)
    )
    panel = twins.panel()
    assert panel
    return panel.on and panel.shown() == wanted


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("Tank 1.75 m", ("Tank 1.75 m",)),
        ("a\nb\nc\nd\ne\nf", tuple("abcdef")),
        ("a\nb\nc\nd\ne\nf\ng", tuple("abcdef")),
        ("the pump in the house runs", ("the pump in the house", "runs")),
    ],
)
def test_a_text(text: str, lines: tuple[str, ...]) -> None:
    with open_modules(HEAD + OLED) as board:
        board.read("oled")
        board.write("oled", "text", text)
        (reading,) = board.read("oled")
        assert (reading.name, reading.value) == ("text", text)
        assert shows(board.twins, *lines)


def test_at_the_other_address() -> None:
    with open_modules(HEAD + OLED + "address = 0x3D\n") as board:
        board.write("oled", "text", "x")
        board.read("oled")
        assert shows(board.twins, "x")
        board.twins.i2c.transfer(0x3D, read=1)


@pytest.mark.parametrize(("channel", "value"), [("text", 1.5), ("text", False), ("line", "x")])
def test_what_cannot_be_written(channel: str, value: object) -> None:
    with open_modules(HEAD + OLED) as board, pytest.raises(OutputRefused):
        board.write("oled", channel, value)  # type: ignore[arg-type]


def test_closed_it_is_dark_and_opened_it_is_empty() -> None:
    with open_modules(HEAD + OLED) as board:
        board.write("oled", "text", "x")
        board.read("oled")
    panel = board.twins.panel()
    assert panel
    assert not panel.on


def test_faults_come_and_go() -> None:
    bench = ModuleBench(OLED)

    async def main() -> None:
        await bench.sampled["oled"].write("text", "abc")
        assert [r.status for r in await bench.read("oled")] == [Status.GOOD]
        bench.faults.inject("no-acknowledge", "oled")
        assert [r.status for r in await bench.read("oled")] == [Status.ABSENT]
        bench.faults.clear("no-acknowledge", "oled")
        bench.faults.inject("brown-out", "oled")
        assert [r.value for r in await bench.read("oled")] == [""], "opened anew: the safe state"
        await bench.sampled["oled"].write("text", "abc")
        await bench.read("oled")
        assert shows(bench.twins, "abc")

    bench.run(main())


def test_pulled_and_put_back() -> None:
    bench = ModuleBench(OLED)

    async def main() -> None:
        await bench.read("oled")
        bench.faults.inject("module-pulled", "oled")
        assert [r.status for r in await bench.read("oled")] == [Status.ABSENT]
        bench.faults.clear("module-pulled", "oled")
        assert [r.status for r in await bench.read("oled")] == [Status.GOOD]
        assert shows(bench.twins)

    bench.run(main())


def test_a_brown_out_alone_draws_everything_again() -> None:
    bench = ModuleBench(OLED, slot(1, "rak16000"))

    async def main() -> None:
        await bench.sampled["oled"].open()
        await bench.sampled["oled"].write("text", "abc")
        await bench.read("oled")
        bench.faults.inject("brown-out", "oled")
        await bench.read("oled")
        assert shows(bench.twins, "abc")

    bench.run(main())
