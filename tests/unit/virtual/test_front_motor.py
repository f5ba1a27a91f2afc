"""RAK17000 from the board's side: the truth table, sleep, motors and the stepper."""

from __future__ import annotations

from itertools import pairwise

import pytest
from front_bench import FrontBench

SLEEP, BIN1 = 6, 3
CLK, MOSI = 11, 10
FULL = ((1, 0, 1, 0), (0, 1, 1, 0), (0, 1, 0, 1), (1, 0, 0, 1))
"""AIN1, AIN2, BIN1, BIN2: two phases on; modules sheet 4.11."""
WAVE = ((1, 0, 0, 0), (0, 0, 1, 0), (0, 1, 0, 0), (0, 0, 0, 1))
VENDOR = ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))
"""The order of the vendor's script, wrong for a bipolar motor."""
HALF = ((1, 0, 0, 0), (1, 0, 1, 0), (0, 0, 1, 0), (0, 1, 1, 0), (0, 1, 0, 0), (0, 1, 0, 1),
        (0, 0, 0, 1), (1, 0, 0, 1))  # fmt: skip


def driver(number: int = 1) -> FrontBench:
    bench = FrontBench("rak17000", number)
    bench.set(SLEEP, False)
    give(bench, (0, 0, 0, 0), number)
    return bench


def give(bench: FrontBench, levels: tuple[int, ...], number: int = 1) -> None:
    ain1, ain2, bin1, bin2 = map(bool, levels)
    bench.host_line(CLK, ain1)
    bench.host_line({1: 8, 2: 7}[number], ain2)
    bench.set(BIN1, bin1)
    bench.host_line(MOSI, bin2)


def wake(bench: FrontBench) -> None:
    bench.set(SLEEP, True)
    bench.clock.advance(0.002)


def steps(bench: FrontBench, table: tuple[tuple[int, ...], ...], count: int) -> float:
    """How far the stepper went."""
    give(bench, table[0])
    before = bench.world.get("stepper.position")
    for n in range(1, count + 1):
        bench.clock.advance(0.01)
        give(bench, table[n % len(table)])
    return bench.world.get("stepper.position") - before


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize(
    ("levels", "drive_a", "drive_b", "braked"),
    [
        ((0, 0, 0, 0), 0, 0, (0, 0)),
        ((1, 0, 0, 0), 1, 0, (0, 0)),
        ((0, 1, 0, 0), -1, 0, (0, 0)),
        ((1, 1, 0, 0), 0, 0, (1, 0)),
        ((0, 0, 1, 0), 0, 1, (0, 0)),
        ((0, 0, 0, 1), 0, -1, (0, 0)),
        ((0, 0, 1, 1), 0, 0, (0, 1)),
        ((1, 0, 0, 1), 1, -1, (0, 0)),
    ],
)
def test_the_truth_table(
    number: int, levels: tuple[int, ...], drive_a: int, drive_b: int, braked: tuple[int, int]
) -> None:
    bench = driver(number)
    wake(bench)
    give(bench, levels, number)
    get = bench.world.get
    assert (get("motor_a.drive"), get("motor_b.drive")) == (drive_a, drive_b)
    assert (get("motor_a.braked"), get("motor_b.braked")) == braked


def test_inputs_count_1_ms_after_it_wakes() -> None:
    bench = driver()
    give(bench, (1, 0, 0, 0))
    assert bench.world.get("motor_a.drive") == 0
    bench.set(SLEEP, True)
    assert bench.world.get("motor_a.drive") == 0
    bench.clock.advance(0.0012)
    assert bench.world.get("motor_a.drive") == 1
    bench.set(SLEEP, False)
    assert bench.world.get("motor_a.drive") == 0


def test_the_weak_pull_up_keeps_it_awake() -> None:
    bench = FrontBench("rak17000")
    bench.host_line(CLK, True)
    bench.host_line(8, False)
    bench.clock.advance(0.002)
    assert bench.world.get("motor_a.drive") == 1
    bench.set(SLEEP, False)
    assert bench.world.get("motor_a.drive") == 0


def test_a_motor_runs_up_runs_out_and_brakes() -> None:
    bench = driver()
    wake(bench)
    give(bench, (1, 0, 0, 0))
    speeds = []
    for _ in range(10):
        bench.clock.advance(0.25)
        speeds.append(bench.world.get("motor_a.speed"))
    assert all(a < b for a, b in pairwise(speeds))
    assert speeds[-1] == pytest.approx(3000, rel=0.01)
    assert bench.world.get("motor_b.speed") == 0
    give(bench, (0, 0, 0, 0))
    bench.clock.advance(1)
    assert 1500 < bench.world.get("motor_a.speed") < 2500
    give(bench, (1, 1, 0, 0))
    bench.clock.advance(0.5)
    assert bench.world.get("motor_a.speed") < 10
    give(bench, (0, 1, 0, 0))
    bench.clock.advance(3)
    assert bench.world.get("motor_a.speed") == pytest.approx(-3000, rel=0.01)


@pytest.mark.parametrize(
    ("table", "count", "way"),
    [(FULL, 200, 200), (WAVE, 200, 200), (HALF, 200, 100), (VENDOR, 200, 0)],
)
def test_the_stepper_follows_the_right_order_only(
    table: tuple[tuple[int, ...], ...], count: int, way: float
) -> None:
    bench = driver()
    wake(bench)
    assert abs(steps(bench, table, count)) == way


def test_the_stepper_turns_either_way() -> None:
    bench = driver()
    wake(bench)
    there = steps(bench, FULL, 8)
    assert steps(bench, FULL[::-1], 8) == -there
    assert there in (8, -8)


def test_a_stepper_that_sleeps_stands() -> None:
    bench = driver()
    assert steps(bench, FULL, 8) == 0
    wake(bench)
    assert abs(steps(bench, FULL, 4)) == 4


def test_what_stood_at_the_inputs_when_it_woke_counts_first() -> None:
    bench = driver()
    wake(bench)
    give(bench, FULL[0])
    before = bench.world.get("stepper.position")
    bench.set(SLEEP, False)
    give(bench, FULL[1])
    bench.set(SLEEP, True)
    bench.clock.advance(0.01)
    give(bench, FULL[2])
    assert abs(bench.world.get("stepper.position") - before) == 2


def test_over_current_stops_everything_until_it_is_over() -> None:
    bench = driver()
    wake(bench)
    give(bench, (1, 0, 1, 0))
    bench.faults.inject("over-current", bench.slot)
    assert bench.world.get("motor_a.drive") == 0
    assert steps(bench, FULL, 8) == 0
    give(bench, (1, 1, 0, 0))
    assert bench.world.get("motor_a.braked") == 0
    bench.faults.clear("over-current", bench.slot)
    assert bench.world.get("motor_a.braked") == 1


def test_a_pulled_driver_lets_its_motors_run_out() -> None:
    bench = driver()
    wake(bench)
    give(bench, (1, 0, 0, 0))
    bench.pull()
    assert bench.world.get("motor_a.drive") == 0
    give(bench, (0, 1, 0, 0))
    assert bench.world.get("motor_a.drive") == 0
    bench.plug()
    bench.clock.advance(0.002)
    assert bench.world.get("motor_a.drive") == -1
