"""wisgate catalog show, of modules: what the user's file takes, and what a sample costs."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from wisgate.catalog.catalog import load
from wisgate.cli.catalog import command
from wisgate.cli.sections import facts, names

MODULES = load().modules


def shown(module: str) -> list[list[str]]:
    """Its lines, each in words."""
    found = CliRunner().invoke(command, ["show", module], catch_exceptions=False)
    assert found.exit_code == 0
    return [line.split() for line in found.output.splitlines()]


def row(module: str, *begin: str) -> list[str]:
    (found,) = (words for words in shown(module) if words[: len(begin)] == list(begin))
    return found


def test_addresses_are_written_as_in_the_file() -> None:
    words = row("rak13004", "address")
    assert "0x40" in words
    assert "0x47," not in words
    assert "64" not in words


def test_switches_are_written_as_in_the_file() -> None:
    words = row("rak12006", "low_is_motion")
    assert words[words.index("motion") + 1 :][:3] == ["true", "true,", "false"]


def test_safe_levels_and_conditions() -> None:
    assert "high" in row("rak13004", "IO6")
    assert "low" in row("rak13007", "IO4")
    assert row("rak13001", "SW1")[-9:-5] == ["with", "input", "=", "SW1"]


def test_further_addresses_and_costs() -> None:
    assert row("rak13004", "U1", "0x70")[:2] == ["U1", "0x70"]
    assert row("rak16000", "I2C1", "3")[:5] == ["I2C1", "3", "5", "4", "1.172ms"]


@pytest.mark.parametrize("module", MODULES)
def test_every_section_of_a_module_is_complete_as_facts(module: str) -> None:
    catalog = load()
    for name in names(MODULES[module], catalog):
        assert facts(MODULES[module], name, catalog)
