"""Quantities as people write them: what a message proposes."""

from __future__ import annotations

import pytest

from wisgate.core.quantities import parse


@pytest.mark.parametrize(
    ("text", "dimension", "hint"),
    [
        ("4mAA", "current", 'did you mean "4mA"?'),
        ("24x", "time", "write "),
        ("5lxx", "time", "write "),
    ],
)
def test_a_unit_that_cannot_be_meant_is_not_proposed(text: str, dimension: str, hint: str) -> None:
    with pytest.raises(ValueError, match="unknown unit") as refused:
        parse(text, dimension)
    assert hint in str(refused.value)
