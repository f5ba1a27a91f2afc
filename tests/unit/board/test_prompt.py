"""Modules at a prompt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wisgate.board.prompt import PROMPT, Prompt, open_modules
from wisgate.core.clock import VIRTUAL_START_NS
from wisgate.core.errors import (
    BusUnavailable,
    ConfigError,
    NoAcknowledge,
    OutputRefused,
    PlanConflict,
    Unavailable,
)

HEAD = 'name = "bench"\nboard = "rak7391"\n'
RELAY = HEAD + '[[slot]]\nslot = "wisblock-2"\nmodule = "rak13007"\n'
BOTH = RELAY + '[[slot]]\nslot = "wisblock-1"\nmodule = "rak16000"\n'


def ended_by(error: type[Exception], act: Callable[[Prompt], None]) -> Prompt:
    """The board after a program that switched the relay on, acted and ended with `error`."""
    seen: list[Prompt] = []

    def program() -> None:
        with open_modules(BOTH) as board:
            seen.append(board)
            board.write("wisblock-2", "relay", True)
            act(board)

    with pytest.raises(error):
        program()
    return seen[0]


def test_outputs_are_safe_after_an_error() -> None:
    def fail(board: Prompt) -> None:
        assert board.twins.expander_2.driven(12)
        raise KeyError("whatever a program does wrong")

    board = ended_by(KeyError, fail)
    assert not board.twins.expander_2.driven(12)
    assert not board.twins.expander_2.level(12)


def test_the_first_error_counts_and_a_failed_close_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(board: Prompt) -> None:
        board.twins.faults.inject("no-acknowledge", "expander-2")
        raise KeyError

    ended_by(KeyError, fail)
    assert caplog.messages == ["not closed cleanly: no acknowledge from 0x26"]


def test_a_failed_close_alone_is_raised_and_the_other_module_closed() -> None:
    def break_slot(board: Prompt) -> None:
        board.twins.faults.inject("no-acknowledge", "wisblock-1")

    board = ended_by(NoAcknowledge, break_slot)
    assert not board.twins.expander_2.driven(12)


def test_readings_are_dated_and_time_passes_at_once() -> None:
    with open_modules(RELAY) as board:
        board.sleep(3600.0)
        (reading,) = board.read("wisblock-2")
    assert reading.name == "relay"
    assert 0 <= reading.time_ns - VIRTUAL_START_NS - 3600_000_000_000 < 50_000_000


def test_functions_of_the_board_can_be_read() -> None:
    with open_modules(RELAY) as board:
        board.world.set("room.temperature", 25.0)
        names = {r.name: r.value for r in board.read("climate")}
    assert names["temperature"] == pytest.approx(25.0, abs=0.01)


def test_a_module_is_opened_again_after_it_failed() -> None:
    with open_modules(BOTH) as board:
        board.twins.faults.inject("module-pulled", "wisblock-1")
        with pytest.raises(NoAcknowledge):
            board.read("wisblock-1")
        with pytest.raises(NoAcknowledge):
            board.read("wisblock-1")
        board.twins.faults.clear("module-pulled", "wisblock-1")
        assert len(board.read("wisblock-1")) == 3


def test_a_path_is_read_as_a_file(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(RELAY)
    for source in (file, str(file)):
        with open_modules(source) as board:
            assert [r.value for r in board.read("wisblock-2")] == [False]


def test_what_is_not_there() -> None:
    with pytest.raises(ConfigError, match=f"{PROMPT}:4"), open_modules(RELAY.replace("-2", "-7")):
        pass
    clash = BOTH.replace("rak13007", "rak16000")
    with pytest.raises(PlanConflict, match="0x41"), open_modules(clash):
        pass
    with open_modules(RELAY) as board:
        with pytest.raises(Unavailable, match=r"wisblock-1 is not on this board.*wisblock-2"):
            board.read("wisblock-1")
        with pytest.raises(OutputRefused):
            board.write("wisblock-2", "contact", True)


def test_hardware_is_asked_for_the_real_bus() -> None:
    if Path("/dev/i2c-1").exists():
        pytest.skip("this machine has an I2C bus")
    with pytest.raises(BusUnavailable, match="i2c-1"), open_modules(RELAY, hardware=True):
        pass
