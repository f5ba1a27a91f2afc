"""RAK12004 on the virtual board: sets of constants, and its address; the rest is in
test_gas_modules."""

from __future__ import annotations

import pytest
from module_bench import HEAD, slot

from wisgate.board.prompt import open_modules
from wisgate.core.errors import ConfigError, OutputRefused, PlanConflict
from wisgate.core.points import Status
from wisgate.modules.rak12004 import CURVES

SETS = [(name, gas) for name, gases in CURVES.items() for gas in gases]


def test_as_shipped_it_meets_the_clock() -> None:
    with pytest.raises(PlanConflict, match="0x51"), open_modules(HEAD + slot(1, "rak12004")):
        pass


@pytest.mark.parametrize(("curve", "gas"), SETS)
def test_every_set_of_constants_finds_what_is_there(curve: str, gas: str) -> None:
    with open_modules(HEAD + slot(1, "rak12004", address=0x52, curve=curve, gas=gas)) as board:
        board.sleep(1500)
        board.world.set("gas.combustible", 1500.0)
        board.sleep(120)
        found = board.read("wisblock-1")[0]
        assert found.status is Status.GOOD
        assert found.value == pytest.approx(1500, rel=0.06)


@pytest.mark.parametrize(("code", "ppm"), [(500, 40.7), (1000, 336.8), (2000, 5086.0)])
def test_the_codes_of_the_sheet(code: int, ppm: float) -> None:
    """Modules sheet 9.1, the vendor's script: R0 11.2 k, that is 107.5 k in clean air."""
    curve = CURVES["vendor-script"]["smoke"]
    ratio = 10e3 * (4096 - code) / code / (107.5e3 / curve.clean)
    assert curve.ppm(ratio) == pytest.approx(ppm, rel=0.01)


def test_a_gas_that_a_set_does_not_have_is_refused() -> None:
    setting = slot(1, "rak12004", address=0x52, curve="vendor-script", gas="methane")
    with (
        pytest.raises(ConfigError, match='"vendor-script" has no curve for methane; it has smoke'),
        open_modules(HEAD + setting),
    ):
        pass


def test_nothing_can_be_written() -> None:
    with (
        open_modules(HEAD + slot(1, "rak12004", address=0x52)) as board,
        pytest.raises(OutputRefused),
    ):
        board.write("wisblock-1", "concentration", 1.0)
