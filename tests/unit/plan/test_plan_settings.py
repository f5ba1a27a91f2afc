"""The catalog and the user's file speak of caps, straps, inputs and HATs in the same words."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from plan_cases import CATALOG

from wisgate.board.prompt import open_modules
from wisgate.config.bench import JumpersConfig, StrapsConfig
from wisgate.config.load import read
from wisgate.config.schema import STRAPS
from wisgate.config.schema.bench import HAT_REVISION, INPUTS, JUMPER_FAN, POWER_CLASS
from wisgate.core import toml
from wisgate.plan.plan import make

BOARDS = list(CATALOG.boards.values())


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: b.id)
def test_every_cap_has_a_key(board) -> None:
    known = {f.name for f in fields(JumpersConfig)}
    assert {j.setting for j in board.jumpers} <= known


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: b.id)
def test_every_rework_says_what_the_file_can_say(board) -> None:
    readers = {f"straps.{o.name}": o.reader for o in STRAPS.options}
    for rework in board.reworks:
        if rework.effect is not None:
            key, value = rework.effect
            readers[key].read(value)
            assert key.partition(".")[2] in {f.name for f in fields(StrapsConfig)}


@pytest.mark.parametrize("board", BOARDS, ids=lambda b: b.id)
def test_every_input_has_a_name(board) -> None:
    assert {i.name for i in board.inputs} <= set(INPUTS)
    for entry in board.inputs:
        for supply in entry.classes:
            POWER_CLASS.reader.read(supply.name)
        assert not entry.needs or entry.needs in CATALOG.modules


def test_positions_of_the_fan_cap() -> None:
    fan = next(j for j in CATALOG.boards["rak7391"].jumpers if j.setting == "fan")
    for choice in fan.choices:
        JUMPER_FAN.reader.read(choice)


def test_revisions_of_the_hat() -> None:
    assert CATALOG.boards["rak6421"].revisions == ("production", "legacy")
    assert HAT_REVISION.reader.read("legacy") == "legacy"


def test_cards_are_planned_and_need_no_driver() -> None:
    """A file with a PoE module and a concentrator still runs: nobody samples those."""
    text = 'name = "bench"\nboard = "rak7391"\n'
    for slot, module in (
        ("poe", "rak9063a"),
        ("mpcie-1", "rak5146-spi"),
        ("wisblock-1", "rak5801"),
    ):
        text += f'[[slot]]\nslot = "{slot}"\nmodule = "{module}"\n'
    with open_modules(text) as board:
        assert len(board.read("wisblock-1")) == 1
    plan = make(read(toml.parse(text, "gateway.toml"), Path(), CATALOG), CATALOG)
    assert len(plan.placements) == 3
    assert [p.module.id for p in plan.driven] == ["rak5801"]
