"""What not every board has: claimed by the function that uses it, and by nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.plan.plan import make

HEAD = 'name = "box"\nboard = "rak7391"\n'


def resources(text: str) -> set[str]:
    catalog = load()
    config = read(toml.parse(HEAD + text, "gateway.toml"), Path(), catalog)
    return {claim.resource for claim in make(config, catalog).claims}


@pytest.mark.parametrize(
    ("table", "resource"),
    [("memory", "i2c-1 address 0x50"), ("display", "i2c-1 address 0x3c"), ("display", "slot oled")],
)
def test_claimed_by_the_function_that_uses_it(table: str, resource: str) -> None:
    assert resource not in resources("")
    assert resource in resources(f"[onboard.{table}]\n")


def test_a_chip_that_every_board_has_is_claimed_whether_it_is_used_or_not() -> None:
    assert "i2c-1 address 0x2f" in resources("")
