"""A gateway with Home Assistant discovery, at a real Mosquitto."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gateways import pump_house, running
from home_assistant_rules import commanded, judged, rendered
from peers import Received, Subscriber, mosquitto

pytestmark = pytest.mark.peers

ROOT = "wisgate/pump-house"
DISCOVERY = "homeassistant/device/wisgate-pump-house"
TURNED_ON = ('type = "mqtt"', 'type = "mqtt"\ncommands = true\nhome_assistant = "homeassistant"')

AT_ONCE = ('min_on = "20s"', 'min_on = "0s"')


def last(messages: list[Received]) -> dict[str, bytes]:
    """What the broker keeps of them."""
    return {m.topic: m.payload for m in messages}


def test_it_finds_operates_and_forgets(tmp_path: Path) -> None:
    with mosquitto(tmp_path / "broker") as broker:
        file = pump_house(tmp_path / "first", broker.port, TURNED_ON, AT_ONCE)
        data = tmp_path / "data"
        with running(tmp_path / "run", file, data) as gateway:
            with Subscriber(broker.port, ["homeassistant/#", f"{ROOT}/#"]) as home:
                topic = f"{DISCOVERY}/wisblock-2/config"
                home.wait(lambda got: topic in last(got) and f"{ROOT}/pump" in last(got))
                found = judged("homeassistant", topic, last(home.messages)[topic])
                pump = found["switch-pump"]
                assert last(home.messages)[pump["availability_topic"]] == b"online"

                for wanted in ("ON", "OFF"):
                    home.publish(pump["command_topic"], commanded(pump, wanted))
                    home.wait(
                        lambda got, wanted=wanted: rendered(
                            pump["value_template"], last(got)[pump["state_topic"]]
                        ) == wanted
                    )  # fmt: skip

                count = sum(m.topic == topic for m in home.messages)
                home.publish("homeassistant/status", "online")
                home.wait(lambda got: sum(m.topic == topic for m in got) > count)

                count = sum(m.topic == topic for m in home.messages)
                for _ in range(200):  # whoever may publish there piles nothing up
                    home.publish("homeassistant/status", "online")
                home.publish(f"{ROOT}/maintenance/set", "true")
                home.wait(lambda got: b'"value":true' in last(got).get(f"{ROOT}/maintenance", b""))
                assert count < sum(m.topic == topic for m in home.messages) < count + 30
            gateway.stop()
        with Subscriber(broker.port, ["homeassistant/#", f"{ROOT}/#"]) as late:
            kept = last(late.wait(lambda got: f"{ROOT}/state" in last(got)))
        assert kept[f"{ROOT}/state"] == b"offline"
        assert "switch-pump" in judged("homeassistant", topic, kept[topic])
        assert json.loads(kept[f"{ROOT}/pump"])["value"] is False

        renamed = pump_house(
            tmp_path / "second", broker.port, TURNED_ON, ('name = "pump"', 'name = "motor"'),
            ("pump = ", "motor = "),
        )  # fmt: skip
        with running(tmp_path / "again", renamed, data) as gateway:
            with Subscriber(broker.port, ["homeassistant/#", f"{ROOT}/#"]) as home:
                home.wait(lambda got: f"{ROOT}/motor" in last(got))
                body = json.loads(last(home.messages)[topic])["cmps"]
                assert body["switch-pump"] == {"p": "switch"}
                assert "stat_t" in body["switch-motor"]
                assert not last(home.messages).get(f"{ROOT}/pump")
            gateway.stop()
