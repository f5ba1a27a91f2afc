"""Text as the bytes of a page-organised display, and a panel that draws only what changed."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from wisgate.protocols.screen import DARK, Page, Panel, Rows, drawn, wrapped


def dots(rows: Rows) -> list[str]:
    """The picture as text: a row of dots each."""
    return [
        "".join("#" if row[column] >> bit & 1 else " " for column in range(128)).rstrip()
        for row in rows
        for bit in range(8)
    ]


def test_an_empty_page_is_dark() -> None:
    assert drawn(Page("")) == DARK
    assert [len(row) for row in DARK] == [128] * 8


def test_a_letter_is_where_it_belongs_and_upright() -> None:
    """An L: a long stroke at the left, a short one at the bottom."""
    picture = [row for row in dots(drawn(Page("", ("L",)))) if row]
    lit = [(x, y) for y, row in enumerate(dots(drawn(Page("", ("L",))))) for x in range(len(row))
           if row[x] == "#"]  # fmt: skip
    assert max(x for x, _ in lit) < 7
    assert max(y for _, y in lit) < 10
    assert len(picture[-1].replace(" ", "")) > len(picture[2].replace(" ", ""))


def test_a_title_is_dark_on_a_bar() -> None:
    picture = dots(drawn(Page("ab", ("cd",))))
    assert picture[0] == "#" * 128
    assert picture[5].endswith("#" * 100)
    assert " " in picture[5]
    assert picture[11] == ""
    assert "#" in "".join(picture[12:22])


@pytest.mark.parametrize(("title", "shown"), [("", 6), ("title", 5)])
def test_what_does_not_fit_is_left_out(title: str, shown: int) -> None:
    lines = tuple("x" * 30 for _ in range(9))
    fitting = tuple("x" * 21 for _ in range(shown))
    assert drawn(Page(title, lines)) == drawn(Page(title, fitting))
    assert drawn(Page(title, lines)) != drawn(Page(title, fitting[1:]))


def test_signs_that_are_missing_are_question_marks() -> None:
    assert drawn(Page("", ("5 Ω",))) == drawn(Page("", ("5 ?",)))
    assert drawn(Page("", ("5 °C µA",))) != drawn(Page("", ("5 ?C ?A",)))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("one\ntwo", ("one", "two")),
        ("one\n\ntwo", ("one", "", "two")),
        ("the pump in the house runs", ("the pump in the house", "runs")),
        ("x" * 25, ("x" * 21, "x" * 4)),
    ],
)
def test_wrapped(text: str, lines: tuple[str, ...]) -> None:
    assert wrapped(text) == lines


class Glass:
    """A display that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.on = False

    def start(self) -> None:
        self.told.append("start")

    def switch(self, on: bool) -> None:
        self.on = on
        self.told.append(on)

    def lit(self) -> bool:
        return self.on

    def write_page(self, page: int, columns: bytes, first: int = 0) -> None:
        self.told.append(page)


def play(steps: Generator[float, None, None]) -> int:
    return len([wait for wait in steps if wait == 0.0])


def test_everything_once_then_what_changed() -> None:
    glass = Glass()
    panel = Panel(glass)
    assert play(panel.show(DARK)) == 9
    assert glass.told == ["start", *range(8), True]
    glass.told.clear()
    changed = [*DARK]
    changed[3] = bytes([1]) * 128
    assert play(panel.show(changed)) == 1
    assert play(panel.show(changed)) == 0
    assert glass.told == [3, True, True]


def test_a_display_that_went_dark_gets_everything_again() -> None:
    glass = Glass()
    panel = Panel(glass)
    play(panel.show(DARK))
    panel.close()
    assert glass.told[-1] is False
    glass.told.clear()
    play(panel.show(DARK))
    assert glass.told == ["start", *range(8), True]


def test_what_was_not_drawn_to_its_end_goes_on() -> None:
    glass = Glass()
    panel = Panel(glass)
    steps = panel.show(DARK)
    for _ in range(4):
        next(steps)
    glass.on = True
    glass.told.clear()
    play(panel.show(DARK))
    assert glass.told == [3, 4, 5, 6, 7, True]
