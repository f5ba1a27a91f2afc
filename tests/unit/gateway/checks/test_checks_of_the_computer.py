"""Checks of what only the computer knows: each against a computer that says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from examined import told, troubles, verdicts

from wisgate.bus.host import (
    Container,
    Drive,
    Interface,
    Modem,
    Mount,
    Throttling,
)
from wisgate.core import errors
from wisgate.gateway.causes import CAUSES, cause
from wisgate.gateway.checks import CHECKS, sinks
from wisgate.gateway.verdicts import Level, Verdict
from wisgate.virtual.board import VirtualRak7391
from wisgate.virtual.host import VirtualHost

BARE = 'name = "box"\nboard = "rak7391"\n'
MODEM = BARE + '[[slot]]\nslot = "mpcie-2"\nmodule = "ec25"\n'


def answering(**answers: object) -> Callable[[VirtualRak7391], None]:
    """A computer of which some answers are others."""

    def prepare(board: VirtualRak7391) -> None:
        for name, answer in answers.items():
            assert hasattr(VirtualHost, name)
            setattr(board.host, name, lambda answer=answer: answer)

    return prepare


def level(found: Any, name: str) -> Level:
    (verdict,) = told(found, name)
    assert verdict.cure, name
    assert verdict.expected, name
    return verdict.level


ROOT = Mount("/", "mmcblk0", "ext4", False, 1000, 900)
EMMC = Drive("mmcblk0", "BJTD4R", "emmc", 0.3, "normal")
LTE = Modem("Quectel EC25", "connected", 0.6, "net", "lte")


@pytest.mark.parametrize(
    ("answers", "name", "expected"),
    [
        ({"mounts": (replace(ROOT, free=140),)}, "disk-full", Level.WARNING),
        ({"mounts": (replace(ROOT, free=49),)}, "disk-full", Level.DIFFERENCE),
        ({"mounts": (replace(ROOT, read_only=True),)}, "read-only", Level.DIFFERENCE),
        ({"drives": (replace(EMMC, worn=0.8),)}, "drive-worn", Level.WARNING),
        ({"drives": (replace(EMMC, spare="warning"),)}, "drive-worn", Level.WARNING),
        ({"drives": (replace(EMMC, spare="urgent"),)}, "drive-worn", Level.DIFFERENCE),
        ({"interfaces": (Interface("eth0", False),)}, "no-carrier", Level.DIFFERENCE),
        ({"interfaces": ()}, "no-carrier", Level.DIFFERENCE),
        ({"default_routes": ()}, "no-route", Level.WARNING),
        ({"time_synchronized": False}, "time-not-kept", Level.WARNING),
        ({"cpu_temperature": 75.0}, "too-hot", Level.WARNING),
        ({"cpu_temperature": 82.0}, "too-hot", Level.DIFFERENCE),
        ({"throttling": Throttling(undervoltage=True)}, "undervoltage", Level.DIFFERENCE),
        ({"throttling": Throttling(undervoltage_seen=True)}, "undervoltage", Level.WARNING),
        ({"throttling": Throttling(throttled=True)}, "throttled", Level.DIFFERENCE),
        ({"throttling": Throttling(throttled_seen=True)}, "throttled", Level.WARNING),
        ({"modems": (replace(LTE, signal=0.19),)}, "weak-signal", Level.WARNING),
        ({"modems": (replace(LTE, state="searching"),)}, "modem-offline", Level.DIFFERENCE),
        ({"containers": (Container("mosquitto", "exited"),)}, "container-down", Level.DIFFERENCE),
        ({"containers": (Container("grafana", "running", "unhealthy"),)}, "container-down",
         Level.DIFFERENCE),
        ({"usb": (), "pci": ()}, "other-board", Level.DIFFERENCE),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else str(value),
)  # fmt: skip
def test_what_is_wrong(
    answers: dict[str, object], name: str, expected: Level, tmp_path: Path
) -> None:
    found = verdicts(BARE, tmp_path, answering(**answers))
    assert troubles(found) == {name}
    assert level(found, name) is expected


@pytest.mark.parametrize(
    "answers",
    [
        {"mounts": (replace(ROOT, free=150),)},
        {"mounts": (Mount("/snap", "loop", "squashfs", True, 10, 0), ROOT)},
        {"mounts": (replace(ROOT, total=0, free=0),)},
        {"drives": (Drive("sda"), replace(EMMC, worn=0.7))},
        {"cpu_temperature": 74.9},
        {"throttling": None},
        {"time_synchronized": None},
        {"modems": (LTE, replace(LTE, signal=None))},
        {"modems": None},
        {"containers": (Container("mosquitto", "running", "healthy"),
                        Container("theirs", "exited"))},
        {"containers": None},
    ],
    ids=lambda answers: "-".join(answers),
)  # fmt: skip
def test_what_is_fine_or_not_known(answers: dict[str, object], tmp_path: Path) -> None:
    assert troubles(verdicts(BARE, tmp_path, answering(**answers))) == set()


def test_why_a_modem_is_offline(tmp_path: Path) -> None:
    failed = Modem("EC25", "failed", failure="sim-missing")
    (verdict,) = told(verdicts(MODEM, tmp_path, answering(modems=(failed,))), "modem-offline")
    assert verdict.found == "failed (sim-missing)"


def test_a_planned_modem_that_nobody_asks_is_not_known(tmp_path: Path) -> None:
    found = verdicts(MODEM, tmp_path, answering(modems=None))
    (verdict,) = told(found, "no-modem-service")
    assert (verdict.level, verdict.subject) == (Level.UNKNOWN, "mpcie-2: ec25")


def test_a_card_that_speaks_spi_cannot_be_seen(tmp_path: Path) -> None:
    text = BARE + '[[slot]]\nslot = "mpcie-1"\nmodule = "rak2287-spi"\n'
    (card,) = (v for v in verdicts(text, tmp_path)["usb and pci"] if "rak2287" in v.subject)
    assert card.level is Level.UNKNOWN
    assert "speaks SPI" in card.found


def test_a_cable_that_the_file_plans_is_a_warning(tmp_path: Path) -> None:
    text = BARE + "[host]\ntype_c = true\n"

    def plug(board: VirtualRak7391) -> None:
        board.faults.inject("type-c-cable", "usb")

    assert level(verdicts(text, tmp_path, plug), "type-c-cable") is Level.WARNING


def test_every_verdict_that_something_is_wrong_has_expectation_and_cure(tmp_path: Path) -> None:
    def everything(board: VirtualRak7391) -> None:
        for kind, target in (
            ("no-acknowledge", "adc"), ("type-c-cable", "usb"), ("disk-full", "drive"),
            ("undervoltage", "supply"), ("network-gone", "network"),
        ):  # fmt: skip
            board.faults.inject(kind, target)

    found = verdicts(MODEM, tmp_path, everything)
    wrong = [v for vs in found.values() for v in vs if v.level in (Level.WARNING, Level.DIFFERENCE)]
    assert len(wrong) == 5
    assert all(v.found and v.expected and v.cure and v.name != "fine" for v in wrong)


def test_the_headings_are_those_of_the_checks(tmp_path: Path) -> None:
    assert list(verdicts(BARE, tmp_path)) == list(CHECKS)


# From an error to its name


def test_every_error_of_wire_and_chip_has_a_name() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type)
        and issubclass(kind, errors.BusError | errors.ChipError)
        and kind not in (errors.BusError, errors.ChipError, errors.Saturated)
    ]
    assert [kind.__name__ for kind in kinds if kind not in CAUSES] == []
    assert len({name for name, _ in CAUSES.values()}) == len(CAUSES)


def test_an_error_without_a_name_of_its_own() -> None:
    assert cause(errors.BusError("i2c-1: EIO"))[0] == "failed"


# Sinks on real sockets


def port_verdict(listening: bool) -> Verdict:
    async def main() -> Verdict:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        if not listening:
            server.close()
            await server.wait_closed()
        try:
            return await sinks._port("sink broker", "127.0.0.1", port)
        finally:
            server.close()
            await server.wait_closed()

    return asyncio.run(main())


def test_a_broker_that_listens() -> None:
    assert port_verdict(True).level is Level.OK


def test_a_broker_that_does_not() -> None:
    verdict = port_verdict(False)
    assert (verdict.level, verdict.name) == (Level.DIFFERENCE, "broker-unreachable")
