"""RAK16001 on the virtual board: eight inputs, and the hint where the converter could be."""

from __future__ import annotations

import pytest
from module_bench import HAT, HEAD, ModuleBench, slot

from wisgate.board.prompt import open_modules
from wisgate.core.errors import NoAnswer, OutputRefused
from wisgate.core.points import Status

NAME = "wisblock-1"


def test_every_input_is_itself() -> None:
    with open_modules(HEAD + slot(1, "rak16001")) as board:
        for n in range(8):
            board.world.set(f"panel.ch{n}", 0.375 * n)
        readings = board.read(NAME)
    assert [r.name for r in readings] == [f"ch{n}" for n in range(8)]
    assert [r.value for r in readings] == pytest.approx([0.375 * n for n in range(8)])
    assert {r.status for r in readings} == {Status.GOOD}


def test_an_input_that_is_too_high_spoils_none_of_the_others() -> None:
    with open_modules(HEAD + slot(1, "rak16001")) as board:
        board.world.set("panel.ch2", 3.3)
        board.world.set("panel.ch3", 2.98)
        readings = {r.name: r for r in board.read(NAME)}
    assert (readings["ch2"].value, readings["ch2"].status) == (None, Status.SATURATED)
    assert readings["ch3"].status is Status.GOOD
    assert readings["ch3"].value == pytest.approx(3.0 * 254 / 256)


def test_below_ground_is_ground() -> None:
    with open_modules(HEAD + slot(1, "rak16001")) as board:
        board.world.set("panel.ch0", -0.2)
        assert board.read(NAME)[0].value == 0.0


def test_the_reference_is_what_is_fitted() -> None:
    with open_modules(HEAD + slot(2, "rak16001", reference="2.56V", address=0x4A)) as board:
        board.world.set("panel.ch5", 1.28)
        assert board.read("wisblock-2")[5].value == pytest.approx(1.28)


def test_a_converter_that_is_elsewhere_is_found_and_not_used() -> None:
    bench = ModuleBench(slot(1, "rak16001", address=0x49))
    twin = next(t for t in bench.twins.i2c.twins if 0x49 in getattr(t, "addresses", ()))
    twin.addresses = (0x4A,)  # type: ignore[attr-defined]
    module = bench.sampled[NAME].placed.module
    with pytest.raises(NoAnswer, match=r"^0x49: no ADS7830 answers; something answers at 0x4a: "):
        module.open()

    async def main() -> None:
        assert {(r.value, r.status) for r in await bench.read(NAME)} == {(None, Status.ABSENT)}

    bench.run(main())


def test_the_converter_of_the_carrier_is_never_looked_at() -> None:
    """0x4B answers, and is no ADS7830."""
    bench = ModuleBench(slot(1, "rak16001"))
    bench.faults.inject("module-pulled", NAME)
    with pytest.raises(NoAnswer, match=r"^0x48: no ADS7830 answers; is it fitted$"):
        bench.sampled[NAME].placed.module.open()


def test_pulled_and_put_back() -> None:
    bench = ModuleBench(slot(1, "rak16001"))
    bench.world.set("panel.ch1", 1.5)

    async def main() -> None:
        bench.faults.inject("module-pulled", NAME)
        assert {r.status for r in await bench.read(NAME)} == {Status.ABSENT}
        bench.faults.clear("module-pulled", NAME)
        assert (await bench.read(NAME))[1].value == pytest.approx(1.5)

    bench.run(main())


def test_a_brown_out_leaves_no_trace() -> None:
    """The chip has no registers."""
    with open_modules(HEAD + slot(1, "rak16001")) as board:
        board.world.set("panel.ch1", 1.5)
        board.read(NAME)
        board.twins.faults.inject("brown-out", NAME)
        assert board.read(NAME)[1].value == pytest.approx(1.5)


def test_on_a_hat_beside_its_converter() -> None:
    with open_modules(HAT + slot("io-2", "rak16001", address=0x4A)) as board:
        board.world.set("panel.ch0", 0.75)
        assert board.read("io-2")[0].value == pytest.approx(0.75)


def test_nothing_can_be_written() -> None:
    with open_modules(HEAD + slot(1, "rak16001")) as board, pytest.raises(OutputRefused):
        board.write(NAME, "ch0", 1.0)
