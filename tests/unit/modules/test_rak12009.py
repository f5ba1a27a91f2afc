"""RAK12009 on the virtual board: its sets of constants; the rest is in test_gas_modules."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.core.points import Status
from wisgate.modules.rak12009 import CURVES


@pytest.mark.parametrize("curve", CURVES)
def test_every_set_of_constants_finds_what_is_there(curve: str) -> None:
    with open_modules(HEAD + slot(1, "rak12009", curve=curve)) as board:
        board.sleep(1500)
        board.world.set("gas.ethanol", 150.0)
        board.sleep(120)
        found = board.read("wisblock-1")[0]
        assert found.status is Status.GOOD
        assert found.value == pytest.approx(150, rel=0.06)


@pytest.mark.parametrize("fault", ["module-pulled", "wrong-chip", "no-acknowledge"])
def test_without_its_chip_there_is_no_number(fault: str) -> None:
    bench = ModuleBench(slot(1, "rak12009"))

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.faults.inject(fault, "wisblock-1")
        lost = Status.FAULT if fault == "wrong-chip" else Status.ABSENT
        assert {(r.value, r.status) for r in await bench.read("wisblock-1")} == {(None, lost)}
        bench.faults.clear(fault, "wisblock-1")
        await bench.read("wisblock-1")
        assert {r.value for r in await bench.read("wisblock-1")} != {None}

    bench.run(main())
