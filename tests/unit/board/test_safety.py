"""Outputs made safe by a process that did not switch them on."""

from __future__ import annotations

from pathlib import Path

import pytest
from module_bench import HEAD, slot

from wisgate.board.board import Board, build
from wisgate.board.memory import forgetful
from wisgate.board.safety import make_safe
from wisgate.board.twins import Twins
from wisgate.bus.lane import InlineLane
from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusTimeout
from wisgate.plan.plan import Plan, make

RELAY_LINE = 12
"""IO4 of slot 2 on expander 2."""


def plan_of(text: str) -> Plan:
    return make(read(toml.parse(HEAD + text, "gateway.toml"), Path(), load()), load())


class Box:
    """A virtual board, and processes that come and go on it."""

    def __init__(self, text: str) -> None:
        self.plan = plan_of(text)
        self.twins = Twins(self.plan, VirtualClock(), 1, None, forgetful())

    def process(self) -> Board:
        """Drivers that know nothing of those before. What the kernel held for a process that is
        gone is free."""
        for line in range(58):
            holder = self.twins.board.lines._requests.get(line)
            if holder is not None:
                holder.released = True
        return build(self.plan, self.twins._ends(self.plan), InlineLane, self.twins)

    def switched_on_and_killed(self) -> None:
        """The process ends without closing anything: its outputs stay as they are."""
        placed = next(p for p in self.process().placed if p.name == "wisblock-2")
        placed.module.open()
        placed.module.write("relay", True)
        assert self.relay

    @property
    def relay(self) -> bool:
        return self.twins.board.expander_2.driven(RELAY_LINE)


def test_what_a_killed_process_left_on_is_safe_and_all_else_untouched() -> None:
    box = Box(slot(1, "rak5801") + slot(2, "rak13007"))
    box.switched_on_and_killed()
    outcomes = {o.name: o for o in make_safe(box.process())}
    assert not box.relay
    assert set(outcomes) == {"wisblock-2", "indicators"}
    assert outcomes["wisblock-2"].outputs == ("wisblock_2_relay",)
    assert [o.error for o in outcomes.values()] == ["", ""]


def test_what_cannot_be_reached_is_named_and_stops_nobody_else() -> None:
    box = Box(slot(1, "rak5801") + slot(2, "rak13007"))
    box.switched_on_and_killed()
    box.twins.board.faults.inject("no-acknowledge", "expander-1")
    outcomes = {o.name: o for o in make_safe(box.process())}
    assert "0x27" in outcomes["indicators"].error
    assert outcomes["wisblock-2"].error == ""
    assert not box.relay


def test_a_module_whose_code_fails_stops_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box(slot(1, "rak5801") + slot(2, "rak13007"))
    box.switched_on_and_killed()
    board = box.process()
    first = next(p for p in board.placed if p.name == "indicators")

    def fail() -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(first.module, "open", fail)
    outcomes = {o.name: o.error for o in make_safe(board)}
    assert outcomes == {"wisblock-2": "", "indicators": "unexpected: RuntimeError('a mistake')"}
    assert not box.relay


def test_a_transfer_that_was_disturbed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box(slot(1, "rak5801") + slot(2, "rak13007"))
    box.switched_on_and_killed()
    board = box.process()
    relay = next(p for p in board.placed if p.name == "wisblock-2").module
    tries: list[int] = []
    opened = relay.open

    def disturbed() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise BusTimeout("a spark")
        opened()

    monkeypatch.setattr(relay, "open", disturbed)
    assert [o.error for o in make_safe(board)] == ["", ""]
    assert not box.relay
