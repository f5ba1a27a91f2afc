"""RAK12006 and RAK12013 from the board's side: levels, hold, dead time, power."""

from __future__ import annotations

import itertools

import pytest
from front_bench import FrontBench

from wisgate.bus.lines import Input
from wisgate.core.clock import VirtualClock
from wisgate.virtual.rak6421 import VirtualRak6421

MOVING = "person.moving"


def pir(number: int = 1, **options: object) -> FrontBench:
    bench = FrontBench("rak12006", number, **options)
    bench.world.set(MOVING, 0)
    bench.clock.advance(40)
    return bench


def radar() -> FrontBench:
    bench = FrontBench("rak12013")
    bench.world.set(MOVING, 0)
    bench.set(4, True)
    return bench


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("low_is_motion", [True, False])
def test_the_level_of_motion(number: int, low_is_motion: bool) -> None:
    bench = pir(number, low_is_motion=low_is_motion)
    assert bench.get(6) is low_is_motion
    bench.world.set(MOVING, 1)
    assert bench.get(6) is not low_is_motion


def test_low_is_motion_unless_the_unit_says_otherwise() -> None:
    bench = pir()
    bench.world.set(MOVING, 1)
    assert bench.get(6) is False


def test_held_for_2_3_s_then_blind_for_2_s() -> None:
    bench = pir(low_is_motion=False)
    bench.world.set(MOVING, 1)
    bench.clock.advance(0.5)
    bench.world.set(MOVING, 0)
    bench.clock.advance(2.25)
    assert bench.get(6)
    bench.clock.advance(0.1)
    assert not bench.get(6)
    bench.world.set(MOVING, 1)
    bench.clock.advance(1.8)
    assert not bench.get(6)
    bench.clock.advance(0.2)
    assert bench.get(6)


def test_motion_within_the_dead_time_alone_is_not_seen() -> None:
    bench = pir(low_is_motion=False)
    bench.world.set(MOVING, 1)
    bench.world.set(MOVING, 0)
    bench.clock.advance(2.5)
    assert not bench.get(6)
    bench.world.set(MOVING, 1)
    bench.clock.advance(0.5)
    bench.world.set(MOVING, 0)
    bench.clock.advance(3)
    assert not bench.get(6)


def test_motion_again_extends_the_hold_and_a_short_one_is_seen_late() -> None:
    bench = pir(low_is_motion=False)
    bench.world.set(MOVING, 1)
    bench.world.set(MOVING, 0)
    bench.clock.advance(2.0)
    assert bench.get(6)
    bench.world.set(MOVING, 1)
    bench.world.set(MOVING, 0)
    bench.clock.advance(2.2)
    assert bench.get(6)
    bench.clock.advance(0.2)
    assert not bench.get(6)


def test_somebody_who_keeps_moving_is_seen_all_the_time() -> None:
    bench = pir(low_is_motion=False)
    bench.world.set(MOVING, 1)
    for _ in range(20):
        bench.clock.advance(1)
        assert bench.get(6)
    bench.clock.advance(60)
    assert bench.get(6)


def test_two_false_alarms_after_power_on() -> None:
    bench = FrontBench("rak12006", low_is_motion=False)
    bench.world.set(MOVING, 0)
    seen = []
    for _ in range(600):
        bench.clock.advance(0.1)
        seen.append(bench.get(6))
    rises = [n / 10 for n, (a, b) in enumerate(itertools.pairwise(seen), 2) if b and not a]
    assert rises == [pytest.approx(5.0, abs=0.2), pytest.approx(17.0, abs=0.2)]
    bench.faults.inject("brown-out", bench.slot)
    bench.clock.advance(5.5)
    assert bench.get(6)


def test_a_frozen_detector_sees_nothing_new() -> None:
    bench = pir(low_is_motion=False)
    bench.faults.inject("frozen-value", MOVING)
    bench.world.set(MOVING, 1)
    bench.clock.advance(1)
    assert not bench.get(6)
    bench.faults.clear("frozen-value", MOVING)
    assert bench.get(6)


def test_a_pulled_detector_leaves_the_weak_pull_up() -> None:
    bench = pir(low_is_motion=False)
    assert not bench.get(6)
    bench.pull()
    assert bench.get(6)
    bench.plug()
    assert not bench.get(6)


def test_the_radar_is_high_from_motion_until_2_s_after_it() -> None:
    bench = radar()
    assert not bench.get(3)
    bench.world.set(MOVING, 1)
    assert bench.get(3)
    bench.world.set(MOVING, 0)
    bench.clock.advance(1.9)
    assert bench.get(3)
    bench.clock.advance(0.2)
    assert not bench.get(3)
    bench.world.set(MOVING, 1)
    assert bench.get(3)


def test_the_radar_is_off_without_its_enable() -> None:
    bench = radar()
    bench.world.set(MOVING, 1)
    bench.set(4, False)
    assert not bench.get(3)
    bench.world.set(MOVING, 0)
    bench.clock.advance(0.1)
    bench.set(4, True)
    assert not bench.get(3)
    bench.world.set(MOVING, 1)
    assert bench.get(3)


def test_a_pulled_radar_leaves_the_weak_pull_up() -> None:
    bench = radar()
    bench.pull()
    assert bench.get(3)
    bench.plug()
    assert not bench.get(3)


def test_people_come_and_go_by_themselves() -> None:
    bench = FrontBench("rak12013")
    bench.set(4, True)
    seen = []
    for _ in range(1200):
        bench.clock.advance(0.5)
        seen.append(bench.get(3))
    assert not any(seen[:118])
    assert 0.02 < sum(seen) / len(seen) < 0.3


def test_on_a_hat_the_processor_itself_sees_the_level() -> None:
    clock = VirtualClock()
    board = VirtualRak6421(clock, modules={"io-1": "rak12006"})
    board.world.set(MOVING, 0)
    clock.advance(40)
    chip, line = board.slots["io-1"].pins["IO6"]
    assert chip is board.lines
    output = board.lines.request(line, Input(), "test")
    assert output.get()
    board.world.set(MOVING, 1)
    assert not output.get()
    clock.advance(10)
    board.world.set(MOVING, 0)
    clock.advance(2.4)
    assert output.get()
