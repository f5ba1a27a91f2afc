"""What Home Assistant takes, written down from what it publishes, and a judge of our messages.

Sources: home-assistant.io, integrations mqtt, binary_sensor.mqtt, event.mqtt, number.mqtt,
sensor.mqtt, switch.mqtt and text.mqtt ("Configuration", "MQTT discovery", its abbreviations);
developers.home-assistant.io, core/entity/sensor ("Available device classes", "Available state
classes"); all as of release 2025.4. Stricter than Home Assistant in one thing: a key that it would
ignore is wrong.
"""

from __future__ import annotations

import json
import re
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

TOPIC = re.compile(r"(?P<component>\w+)/(?:[a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config")
ABBREVIATIONS = {
    "avty_t": "availability_topic", "cmd_t": "command_topic", "cmd_tpl": "command_template",
    "cmps": "components", "dev": "device", "dev_cla": "device_class", "evt_typ": "event_types",
    "json_attr_t": "json_attributes_topic", "o": "origin", "p": "platform",
    "stat_cla": "state_class", "stat_t": "state_topic",
    "sug_dsp_prc": "suggested_display_precision", "uniq_id": "unique_id",
    "unit_of_meas": "unit_of_measurement", "val_tpl": "value_template",
}  # fmt: skip
OF_DEVICE = {
    "cns": "connections", "cu": "configuration_url", "hw": "hw_version", "ids": "identifiers",
    "mdl": "model", "mdl_id": "model_id", "mf": "manufacturer", "sa": "suggested_area",
    "sn": "serial_number", "sw": "sw_version",
}  # fmt: skip
OF_ORIGIN = {"sw": "sw_version", "url": "support_url"}

ANY = {
    "availability", "availability_mode", "availability_template", "availability_topic",
    "enabled_by_default", "encoding", "entity_category", "entity_picture", "icon",
    "json_attributes_template", "json_attributes_topic", "name", "object_id",
    "payload_available", "payload_not_available", "platform", "qos", "unique_id",
}  # fmt: skip
"""Keys that every entity may have. With device discovery unique_id and platform are required."""
READ = {"state_topic", "value_template", "device_class"}
WRITE = {"command_topic", "command_template", "optimistic", "retain"}
PLATFORMS: dict[str, tuple[set[str], set[str]]] = {
    "binary_sensor": (
        {"state_topic"},
        READ | {"expire_after", "force_update", "off_delay", "payload_off", "payload_on"},
    ),
    "event": ({"state_topic", "event_types"}, READ | {"event_types"}),
    "number": (
        {"command_topic"},
        READ | WRITE | {"max", "min", "mode", "payload_reset", "step", "unit_of_measurement"},
    ),
    "sensor": (
        {"state_topic"},
        READ
        | {"expire_after", "force_update", "last_reset_value_template", "options", "state_class",
           "suggested_display_precision", "unit_of_measurement"},
    ),
    "switch": (
        {"command_topic"},
        READ | WRITE | {"payload_off", "payload_on", "state_off", "state_on"},
    ),
    "text": (
        {"command_topic"},
        (READ - {"device_class"}) | WRITE | {"max", "min", "mode", "pattern"},
    ),
}  # fmt: skip
"""Platform: the keys that it requires, the keys that it may have."""

UNITS = {
    "carbon_dioxide": {"ppm"},
    "current": {"A", "mA"},
    "data_size": {"bit", "kbit", "Mbit", "Gbit", "B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB",
                  "YB", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"},
    "distance": {"km", "m", "cm", "mm", "mi", "nmi", "yd", "in", "ft"},
    "duration": {"d", "h", "min", "s", "ms", "μs"},
    "energy": {"J", "kJ", "MJ", "GJ", "mWh", "Wh", "kWh", "MWh", "GWh", "TWh", "cal", "kcal",
               "Mcal", "Gcal"},
    "frequency": {"Hz", "kHz", "MHz", "GHz"},
    "humidity": {"%"},
    "illuminance": {"lx"},
    "power": {"mW", "W", "kW", "MW", "GW", "TW"},
    "pressure": {"cbar", "bar", "hPa", "mmHg", "inHg", "kPa", "mbar", "Pa", "psi"},
    "problem": {None},
    "speed": {"ft/s", "in/d", "in/h", "in/s", "km/h", "kn", "m/s", "mph", "mm/d", "mm/s",
              "Beaufort", "mm/h"},
    "temperature": {"°C", "°F", "K"},
    "voltage": {"V", "mV", "µV", "kV", "MV"},
    "volume_flow_rate": {"m³/h", "ft³/min", "L/min", "gal/min", "mL/s"},
    "weight": {"kg", "g", "mg", "µg", "oz", "lb", "st"},
}  # fmt: skip
"""Device class: the units that it allows."""
TOTALS = {"total", "total_increasing"}
STATE_CLASSES = {"energy": TOTALS, "distance": TOTALS | {"measurement"},
                 "duration": TOTALS | {"measurement"}, "data_size": TOTALS | {"measurement"},
                 "weight": TOTALS | {"measurement"}, None: TOTALS | {"measurement"}}  # fmt: skip
"""Device class: the state classes that it allows, where that is not "measurement" alone."""
SHARED = {"availability_topic", "command_topic", "state_topic", "qos", "encoding"}
"""Keys that a device message may have at its root beside device, origin and components."""

_environment = SandboxedEnvironment(undefined=StrictUndefined)


def rendered(template: str, payload: bytes) -> str:
    """What a value_template makes of a payload."""
    return _environment.from_string(template).render(
        value=payload.decode(), value_json=json.loads(payload)
    )


def commanded(component: dict[str, Any], value: object) -> str:
    """What is sent to the command topic for a value that a person chose."""
    template = component.get("command_template")
    return _environment.from_string(template).render(value=value) if template else str(value)


def judged(prefix: str, topic: str, payload: bytes) -> dict[str, dict[str, Any]]:
    """The components of a discovery message with everything spelt out; fails when Home Assistant
    would not take it, or would take it for something else."""
    assert topic.startswith(f"{prefix}/"), topic
    match = TOPIC.fullmatch(topic.removeprefix(f"{prefix}/"))
    assert match is not None, topic
    assert match["component"] == "device", topic
    body = spelt_out(json.loads(payload), ABBREVIATIONS)
    shared = {k: v for k, v in body.items() if k not in ("device", "origin", "components")}
    assert set(shared) <= SHARED, shared
    _device(spelt_out(body["device"], OF_DEVICE))
    origin = spelt_out(body["origin"], OF_ORIGIN)
    assert origin.keys() <= {"name", "sw_version", "support_url"}
    assert origin["name"]
    found = {}
    for name, component in body["components"].items():
        told = spelt_out(component, ABBREVIATIONS)
        platform = told["platform"]
        assert platform in PLATFORMS, platform
        if len(told) > 1:  # with its platform alone it is removed
            found[name] = shared | told
            _component(platform, found[name])
    return found


def spelt_out(given: dict[str, Any], abbreviations: dict[str, str]) -> dict[str, Any]:
    told = {abbreviations.get(key, key): value for key, value in given.items()}
    assert len(told) == len(given), given
    return told


def _device(device: dict[str, Any]) -> None:
    assert device.get("identifiers") or device.get("connections"), device
    assert device.keys() <= {*OF_DEVICE.values(), "name", "via_device"}, device
    assert all(isinstance(v, str) for k, v in device.items() if k != "identifiers"), device


def _component(platform: str, told: dict[str, Any]) -> None:
    required, possible = PLATFORMS[platform]
    assert required <= told.keys(), (platform, required - told.keys())
    assert told.keys() <= ANY | possible, (platform, told.keys() - ANY - possible)
    assert isinstance(told["unique_id"], str)
    for key, value in told.items():
        if key.endswith("_topic"):
            assert re.fullmatch(r"[^+#\0]+", value), (key, value)
        if key.endswith("_template"):
            _environment.from_string(value)
    kind, unit = told.get("device_class"), told.get("unit_of_measurement")
    if kind is not None:
        assert unit in UNITS[kind], (kind, unit)
    if platform == "sensor":
        state = told.get("state_class")
        assert state is None or state in STATE_CLASSES.get(kind, {"measurement"}), told
    if platform == "number":
        assert told["min"] <= told["max"]
        assert told.get("step", 1) >= 0.001
        assert told.get("mode", "auto") in ("auto", "box", "slider")
