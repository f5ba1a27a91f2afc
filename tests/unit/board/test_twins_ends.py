"""The ends of a virtual board's wires, as the modules get them."""

from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.board.board import LED_EXPANDER, SLOT_EXPANDER
from wisgate.board.memory import forgetful
from wisgate.board.twins import Twins
from wisgate.bus.lines import Edge, Input
from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import VirtualClock
from wisgate.plan.plan import make

FILE = 'name = "bench"\nboard = "rak7391"\n'


@pytest.mark.parametrize("ref", [SLOT_EXPANDER, LED_EXPANDER])
def test_an_edge_at_an_expander_has_the_time_of_the_world(ref: str) -> None:
    clock = VirtualClock()
    plan = make(read(toml.parse(FILE, "bench"), Path(), load()), load())
    twins = Twins(plan, clock, seed=1, scenario=None, memory=forgetful())
    twin = twins.board.expander_2 if ref == SLOT_EXPANDER else twins.board.expander_1
    line = twins.ends.expanders[ref].request(3, Input(edges=True), "test")
    twin.drive(3, False)
    clock.advance(86_400)
    assert line.edges() == [Edge(False, clock.monotonic())]
    line.release()
