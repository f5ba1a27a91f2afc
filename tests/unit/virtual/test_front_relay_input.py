"""RAK13001 from the board's side: the isolated input."""

from __future__ import annotations

import pytest
from front_bench import FrontBench

VOLTS = "field.volts"


@pytest.mark.parametrize("number", [1, 2])
def test_energised_is_low(number: int) -> None:
    bench = FrontBench("rak13001", number, input="IO3")
    bench.world.set(VOLTS, 0)
    assert bench.get(3)
    for volts, level in ((12, False), (24, False), (8.9, True), (9.0, False), (0, True)):
        bench.world.set(VOLTS, volts)
        assert bench.get(3) is level


@pytest.mark.parametrize("signal", ["none", "SW1"])
def test_an_input_that_does_not_reach_the_board(signal: str) -> None:
    bench = FrontBench("rak13001", input=signal)
    bench.world.set(VOLTS, 24)
    assert bench.get(3)


def test_relay_and_input_leave_together() -> None:
    bench = FrontBench("rak13001", input="IO3")
    bench.world.set(VOLTS, 24)
    bench.set(4, True)
    bench.clock.advance(0.02)
    assert bench.world.get("valve.open") == 1
    assert not bench.get(3)
    bench.pull()
    assert bench.world.get("valve.open") == 0
    assert bench.get(3)


def test_the_switch_works_by_itself() -> None:
    bench = FrontBench("rak13001")
    seen = []
    for _ in range(600):
        bench.clock.advance(1)
        seen.append(bench.world.get(VOLTS))
    assert set(seen) == {0.0, 24.0}
    assert not any(seen[:29])
