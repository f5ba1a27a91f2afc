"""Many readings in one message, in columns, against a real Mosquitto."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from peers import Subscriber, mosquitto
from sink_access import access

from wisgate.config.model import Where
from wisgate.config.sinks.mqtt import MqttConfig
from wisgate.core.points import Status
from wisgate.gateway.sinks.mqtt import MqttSink
from wisgate.mqtt.connection import MAX_PAYLOAD
from wisgate.store.entries import Entries, Heads, Records
from wisgate.store.records import Gap, Record

pytestmark = pytest.mark.peers

NOON = 1_795_176_000_123_000_000
TIME = "2026-11-20T12:00:00.123Z"
HEADS = Heads(["u1_level", "u1_flow"], ["m", "m3/h"])


async def deliver(port: int, *batches: Entries) -> None:
    options = {"host": "127.0.0.1", "tls": False, "port": port, "per": "columns"}
    config = MqttConfig(Where("gateway.toml", 1), "plant", "mqtt", (), **options)
    sink = MqttSink(config, "hall", access())
    try:
        await sink.open()
        for batch in batches:
            await sink.deliver(batch)
    finally:
        await sink.close(5.0)


def test_what_came_together_is_told_once_and_the_rest_in_full(tmp_path: Path) -> None:
    batch = Entries(
        [
            Records(7, NOON, HEADS, (1.5, 3)),
            Record(9, NOON, "pump", "", None, Status.FAULT),
            Gap(10, NOON, 10, 10, "the power went"),
            Records(11, NOON, HEADS, (1.25, 4)),
        ]
    )
    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["wisgate/hall/#"]) as subscriber:
        asyncio.run(deliver(broker.port, batch))
        got = subscriber.wait(lambda messages: len(messages) == 5)
    topics = [m.topic.removeprefix("wisgate/hall/") for m in got]
    assert topics == ["state", "batch", "gap", "batch", "state"]
    columns = {"points": ["u1_level", "u1_flow"], "units": ["m", "m3/h"]}
    fault = {
        "point": "pump", "value": None, "unit": "", "status": "fault", "time": TIME, "seq": 9
    }  # fmt: skip
    assert json.loads(got[1].payload) == {
        "samplings": [{"time": TIME, "seq": 7, **columns, "values": [1.5, 3]}],
        "readings": [fault],
    }
    assert json.loads(got[3].payload) == {
        "samplings": [{"time": TIME, "seq": 11, **columns, "values": [1.25, 4]}],
        "readings": [],
    }


def test_a_message_is_halved_until_it_is_small_enough(tmp_path: Path) -> None:
    long = [f"u{n}_{'x' * 500}" for n in range(300)]
    whole = Records(1, NOON, Heads(long, [""] * 300), tuple(range(300)))
    parts = [Records(301 + 2 * n, NOON, HEADS, (1.5, n)) for n in range(2000)]
    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["+/+/batch"]) as subscriber:
        asyncio.run(deliver(broker.port, Entries([whole]), Entries(parts)))
        got = subscriber.wait(lambda messages: _seqs(messages[-1].payload)[-1] == 4300)
    assert max(len(m.payload) for m in got) <= MAX_PAYLOAD
    assert [seq for m in got for seq in _seqs(m.payload)] == list(range(1, 4301))


def _seqs(payload: bytes) -> list[int]:
    told = json.loads(payload)
    together = [s["seq"] + at for s in told["samplings"] for at in range(len(s["values"]))]
    return together or [row["seq"] for row in told["readings"]]
