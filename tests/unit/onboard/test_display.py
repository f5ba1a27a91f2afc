"""The little display on the virtual board: pages in turn, a text, darkness at the end."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench

from wisgate.board.prompt import open_modules
from wisgate.core.errors import OutputRefused, PlanConflict
from wisgate.core.points import Status
from wisgate.onboard.display import PAGE_S, Display
from wisgate.protocols.screen import Page, drawn
from wisgate.virtual.chips.ssd1306 import Ssd1306Twin
from wisgate.virtual.frame import VirtualBoard

DISPLAY = "[onboard.display]\n"
FIRST, SECOND = Page("first", ("1",)), Page("second", ("2",))


def panel(twins: VirtualBoard) -> Ssd1306Twin:
    found = twins.panel()
    assert found
    return found


def shows(twins: VirtualBoard, page: Page) -> bool:
    wanted = tuple(
        tuple(bool(row[x] >> bit & 1) for x in range(128))
        for row in drawn(page)
        for bit in range(8)
    )
    return panel(twins).shown() == wanted


def test_it_says_something_before_it_is_told() -> None:
    with open_modules(HEAD + DISPLAY) as board:
        assert [r.value for r in board.read("display")] == [""]
        assert shows(board.twins, Page("wisgate"))


def test_pages_come_in_turn() -> None:
    bench = ModuleBench(DISPLAY)
    display = bench.sampled["display"].placed.module
    assert isinstance(display, Display)

    async def main() -> None:
        display.show([FIRST, SECOND])
        for page in (FIRST, SECOND, FIRST):
            await bench.read("display")
            assert shows(bench.twins, page)
            bench.clock.advance(PAGE_S)
        display.show([])
        await bench.read("display")
        assert shows(bench.twins, Page("wisgate"))

    bench.run(main())


def test_a_text_of_the_users_is_a_page_too() -> None:
    with open_modules(HEAD + DISPLAY) as board:
        board.write("display", "text", "Hello\nworld")
        seen = []
        for _ in range(2):
            assert [r.value for r in board.read("display")] == ["Hello\nworld"]
            seen.append(shows(board.twins, Page("", ("Hello", "world"))))
            board.sleep(PAGE_S)
        assert sorted(seen) == [False, True]
        board.write("display", "text", "")
        board.read("display")
        assert shows(board.twins, Page("wisgate"))


@pytest.mark.parametrize(("channel", "value"), [("text", 5), ("text", True), ("page", "x")])
def test_what_cannot_be_written(channel: str, value: object) -> None:
    with open_modules(HEAD + DISPLAY) as board, pytest.raises(OutputRefused, match="takes a text"):
        board.write("display", channel, value)  # type: ignore[arg-type]


def test_closed_it_is_dark() -> None:
    with open_modules(HEAD + DISPLAY) as board:
        board.read("display")
        assert panel(board.twins).on
    assert not panel(board.twins).on


def test_each_job_is_short_and_what_is_there_is_not_drawn_again() -> None:
    bench = ModuleBench(DISPLAY)

    async def main() -> None:
        await bench.read("display")
        before = bench.clock.monotonic()
        await bench.read("display")
        assert bench.clock.monotonic() - before < 0.002

    bench.run(main())  # every job within 25 ms


def test_after_a_brown_out_it_shows_everything_again() -> None:
    bench = ModuleBench(DISPLAY)

    async def main() -> None:
        await bench.read("display")
        bench.faults.inject("brown-out", "oled")
        assert not panel(bench.twins).on
        await bench.read("display")
        assert shows(bench.twins, Page("wisgate"))

    bench.run(main())


def test_pulled_and_put_back() -> None:
    bench = ModuleBench(DISPLAY)

    async def main() -> None:
        bench.faults.inject("module-pulled", "oled")
        assert [r.status for r in await bench.read("display")] == [Status.ABSENT]
        bench.faults.clear("module-pulled", "oled")
        assert [r.status for r in await bench.read("display")] == [Status.GOOD]
        assert shows(bench.twins, Page("wisgate"))

    bench.run(main())


def test_it_takes_the_connector_that_a_module_wants() -> None:
    table = DISPLAY + '[[slot]]\nslot = "oled"\nmodule = "rak1921"\n'
    with pytest.raises(PlanConflict, match="slot oled"):
        ModuleBench(table).board.plan.check()
    assert "display" not in ModuleBench().sampled
