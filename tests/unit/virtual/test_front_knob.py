"""RAK14006 from the board's side: pulses, phases and the switch."""

from __future__ import annotations

import pytest
from front_bench import FrontBench

POSITION, PRESSED = "knob.position", "knob.pressed"
CLOCKWISE, COUNTER, SWITCH = 6, 4, 5


def encoder(number: int = 1, **options: object) -> FrontBench:
    bench = FrontBench("rak14006", number, **options)
    bench.world.set(POSITION, 0)
    bench.world.set(PRESSED, 0)
    bench.clock.advance(0.05)
    return bench


def pulses(bench: FrontBench, io: int, seconds: float, poll: float) -> int:
    """Rising edges that somebody sees who looks every `poll` seconds."""
    edges, before, end = 0, bench.get(io), bench.clock.monotonic() + seconds
    while bench.clock.monotonic() < end:
        bench.clock.advance(poll)
        level = bench.get(io)
        edges += level and not before
        before = level
    return edges


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize(("turn", "io"), [(5, CLOCKWISE), (-5, COUNTER)])
def test_a_pulse_for_each_detent(number: int, turn: int, io: int) -> None:
    bench = encoder(number)
    bench.world.ramp(POSITION, turn, 1.0)
    assert pulses(bench, io, 1.2, 0.003) == 5
    assert not bench.get(CLOCKWISE)
    assert not bench.get(COUNTER)


def test_the_other_direction_stays_quiet() -> None:
    bench = encoder()
    bench.world.ramp(POSITION, 5, 1.0)
    assert pulses(bench, COUNTER, 1.2, 0.003) == 0


def test_who_looks_too_rarely_misses_pulses() -> None:
    bench = encoder()
    bench.world.ramp(POSITION, 20, 2.0)
    assert pulses(bench, CLOCKWISE, 2.2, 0.05) < 15


def test_a_pulse_lasts_10_ms() -> None:
    bench = encoder()
    bench.world.set(POSITION, 1)
    assert bench.get(CLOCKWISE)
    bench.clock.advance(0.009)
    assert bench.get(CLOCKWISE)
    bench.clock.advance(0.002)
    assert not bench.get(CLOCKWISE)
    bench.world.set(POSITION, 0)
    assert bench.get(COUNTER)
    assert not bench.get(CLOCKWISE)


def test_the_pulse_comes_when_the_detent_changes() -> None:
    bench = encoder()
    bench.world.ramp(POSITION, 1, 1.0)
    bench.clock.advance(0.49)
    assert not bench.get(CLOCKWISE)
    bench.clock.advance(0.015)
    assert bench.get(CLOCKWISE)
    bench.clock.advance(0.01)
    assert not bench.get(CLOCKWISE)


def test_half_a_detent_back_and_forth_is_a_pulse_either_way() -> None:
    bench = encoder()
    bench.world.set(POSITION, 0.6)
    assert bench.get(CLOCKWISE)
    bench.world.set(POSITION, 0.4)
    assert bench.get(COUNTER)
    bench.clock.advance(0.1)
    bench.world.set(POSITION, 0.3)
    assert not bench.get(COUNTER)


def test_the_switch_is_low_while_pressed() -> None:
    bench = encoder()
    assert bench.get(SWITCH)
    bench.world.set(PRESSED, 1)
    assert not bench.get(SWITCH)
    bench.world.set(PRESSED, 0)
    assert bench.get(SWITCH)


def test_raw_signals_are_in_quadrature() -> None:
    bench = encoder(signals="raw")
    seen = []
    for position in (0.0, 0.25, 0.5, 0.75, 1.0, 0.75, 0.5, 0.25, 0.0, -0.25):
        bench.world.set(POSITION, position)
        seen.append((bench.get(CLOCKWISE), bench.get(COUNTER)))
    detent, first, both, second = (True, True), (False, True), (False, False), (True, False)
    assert seen[:5] == [detent, first, both, second, detent]
    assert seen[5:] == [second, both, first, detent, second]


def test_a_pulled_knob_leaves_its_lines_alone() -> None:
    bench = encoder()
    bench.world.set(PRESSED, 1)
    bench.pull()
    assert all(bench.get(io) for io in (CLOCKWISE, COUNTER, SWITCH))
    bench.world.set(POSITION, 9)
    bench.plug()
    assert not bench.get(CLOCKWISE)
    assert not bench.get(SWITCH)


def test_the_hand_turns_and_presses_by_itself_and_its_pulses_are_seen() -> None:
    bench = FrontBench("rak14006")
    count, presses, before, pressed = 0, 0, {CLOCKWISE: False, COUNTER: False}, False
    # A detent a step of the world at most: look just after it, and when its pulse is over.
    for time in (step * 0.25 + later for step in range(1, 2400) for later in (0.002, 0.1)):
        bench.clock.advance(time - bench.clock.monotonic())
        for io, way in ((CLOCKWISE, 1), (COUNTER, -1)):
            level = bench.get(io)
            count += way * (level and not before[io])
            before[io] = level
        down = not bench.get(SWITCH)
        presses += down and not pressed
        pressed = down
    assert count == bench.world.get(POSITION) != 0
    assert presses > 1
