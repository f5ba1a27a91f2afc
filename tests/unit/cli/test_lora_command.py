"""wisgate lora: plans as text and JSON, files that are written only when asked, and their check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wisgate.cli.lora import command

EUI = "0016C001FF000001"
WORDS = ("plan", "--region", "EU868", "--board", "rak5146-spi", "--eui", f"mpcie-1={EUI}")
GOLDEN = Path(__file__).parents[2] / "golden" / "lorawan" / "files"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words])


def test_a_plan_for_people() -> None:
    ran = run(*WORDS)
    assert ran.exit_code == 0, ran.output
    assert ran.stdout == (
        "mpcie-1  rak5146-spi  EU868 set A\n"
        "  reached by  /dev/spidev0.0\n"
        "  reset       line 17 of host\n"
        "  EUI         0016c001ff000001\n"
        "  radio 0     867.5 MHz: 867.1 867.3 867.5 867.7 867.9\n"
        "  radio 1     868.5 MHz: 868.1 868.3 868.5\n"
        "  wide        868.3 MHz, SF7, 250 kHz\n"
        "  FSK         868.8 MHz\n"
        "  sends       863.0 to 870.0 MHz\n"
        "7 files; --write DIR writes them\n"
    )


def test_notes_go_to_stderr() -> None:
    ran = run("plan", "--region", "US915", "--board", "rak5146-spi", "--channels", "16")
    assert "note: 16 channels need 2 boards below 1 GHz, not 1\n" in ran.stderr
    assert "note: mpcie-1: no files without its EUI" in ran.stderr
    assert "EUI         not known here" in ran.stdout


def test_nothing_is_written_without_being_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*WORDS).exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_files_are_written_and_pass_the_check(tmp_path: Path) -> None:
    ran = run(*WORDS, "--write", tmp_path / "lora")
    assert ran.exit_code == 0, ran.output
    found = sorted(p for p in (tmp_path / "lora").rglob("*") if p.is_file())
    assert {f"wrote {p}" for p in found} <= set(ran.stdout.splitlines())
    assert tmp_path / "lora/mpcie-1/global_conf.json" in found
    checked = run("check", *found)
    assert checked.exit_code == 0, checked.output
    assert f"{tmp_path}/lora/mpcie-1/global_conf.json: fine (global_conf.json, EU868)\n" in (
        checked.stdout
    )


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    ran = run(*WORDS, "--write", tmp_path / "taken" / "inner")
    assert ran.exit_code == 1
    assert "write another --write DIR" in str(ran.exception)


def test_a_plan_for_programs() -> None:
    found = json.loads(run(*WORDS, "--json").stdout)
    (board,) = found["boards"]
    assert board["radios"] == [867_500_000, 868_500_000]
    assert board["eui"] == "0016c001ff000001"
    assert board["reset_line"] == 17
    assert len(board["channels"]) == 8
    assert set(found["files"]) >= {"mpcie-1/global_conf.json", "mpcie-1/station/tc.uri"}


def test_a_plan_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(
        'name = "roof"\nboard = "rak7391"\n[[slot]]\nslot = "mpcie-2"\nmodule = "rak2287-spi"\n'
        f'[lorawan]\nregion = "KR920"\n[[lorawan.board]]\nslot = "mpcie-2"\neui = "{EUI}"\n'
    )
    ran = run("plan", file)
    assert ran.exit_code == 0, ran.output
    assert "mpcie-2  rak2287-spi  KR920 set A\n" in ran.stdout
    assert "  sends       nothing\n" in ran.stdout
    assert "receives only: KR920 demands listen before talk" in ran.stderr


def test_a_usb_card_gets_the_path_of_the_user() -> None:
    path = "/dev/serial/by-path/platform-usb-0:1.3:1.0"
    words = ("plan", "--region", "ism2400", "--board", "mpcie-3=rak5148", "--json")
    ran = run(*words, "--eui", f"mpcie-3={EUI}", "--path", f"mpcie-3={path}")
    (board,) = json.loads(ran.stdout)["boards"]
    assert (board["name"], board["path"]) == ("mpcie-3", path)
    assert [c["spreading_factor"] for c in board["channels"]] == [12, 12, 12]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("plan",), "write a FILE, or --region and --board"),
        (("plan", "--region", "EU868"), "write a FILE, or --region and --board"),
        (("plan", "x.toml", "--region", "EU868"), "leave --region and --board away"),
        ((*WORDS, "--eui", "mpcie-1"), "write mpcie-1=mpcie-1"),
        ((*WORDS, "--eui", "mpcie-2=00"), "no card is in mpcie-2; there are: mpcie-1"),
        ((*WORDS[:-1], "mpcie-1=00"), "is no EUI; write sixteen hexadecimal digits"),
        (("check", GOLDEN / "x.json", "--region", "EU9"), "EU9 is no region; there are: AS923-1"),
    ],
)
def test_wrong_words_are_told(words: tuple[str, ...], why: str) -> None:
    ran = run(*words)
    assert ran.exit_code == 2
    assert why in ran.stderr


def test_cards_and_regions_that_do_not_exist_are_told() -> None:
    unknown = run("plan", "--region", "EU868", "--board", "rak5146")
    assert "rak5146 is no concentrator card" in str(unknown.exception)
    nowhere = run("plan", "--region", "EU867", "--board", "rak5148")
    assert "EU867 is no region" in str(nowhere.exception)


def broken(tmp_path: Path) -> Path:
    text = (GOLDEN / "eu868/mpcie-1/global_conf.json").read_text("utf-8")
    file = tmp_path / "global_conf.json"
    file.write_text(text.replace('"tx_freq_max": 870000000', '"tx_freq_max": 868600000'))
    return file


def test_findings_have_file_and_line_and_exit_code_2(tmp_path: Path) -> None:
    file = broken(tmp_path)
    ran = run("check", file)
    assert ran.exit_code == 2
    assert ran.stdout.startswith(f"{file}:19: radio_0: sends from 863.0 MHz to 868.6 MHz only")
    found = json.loads(run("check", file, "--json").stdout)["files"][0]
    assert (found["region"], found["findings"][0]["line"]) == ("EU868", 19)


def test_notes_alone_are_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "global_conf.json"
    text = (GOLDEN / "eu868/mpcie-1/global_conf.json").read_text("utf-8")
    file.write_text(text.replace(EUI, "B827EBFFFE123456"))
    ran = run("check", file)
    assert ran.exit_code == 0
    assert ": note: gateway_ID" in ran.stdout


def test_files_that_cannot_be_read_do_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "text.json").write_text("{")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe")
    ran = run("check", tmp_path / "gone.json", tmp_path / "text.json", tmp_path / "binary.json",
              broken(tmp_path))  # fmt: skip
    assert ran.exit_code == 2
    assert f"{tmp_path}/gone.json: cannot be read (No such file or directory); check the path" in (
        ran.stdout
    )
    assert "text.json:1:" in ran.stdout
    assert "binary.json:1: no text in UTF-8" in ran.stdout
    assert "global_conf.json:19:" in ran.stdout


def test_the_region_of_the_user_counts(tmp_path: Path) -> None:
    ran = run("check", GOLDEN / "eu868/mpcie-1/global_conf.json", "--region", "us902")
    assert ran.exit_code == 2
    assert "outside of US915" in ran.stdout
