"""The exact text of every kind, for plans of every board."""

from __future__ import annotations

import pytest
from emitted import CASES, EVERY_SERVICE, GOLDEN, Case


@pytest.mark.parametrize("case", CASES, ids=str)
def test_golden_text(case: Case, tmp_path) -> None:
    assert case.write(tmp_path) == case.expected.read_text("utf-8")


def test_every_golden_text_is_compared() -> None:
    compared = {case.expected for case in CASES}
    found = set(GOLDEN.glob("*/*.txt"))
    assert found == compared


@pytest.mark.parametrize("case", [*CASES, EVERY_SERVICE], ids=str)
def test_same_plan_gives_same_text(case: Case, tmp_path) -> None:
    assert case.write(tmp_path) == _again(case, tmp_path)


def _again(case: Case, folder) -> str:
    (folder / "written").unlink()
    return case.write(folder)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_text_ends_with_one_newline_and_holds_no_trailing_blanks(case: Case, tmp_path) -> None:
    lines = case.write(tmp_path).split("\n")
    assert lines[-1] == ""
    assert lines[-2] != ""
    assert [line for line in lines if line != line.rstrip()] == []
