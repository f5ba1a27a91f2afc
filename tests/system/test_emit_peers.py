"""What is emitted, read by the programs that it is for: dtc, docker-compose, a C compiler."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import paho.mqtt.client as paho
import pytest
import yaml
from emitted import EVERY_SERVICE, Case, of_kind
from peers import Mosquitto, Subscriber, free_port, program, until

pytestmark = pytest.mark.peers

# What the vendor's board package has in its variant.h (BSP), as a sketch sees it.
ARDUINO = """\
typedef unsigned char uint8_t;
static const uint8_t WB_IO1 = {io1}, WB_IO2 = 34, WB_IO3 = 21, WB_IO4 = 4, WB_IO5 = 9;
static const uint8_t WB_IO6 = 10, WB_SW1 = 33, WB_A0 = 5, WB_A1 = 31;
"""
ZEPHYR = """\
/dts-v1/;
/ {
    soc {
        gpio0: gpio-0 { gpio-controller; #gpio-cells = <2>; };
        gpio1: gpio-1 { gpio-controller; #gpio-cells = <2>; };
        i2c0: i2c-0 { #address-cells = <1>; #size-cells = <0>; };
        adc: adc-0 { #io-channel-cells = <1>; };
        uart1: uart-1 { };
    };
};
"""


def checked(*command: str, text: str | None = None) -> str:
    ran = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=50, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("case", of_kind("gpio-names"), ids=str)
def test_dtc_compiles_the_names(case: Case, tmp_path: Path) -> None:
    dtc = program("dtc", "device-tree-compiler")
    text = case.write(tmp_path)
    blob = tmp_path / "lines.dtbo"
    told = checked(dtc, "-@", "-I", "dts", "-O", "dtb", "-o", str(blob), str(tmp_path / "written"))
    assert told == ""
    back = checked(dtc, "-I", "dtb", "-O", "dts", str(blob)).replace(r"\0", '", "')
    names = re.findall(r'^\t{5}"(.+)"', text, re.MULTILINE)
    assert len(names) == 32
    assert all(f'"{name}"' in back for name in names)


@pytest.mark.parametrize("case", of_kind("zephyr-overlay"), ids=str)
def test_dtc_compiles_the_overlay_on_its_board(case: Case, tmp_path: Path) -> None:
    gcc, dtc = program("gcc", "gcc"), program("dtc", "device-tree-compiler")
    macros = ["-DGPIO_ACTIVE_HIGH=0", "-DGPIO_ACTIVE_LOW=1", "-DADC_ACQ_TIME_DEFAULT=0"]
    macros += [f"-DNRF_SAADC_AIN{n}={n + 1}" for n in range(8)]
    source = ZEPHYR + case.write(tmp_path)
    flags = ["-E", "-P", "-nostdinc", "-undef", "-x", "assembler-with-cpp"]
    plain = checked(gcc, *flags, *macros, "-", text=source)
    checked(dtc, "-I", "dts", "-O", "dtb", "-o", str(tmp_path / "board.dtb"), "-", text=plain)


@pytest.mark.parametrize("case", [*of_kind("compose"), EVERY_SERVICE], ids=str)
def test_compose_takes_the_file(case: Case, tmp_path: Path) -> None:
    compose = program("docker-compose", "docker-compose")
    case.write(tmp_path)
    checked(compose, "-f", str(tmp_path / "written"), "config", "--quiet")


def test_broker_of_the_compose_file_admits_only_whom_it_knows(tmp_path: Path) -> None:
    body = yaml.safe_load(Case("services", "compose").write(tmp_path))
    shell, flag, script = body["services"]["mosquitto"]["command"]
    settings = checked(shell, flag, script.replace("$$", "$").partition(" > ")[0])
    port, passwords = free_port(), tmp_path / "passwords"
    settings = settings.replace("listener 1883", f"listener {port} 127.0.0.1")
    settings = settings.replace("/run/secrets/mosquitto_passwords", str(passwords))
    settings = settings.replace("/mosquitto/data/", f"{tmp_path}/")
    (tmp_path / "mosquitto.conf").write_text(settings + "user root\n")
    passwords.touch(mode=0o600)
    tool = program("mosquitto_passwd", "mosquitto")
    checked(tool, "-b", str(passwords), "gateway", "secret")
    broker = Mosquitto(tmp_path, port)
    try:
        broker.start()
        with Subscriber(port, ["a"], ("gateway", "secret")) as known:
            known.publish("a", "1")
            known.wait(lambda messages: len(messages) == 1)
        assert _refused(port)
    finally:
        broker.stop()


def _refused(port: int) -> bool:
    """Whether the broker refuses somebody without a name."""
    answered: list[bool] = []
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.on_connect = lambda _c, _u, _f, code, _p: answered.append(code.is_failure)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        until(lambda: bool(answered), "the broker answers")
    finally:
        client.disconnect()
        client.loop_stop()
    return answered[0]


@pytest.mark.parametrize("case", of_kind("arduino-pins"), ids=str)
def test_c_compiler_takes_the_header(case: Case, tmp_path: Path) -> None:
    gcc = program("gcc", "gcc")
    case.write(tmp_path)
    strict = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]
    source = f'#include "{tmp_path / "written"}"\nint pin = WB_IO2;\n'
    checked(gcc, *strict, "-x", "c", "-", text=source)


@pytest.mark.parametrize("case", of_kind("arduino-pins"), ids=str)
def test_a_sketch_for_another_core_does_not_compile(case: Case, tmp_path: Path) -> None:
    gxx = program("g++", "g++")
    case.write(tmp_path)
    include = f'#include "{tmp_path / "written"}"\n'
    command = [gxx, "-std=c++11", "-DARDUINO=10819", "-fsyntax-only", "-x", "c++", "-"]
    checked(*command, text=ARDUINO.format(io1=17) + include)
    other = subprocess.run(
        command, input=ARDUINO.format(io1=18) + include, capture_output=True, text=True,
        timeout=50, check=False,
    )  # fmt: skip
    assert other.returncode != 0
    assert "another core" in other.stderr
