from __future__ import annotations

from pkgutil import iter_modules

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual import modules as module_files
from wisgate.virtual.plant import plant, quantities
from wisgate.virtual.plant.site import PUMP_FLOW, QUANTITIES, TANK_HEIGHT
from wisgate.virtual.world import STEP, World


def world(seed: int = 1) -> tuple[VirtualClock, World]:
    clock = VirtualClock()
    return clock, World(clock, seed, plant())


def history(seed: int, ask_every: float) -> dict[str, float]:
    """All quantities after two minutes in which the pump ran for a while."""
    clock, there = world(seed)
    for second in range(115):
        if second == 60:
            there.drive("pump.running", 1.0, 0.01)
        if second == 100:
            there.drive("pump.running", 0.0, 0.005)
        if second % ask_every == 0:
            for name in there.names:
                there.get(name)
        clock.advance(1.0)
    return {name: there.get(name) for name in there.names}


def test_every_quantity_has_a_dimension() -> None:
    assert set(world()[1].names) == set(QUANTITIES)


def test_same_seed_same_history_however_often_it_is_asked() -> None:
    assert history(1, 1.0) == history(1, 300.0) == history(1, 1e9)


def test_another_seed_another_history() -> None:
    one, two = history(1, 60.0), history(2, 60.0)
    assert one["tank.level"] != two["tank.level"]
    assert one["load.amps"] != two["load.amps"]
    assert one["room.temperature"] != two["room.temperature"]


def test_one_look_per_step_is_the_same_as_many_looks_in_a_step() -> None:
    clock, there = world()
    before = there.get("supply.volts")
    clock.advance(STEP * 0.9)
    assert there.get("supply.volts") == before
    clock.advance(STEP * 0.2)
    assert there.get("supply.volts") != before


def test_the_pump_fills_and_the_demand_drains_visibly() -> None:
    clock, there = world()
    start = there.get("tank.level")
    there.drive("pump.running", 1.0)
    clock.advance(30)
    full = there.get("tank.level")
    assert full > start + 0.6
    assert there.get("tank.inflow") == PUMP_FLOW
    there.drive("pump.running", 0.0)
    clock.advance(30)
    assert there.get("tank.level") < full - 0.5
    assert there.get("tank.inflow") == 0.0


def test_2_2_metres_take_about_75_seconds() -> None:
    clock, there = world()
    there.set("tank.level", 0.8)
    there.release("tank.level")
    there.drive("pump.running", 1.0)
    clock.advance(75)
    assert there.get("tank.level") == pytest.approx(3.0, abs=0.4)


def test_the_tank_neither_overfills_nor_runs_below_empty() -> None:
    clock, there = world()
    there.drive("pump.running", 1.0)
    clock.advance(600)
    assert there.get("tank.level") == TANK_HEIGHT
    there.drive("pump.running", 0.0)
    clock.advance(900)
    assert there.get("tank.level") == 0.0
    assert there.get("tank.outflow") == 0.0


def test_a_day_looks_like_a_day() -> None:
    clock, there = world()
    seen: dict[str, list[float]] = {name: [] for name in there.names}
    for _ in range(24 * 60):
        clock.advance(60)
        for name, values in seen.items():
            values.append(there.get(name))
    room = seen["room.temperature"]
    assert 16 < min(room) < 20
    assert 22 < max(room) < 27
    assert all(0.2 < value < 0.7 for value in seen["room.humidity"])
    assert all(23 < value < 25 for value in seen["supply.volts"])
    assert all(0 <= value < 2 for value in seen["load.amps"])
    assert all(11 < value < 13 for value in seen["load.volts"])
    assert all(30 < value < 75 for value in seen["cpu.temperature"])


def test_set_holds_until_release_and_goes_on_from_there() -> None:
    clock, there = world()
    there.set("tank.level", 2.0)
    clock.advance(20)
    assert there.get("tank.level") == 2.0
    there.release("tank.level")
    assert there.get("tank.level") == 2.0
    clock.advance(2)
    assert 1.8 < there.get("tank.level") < 2.0


def test_ramp_is_a_straight_line_and_holds_at_its_end() -> None:
    clock, there = world()
    there.set("supply.volts", 20.0)
    there.ramp("supply.volts", 10.0, 100.0)
    clock.advance(33.33)
    assert there.get("supply.volts") == pytest.approx(16.667)
    clock.advance(1000)
    assert there.get("supply.volts") == 10.0


def test_drive_comes_late_and_the_later_one_replaces_it() -> None:
    clock, there = world()
    there.drive("pump.running", 1.0, 0.010)
    clock.advance(0.009)
    assert there.get("pump.running") == 0.0
    clock.advance(0.002)
    assert there.get("pump.running") == 1.0
    there.drive("pump.running", 0.0, 0.010)
    there.drive("pump.running", 1.0, 0.005)
    clock.advance(1.0)
    assert there.get("pump.running") == 1.0


def test_who_holds_a_quantity_wins_over_who_drives_it() -> None:
    clock, there = world()
    there.set("pump.running", 0.0)
    there.drive("pump.running", 1.0)
    clock.advance(1)
    assert there.get("pump.running") == 0.0


def test_frozen_is_what_sensors_see_not_what_is() -> None:
    clock, there = world()
    there.freeze("tank.level", True)
    seen = there.observe("tank.level")
    clock.advance(20)
    assert there.observe("tank.level") == seen
    assert there.get("tank.level") < seen - 0.2
    there.freeze("tank.level", False)
    assert there.observe("tank.level") == there.get("tank.level")


def test_watch_tells_every_crossing_with_its_time() -> None:
    clock, there = world()
    told: list[tuple[bool, float]] = []
    there.watch("supply.volts", 9.5, lambda below, time: told.append((below, time)))
    assert told == [(False, 0.0)]
    clock.advance(10.1)
    there.set("supply.volts", 0.0)
    there.release("supply.volts")
    clock.advance(5)
    there.catch_up()
    assert told[1] == (True, 10.1)
    assert told[2] == (False, pytest.approx(10.25))
    there.ramp("supply.volts", 0.0, 24.0)
    clock.advance(60)
    there.catch_up()
    assert told[3] == (True, pytest.approx(15.1 + 14.5, abs=0.5))
    assert len(told) == 4


def test_unknown_quantity_is_named_with_those_that_exist() -> None:
    _clock, there = world()
    for use in (there.get, there.release, lambda name: there.set(name, 1.0)):
        with pytest.raises(ValueError, match=r'no quantity "tank.levle".*tank\.level'):
            use("tank.levle")


def test_a_watch_that_ended_is_not_told() -> None:
    _clock, there = world()
    told: list[bool] = []
    end = there.watch("supply.volts", 9.5, lambda below, time: told.append(below))
    end()
    there.set("supply.volts", 0.0)
    assert told == [False]


def test_who_follows_sees_a_jump_as_two_calls_at_one_time_and_a_ramp_as_a_line() -> None:
    clock, there = world()
    there.set("supply.volts", 20.0)
    told: list[tuple[float, float]] = []
    end = there.follow("supply.volts", lambda volts, time: told.append((volts, time)))
    assert told == [(20.0, 0.0)]
    clock.advance(0.1)
    there.set("supply.volts", 10.0)
    assert told[-2:] == [(20.0, 0.1), (10.0, 0.1)]
    there.ramp("supply.volts", 20.0, 10.0)
    clock.advance(0.03)
    there.get("supply.volts")
    assert told[-1] == (pytest.approx(10.03), pytest.approx(0.13))
    there.release("supply.volts")
    clock.advance(1.0)
    there.catch_up()
    assert len({time for _, time in told if time > 0.2}) == 4
    end()
    count = len(told)
    clock.advance(1.0)
    there.catch_up()
    assert len(told) == count


def test_what_is_frozen_is_frozen_for_who_watches_and_follows() -> None:
    _clock, there = world()
    crossed: list[bool] = []
    seen: list[float] = []
    there.set("supply.volts", 20.0)
    there.freeze("supply.volts", True)
    there.watch("supply.volts", 9.5, lambda below, time: crossed.append(below))
    there.follow("supply.volts", lambda volts, time: seen.append(volts))
    there.set("supply.volts", 0.0)
    assert crossed == [False]
    assert set(seen) == {20.0}
    there.freeze("supply.volts", False)
    assert crossed == [False, True]
    assert seen[-1] == 0.0


def test_the_quantities_of_every_module_have_a_dimension_and_a_name_of_their_own() -> None:
    fronts = [module.name for module in iter_modules(module_files.__path__)]
    clock = VirtualClock()
    there = World(clock, 1, plant(fronts))
    assert set(there.names) <= set(quantities())
    for front in fronts:
        alone = World(clock, 1, plant([front]))
        assert set(alone.names) <= set(there.names)
