"""wisgate solve as people use it: answers, files, JSON, refusals, wrong usage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wisgate.cli import main


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_answers_say_slot_address_and_what_to_do(capsys) -> None:
    assert run("solve", "rak7391", "RAK5801", "rak12004", "--most", "1") == 0
    assert capsys.readouterr().out.splitlines() == [
        " 1. wisblock-1  rak5801",
        "    wisblock-2  rak12004    0x52",
        "    do: wisblock-2: rak12004: fit the strap for 0x52 (ADR0 = VA, ADR1 open)",
    ]


def test_a_warning_names_both_sides(capsys) -> None:
    assert run("solve", "rak7391", "rak13004", "--most", "1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("    warning: i2c-1 address 0x70: ")
    assert any("U-RHT" in line for line in lines)
    assert any("rak13004" in line and "All-Call" in line for line in lines)


def test_what_cannot_be_placed_is_told_on_stderr(capsys) -> None:
    assert run("solve", "rak7391", "rak17000", "rak13300") == 3
    told = capsys.readouterr()
    assert told.out.splitlines()[0] == " 1. wisblock-1  rak17000"
    assert told.err.splitlines()[0] == (
        "rak13300 cannot be placed: host line 10: GPIO10 has 2 claims that cannot share it"
    )
    assert "rak13300 SPI data (source: WP wireless/rak13300)" in told.err


def test_nothing_to_place_prints_no_file(capsys) -> None:
    assert run("solve", "rak7391", "rak1901", "--toml") == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert "the two do not mate" in told.err


@pytest.mark.parametrize(
    "question",
    [
        ["rak7391", "rak5802", "rak16001", "--option", "rak16001.address=0x4b"],
        ["rak7391", "rak16000", "rak12015", "--option", "rak16000.shunt=50mΩ"],
        ["rak5005-o", "rak1901", "rak1902", "rak1906", "rak5802"],
        ["rak6421", "rak13300", "rak1901"],
        ["rak7391", "rak5801", "--keep", "wisblock-1=rak13007", "--keep", "oled=rak1921"],
    ],
)
def test_the_file_passes_check(question: list[str], tmp_path: Path, capsys) -> None:
    assert run("solve", *question, "--toml") == 0
    file = tmp_path / "gateway.toml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert run("check", str(file)) == 0
    assert "fine" in capsys.readouterr().out


def test_json_is_complete(capsys) -> None:
    assert run("solve", "rak7391", "rak12004", "rak1901", "--json") == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["board"], told["core"]) == ("rak7391", "")
    best = told["answers"][0]
    assert best["slots"][0]["slot"] == "wisblock-1"
    assert best["slots"][0]["address"] == "0x52"
    assert best["steps"] == best["slots"][0]["steps"] != []
    assert best["warnings"] == []
    assert "address = 0x52" in best["toml"]
    (refused,) = told["refused"]
    assert refused["module"] == "rak1901"
    assert len(refused["claims"]) == 2
    assert all(set(c) == {"owner", "source"} for c in refused["claims"])


def test_keep_holds_a_module_in_its_slot(capsys) -> None:
    assert run("solve", "rak7391", "rak5802", "--keep", "wisblock-1=rak5801") == 0
    assert capsys.readouterr().out.splitlines() == [
        " 1. wisblock-1  rak5801",
        "    wisblock-2  rak5802",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["rak7931", "rak5801"], 1, 'the catalog has no "rak7931"; did you mean rak7391'),
        (["rak7391", "rak581"], 1, 'the catalog has no "rak581"; did you mean'),
        (["rak7391", "rak6421"], 1, "rak6421 is no module, but a board"),
        (["rak5801", "rak5802"], 1, "rak5801 is no board"),
        (["rak4631", "rak5801"], 1, "rak4631 has no slots to place modules in"),
        (["rak5005-o", "solar-5v"], 1, "solar-5v is a source of power and sits in no slot"),
        (["rak7391", "rak5801", "--core", "rak4631"], 1, "rak7391 takes no core"),
        (["rak5005-o", "rak5801", "--core", "rak7391"], 1, "rak7391 is no core"),
        (["rak7391"], 64, "name at least one module"),
        (["rak7391", "rak5801", "--most", "0"], 64, "--most"),
        (["rak7391", "rak5801", "--keep", "rak5801"], 64, "write SLOT=MODULE"),
        (["rak7391", "rak5801", "--keep", "wisblock-3=rak5801"], 64, 'no slot "wisblock-3"'),
        (["rak7391", "rak5801", "--option", "rak5801"], 64, "write MODULE.OPTION=VALUE"),
        (["rak7391", "rak5801", "--option", "rak5801.transfr=1Ω"], 64, 'did you mean "transfer"'),
        (["rak7391", "rak5801", "--option", "rak5801.transfer=5V"], 64, "a resistance is expected"),
        (["rak7391", "rak5801", "--option", "rak16000.address=0x44"], 64, "not among the modules"),
    ],
)
def test_wrong_questions_say_what_is_wrong(
    arguments: list[str], code: int, said: str, capsys
) -> None:
    assert run("solve", *arguments) == code
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""
