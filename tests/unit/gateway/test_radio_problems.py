"""What the health of a gateway says of its radio."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wisgate.bus.lane import InlineLane
from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import VirtualClock
from wisgate.gateway.radio import QUIET_S, Radio

FILE = 'name = "roof"\nboard = "rak7391"\n[lorawan]\nregion = "EU868"\n'


@dataclass
class Started:
    """The gateway, as far as its radio asks for it."""

    folder: Path
    clock: VirtualClock = field(default_factory=VirtualClock)
    started: float = 0.0


def test_a_gateway_to_which_no_forwarder_speaks_says_so(tmp_path: Path) -> None:
    config = read(toml.parse(FILE, "gateway.toml"), tmp_path, load_catalog()).lorawan
    assert config is not None
    gateway: Any = Started(tmp_path)
    gateway.started = gateway.clock.monotonic()
    radio = Radio(gateway, config, load_catalog(), InlineLane)
    there: Any = []
    radio.boards = there
    gateway.clock.advance(QUIET_S - 1)
    assert radio.problems() == []
    gateway.clock.advance(2)
    (problem,) = radio.problems()
    assert problem.startswith("lorawan: no forwarder has spoken yet; it sends to 127.0.0.1:1700")
    there.append("a board")
    assert radio.problems() == []
