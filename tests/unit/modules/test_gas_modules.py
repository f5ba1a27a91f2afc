"""What both gas modules do, on the virtual board."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import Prompt, open_modules
from wisgate.core.errors import OutputRefused, UnexpectedValue, WrongIdentity
from wisgate.core.points import Reading, Status
from wisgate.modules.gas_module import Curve, Range

MODULES = {
    "rak12004": ("concentration", "gas.combustible", {"address": 0x52}),
    "rak12009": ("ethanol", "gas.ethanol", {}),
}
EXPANDER_LINE = 6
GAS = [(name, *rest) for name, rest in MODULES.items()]


def gas(name: str, **more: object) -> str:
    return HEAD + slot(1, name, **{**MODULES[name][2], **more})


def readings(board: Prompt) -> dict[str, Reading]:
    return {r.name: r for r in board.read("wisblock-1")}


@pytest.mark.parametrize(("name", "channel", "quantity", "_options"), GAS)
def test_a_warm_film_tells_what_is_in_the_air(
    name: str, channel: str, quantity: str, _options: object
) -> None:
    with open_modules(gas(name)) as board:
        board.sleep(1500)
        for ppm in (400.0, 450.0):
            board.world.set(quantity, ppm)
            board.sleep(60)
            found = readings(board)[channel]
            assert found.status is Status.GOOD
            assert found.value == pytest.approx(ppm, rel=0.05)


@pytest.mark.parametrize(("name", "channel", "quantity", "_options"), GAS)
def test_while_it_warms_up_it_is_uncertain_and_says_so(
    name: str, channel: str, quantity: str, _options: object
) -> None:
    with open_modules(gas(name, warm_up="2min")) as board:
        board.world.set(quantity, 400.0)
        for seconds, warming in ((10, True), (105, True), (10, False)):
            board.sleep(seconds)
            found = readings(board)
            assert found["warming"] == Reading("warming", warming, time_ns=found["ratio"].time_ns)
            assert found["ratio"].status is (Status.UNCERTAIN if warming else Status.GOOD)
            assert not warming or found[channel].status is Status.UNCERTAIN


@pytest.mark.parametrize(("name", "channel", "quantity", "_options"), GAS)
def test_beyond_its_range_it_is_clamped_and_uncertain(
    name: str, channel: str, quantity: str, _options: object
) -> None:
    with open_modules(gas(name)) as board:
        board.sleep(1500)
        board.world.set(quantity, 40_000.0 if name == "rak12004" else 1500.0)
        board.sleep(120)
        found = readings(board)[channel]
        assert found.status is Status.UNCERTAIN
        assert found.value == (20_000.0 if name == "rak12004" else 1000.0)
        board.world.set(quantity, 0.0)
        board.sleep(300)
        found = readings(board)[channel]
        assert found.status is Status.UNCERTAIN
        assert found.value == pytest.approx(100.0 if name == "rak12004" else 25 / 3)


@pytest.mark.parametrize(("name", "channel", "quantity", "_options"), GAS)
def test_a_calibration_in_clean_air_is_kept_over_a_loss(
    name: str, channel: str, quantity: str, _options: object
) -> None:
    with open_modules(gas(name, air="50kΩ")) as board:
        board.sleep(1500)
        board.world.set(quantity, 0.0)
        board.sleep(300)
        before = readings(board)["ratio"].value
        done = board.command("wisblock-1", "calibrate", samples=60)
        assert done["samples"] == 60
        after = readings(board)["ratio"].value
        assert isinstance(before, float)
        assert isinstance(after, float)
        assert after == pytest.approx(1.0, rel=0.02)
        assert done["r0"] == pytest.approx(50_000 * before, rel=0.02)
        board.twins.pull("wisblock-1")
        with pytest.raises(Exception, match="no acknowledge"):
            board.read("wisblock-1")
        board.twins.plug("wisblock-1")
        board.sleep(1500)
        assert readings(board)["ratio"].value == pytest.approx(1.0, rel=0.05)
        assert board.command("wisblock-1", "forget") == {}
        assert readings(board)["ratio"].value == pytest.approx(before, rel=0.05)


@pytest.mark.parametrize(("name", "channel", "quantity", "_options"), GAS)
def test_another_load_resistor_gives_the_same(
    name: str, channel: str, quantity: str, _options: object
) -> None:
    with open_modules(gas(name, load="20kΩ")) as board:
        board.sleep(1500)
        board.world.set(quantity, 400.0)
        board.sleep(60)
        assert readings(board)[channel].value == pytest.approx(400.0, rel=0.05)


@pytest.mark.parametrize("name", MODULES)
def test_a_cold_film_is_not_calibrated_unless_somebody_insists(name: str) -> None:
    with open_modules(gas(name)) as board:
        board.sleep(10)
        with pytest.raises(OutputRefused, match="still warms up, for 290 s; wait, or say force"):
            board.command("wisblock-1", "calibrate")
        assert board.command("wisblock-1", "calibrate", samples=1, force=True)["samples"] == 1


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize(("code", "what"), [("00 09", "open, or cold"), ("0F F1", "shorted")])
def test_a_film_that_no_film_can_be_is_a_fault(name: str, code: str, what: str) -> None:
    address = MODULES[name][2].get("address", 0x55)
    with open_modules(gas(name)) as board:
        board.sleep(1500)
        board.read("wisblock-1")
        twin = next(t for t in board.twins.i2c.twins if address in getattr(t, "addresses", ()))
        twin.read = lambda count: b"\x01" if count == 1 else bytes.fromhex(code)  # type: ignore[method-assign]
        with pytest.raises(UnexpectedValue, match=what):
            board.read("wisblock-1")


@pytest.mark.parametrize("name", MODULES)
def test_a_lost_enable_line_is_told(name: str) -> None:
    with open_modules(gas(name)) as board:
        board.sleep(1500)
        board.read("wisblock-1")
        board.twins.faults.inject("brown-out", "expander-2")
        with pytest.raises((UnexpectedValue, WrongIdentity)):
            board.read("wisblock-1")
        assert readings(board)["warming"].value is True
        board.sleep(1500)
        assert readings(board)["warming"].value is False


@pytest.mark.parametrize("name", MODULES)
def test_a_brown_out_of_the_module_is_a_fault_and_it_warms_anew(name: str) -> None:
    bench = ModuleBench(slot(1, name, **MODULES[name][2]))

    async def main() -> None:
        bench.clock.advance(1500)
        await bench.read("wisblock-1")
        bench.clock.advance(1500)
        assert (await bench.read("wisblock-1"))[2].value is False
        bench.faults.inject("brown-out", "wisblock-1")
        assert {r.status for r in await bench.read("wisblock-1")} == {Status.FAULT}
        again = await bench.read("wisblock-1")
        assert again[2].value is True

    bench.run(main())


@pytest.mark.parametrize("name", MODULES)
def test_heater_and_adc_are_off_before_and_after(name: str) -> None:
    with open_modules(gas(name)) as board:
        twins = board.twins
        assert twins.expander_2.driven(EXPANDER_LINE)
    assert not twins.expander_2.driven(EXPANDER_LINE)
    assert not twins.expander_2.level(EXPANDER_LINE)


def test_a_curve_goes_through_its_points() -> None:
    smoke = Curve(1.0, -0.685, 1.121)
    for ppm, ratio in ((300, 0.266), (1000, 0.121), (5000, 0.040), (10_000, 0.024)):
        assert smoke.ppm(ratio) == pytest.approx(ppm, rel=0.12)


@pytest.mark.parametrize(
    ("ppm", "shown", "inside"),
    [(99, 100, False), (299.9, 299.9, False), (300, 300, True), (10_000, 10_000, True),
     (10_001, 10_001, False), (1e9, 20_000, False)],
)  # fmt: skip
def test_a_range_clamps_and_flags(ppm: float, shown: float, inside: bool) -> None:
    assert Range(300.0, 10_000.0).clamped(ppm) == (shown, inside)
