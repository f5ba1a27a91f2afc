"""The two LEDs of the board on expander 0x27: on when low, dark when nobody commands them."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench

from wisgate.board.prompt import open_modules
from wisgate.bus.lines import Output
from wisgate.core.errors import BusUnavailable, NoAcknowledge, OutputRefused
from wisgate.core.points import Status
from wisgate.onboard.indicators import Indicators


@pytest.mark.parametrize("led", ["led_1", "led_2"])
def test_each_led_by_itself(led: str) -> None:
    with open_modules(HEAD) as board:
        for on in (True, False, True):
            board.write("indicators", led, on)
            assert board.twins.indicators() == {"led_1": False, "led_2": False} | {led: on}
            read = {r.name: r.value for r in board.read("indicators")}
            assert read == board.twins.indicators()
    assert board.twins.indicators() == {"led_1": False, "led_2": False}


def test_they_never_flash_while_opened() -> None:
    """After a reset every latch is 1, which is dark."""
    bench = ModuleBench()
    shone: list[bool] = []
    for line in (6, 7):
        bench.twins.expander_1.watch(line, lambda level: shone.append(not level))
    bench.sampled["indicators"].placed.module.open()
    assert True not in shone


def test_what_cannot_be_written() -> None:
    with open_modules(HEAD) as board:
        with pytest.raises(OutputRefused, match="no writable channel 'led_3'"):
            board.write("indicators", "led_3", True)
        with pytest.raises(OutputRefused, match="true or false"):
            board.write("indicators", "led_1", 1)


def test_after_a_brown_out_they_are_dark_and_say_fault() -> None:
    bench = ModuleBench()
    leds = bench.sampled["indicators"]

    async def main() -> None:
        await leds.open()
        await leds.write("led_1", True)
        bench.faults.inject("brown-out", "expander-1")
        assert {r.status for r in await bench.read("indicators")} == {Status.FAULT}
        assert bench.twins.expander_1.level(7)
        assert {r.value for r in await bench.read("indicators")} == {False}

    bench.run(main())


def test_both_are_let_go_although_the_expander_is_gone() -> None:
    bench = ModuleBench()
    leds = bench.sampled["indicators"].placed.module
    assert isinstance(leds, Indicators)
    leds.open()
    leds.write("led_2", True)
    bench.faults.inject("no-acknowledge", "expander-1")
    with pytest.raises(NoAcknowledge):
        leds.close()
    bench.faults.clear("no-acknowledge", "expander-1")
    leds.open()
    assert bench.twins.indicators() == {"led_1": False, "led_2": False}


def test_half_opened_is_opened_again() -> None:
    bench = ModuleBench()
    leds = bench.sampled["indicators"].placed.module
    taken = bench.board.ends.expanders["U134"].request(
        6, Output(False, active_low=True), "somebody"
    )
    with pytest.raises(BusUnavailable, match="somebody"):
        leds.open()
    taken.release()
    leds.open()
    leds.write("led_2", True)
    assert bench.twins.indicators() == {"led_1": False, "led_2": True}


def test_without_open_they_say_so() -> None:
    leds = ModuleBench().sampled["indicators"].placed.module
    leds.close()
    with pytest.raises(BusUnavailable):
        leds.write("led_1", True)
    with pytest.raises(BusUnavailable):
        next(leds.sample(leds.groups[0]))
