from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import ConfigError
from wisgate.virtual.board import VirtualRak7391
from wisgate.virtual.faults import FaultKind
from wisgate.virtual.scenario import Player, Scenario

PUMP_HOUSE = {"wisblock-1": "rak5801", "wisblock-2": "rak13007"}
EXAMPLES = sorted((Path(__file__).parents[3] / "examples/scenarios").glob("*.toml"))


def board() -> VirtualRak7391:
    return VirtualRak7391(VirtualClock(), modules=PUMP_HOUSE)


def scenario(folder: Path, text: str) -> Scenario:
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return Scenario.load(path)


def test_set_for_a_while(tmp_path: Path) -> None:
    made = board()
    text = '[[at]]\ntime = "10s"\nset = { "tank.level" = "120cm" }\nfor = "5s"\n'
    player = Player(scenario(tmp_path, text), made)
    assert player.next() == 10.0
    player.step()
    assert player.next() == 10.0
    made.clock.sleep(10)
    player.step()
    assert made.world.get("tank.level") == 1.2
    assert player.next() == 15.0
    made.clock.sleep(5)
    player.step()
    assert player.next() is None
    made.clock.sleep(5)
    assert made.world.get("tank.level") < 1.2


def test_ramp_and_release(tmp_path: Path) -> None:
    made = board()
    text = """
        [[at]]
        time = "0s"
        ramp = { supply.volts = "12V", "room.humidity" = "20%" }
        over = "10s"
        [[at]]
        time = "20s"
        release = ["supply.volts"]
    """
    scenario(tmp_path, text).apply(made, 10)
    assert made.clock.monotonic() == 10.0
    assert made.world.get("supply.volts") == 12.0
    assert made.world.get("room.humidity") == pytest.approx(0.2)


def test_release_gives_back(tmp_path: Path) -> None:
    made = board()
    made.world.set("supply.volts", 12.0)
    text = '[[at]]\ntime = "5s"\nrelease = ["supply.volts"]\n'
    scenario(tmp_path, text).apply(made, 6)
    assert made.world.get("supply.volts") > 20


def test_fault_with_parameters_comes_and_goes_again_and_again(tmp_path: Path) -> None:
    made = board()
    text = """
        [[at]]
        time = "10s"
        every = "60s"
        fault = "serial-noise"
        target = "wisblock-1"
        parameters = { rate = 0.5 }
        for = "20s"
    """
    player = Player(scenario(tmp_path, text), made)
    seen = []
    for _ in range(4):
        at = player.next()
        assert at is not None
        made.clock.sleep(at - made.clock.monotonic())
        player.step()
        seen.append((at, made.uarts["wisblock-1"].noise))
    assert seen == [(10.0, 0.5), (30.0, 0.0), (70.0, 0.5), (90.0, 0.0)]


def test_fault_until_cleared(tmp_path: Path) -> None:
    made = board()
    text = """
        [[at]]
        time = "1s"
        fault = "broker-gone"
        target = "broker"
        [[at]]
        time = "9s"
        clear = "broker-gone"
        target = "broker"
    """
    made_of = scenario(tmp_path, text)
    made_of.apply(made, 5)
    assert made.faults.active(FaultKind.BROKER_GONE)
    made_of.apply(made, 10)
    assert not made.faults.active(FaultKind.BROKER_GONE)


def test_what_is_late_happens_in_order(tmp_path: Path) -> None:
    made = board()
    text = """
        [[at]]
        time = "2s"
        set = { "tank.level" = "2m" }
        [[at]]
        time = "1s"
        set = { "tank.level" = "1m" }
    """
    player = Player(scenario(tmp_path, text), made)
    made.clock.sleep(60)
    player.step()
    assert made.world.get("tank.level") == 2.0


def test_switches_are_true_or_false(tmp_path: Path) -> None:
    made = board()
    scenario(tmp_path, '[[at]]\ntime = "0s"\nset = { "pump.running" = true }\n').apply(made, 1)
    assert made.world.get("pump.running") == 1.0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[at]]\ntime = 5\nrelease = []", ':2: 5 has no unit; write "10s"'),
        ('[[at]]\nrelease = ["tank.level"]', ":1: no time"),
        ('[[at]]\ntime = "-1s"\nrelease = []', ":2: time is negative"),
        ('[[at]]\ntime = "1s"', ":1: nothing happens here"),
        ('[[at]]\ntime = "1s"\nset = { "tank.levle" = "1m" }', ':3: no quantity "tank.levle"; did'),
        ('[[at]]\ntime = "1s"\nset = { "tank.level" = "1V" }', ':3: "1V" is a voltage'),
        ('[[at]]\ntime = "1s"\nset = { "tank.level" = 1.0 }', ":3: 1.0 has no unit"),
        ('[[at]]\ntime = "1s"\nset = { "pump.running" = "1" }', ":3: '1' is neither on nor off"),
        ('[[at]]\ntime = "1s"\nset = 1', ":3: set is no table"),
        ('[[at]]\ntime = "1s"\nrelease = "x"', ":3: release is no list"),
        ('[[at]]\ntime = "1s"\nramp = { "tank.level" = "1m" }', ":1: ramp and over belong"),
        ('[[at]]\ntime = "1s"\nfault = "open-lop"\ntarget = "x"', ':3: no fault "open-lop"; did'),
        ('[[at]]\ntime = "1s"\nfault = "open-loop"', ":1: a fault and its target belong"),
        ('[[at]]\ntime = "1s"\nfault = "mute-bus"\ntarget = 1', ":4: the target is no text"),
        ('[[at]]\ntime = "1s"\nrelease = []\nfor = "1s"', ":4: nothing that could end"),
        (
            '[[at]]\ntime = "1s"\nset = { "tank.level" = "1m" }\nfor = "9s"\nevery = "9s"',
            ":5: comes again before it is over",
        ),
        (
            '[[at]]\ntime = "1s"\nfault = "bit-flips"\ntarget = "adc"\nparameters = { rat = 1 }',
            ':5: unknown parameter "rat"; did you mean "rate"?',
        ),
        (
            '[[at]]\ntime = "1s"\nfault = "bit-flips"\ntarget = "adc"\nparameters = { rate = "1" }',
            ":5: rate is no number",
        ),
        ('[[at]]\ntim = "1s"\ntime = "1s"\nrelease = []', ':2: unknown key "tim"; did'),
        ('[[on]]\ntime = "1s"', ':1: unknown key "on"'),
        ("at = 1", ':1: "at" is not a list'),
        ("at = []", ":1: nothing happens; write"),
        ("[[at]", ":1: not TOML"),
    ],
)
def test_wrong_files_say_where_and_what(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        scenario(tmp_path, text)
    assert any(says in fault for fault in caught.value.faults), caught.value.faults
    assert all("scenario.toml:" in fault for fault in caught.value.faults)


def test_all_faults_at_once_in_file_order(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        scenario(tmp_path, '[[at]]\ntime = 1\n[[at]]\nset = { "x" = "1m" }\n')
    lines = [fault.split("scenario.toml:")[1].split(":")[0] for fault in caught.value.faults]
    assert lines == ["1", "2", "3", "4"]


def test_a_fault_that_this_board_cannot_have(tmp_path: Path) -> None:
    text = '[[at]]\ntime = "1s"\nfault = "open-loop"\ntarget = "wisblock-2"\n'
    made_of = scenario(tmp_path, text)
    with pytest.raises(ConfigError, match=r"scenario\.toml:1: open-loop cannot hit"):
        Player(made_of, board())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_play_a_day_and_leave_nothing_behind(path: Path) -> None:
    made = board()
    Scenario.load(path).apply(made, 86_400)
    assert made.faults.all_active == ()
    assert made.world.get("supply.volts") > 20


def test_the_rough_day_has_every_fault_of_the_pump_house() -> None:
    (path,) = (path for path in EXAMPLES if path.stem == "rough-day")
    used = {event.fault for event in Scenario.load(path).events} - {None}
    assert used == {kind for kind in FaultKind if board().faults.targets(kind)}
