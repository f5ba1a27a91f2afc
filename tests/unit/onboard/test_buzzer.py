"""The buzzer on the virtual board: a tone when it is told, silence in every other case."""

from __future__ import annotations

from pathlib import Path

import pytest
from module_bench import HEAD, ModuleBench

from wisgate.board.prompt import open_modules
from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.errors import BusUnavailable, OutputRefused
from wisgate.plan.plan import Plan, make

BUZZER = "[onboard.buzzer]\n"


def test_a_tone_and_silence() -> None:
    with open_modules(HEAD + BUZZER) as board:
        pwm = board.twins.pwms["BUZZER"]
        assert pwm.hertz is None
        board.write("buzzer", "on", True)
        assert pwm.hertz == 440.0
        assert [r.value for r in board.read("buzzer")] == [True]
        board.write("buzzer", "on", False)
        assert pwm.hertz is None
        assert [r.value for r in board.read("buzzer")] == [False]


def test_the_frequency_of_the_file() -> None:
    with open_modules(HEAD + BUZZER + 'frequency = "2kHz"\n') as board:
        board.write("buzzer", "on", True)
        assert board.twins.pwms["BUZZER"].hertz == 2000.0


def test_closed_and_opened_it_is_silent() -> None:
    with open_modules(HEAD + BUZZER) as board:
        board.write("buzzer", "on", True)
    assert board.twins.pwms["BUZZER"].hertz is None
    board.twins.pwms["BUZZER"].hertz = 100.0
    bench = ModuleBench(BUZZER)
    bench.twins.pwms["BUZZER"].hertz = 100.0
    bench.sampled["buzzer"].placed.module.open()
    assert bench.twins.pwms["BUZZER"].hertz is None


@pytest.mark.parametrize(("channel", "value"), [("on", 1), ("on", "loud"), ("tone", True)])
def test_what_cannot_be_written(channel: str, value: object) -> None:
    with open_modules(HEAD + BUZZER) as board, pytest.raises(OutputRefused):
        board.write("buzzer", channel, value)  # type: ignore[arg-type]


def test_without_a_pwm_it_says_what_to_do() -> None:
    bench = ModuleBench(BUZZER)
    buzzer = bench.sampled["buzzer"].placed.module
    bench.twins.pwms["BUZZER"].missing = True
    for call in (buzzer.open, lambda: buzzer.write("on", True), buzzer.close):
        with pytest.raises(BusUnavailable, match="overlay"):
            call()
    bench.twins.pwms["BUZZER"].missing = False
    buzzer.open()
    buzzer.write("on", True)
    assert bench.twins.pwms["BUZZER"].hertz == 440.0


def planned(text: str) -> Plan:
    catalog = load()
    return make(read(toml.parse(HEAD + text, "gateway.toml"), Path(), catalog), catalog)


def test_the_plan_misses_its_cap() -> None:
    silent = planned(BUZZER + "[jumpers]\nbuzzer = false\n")
    assert [f.resource for f in silent.findings] == ["J39 11-12"]
    assert "not connected" in silent.findings[0].text
    assert not planned(BUZZER + "[jumpers]\nbuzzer = true\n").findings
    assert not planned("[jumpers]\nbuzzer = false\n").findings
