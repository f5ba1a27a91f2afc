"""The discovery messages, judged by the rules of Home Assistant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from home_assistant_rules import UNITS, commanded, judged, rendered
from sink_access import access

from wisgate.core.points import Status
from wisgate.core.units import BY_UCUM, display
from wisgate.gateway.payloads import command_value, record_json
from wisgate.gateway.sinks.home_assistant import CLASSES, HomeAssistant
from wisgate.store.records import AlarmState, Phase, Record

PREFIX, ROOT = "homeassistant", "wisgate/pump-house"
OWN = f"{PREFIX}/device/wisgate-pump-house"
LARGE = 64 * 1024
FILE = """
[[slot]]
slot = "wisblock-1"
module = "rak5801"
[[slot.point]]
channel = "a1"
name = "tank_level"
from = ["4mA", "20mA"]
to = ["0m", "3.5m"]

[[slot]]
slot = "wisblock-2"
module = "rak13007"
[[slot.point]]
channel = "relay"
name = "pump"

[[virtual]]
name = "maintenance"
type = "bool"

[[virtual]]
name = "limit"
type = "float"
unit = "kWh"

[[virtual]]
name = "note"
type = "text"

[[alarm]]
name = "overflow"
point = "tank_level"
above = "3.2m"
severity = "high"
"""


def home(text: str = FILE, *chosen: str, commands: bool = True) -> HomeAssistant:
    return HomeAssistant(PREFIX, ROOT, access(text), chosen, commands)


def told(by: HomeAssistant, largest: int = LARGE) -> dict[str, dict[str, Any]]:
    """Every component of every message, by its name."""
    found: dict[str, dict[str, Any]] = {}
    for message in by.messages(largest):
        assert message.retain
        parts = judged(PREFIX, message.topic, message.payload)
        assert not parts.keys() & found.keys()
        found |= parts
    unique = [c["unique_id"] for c in found.values()]
    assert len(set(unique)) == len(unique)
    return found


@pytest.mark.parametrize("example", ["pump-house", "ambient"])
@pytest.mark.parametrize("commands", [True, False])
def test_whole_gateways_keep_the_rules(example: str, commands: bool) -> None:
    text = (Path(__file__).parents[3] / "examples" / f"{example}.toml").read_text()
    rest = text.partition("\nboard = ")[2].partition("\n")[2]
    found = told(home(rest, commands=commands))
    assert len(found) > 10
    platforms = {c["platform"] for c in found.values()}
    assert ("switch" in platforms) is commands
    assert all(c["availability_topic"] == f"{ROOT}/state" for c in found.values())


def test_every_kind_of_point_is_what_people_expect() -> None:
    found = told(home())
    shown = {name: (c["name"], c.get("unit_of_measurement"), c.get("device_class"))
             for name, c in found.items() if "limit" in name or "level" in name}  # fmt: skip
    assert shown == {
        "sensor-tank_level": ("Tank level", "m", "distance"),
        "number-limit": ("Limit", "kWh", "energy"),
    }
    assert {"switch-pump", "switch-maintenance", "text-note"} < found.keys()
    assert found["binary_sensor-alarm/overflow"]["device_class"] == "problem"
    assert found["sensor-tank_level"]["state_class"] == "measurement"
    assert found["switch-pump"]["unique_id"] == "wisgate-pump-house-pump"
    assert found["switch-pump"]["command_topic"] == f"{ROOT}/pump/set"


def test_without_commands_nothing_can_be_operated() -> None:
    found = told(home(commands=False))
    assert not any("command_topic" in c for c in found.values())
    assert {"binary_sensor-pump", "sensor-limit", "sensor-note"} < found.keys()
    assert found["sensor-limit"]["state_class"] == "total_increasing"


def test_limits_of_a_number_are_those_of_its_channel() -> None:
    module = '[[slot]]\nslot = "wisblock-1"\nmodule = "rak13004"\nout0 = "angle"\nout1 = "angle"\n'
    scaled = '[[slot.point]]\nchannel = "angle1"\nfrom = ["-90deg", "90deg"]\nto = ["100%", "0%"]\n'
    found = told(home(module + scaled))
    limits = {n: [found[f"number-wisblock_1_angle{n}"][k] for k in ("min", "max", "step")]
              for n in (0, 1)}  # fmt: skip
    assert limits == {0: [-90, 90, 0.1], 1: [0, 100, 0.1]}
    register = (
        '[[slot]]\nslot = "wisblock-1"\nmodule = "rak5802"\n[[slot.unit]]\nid = 1\nname = "u"\n'
        'registers = [{ name = "speed", address = 1, kind = "holding", type = "int16",'
        ' scale = 0.1, unit = "m/s", writable = true }]\n'
    )
    found = told(home(register))
    (speed,) = [c for c in found.values() if c["platform"] == "number"]
    assert (speed["min"], speed["max"], speed["step"]) == (-3276.8, 3276.7, 0.1)
    free = told(home())["number-limit"]
    assert (free["min"], free["max"], free["mode"]) == (-1e9, 1e9, "box")


@pytest.mark.parametrize(
    ("component", "value", "status", "state"),
    [
        ("sensor-tank_level", 1.5, Status.GOOD, "1.5"),
        ("sensor-tank_level", 1.5, Status.UNCERTAIN, "1.5"),
        ("sensor-tank_level", None, Status.FAULT, "None"),
        ("number-limit", None, Status.STALE, "None"),
        ("switch-pump", True, Status.GOOD, "ON"),
        ("switch-pump", False, Status.GOOD, "OFF"),
        ("switch-pump", None, Status.ABSENT, "None"),
        ("text-note", 'say "hi"', Status.GOOD, 'say "hi"'),
        ("text-note", "x" * 300, Status.GOOD, "x" * 255),
        ("text-note", None, Status.FAULT, "None"),
    ],
)
def test_templates_make_states_and_never_a_number_of_a_fault(
    component: str, value: Any, status: Status, state: str
) -> None:
    template = told(home())[component]["value_template"]
    assert rendered(template, record_json(Record(1, 0, "p", "m", value, status))) == state


@pytest.mark.parametrize(
    ("phase", "state"),
    [(Phase.NORMAL, "OFF"), (Phase.PENDING, "OFF"), (Phase.ACTIVE, "ON"), (Phase.SHELVED, "OFF"),
     (Phase.ACKNOWLEDGED, "ON"), (Phase.CLEARED, "ON")],
)  # fmt: skip
def test_an_alarm_is_a_problem_as_long_as_it_is_raised(phase: Phase, state: str) -> None:
    component = told(home())["binary_sensor-alarm/overflow"]
    value = AlarmState(phase, "high", 3.3, "Tank full").encoded()
    payload = record_json(Record(1, 0, "alarm/overflow", "", value, Status.GOOD))
    assert rendered(component["value_template"], payload) == state
    assert component["state_topic"] == component["json_attributes_topic"]


def test_what_people_choose_is_a_command_of_ours() -> None:
    found = told(home())
    chosen = {"switch-pump": "ON", "number-limit": 7.5, "text-note": 'a "b" 5'}
    values = {n: command_value(commanded(found[n], v).encode()) for n, v in chosen.items()}
    assert values == {"switch-pump": True, "number-limit": 7.5, "text-note": 'a "b" 5'}


def test_what_happens_is_an_event() -> None:
    module = '[[slot]]\nslot = "wisblock-1"\nmodule = "rak13600"\n'
    events = [c for c in told(home(module)).values() if c["platform"] == "event"]
    assert events
    payload = record_json(Record(1, 0, "p", "", "04a1", Status.GOOD))
    happened = json.loads(rendered(events[0]["value_template"], payload))
    assert happened == {"event_type": "reading", "value": "04a1"}
    assert happened["event_type"] in events[0]["event_types"]
    nothing = record_json(Record(1, 0, "p", "", None, Status.FAULT))
    assert rendered(events[0]["value_template"], nothing) == ""


def test_every_unit_with_a_class_is_one_that_the_class_allows() -> None:
    for kind, units in CLASSES.items():
        assert {display(u) for u in units} <= UNITS[kind]
        assert len({BY_UCUM[u].dimension for u in units if u in BY_UCUM}) == 1


def test_modules_are_reached_through_the_gateway() -> None:
    bodies = {m.topic: json.loads(m.payload) for m in home().messages(LARGE)}
    assert list(bodies) == [f"{OWN}/{p}/config" for p in ("gateway", "wisblock-1", "wisblock-2")]
    module = bodies[f"{OWN}/wisblock-2/config"]["dev"]
    assert module == {
        "ids": "wisgate-pump-house-wisblock-2", "name": "pump-house wisblock-2",
        "via_device": "wisgate-pump-house", "mf": "RAKwireless", "mdl": "RAK13007",
    }  # fmt: skip
    assert bodies[f"{OWN}/gateway/config"]["dev"]["ids"] == module["via_device"]


def test_a_unit_on_a_line_or_in_the_network_is_one_of_its_own() -> None:
    unit = (
        '[[{}.unit]]\nid = 1\nname = "{}"\nregisters = [{{ name = "a_b", address = 1,'
        ' kind = "input" }}]\n'
    )
    text = '[[slot]]\nslot = "wisblock-1"\nmodule = "rak5802"\n' + unit.format("slot", "meter")
    text += '[[modbus]]\nhost = "127.0.0.1"\n' + unit.format("modbus", "gateway")
    bodies = {m.topic: json.loads(m.payload) for m in home(text).messages(LARGE)}
    for name in ("meter", "gateway"):
        body = bodies[f"{OWN}/unit-{name}/config"]
        assert list(body["cmps"]) == [f"sensor-{name}_a_b"]
        assert body["dev"]["name"] == f"pump-house {name}"


def test_an_end_device_is_one_of_its_own(tmp_path: Path) -> None:
    keys = tmp_path / "barn.keys"
    keys.touch(0o600)
    text = (
        '[lorawan]\nregion = "EU868"\n[[lorawan.device]]\nname = "barn"\n'
        f'dev_addr = "26011BDA"\ncodec = "cayenne"\nkeys_file = "{keys}"\n'
        'points = [{ name = "level", unit = "m" }]\n'
    )
    bodies = {m.topic: json.loads(m.payload) for m in home(text).messages(LARGE)}
    body = bodies[f"{OWN}/lorawan-barn/config"]
    assert list(body["cmps"]) == ["sensor-barn_level"]
    assert body["dev"]["name"] == "pump-house barn"


def test_chosen_points_alone_are_told() -> None:
    (message,) = home(FILE, "pump").messages(LARGE)
    assert list(judged(PREFIX, message.topic, message.payload)) == ["switch-pump"]
    assert "via_device" not in json.loads(message.payload)["dev"]


def test_no_message_is_larger_than_it_may_be() -> None:
    whole, split = home().messages(LARGE), home().messages(2000)
    assert max(len(m.payload) for m in split) <= 2000
    assert len(split) > len(whole)
    assert told(home(), 2000) == told(home())
    parts = [m for m in split if "/gateway" in m.topic]
    assert len({json.loads(m.payload)["dev"]["ids"] for m in parts}) == 1


def kept(by: HomeAssistant) -> dict[str, bytes]:
    """What a broker keeps after its messages."""
    return {m.topic: m.payload for m in by.messages(LARGE) if m.payload}


def test_what_is_gone_is_removed_and_then_forgotten() -> None:
    before = kept(home())
    now = home(FILE.replace("tank_level", "level").replace('name = "note"', 'name = "memo"'))
    for topic, payload in before.items():
        assert not now.heard(topic, payload, retained=True)
    messages = now.messages(LARGE)
    cleared = {m.topic for m in messages if not m.payload}
    assert cleared == {f"{ROOT}/tank_level", f"{ROOT}/note"}
    after = {m.topic: m.payload for m in messages if m.payload}
    slot = json.loads(after[f"{OWN}/wisblock-1/config"])["cmps"]
    assert slot["sensor-tank_level"] == {"p": "sensor"}
    assert "stat_t" in slot["sensor-level"]
    again = home(FILE.replace("tank_level", "level").replace('name = "note"', 'name = "memo"'))
    for topic, payload in after.items():
        again.heard(topic, payload, retained=True)
    assert "sensor-tank_level" not in kept(again)[f"{OWN}/wisblock-1/config"].decode()


def test_a_module_that_is_gone_takes_everything_with_it() -> None:
    before = kept(home())
    now = home("")
    for topic, payload in before.items():
        now.heard(topic, payload, retained=True)
    cleared = {m.topic for m in now.messages(LARGE) if not m.payload}
    assert {f"{OWN}/wisblock-1/config", f"{OWN}/wisblock-2/config", f"{ROOT}/pump"} < cleared


def test_an_output_that_can_no_longer_be_written_changes_its_platform() -> None:
    now = home(commands=False)
    for topic, payload in kept(home()).items():
        now.heard(topic, payload, retained=True)
    messages = {m.topic: m.payload for m in now.messages(LARGE)}
    assert f"{ROOT}/pump" not in messages  # its reading is still shown
    slot = json.loads(messages[f"{OWN}/wisblock-2/config"])["cmps"]
    assert slot["switch-pump"] == {"p": "switch"}
    assert slot["binary_sensor-pump"]["stat_t"] == f"{ROOT}/pump"


def test_it_is_told_again_when_it_starts_and_when_something_old_comes_late() -> None:
    now = home(FILE.replace("tank_level", "level"))
    assert now.heard(f"{PREFIX}/status", b"online", retained=False)
    assert not now.heard(f"{PREFIX}/status", b"offline", retained=False)
    now.messages(LARGE)
    topic = f"{OWN}/wisblock-1/config"
    assert not now.heard(topic, kept(now)[topic], retained=False)
    assert now.heard(topic, kept(home())[topic], retained=True)
    slot = json.loads(next(m.payload for m in now.messages(LARGE) if m.topic == topic))["cmps"]
    assert slot["sensor-tank_level"] == {"p": "sensor"}


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"[]", b"{}", b'{"cmps": 1}', b'{"cmps": {"a": 1}}', b'{"cmps": {"a": {}}}',
     b'{"cmps": {"a": {"p": 1, "b": 2}}}', b"\xff"],
)  # fmt: skip
def test_nonsense_under_our_topic_is_overwritten(payload: bytes) -> None:
    now = home()
    assert not now.heard(f"{OWN}/wisblock-1/config", payload, retained=True)
    assert kept(now) == kept(home())
