"""RAK12015 from the board's side: what the ADC and IO4 see."""

from __future__ import annotations

import itertools

import pytest
from front_bench import FrontBench

SHAKE = "machine.vibration"


def analog(number: int = 1) -> FrontBench:
    bench = FrontBench("rak12015", number)
    bench.world.set(SHAKE, 0)
    return bench


def volts(bench: FrontBench, ain: int, seconds: float, step: float = 1e-3) -> list[float]:
    seen = []
    for _ in range(round(seconds / step)):
        bench.clock.advance(step)
        bench.board.adc.look()
        seen.append(getattr(bench.board.adc, f"ain{ain}"))
    return seen


@pytest.mark.parametrize(("number", "ain"), [(1, 1), (2, 3)])
def test_quiet_is_a_few_millivolts(number: int, ain: int) -> None:
    assert all(0 <= v <= 0.02 for v in volts(analog(number), ain, 0.2))


@pytest.mark.parametrize(("strength", "hertz"), [(0.1, 95), (0.5, 275), (1.0, 500), (3.0, 500)])
def test_the_stronger_the_faster(strength: float, hertz: float) -> None:
    bench = analog()
    bench.world.set(SHAKE, strength)
    seen = volts(bench, 1, 1.0, 1e-4)
    assert max(seen) == pytest.approx(2.01)
    assert min(seen) <= 0.02
    rises = sum(b > 1 > a for a, b in itertools.pairwise(seen))
    assert rises == pytest.approx(hertz, abs=2)


def test_it_rings_out_within_a_few_tenths_of_a_second() -> None:
    bench = analog()
    bench.world.set(SHAKE, 1.0)
    volts(bench, 1, 0.1)
    bench.world.set(SHAKE, 0.0)
    tail = volts(bench, 1, 1.0)
    assert max(tail[:30]) > 1.6
    assert max(tail[130:170]) == pytest.approx(2.0 / 2.718, abs=0.15)
    assert max(tail[700:]) < 0.05


def test_a_knock_that_nobody_watched_still_rings() -> None:
    bench = analog()
    bench.world.set(SHAKE, 1.0)
    bench.world.set(SHAKE, 0.0)
    assert max(volts(bench, 1, 0.05)) > 1.5


def test_below_5_percent_nothing_moves() -> None:
    bench = analog()
    bench.world.set(SHAKE, 0.04)
    assert max(volts(bench, 1, 0.2)) <= 0.02


def test_the_digital_output_after_the_rework() -> None:
    bench = FrontBench("rak12015", output="digital")
    bench.world.set(SHAKE, 0)
    assert not bench.get(4)
    bench.world.set(SHAKE, 0.2)
    levels = set()
    for _ in range(100):
        bench.clock.advance(1e-3)
        levels.add(bench.get(4))
    assert levels == {False, True}
    bench.world.set(SHAKE, 0)
    bench.clock.advance(1)
    assert not bench.get(4)
    assert max(volts(bench, 1, 0.01)) == 0
    bench.pull()
    assert bench.get(4)


def test_without_the_rework_io4_is_left_alone() -> None:
    bench = analog()
    bench.world.set(SHAKE, 1.0)
    assert all(bench.get(4) for _ in range(20))


def test_a_pulled_one_leaves_its_input_open() -> None:
    bench = analog()
    bench.world.set(SHAKE, 1.0)
    bench.pull()
    assert set(volts(bench, 1, 0.02)) == {0.0}


def test_the_machine_shakes_by_itself() -> None:
    bench = FrontBench("rak12015")
    seen = []
    for _ in range(2400):
        bench.clock.advance(0.25)
        seen.append(bench.world.get(SHAKE))
    assert not any(seen[:236])
    assert all(v == 0 or 0.2 <= v <= 1 for v in seen)
    assert 0.01 < sum(v > 0 for v in seen) / len(seen) < 0.2
