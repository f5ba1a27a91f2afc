"""wisgate emit as people use it: lists, files that are there already, wrong usage."""

from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.cli import main

ROOT = Path(__file__).parents[3]
PUMP_HOUSE = str(ROOT / "examples" / "pump-house.toml")
CORE = str(ROOT / "tests" / "golden" / "emit" / "field-node" / "gateway.toml")
RADIOS = """\
name = "radios"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak13300"

[[slot]]
slot = "wisblock-2"
module = "rak13300"
"""
CLASH = """\
name = "clash"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak16000"

[[slot]]
slot = "wisblock-2"
module = "rak16000"
"""


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["emit", *arguments])
    return int(ended.value.code or 0)


def test_without_a_kind_all_are_listed_a_line_each(capsys) -> None:
    assert run(PUMP_HOUSE) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "config-txt", "gpio-names", "udev", "compose", "modbus-map", "meshtastic", "arduino-pins",
        "zephyr-overlay",
    ]  # fmt: skip
    assert "needs" not in lines[0]
    assert 'needs a WisBlock base with core = "rak4631"' in lines[6]


def test_a_core_gets_what_firmware_needs(capsys) -> None:
    assert run(CORE) == 0
    fitting = [x.split()[0] for x in capsys.readouterr().out.splitlines() if "needs" not in x]
    assert fitting == ["arduino-pins", "zephyr-overlay"]


@pytest.mark.parametrize("kind", ["config-txt", "gpio-names", "udev", "compose", "meshtastic"])
def test_a_core_has_no_linux(kind: str, capsys) -> None:
    assert run(CORE, kind) == 3
    assert capsys.readouterr().err.startswith(f"{CORE}: {kind} needs ")


def test_a_kind_for_another_board_says_what_it_needs(capsys) -> None:
    assert run(PUMP_HOUSE, "arduino-pins") == 3
    assert capsys.readouterr().err == (
        f'{PUMP_HOUSE}: arduino-pins needs a WisBlock base with core = "rak4631";'
        f' "wisgate emit {PUMP_HOUSE}" lists what rak7391 can use\n'
    )


def test_written_and_not_overwritten(tmp_path, capsys) -> None:
    path = tmp_path / "rules"
    assert run(PUMP_HOUSE, "udev", "-o", str(path)) == 0
    written = path.read_text()
    path.write_text("mine")
    assert run(PUMP_HOUSE, "udev", "-o", str(path)) == 64
    assert "--force overwrites it" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert run(PUMP_HOUSE, "udev", "-o", str(path), "--force") == 0
    assert path.read_text() == written
    assert list(tmp_path.iterdir()) == [path]


def test_no_such_folder(tmp_path, capsys) -> None:
    assert run(PUMP_HOUSE, "udev", "-o", str(tmp_path / "none" / "rules")) == 1
    assert "cannot be written: No such file or directory" in capsys.readouterr().err


def test_terminal_and_file_get_the_same(tmp_path, capsys) -> None:
    assert run(PUMP_HOUSE, "compose") == 0
    shown = capsys.readouterr().out
    assert run(PUMP_HOUSE, "compose", "-o", str(tmp_path / "compose.yaml")) == 0
    assert (tmp_path / "compose.yaml").read_text() == shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["config.txt"], 'no kind "config.txt"; did you mean "config-txt"?'),
        (["systemd-unit"], "there are config-txt, gpio-names"),
        (["udev", "--slot", "wisblock-1"], "--slot is an option of meshtastic"),
        (["--service", "grafana"], "--service is an option of compose"),
        (["compose", "--service", "mongodb"], 'no service "mongodb"; there are mosquitto'),
        (["compose", "--service", "chirpstack-cache"], 'no service "chirpstack-cache"'),
        (["udev", "--usb", "wisblock-3=1-1.4"], "names no slot of rak7391 with a USB path"),
        (["udev", "--usb", "wisblock-1=ttyUSB0"], "write wisblock-1=1-1.4"),
        (["config-txt", "--camera", "cam2"], "'cam2' is not one of"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, capsys) -> None:
    assert run(PUMP_HOUSE, *arguments) == 64
    assert message in " ".join(capsys.readouterr().err.split())


def test_nothing_is_written_for_a_plan_that_conflicts(tmp_path, capsys) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(CLASH)
    assert run(str(file), "udev", "-o", str(tmp_path / "rules")) == 3
    assert "0x41" in capsys.readouterr().err
    assert not (tmp_path / "rules").exists()


def test_two_radios_are_two_files(tmp_path, capsys) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(RADIOS)
    assert run(str(file), "meshtastic") == 3
    assert "--slot wisblock-1 or --slot wisblock-2" in capsys.readouterr().err
    for number, line in (("1", 4), ("2", 12)):
        assert run(str(file), "meshtastic", "--slot", f"wisblock-{number}") == 0
        assert f"Reset:\n    pin: {line}\n" in capsys.readouterr().out


def test_a_slot_without_radio_is_named(tmp_path, capsys) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(RADIOS.partition('\n[[slot]]\nslot = "wisblock-2"')[0])
    assert run(str(file), "meshtastic", "--slot", "wisblock-2") == 3
    assert "needs a RAK13300 in wisblock-2, which has none" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["grafana", "node-red", "portainer"])
def test_a_service_alone_brings_no_broker(name: str, capsys) -> None:
    assert run(PUMP_HOUSE, "compose", "--service", name) == 0
    shown = capsys.readouterr().out
    assert f"\n  {name}:\n" in shown
    assert "\n  mosquitto:\n" not in shown


def test_a_service_brings_what_it_needs(capsys) -> None:
    assert run(PUMP_HOUSE, "compose", "--service", "chirpstack") == 0
    shown = capsys.readouterr().out
    for name in ("mosquitto", "chirpstack", "chirpstack-database", "chirpstack-cache"):
        assert f"\n  {name}:\n" in shown
