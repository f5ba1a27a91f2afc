"""RAK12015 on the virtual board: no shock inside a window is missed, and the window is told."""

from __future__ import annotations

from collections import deque

import pytest
from module_bench import HEAD, LANE_LIMIT_S, ModuleBench, slot

from wisgate.board.prompt import Prompt, open_modules
from wisgate.core.errors import BusError, ChipError, OutputRefused, UnexpectedValue
from wisgate.core.points import Status
from wisgate.modules.rak12015 import _transitions


def read(board: Prompt) -> dict[str, object]:
    return {r.name: r.value for r in board.read("wisblock-1")}


def test_quiet_is_quiet() -> None:
    with open_modules(HEAD + slot(1, "rak12015")) as board:
        board.world.set("machine.vibration", 0.0)
        for _ in range(3):
            found = read(board)
            assert (found["rate"], found["events"]) == (0.0, 0)
            assert isinstance(found["peak"], float)
            assert found["peak"] < 0.1
            board.sleep(0.8)


@pytest.mark.parametrize("strength", [0.4, 0.7, 1.0])
def test_a_shake_is_heard_in_volts_and_transitions(strength: float) -> None:
    with open_modules(HEAD + slot(1, "rak12015")) as board:
        board.world.set("machine.vibration", strength)
        board.sleep(1.0)
        found = read(board)
        peak, rms, rate = found["peak"], found["rms"], found["rate"]
        assert isinstance(peak, float)
        assert isinstance(rms, float)
        assert isinstance(rate, float)
        assert 0.5 < peak < 2.2
        assert 0.1 < rms < peak
        assert rate > 40
        assert found["events"] == 1


def test_a_burst_anywhere_in_the_window_is_one_shock() -> None:
    for offset in (0.02, 0.09, 0.17):
        with open_modules(HEAD + slot(1, "rak12015", burst="200ms")) as board:
            board.world.set("machine.vibration", 0.0)
            assert read(board)["events"] == 0
            board.sleep(2.0)
            begin = board.clock.monotonic()
            twin = board.twins.adc
            # A burst of 40 ms at 250 Hz, which begins `offset` after the window does.

            def shake(begin: float = begin, offset: float = offset) -> None:
                since = board.clock.monotonic() - begin
                shaking = offset <= since < offset + 0.04
                board.twins.adc.ain1 = 2.0 if shaking and since * 500 % 2 < 1 else 0.0

            twin.look = shake
            found = read(board)
            assert found["events"] == 1, offset
            assert isinstance(found["rate"], float)
            assert found["rate"] * 0.2 == pytest.approx(10, abs=3)


def test_shocks_less_than_a_second_apart_are_one() -> None:
    with open_modules(HEAD + slot(1, "rak12015")) as board:
        board.world.set("machine.vibration", 1.0)
        for _ in range(5):
            found = read(board)
            board.sleep(0.8)
        assert found["events"] == 1
        board.world.set("machine.vibration", 0.0)
        board.sleep(3)
        read(board)
        board.world.set("machine.vibration", 1.0)
        board.sleep(1)
        assert read(board)["events"] == 2


def test_the_watched_share_is_what_it_listened() -> None:
    bench = ModuleBench(slot(1, "rak12015", burst="300ms"))

    async def main() -> None:
        await bench.read("wisblock-1")
        bench.clock.advance(0.7)
        found = {r.name: r.value for r in await bench.read("wisblock-1")}
        assert found["watched"] == pytest.approx(30, abs=1.5)

    bench.run(main())
    assert max(lane.longest_hold for lane in bench.lanes) <= LANE_LIMIT_S


def test_an_output_that_rests_high_is_a_fault() -> None:
    with open_modules(HEAD + slot(1, "rak12015")) as board:
        board.twins.slots["wisblock-1"].ain(1, lambda: 1.0)
        with pytest.raises(UnexpectedValue, match=r"rests at 1\.00 V without a transition"):
            board.read("wisblock-1")


@pytest.mark.parametrize("fault", ["brown-out", "wrong-chip", "no-acknowledge"])
def test_an_adc_that_fails_in_the_window_is_no_number(fault: str) -> None:
    bench = ModuleBench(slot(1, "rak12015"))

    async def main() -> None:
        assert (await bench.read("wisblock-1"))[0].status is Status.GOOD
        sampling = bench.sampled["wisblock-1"].placed.module
        steps = sampling.sample(sampling.groups[0])
        for _ in range(6):
            next(steps)
        bench.faults.inject(fault, "adc")
        with pytest.raises((BusError, ChipError)):
            deque(steps, maxlen=0)
        bench.faults.clear(fault, "adc")
        bench.clock.advance(1)
        assert (await bench.read("wisblock-1"))[0].value is not None

    bench.run(main())


def test_the_other_slot_gets_the_adc_between_two_windows() -> None:
    bench = ModuleBench(slot(1, "rak12015"), slot(2, "rak5801"))

    async def main() -> None:
        bench.clock.advance(2)
        for _ in range(3):
            assert (await bench.read("wisblock-1"))[0].status is Status.GOOD
            assert (await bench.read("wisblock-2"))[0].status is Status.GOOD

    bench.run(main())


def test_the_digital_output_has_no_volts() -> None:
    with open_modules(HEAD + slot(1, "rak12015", output="digital")) as board:
        board.world.set("machine.vibration", 1.0)
        board.sleep(1)
        found = read(board)
        assert set(found) == {"rate", "events", "watched"}
        assert found["events"] == 1
        with pytest.raises(OutputRefused):
            board.write("wisblock-1", "rate", 1.0)


@pytest.mark.parametrize(
    ("volts", "count"),
    [
        ([0, 0], 0),
        ([0, 1, 0, 1], 2),
        ([1, 1, 1], 0),
        ([0, 0.6, 0.4, 0.6, 0.2, 0.6], 2),
        ([1, 0], 0),
    ],
)
def test_transitions_need_to_fall_back(volts: list[float], count: int) -> None:
    assert _transitions(volts, 0.5) == count
