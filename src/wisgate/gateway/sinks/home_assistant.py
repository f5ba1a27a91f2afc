"""What Home Assistant is told of us: a retained discovery message for each module and each Modbus
unit, and one for the rest.

Each of these is one of its devices, reached through the device of the gateway, to which onboard,
virtual and calculated points and the alarms belong. A point keeps its identity as long as it keeps
its name. One that is gone is named once more with its platform alone, which removes it.

Source of the format: Home Assistant, MQTT integration, "Device discovery payload".
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from typing import Any, TypeAlias

import msgspec

from ...config.model import AlarmConfig
from ...core.points import Kind, Point
from ...core.units import display
from ...mqtt.message import Message
from ...store.records import ALARM
from .base import Access

Json: TypeAlias = dict[str, Any]

GATEWAY = "gateway"
"""The place of what belongs to no module."""
UNIT, MOTE = "unit-", "lorawan-"
"""What the place of a Modbus unit begins with; its name follows."""

CLASSES = {
    "temperature": ("Cel", "K", "[degF]"),
    "voltage": ("uV", "mV", "V", "kV"),
    "current": ("mA", "A"),
    "power": ("mW", "W", "kW", "MW"),
    "energy": ("J", "W.h", "kW.h"),
    "frequency": ("Hz", "kHz", "MHz", "GHz"),
    "distance": ("mm", "cm", "m", "km"),
    "weight": ("g", "kg"),
    "volume_flow_rate": ("m3/h", "L/min"),
    "speed": ("m/s", "km/h"),
    "pressure": ("Pa", "hPa", "kPa", "bar", "mbar"),
    "duration": ("ms", "s", "min", "h", "d"),
    "illuminance": ("lx",),
    "data_size": ("By", "kBy", "MBy", "GBy", "KiBy", "MiBy", "GiBy"),
}
"""By the UCUM codes of its units: those that Home Assistant allows for it. A volume has none: it
may stand in a tank or have passed a meter."""
BY_CHANNEL = {("humidity", "%"): "humidity", ("co2", "[ppm]"): "carbon_dioxide"}
"""Where the unit alone does not tell."""
_BY_UNIT = {ucum: name for name, units in CLASSES.items() for ucum in units}

UNLIMITED = 1e9
"""Of a number that nobody limits: Home Assistant would take 1 to 100."""
FINEST = 0.001
"""The smallest step that it takes."""
LONGEST = 255
"""Characters of a state at most."""

NUMBER = "{{ value_json.value }}"
"""Of a reading without a value this makes None, which Home Assistant takes for unknown."""
TEXT = f"{{{{ (value_json.value | string)[:{LONGEST}] }}}}"
QUOTED = "{{ value | tojson }}"
SWITCHED = "{{ {true: 'ON', false: 'OFF'}.get(value_json.value, 'None') }}"
RAISED = "{{ 'ON' if value_json.state in ('active', 'acknowledged', 'cleared') else 'OFF' }}"
HAPPENED = (
    "{{ {'event_type': 'reading', 'value': value_json.value} | tojson"
    " if value_json.value is not none else '' }}"
)

_encode = msgspec.json.Encoder().encode


class HomeAssistant:
    """The discovery of one sink. Threads: the event loop only."""

    def __init__(
        self, prefix: str, root: str, access: Access, chosen: tuple[str, ...], commands: bool
    ) -> None:
        """`prefix` is the discovery prefix, `root` what our topics begin with, `chosen` the points
        that the sink gets (none: all); `commands` says whether it lets outputs be written."""
        self._prefix, self._root, self._commands = prefix, root, commands
        self._config = access.config
        self._points, self._alarms = access.points(chosen), access.alarms(chosen)
        lines, hosts = self._config.slots, self._config.modbus
        units = [
            u for found in ([s.units for s in lines] + [h.units for h in hosts]) for u in found
        ]
        motes = self._config.lorawan.motes if self._config.lorawan else ()
        self._owners = {f"{u.name}_{r.name}": f"{UNIT}{u.name}" for u in units for r in u.registers}
        self._owners |= {p.point.name: f"{MOTE}{m.name}" for m in motes for p in m.points}
        self._before: dict[str, Json] = {}
        """Topics of discovery messages and their components, as the broker keeps them."""
        self._told: dict[str, Json] = {}
        """The same, as we have told them."""
        self.topics = (self._topic("+"), f"{prefix}/status")
        """What must be subscribed: our own messages of before, and whether it has started."""

    def heard(self, topic: str, payload: bytes, retained: bool) -> bool:
        """Take a message of `topics`; whether everything must be told again."""
        if topic == self.topics[1]:
            return payload == b"online"
        if not retained or not payload:
            return False
        self._before[topic] = _components(payload)
        return bool(self._told) and bool(_gone(self._before[topic], self._told.get(topic, {})))

    def messages(self, largest: int) -> list[Message]:
        """Everything, none larger than `largest` bytes."""
        now = dict(self._places(largest))
        self._told = {topic: payload["cmps"] for topic, payload in now.items()}
        before, self._before = self._before, {}
        states = {c["stat_t"] for components in self._told.values() for c in components.values()}
        told = []
        for topic in {**before, **now}:
            gone = _gone(before.get(topic, {}), self._told.get(topic, {}))
            left = {c["stat_t"] for c in gone.values() if "stat_t" in c} - states
            told += [Message(state, b"", retain=True) for state in sorted(left)]
            removed = {name: {"p": c["p"]} for name, c in gone.items()}
            if topic in now:
                payload = now[topic] | {"cmps": removed | now[topic]["cmps"]}
                told.append(Message(topic, _encode(payload), retain=True))
            else:
                told.append(Message(topic, b"", retain=True))
        return told

    def _topic(self, place: str) -> str:
        return f"{self._prefix}/device/wisgate-{self._config.name}/{place}/config"

    def _places(self, largest: int) -> Iterator[tuple[str, Json]]:
        """Topic and payload of every message."""
        places: dict[str, Json] = {GATEWAY: {}}
        for point in self._points:
            components = places.setdefault(self._place(point), {})
            platform, component = self._of_point(point)
            components[f"{platform}-{point.name}"] = component
        for alarm in self._alarms:
            places[GATEWAY][f"binary_sensor-{ALARM}{alarm.name}"] = self._of_alarm(alarm)
        if not places[GATEWAY]:
            del places[GATEWAY]
        for place, components in places.items():
            shared = {
                "dev": self._owner(place, hub=GATEWAY in places),
                "o": {"name": "wisgate", "sw": metadata.version("wisgate")},
                "avty_t": f"{self._root}/state",
            }
            for number, part in enumerate(_parts(shared, components, largest)):
                yield (
                    self._topic(f"{place}_{number + 1}" if number else place),
                    shared | {"cmps": part},
                )

    def _place(self, point: Point) -> str:
        """The Modbus unit, the end device or the module that a point belongs to."""
        return self._owners.get(point.name) or point.slot or GATEWAY

    def _owner(self, place: str, hub: bool) -> Json:
        """`hub` says whether the gateway is a device there."""
        name = self._config.name
        own = f"wisgate-{name}"
        if place == GATEWAY:
            return {
                "ids": own,
                "name": name,
                "mf": "RAKwireless",
                "mdl": self._config.board.upper(),
            }
        module = next((s.module for s in self._config.slots if s.slot == place), "")
        told = {
            "ids": f"{own}-{place}",
            "name": f"{name} {place.removeprefix(UNIT).removeprefix(MOTE)}",
        }
        told |= {"via_device": own} if hub else {}
        return told | ({"mf": "RAKwireless", "mdl": module.upper()} if module else {})

    def _of_point(self, point: Point) -> tuple[str, Json]:
        """The platform of a point, and its component."""
        topic = f"{self._root}/{point.name}"
        written = point.writable and self._commands
        component = self._common(point.name, topic)
        if written:
            component["cmd_t"] = f"{topic}/set"
        if point.event:
            platform, more = "event", {"evt_typ": ["reading"], "val_tpl": HAPPENED}
        elif point.kind is Kind.BOOL:
            platform, more = "switch" if written else "binary_sensor", {"val_tpl": SWITCHED}
        elif point.kind is Kind.TEXT:
            platform, more = "text" if written else "sensor", {"val_tpl": TEXT}
            more |= {"cmd_tpl": QUOTED} if written else {}
        elif written:
            platform, more = "number", _measured(point) | _limits(point)
        else:
            platform, more = "sensor", _measured(point) | _statistics(point)
        return platform, {"p": platform, **component, **more}

    def _of_alarm(self, alarm: AlarmConfig) -> Json:
        topic = f"{self._root}/{ALARM}{alarm.name}"
        return {
            "p": "binary_sensor",
            **self._common(f"{ALARM}{alarm.name}", topic),
            "dev_cla": "problem",
            "val_tpl": RAISED,
            "json_attr_t": topic,
        }

    def _common(self, name: str, topic: str) -> Json:
        return {
            "uniq_id": f"wisgate-{self._config.name}-{name}".replace("/", "-"),
            "name": name.removeprefix(ALARM).replace("_", " ").capitalize(),
            "stat_t": topic,
            "qos": 1,
        }


def _measured(point: Point) -> Json:
    """What is said of a number."""
    kind = BY_CHANNEL.get((point.source.rpartition("/")[2], point.unit), _BY_UNIT.get(point.unit))
    told: Json = {"val_tpl": NUMBER}
    if point.unit:
        told["unit_of_meas"] = display(point.unit)
    return told | ({"dev_cla": kind} if kind else {})


def _limits(point: Point) -> Json:
    step = 1 if point.kind is Kind.INT else max(10.0**-point.decimals, FINEST)
    if point.range is None:
        return {"min": -UNLIMITED, "max": UNLIMITED, "step": step, "mode": "box"}
    return {"min": point.range[0], "max": point.range[1], "step": step}


def _statistics(point: Point) -> Json:
    counted = _BY_UNIT.get(point.unit) == "energy"
    told: Json = {"stat_cla": "total_increasing" if counted else "measurement"}
    return told | ({"sug_dsp_prc": point.decimals} if point.kind is Kind.FLOAT else {})


def _parts(shared: Json, components: Json, largest: int) -> Iterator[Json]:
    """The components of one device, halved until no message is too large."""
    if len(components) < 2 or len(_encode(shared | {"cmps": components})) <= largest:
        yield components
        return
    rows = list(components.items())
    for half in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
        yield from _parts(shared, dict(half), largest)


def _components(payload: bytes) -> Json:
    """Those that a discovery message of ours had; those that it removed are left out."""
    try:
        components = msgspec.json.decode(payload, type=dict[str, Any])["cmps"]
        return {k: c for k, c in components.items() if isinstance(c["p"], str) and len(c) > 1}
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
        return {}


def _gone(before: Json, now: Json) -> Json:
    return {name: component for name, component in before.items() if name not in now}
