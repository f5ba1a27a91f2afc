"""What is emitted, read by parsers: those of PyPI where there is one, else the grammar as the
consumer documents it."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from devicetree import dtlib, edtlib
from emitted import EVERY_SERVICE, GOLDEN, Case, of_kind
from plan_cases import CATALOG

from wisgate.config.load import read
from wisgate.core.toml import Document
from wisgate.plan.emit.order import Order
from wisgate.plan.emit.zephyr_overlay import text as overlay_of_zephyr
from wisgate.plan.plan import make

SCHEMA = json.loads((GOLDEN / "compose.schema.json").read_text("utf-8"))
COMPOSE = [*of_kind("compose"), EVERY_SERVICE]

# config.txt: what the firmware takes, and overlays with their parameters, as the README of the
# overlays in the Raspberry Pi kernel lists them.
SETTINGS = {
    "enable_uart", "max_framebuffers", "display_auto_detect", "camera_auto_detect", "otg_mode",
}  # fmt: skip
BASE_PARAMETERS = {"i2c_arm", "i2c_arm_baudrate", "spi", "ant1", "ant2", "noant"}
OVERLAYS = {
    "i2c-rtc": {"pcf85063a"},
    "i2c3": {"pins_4_5", "baudrate"},
    "pca953x": {"addr", "pca9555"},
    "gpio-key": {"gpio", "active_low", "gpio_pull", "label", "keycode"},
    "dwc2": {"dr_mode"},
    "vc4-kms-v3d": set(),
    "imx219": {"cam0"},
    "disable-bt": set(),
    "rak7391": set(),
}

# udev: keys with the operators that fit them (udev(7)).
MATCHES = {"SUBSYSTEM", "SUBSYSTEMS", "KERNEL", "KERNELS", "ATTR", "ATTRS", "ENV", "ACTION"}
ASSIGNED = {"SYMLINK": "+=", "ENV": "="}
PARENTS = {"SUBSYSTEMS", "KERNELS", "ATTRS"}
TOKEN = re.compile(r'([A-Z]+)(?:\{([^}]+)\})?(==|\+=|=)"([^"]*)"')


def spoken(text: str, mark: str = "#") -> list[str]:
    """Lines that are neither empty nor comments."""
    return [line for line in text.splitlines() if line and not line.startswith(mark)]


@pytest.mark.parametrize("case", of_kind("config-txt"), ids=str)
def test_firmware_knows_every_setting(case: Case, tmp_path) -> None:
    first, *lines = spoken(case.write(tmp_path))
    assert first == "[all]"
    for line in lines:
        key, _, value = line.partition("=")
        if key == "dtoverlay":
            name, *given = value.split(",")
            assert {g.split("=")[0] for g in given} <= OVERLAYS[name]
        elif key == "dtparam":
            assert {g.split("=")[0] for g in value.split(",")} <= BASE_PARAMETERS
        else:
            assert key in SETTINGS
            assert value.isdigit()
        assert len(line) <= 98  # the firmware reads no more of a line


@pytest.mark.parametrize("case", of_kind("config-txt"), ids=str)
def test_no_overlay_takes_what_the_gateway_drives(case: Case, tmp_path) -> None:
    overlays = {line.split("=")[1] for line in spoken(case.write(tmp_path)) if "dtoverlay" in line}
    assert not {"i2c-fan", "ads1115", "ssd1306"} & {o.split(",")[0] for o in overlays}


@pytest.mark.parametrize("case", of_kind("udev"), ids=str)
def test_udev_rules_follow_the_grammar(case: Case, tmp_path) -> None:
    rules = spoken(case.write(tmp_path))
    assert rules
    for rule in rules:
        tokens = TOKEN.findall(rule)
        assert ", ".join(_joined(t) for t in tokens) == rule
        for key, _, operator, _ in tokens:
            assert key in MATCHES if operator == "==" else ASSIGNED[key] == operator
        assert tokens[-1][2] != "=="


def _joined(token: tuple[str, str, str, str]) -> str:
    key, inner, operator, value = token
    return f"{key}{f'{{{inner}}}' if inner else ''}{operator}" + f'"{value}"'


@pytest.mark.parametrize("case", of_kind("gpio-names"), ids=str)
def test_every_line_has_a_name_that_the_kernel_keeps(case: Case, tmp_path) -> None:
    tree = overlay(case.write(tmp_path))
    for chip in ("pca@26", "pca@27"):
        names = tree[chip]
        assert len(names) == len(set(names)) == 16
        assert max(len(name) for name in names) <= 31


def overlay(text: str) -> dict[str, list[str]]:
    """Nodes with line names; dtlib takes no overlays, so their frame is made a tree of its own."""
    text = text.replace("/plugin/;", "").replace("target = <&i2c1>;", "")
    tree = parsed(text)
    found = (n for n in tree.node_iter() if "gpio-line-names" in n.props)
    return {node.name: node.props["gpio-line-names"].to_strings() for node in found}


def parsed(text: str) -> dtlib.DT:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "tree.dts"
        path.write_text(text, "utf-8")
        return dtlib.DT(str(path))


@pytest.mark.parametrize("case", COMPOSE, ids=str)
def test_compose_file_fits_the_specification(case: Case, tmp_path) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(compose(case, tmp_path))


@pytest.mark.parametrize("case", COMPOSE, ids=str)
def test_compose_names_what_it_uses(case: Case, tmp_path) -> None:
    body = compose(case, tmp_path)
    services = body["services"]
    used_volumes: set[str] = set()
    used_secrets: set[str] = set()
    for service in services.values():
        assert set(service["networks"]) <= set(body["networks"])
        assert set(service.get("depends_on", ())) <= set(services)
        used_secrets |= set(service.get("secrets", ()))
        used_volumes |= {v.split(":")[0] for v in service.get("volumes", ())}
    assert {v for v in used_volumes if "/" not in v} == set(body.get("volumes", ()))
    assert used_secrets == set(body.get("secrets", ()))


@pytest.mark.parametrize("case", COMPOSE, ids=str)
def test_containers_are_pinned_watched_and_kept_in(case: Case, tmp_path) -> None:
    for service in compose(case, tmp_path)["services"].values():
        assert re.search(r":\d+\.\d+[.\w-]*$|:\d+-alpine$", service["image"])
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
        assert service.get("devices", []) in ([], ["/dev/wisgate/mpcie-2:/dev/zigbee"])
        assert "privileged" not in service
        assert "network_mode" not in service


@pytest.mark.parametrize("case", COMPOSE, ids=str)
def test_no_password_stands_in_the_file(case: Case, tmp_path) -> None:
    for service in compose(case, tmp_path)["services"].values():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET", key):
                assert key.endswith("_FILE")
                assert value.removeprefix("/run/secrets/") in service["secrets"]


def test_broker_listens_where_the_sink_looks_for_it(tmp_path) -> None:
    body = compose(Case("services", "compose"), tmp_path)
    assert list(body["services"]) == ["mosquitto"]
    assert body["services"]["mosquitto"]["ports"] == ["127.0.0.1:1884:1883"]


def compose(case: Case, folder: Path) -> dict[str, Any]:
    body = yaml.safe_load(case.write(folder))
    assert isinstance(body, dict)
    return body


@pytest.mark.parametrize("case", of_kind("meshtastic"), ids=str)
def test_meshtasticd_finds_its_lines(case: Case, tmp_path) -> None:
    body = yaml.safe_load(case.write(tmp_path))
    assert list(body) == ["Lora"]
    lora = body["Lora"]
    assert lora["Module"] == "sx1262"
    assert re.fullmatch(r"spidev0\.[01]", lora["spidev"])
    for role in ("IRQ", "Busy", "Reset"):
        pin = lora[role]
        assert isinstance(pin, int) or set(pin) == {"pin", "gpiochip", "line"}
    assert lora["DIO2_AS_RF_SWITCH"] is True


def test_meshtastic_on_the_hat_is_what_its_makers_ship(tmp_path) -> None:
    # MT bin/config.d/lora-RAK6421-13300-slot1.yaml
    lora = yaml.safe_load(Case("hat", "meshtastic").write(tmp_path))["Lora"]
    assert (lora["IRQ"], lora["Busy"], lora["Reset"]) == (22, 24, 16)
    assert lora["Enable_Pins"] == [12, 13]
    assert lora["spidev"] == "spidev0.0"


def test_meshtastic_on_the_carrier_uses_the_lines_of_the_vendors_sample(tmp_path) -> None:
    # WP wireless/rak13300, slot 2: CE1, reset 12, busy 13, DIO1 14, antenna switch 11, all at 0x26
    lora = yaml.safe_load(Case("radio", "meshtastic").write(tmp_path))["Lora"]
    found = {role: lora[role]["line"] for role in ("Reset", "Busy", "IRQ", "SX126X_ANT_SW")}
    assert found == {"Reset": 12, "Busy": 13, "IRQ": 14, "SX126X_ANT_SW": 11}
    assert {lora[role]["gpiochip"] for role in found} == {26}
    assert lora["spidev"] == "spidev0.1"


# Labels of Zephyr's board rak4631 (ZE) and the macros that its preprocessor replaces.
ZEPHYR_BOARD = """
/dts-v1/;
/ {
    soc {
        gpio0: gpio@50000000 { gpio-controller; #gpio-cells = <2>; };
        gpio1: gpio@50000300 { gpio-controller; #gpio-cells = <2>; };
        i2c0: i2c@40003000 { #address-cells = <1>; #size-cells = <0>; };
        adc: adc@40007000 { #io-channel-cells = <1>; };
        uart1: uart@40028000 { };
    };
};
"""
MACROS = {
    "GPIO_ACTIVE_HIGH": "0", "GPIO_ACTIVE_LOW": "1", "ADC_ACQ_TIME_DEFAULT": "0",
    **{f"NRF_SAADC_AIN{n}": str(n + 1) for n in range(8)},
}  # fmt: skip


# Properties that Zephyr's bindings know and demand, from dts/bindings of Zephyr 4.
EVERY_NODE = {"compatible": {"type": "string-array"}, "reg": {"type": "array", "required": True}}
NUMBER = {"type": "int", "required": True}
BINDINGS: dict[str, dict[str, Any]] = {
    "sensirion,shtcx": EVERY_NODE
    | {"measure-mode": {"type": "string", "required": True, "enum": ["normal", "low-power"]}},
    "ti,ina219": EVERY_NODE | {"shunt-milliohm": NUMBER, "lsb-microamp": NUMBER},
    "ti,opt3001": EVERY_NODE,
    "st,lps22hb-press": EVERY_NODE,
    "bosch,bme680": EVERY_NODE,
    "nxp,pca9685-pwm": EVERY_NODE | {"#pwm-cells": NUMBER | {"const": 3}},
}
CELLS = {"nxp,pca9685-pwm": {"pwm-cells": ["channel", "period", "flags"]}}


@pytest.mark.parametrize("case", of_kind("zephyr-overlay"), ids=str)
def test_zephyr_reads_the_overlay(case: Case, tmp_path) -> None:
    tree = zephyr(case, tmp_path)
    for node in tree.node_iter():
        if "@" in node.name and "reg" in node.props:
            assert int(node.name.split("@")[1], 16) == node.props["reg"].to_num()


def test_zephyr_lines_are_those_of_the_core(tmp_path) -> None:
    tree = zephyr(Case("field-node", "zephyr-overlay"), tmp_path)
    user = tree.get_node("/zephyr,user").props
    assert "< &gpio0 0x11 0x0 >" in str(user["io-rak5801-enable-gpios"])
    assert "< &adc 0x7 >" in str(user["io-channels"])
    assert "< &gpio1 0x2 0x0 >" in str(tree.label2node["switched_supply"].props["enable-gpios"])
    assert list(tree.label2node["adc"].nodes) == ["channel@7"]


def test_zephyr_gives_the_line_of_the_supply_to_the_regulator_alone() -> None:
    """IO2 is the reset of the RAK12500 in slot A, and the switch of 3V3_S."""
    values = {
        "name": "field",
        "board": "rak5005-o",
        "core": "rak4631",
        "slot": [{"slot": "sensor-a", "module": "rak12500"}],
    }
    config = read(Document(values, {}, "gateway.toml"), Path(), CATALOG)
    written = overlay_of_zephyr(Order(make(config, CATALOG)))
    tree = parsed(ZEPHYR_BOARD + replaced(written))
    assert not [name for name in tree.get_node("/zephyr,user").props if "reset" in name]
    assert "< &gpio1 0x2 0x0 >" in str(tree.label2node["switched_supply"].props["enable-gpios"])
    assert "IO2 switches 3V3_S" in written


@pytest.mark.parametrize("case", of_kind("zephyr-overlay"), ids=str)
def test_zephyrs_bindings_are_satisfied(case: Case, tmp_path) -> None:
    bindings = tmp_path / "bindings"
    bindings.mkdir()
    for compatible, properties in BINDINGS.items():
        body = {"description": compatible, "compatible": compatible, "properties": properties}
        path = bindings / f"{compatible.replace(',', '-')}.yaml"
        path.write_text(yaml.safe_dump(body | CELLS.get(compatible, {})), "utf-8")
    text = ZEPHYR_BOARD + replaced(case.write(tmp_path))
    (tmp_path / "tree.dts").write_text(text, "utf-8")
    tree = edtlib.EDT(str(tmp_path / "tree.dts"), [str(bindings)])
    bus = next(node for node in tree.nodes if node.labels == ["i2c0"])
    for node in bus.children.values():
        assert node.matching_compat in BINDINGS


def replaced(text: str) -> str:
    return re.sub(r"\b[A-Z][A-Z0-9_]+\b", lambda m: MACROS.get(m[0], m[0]), text)


def zephyr(case: Case, folder: Path) -> dtlib.DT:
    return parsed(ZEPHYR_BOARD + replaced(case.write(folder)))
