"""RAK17000 on the virtual board: two motors or one stepper, and never awake unless told."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench, slot

from wisgate.board.prompt import Prompt, open_modules
from wisgate.core.errors import OutputRefused, UnexpectedValue
from wisgate.core.points import Status

SLEEP_LINE = 6
STEPPER = HEAD + slot(1, "rak17000", drive="stepper")


def speed(board: Prompt, motor: str = "motor_a") -> float:
    return round(board.world.get(f"{motor}.speed"))


def test_a_motor_runs_both_ways_and_stops() -> None:
    with open_modules(HEAD + slot(1, "rak17000")) as board:
        for motor in ("motor_a", "motor_b"):
            for value, least, most in ((100, 2900, 3000), (-100, -3000, -2900), (0, -50, 50)):
                board.write("wisblock-1", motor, value)
                board.sleep(20)
                assert least <= speed(board, motor) <= most
        assert {r.value for r in board.read("wisblock-1")} == {0.0}


def test_braking_stops_sooner_than_coasting() -> None:
    left = {}
    for stop in ("coast", "brake"):
        with open_modules(HEAD + slot(1, "rak17000", stop=stop)) as board:
            board.write("wisblock-1", "motor_a", 100)
            board.sleep(10)
            board.write("wisblock-1", "motor_a", 0)
            board.sleep(0.5)
            left[stop] = speed(board)
    assert left["brake"] < left["coast"] / 2


def test_commands_coast_and_brake_both() -> None:
    with open_modules(HEAD + slot(1, "rak17000")) as board:
        for name in ("coast", "brake"):
            board.write("wisblock-1", "motor_a", 100)
            board.write("wisblock-1", "motor_b", -100)
            board.sleep(10)
            assert board.command("wisblock-1", name) == {}
            board.sleep(20)
            assert (speed(board), speed(board, "motor_b")) == (0, 0)


@pytest.mark.parametrize("stop", ["coast", "brake"])
def test_what_stops_is_no_fault(stop: str) -> None:
    """A brake is awake with nothing running, and asleep until a motor is first written."""
    with open_modules(HEAD + slot(1, "rak17000", stop=stop)) as board:
        twin = board.twins.expander_2

        def awake() -> bool:
            assert {r.value for r in board.read("wisblock-1")} == {0.0}
            return bool(twin.driven(SLEEP_LINE))

        assert not awake()
        board.write("wisblock-1", "motor_a", 100)
        board.write("wisblock-1", "motor_a", 0)
        assert awake() is (stop == "brake")
        board.command("wisblock-1", "brake")
        assert awake()
        board.command("wisblock-1", "coast")
        assert not awake()


@pytest.mark.parametrize("value", [50, -1, True, "on", None, 100.5])
def test_what_is_neither_forward_nor_backward_is_refused(value: object) -> None:
    with (
        open_modules(HEAD + slot(1, "rak17000")) as board,
        pytest.raises(OutputRefused, match="takes -100, 0 or 100"),
    ):
        board.write("wisblock-1", "motor_a", value)  # type: ignore[arg-type]
    assert board.world.get("motor_a.speed") == 0


@pytest.mark.parametrize("steps", [100, -40, 1, 0])
def test_a_stepper_turns_by_as_many_steps(steps: int) -> None:
    with open_modules(STEPPER) as board:
        before = board.world.get("stepper.position")
        assert board.command("wisblock-1", "step", steps=steps) == {"position": steps}
        board.sleep(1)
        # The first phase only pulls the rotor into place.
        assert abs(board.world.get("stepper.position") - before - steps) <= 1.5
        (found,) = board.read("wisblock-1")
        assert (found.name, found.value) == ("position", steps)


def test_a_ramp_takes_longer_at_its_ends() -> None:
    took = {}
    for ramp in (0, 20):
        with open_modules(STEPPER) as board:
            begin = board.clock.monotonic()
            board.command("wisblock-1", "step", steps=50, ramp=ramp)
            took[ramp] = board.clock.monotonic() - begin
    assert took[20] > took[0] * 1.2


def test_a_held_stepper_stays_awake_and_release_lets_go() -> None:
    with open_modules(STEPPER) as board:
        twin = board.twins.expander_2
        board.command("wisblock-1", "step", steps=4, hold=True)
        assert twin.driven(SLEEP_LINE)
        assert board.read("wisblock-1")[0].value == 4
        board.twins.i2c.transfer(0x26, b"\x02\x00")  # somebody takes nSLEEP away
        with pytest.raises(UnexpectedValue, match="nSLEEP reads low, commanded was high"):
            board.read("wisblock-1")
        board.command("wisblock-1", "step", steps=0, hold=True)
        assert board.read("wisblock-1")[0].value == 4
        board.command("wisblock-1", "release")
        assert not twin.driven(SLEEP_LINE)


def test_steps_that_take_too_long_are_refused() -> None:
    with open_modules(STEPPER) as board, pytest.raises(OutputRefused, match="take too long"):
        board.command("wisblock-1", "step", steps=2000, rate=10.0)


def test_a_stepper_has_no_motors_and_motors_have_no_steps() -> None:
    with open_modules(STEPPER) as board:
        with pytest.raises(OutputRefused, match="no writable channel"):
            board.write("wisblock-1", "motor_a", 100)
        with pytest.raises(OutputRefused, match='no command "brake"'):
            board.command("wisblock-1", "brake")
    with open_modules(HEAD + slot(1, "rak17000")) as board, pytest.raises(OutputRefused):
        board.command("wisblock-1", "step", steps=1)


def test_the_driver_sleeps_before_and_after() -> None:
    with open_modules(HEAD + slot(2, "rak17000")) as board:
        twin = board.twins.expander_2
        assert not twin.driven(8 + SLEEP_LINE)
        board.write("wisblock-2", "motor_a", 100)
        assert twin.driven(8 + SLEEP_LINE)
        board.write("wisblock-2", "motor_a", 0)
        assert not twin.driven(8 + SLEEP_LINE)
        board.write("wisblock-2", "motor_b", 100)
    assert not twin.level(8 + SLEEP_LINE)
    board.twins.clock.sleep(30)
    assert round(board.world.get("motor_b.speed")) == 0


def test_after_a_brown_out_of_the_expander_it_is_asleep_and_says_fault() -> None:
    bench = ModuleBench(slot(1, "rak17000"))

    async def main() -> None:
        await bench.sampled["wisblock-1"].open()
        await bench.sampled["wisblock-1"].write("motor_a", 100)
        bench.faults.inject("brown-out", "expander-2")
        bench.twins.i2c.transfer(0x26, b"\x02\x00")
        bench.twins.i2c.transfer(0x26, b"\x06\xbf")  # somebody holds nSLEEP low
        found = await bench.read("wisblock-1")
        assert {(r.value, r.status) for r in found} == {(None, Status.FAULT)}
        found = await bench.read("wisblock-1")
        assert {r.value for r in found} == {0.0}

    bench.run(main())


def test_an_over_current_is_invisible_and_the_motor_stands() -> None:
    with open_modules(HEAD + slot(1, "rak17000")) as board:
        board.write("wisblock-1", "motor_a", 100)
        board.sleep(10)
        board.twins.faults.inject("over-current", "wisblock-1")
        board.sleep(30)
        assert abs(speed(board)) < 300
        assert board.read("wisblock-1")[0].value == 100.0
