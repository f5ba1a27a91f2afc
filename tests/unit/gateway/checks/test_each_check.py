"""Each check finds what is its own to find, under its own heading."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from examined import verdicts

from wisgate.bus.host import Container, Modem
from wisgate.gateway.checks import (
    CHECKS,
    chips,
    clock,
    containers,
    expanders,
    functions,
    i2c_bus,
    lanes,
    modem,
    modules,
    network,
    plugged,
    serial,
    sinks,
    storage,
    supply,
)
from wisgate.gateway.verdicts import Level
from wisgate.virtual.board import VirtualRak7391

BOX = """name = "box"
board = "rak7391"
[[slot]]
slot = "wisblock-1"
module = "rak5802"
[[slot.unit]]
id = 42
name = "climate"
interval = "2s"
registers = [{ name = "humidity", address = 0, kind = "holding", type = "uint16", unit = "%" }]
[[slot]]
slot = "wisblock-2"
module = "rak13007"
[sink.broker]
type = "mqtt"
url = "mqtt://127.0.0.1:1883"
"""
BY_FAULT = [
    (i2c_bus, "mute-bus", "i2c", "bus-stuck"),
    (chips, "wrong-chip", "adc", "wrong-chip"),
    (expanders, "brown-out", "expander-2", "latch-lost"),
    (plugged, "type-c-cable", "usb", "type-c-cable"),
    (modules, "no-acknowledge", "climate", "no-acknowledge"),
    (functions, "supply-lost", "supply", "supply-lost"),
    (serial, "serial-echo", "wisblock-1", "serial-echo"),
    (supply, "undervoltage", "supply", "undervoltage"),
    (storage, "disk-full", "drive", "disk-full"),
    (network, "network-gone", "network", "no-carrier"),
    (sinks, "broker-gone", "broker", "broker-unreachable"),
]
BY_ANSWER = [
    (clock, "time_synchronized", False, "time-not-kept"),
    (modem, "modems", (Modem("EC25", "searching"),), "modem-offline"),
    (containers, "containers", (Container("grafana", "exited"),), "container-down"),
]


def heading(check: ModuleType) -> str:
    return next(title for title, run in CHECKS.items() if run is check.check)


def names(found: object, check: ModuleType) -> set[str]:
    wrong = (Level.WARNING, Level.DIFFERENCE)
    return {v.name for v in found[heading(check)] if v.level in wrong}  # type: ignore[index]


@pytest.mark.parametrize(("check", "kind", "target", "name"), BY_FAULT)
def test_a_check_finds_a_fault(
    check: ModuleType, kind: str, target: str, name: str, tmp_path: Path
) -> None:
    def inject(board: VirtualRak7391) -> None:
        board.faults.inject(kind, target)

    assert names(verdicts(BOX, tmp_path, after=inject), check) == {name}


@pytest.mark.parametrize(("check", "question", "answer", "name"), BY_ANSWER)
def test_a_check_finds_what_the_computer_says(
    check: ModuleType, question: str, answer: object, name: str, tmp_path: Path
) -> None:
    def prepare(board: VirtualRak7391) -> None:
        setattr(board.host, question, lambda: answer)

    assert names(verdicts(BOX, tmp_path, prepare), check) == {name}


def test_every_check_is_here() -> None:
    seen = {check.__name__ for check, *_ in (*BY_FAULT, *BY_ANSWER)}
    seen.add(lanes.__name__)  # a lane of virtual time is never busy: test_lanes_check
    assert seen == {run.__module__ for run in CHECKS.values()}
