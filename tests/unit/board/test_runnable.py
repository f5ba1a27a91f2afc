"""What is only documented is planned and checked, and refused clearly when it should run."""

from __future__ import annotations

import tomllib
from collections import ChainMap
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from gateways import wisgate

from wisgate.board.prompt import open_modules
from wisgate.board.runnable import obstacles
from wisgate.catalog.catalog import load
from wisgate.config.load import read
from wisgate.core.errors import ConfigError
from wisgate.core.toml import Document
from wisgate.plan.plan import make

HEAD = 'name = "bench"\nboard = "rak7391"\n'
FILE = f'{HEAD}[[slot]]\nslot = "wisblock-1"\nmodule = "rak16000"\n'
FIELD = 'name = "field"\nboard = "rak5005-o"\ncore = "rak4631"\n'
REFUSAL = "board: rak5005-o can be planned and checked, it cannot be run"


def test_a_module_without_driver_is_refused_with_its_line() -> None:
    assert told(FILE) == []
    assert told(FILE, documented=("rak16000",)) == [
        "gateway.toml:1: module: rak16000 can be planned and checked, it cannot be run yet; take it"
        " out of the file to run the rest"
    ]


def test_every_such_module_is_named() -> None:
    both = f'{FILE}[[slot]]\nslot = "wisblock-2"\nmodule = "rak13007"\n'
    faults = told(both, documented=("rak16000", "rak13007"))
    assert [fault.split(": ")[2].split()[0] for fault in faults] == ["rak16000", "rak13007"]


def test_run_refuses_what_check_accepts(tmp_path: Path) -> None:
    file, store = tmp_path / "gateway.toml", tmp_path / "store"
    file.write_text(FIELD)
    checked = wisgate("check", file, state=tmp_path)
    assert checked.returncode == 0
    assert checked.stderr.startswith(f"note: {file}:2: {REFUSAL}; ")
    ran = wisgate("run", file, "--virtual", "--data", store, state=tmp_path)
    assert ran.returncode == 2
    assert f"gateway.toml:2: {REFUSAL}" in ran.stderr
    assert not store.exists()


def test_a_board_that_cannot_be_opened_is_refused() -> None:
    module = '[[slot]]\nslot = "sensor-a"\nmodule = "rak1903"\n'
    with pytest.raises(ConfigError, match=f"<prompt>:2: {REFUSAL}"), open_modules(FIELD + module):
        pass


def test_modules_on_the_moved_bus_are_refused() -> None:
    """The plan knows i2c-3, the board opens i2c-1 only; a module without I2C does not care."""
    text = f'{HEAD}[straps]\nexternal_i2c = "i2c-3"\n[[slot]]\nslot = "wisblock-1"\nmodule = '
    refusal = "<prompt>:3: external_i2c: modules on i2c-3 can be planned"
    with pytest.raises(ConfigError, match=refusal), open_modules(f'{text}"rak16000"\n'):
        pass
    with open_modules(f'{text}"rak5801"\n') as board:
        assert len(board.read("wisblock-1")) == 1


def test_the_display_stays_on_its_bus() -> None:
    """J14 is soldered to i2c-1 whatever was re-routed."""
    text = f'{HEAD}[straps]\nexternal_i2c = "i2c-3"\n[[slot]]\nslot = "{{}}"\nmodule = "{{}}"\n'
    both = f'{text.format("oled", "rak1921")}[[slot]]\nslot = "wisblock-1"\nmodule = "rak16000"\n'
    assert not [fault for fault in told(text.format("oled", "rak1921")) if "external_i2c" in fault]
    assert "(wisblock-1: rak16000)" in told(both)[0]


def test_an_input_that_is_not_read_is_told_before_it_is_run() -> None:
    text = f'{HEAD}[[slot]]\nslot = "wisblock-1"\nmodule = "rak13001"\n'
    assert told(text) == []
    assert told(f'{text}input = "none"\n') == []
    assert told(f'{text}input = "IO3"\n') == []
    assert told(f'{text}input = "SW1"\n') == [
        'gateway.toml:1: input: "SW1" can be planned and checked, it cannot be run yet;'
        ' write input = "none" to run the rak13001'
    ]


def told(text: str, documented: tuple[str, ...] = ()) -> list[str]:
    """What stands in the way of running a file, were these modules only documented."""
    catalog = load()
    paper = {
        m: msgspec.structs.replace(catalog.modules[m], evidence="documented") for m in documented
    }
    catalog = replace(catalog, modules=ChainMap(paper, catalog.modules))
    document = Document(tomllib.loads(text), {}, "gateway.toml")
    return list(obstacles(make(read(document, Path(), catalog), catalog)))
