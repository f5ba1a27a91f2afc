"""Chips are asked by a tiny program in the place of chip_id."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import pytest
from lorawan_plans import cards

from wisgate.core.errors import BusUnavailable, Unavailable
from wisgate.lorawan import chip_eui
from wisgate.lorawan.chip_eui import told_by_chips
from wisgate.lorawan.concentrators import Reset

CHIP_ID = """\
#!{python}
import sys, time
print("called with", *sys.argv[1:])
{does}
"""
TELLS = 'print("INFO: concentrator EUI: 0x0016c001ff10d3f6")'


class Bench:
    def __init__(self, folder: Path, does: str = TELLS) -> None:
        self.program = folder / "chip_id"
        self.program.write_text(CHIP_ID.format(python=sys.executable, does=does))
        self.program.chmod(0o755)
        self.resets: list[int] = []
        self.looked: list[tuple[str, ...]] = []
        self.no_reset = False

    async def pulse(self, reset: Reset) -> None:
        self.resets.append(reset.line)
        if self.no_reset:
            raise BusUnavailable("line 17 is taken")

    def find(self, names: tuple[str, ...]) -> str:
        self.looked.append(names)
        return str(self.program)

    def ask(self, *modules: str) -> dict[str, str]:
        return asyncio.run(told_by_chips(cards(*modules), self.pulse, self.find))


def test_a_card_on_spi_is_reset_and_asked(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.ask("rak5146-spi") == {"mpcie-1": "0016c001ff10d3f6"}
    assert bench.resets == [17]


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("rak2287-spi", "-d /dev/spidev0.0"),
        ("rak5146-usb", "-u -d /dev/serial/by-path/platform-usb-0:1.0:1.0"),
        ("rak5148", "-d /dev/serial/by-path/platform-usb-0:1.0:1.0"),
    ],
)
def test_each_kind_of_card_has_its_words(tmp_path: Path, module: str, words: str) -> None:
    does = f'{TELLS} if " ".join(sys.argv[1:]) == "{words}" else sys.exit(1)'
    assert Bench(tmp_path, does).ask(module) == {"mpcie-1": "0016c001ff10d3f6"}


def test_the_sx1301_has_none_and_is_not_asked(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.ask("rak2247-spi") == {}
    assert (bench.looked, bench.resets) == ([], [])


@pytest.mark.parametrize(
    "does",
    [
        'print("ERROR: failed to start the gateway"); sys.exit(1)',
        'print("INFO: concentrator EUI: 0x0000000000000000")',
        "sys.stdout.buffer.write(bytes(range(256)))",
    ],
)
def test_one_that_does_not_tell_is_left_out(tmp_path: Path, does: str) -> None:
    assert Bench(tmp_path, does).ask("rak5146-spi") == {}


def test_one_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chip_eui, "PATIENCE_S", 0.3)
    assert Bench(tmp_path, "time.sleep(60)").ask("rak5146-spi", "rak2247-spi") == {}


def test_what_cannot_be_asked_is_told_and_the_others_are_asked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench = Bench(tmp_path)
    bench.no_reset = True
    found = bench.ask("rak5146-spi", "rak5146-usb")
    assert found == {"mpcie-2": "0016c001ff10d3f6"}
    assert "mpcie-1: its chip is not asked for its EUI: line 17 is taken" in caplog.text


def test_without_the_program_nobody_is_asked(tmp_path: Path) -> None:
    bench = Bench(tmp_path)

    def nowhere(names: tuple[str, ...]) -> str:
        raise Unavailable("no forwarder is installed")

    found = asyncio.run(told_by_chips(cards("rak5146-spi"), bench.pulse, nowhere))
    assert (found, bench.resets) == ({}, [])


def test_a_program_that_cannot_be_run_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench = Bench(tmp_path)
    bench.program.chmod(0o644)
    assert bench.ask("rak5146-spi") == {}
    assert "Permission denied" in caplog.text
