"""Curves of options: pairs with units, in rising order."""

import pytest

from wisgate.config.lists import curve
from wisgate.config.readers import Misfit

CURVE = curve("temperature", "ratio")


def test_pairs_become_base_units() -> None:
    found = CURVE.read([["45degC", "30%"], ["70°C", "100%"]])
    assert [(round(x, 6), round(y, 6)) for x, y in found] == [(45.0, 0.3), (70.0, 1.0)]


@pytest.mark.parametrize(
    ("written", "told", "inside"),
    [
        ("45degC", "is no list of pairs", ()),
        ([], "is no list of pairs", ()),
        ([["45degC"]], "is no pair", (0,)),
        ([["45degC", "30%"], ["45degC", "40%"]], "does not rise", (1, 0)),
        ([["45degC", "30%"], ["50", "40%"]], "no unit", (1, 0)),
        ([["45degC", "30%"], ["50degC", 40]], "has no unit", (1, 1)),
    ],
)
def test_what_is_no_curve(written: object, told: str, inside: tuple[int, ...]) -> None:
    with pytest.raises(Misfit) as misfit:
        CURVE.read(written)
    assert told in str(misfit.value)
    assert misfit.value.inside == inside
