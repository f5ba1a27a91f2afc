"""The store, a forwarder and the MQTT sink against a real Mosquitto."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from peers import Mosquitto, Subscriber, free_port, mosquitto
from sink_access import access

from wisgate.bus.lane import ThreadLane
from wisgate.config.model import Where
from wisgate.config.sinks.mqtt import MqttConfig
from wisgate.core.clock import SystemClock
from wisgate.core.errors import SinkError, SinkRefused
from wisgate.core.points import Kind, Point, Reading, Status
from wisgate.gateway.forwarder import Forwarder
from wisgate.gateway.sinks.mqtt import MqttSink
from wisgate.mqtt.connection import MAX_PAYLOAD
from wisgate.store.records import Gap, Record
from wisgate.store.retention import Bounds
from wisgate.store.store import Store

pytestmark = pytest.mark.peers

NOON = 1_795_176_000_123_000_000
POINTS = [Point("tank_level", "m"), Point("pump", kind=Kind.BOOL)]


def config(port: int, **options: Any) -> MqttConfig:
    given = {"host": "127.0.0.1", "tls": False, **options}
    return MqttConfig(Where("gateway.toml", 1), "plant", "mqtt", (), port=port, **given)


def record(seq: int, value: Any = 1.5, point: str = "tank_level", **more: Any) -> Record:
    return Record(seq, NOON, point, "m", value, more.pop("status", Status.GOOD), **more)


@asynccontextmanager
async def connected(port: int, **options: Any) -> AsyncIterator[MqttSink]:
    sink = MqttSink(config(port, **options), "pump-house", access())
    try:
        await sink.open()
        yield sink
    finally:
        await sink.close(5.0)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Store]:
    lane = ThreadLane("store")
    store = await Store.open(
        folder, lane=lane, clock=SystemClock(), boot_id="boot", points=POINTS,
        bounds=Bounds(1e8, 1e9),
    )  # fmt: skip
    try:
        yield store
    finally:
        await store.close()
        await lane.close()


async def until(condition: Callable[[], bool], what: str) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  # whatever the condition is
            await asyncio.sleep(0.01)
    assert condition(), what


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


def test_every_format_is_the_agreed_one(tmp_path: Path) -> None:
    async def main(port: int) -> None:
        async with connected(port) as sink:
            await sink.deliver(
                [
                    record(1),
                    record(2, None, status=Status.ABSENT),
                    record(3, True, "pump", cause="user anna"),
                    Gap(5, NOON, 4, 4, "the power went"),
                ]
            )

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["wisgate/#"]) as subscriber:
        run(main(broker.port))
        got = subscriber.wait(lambda messages: len(messages) == 6)
    root, time = "wisgate/pump-house", "2026-11-20T12:00:00.123Z"
    assert [(m.topic, m.retained) for m in got] == [
        (f"{root}/{name}", False)
        for name in ("state", "tank_level", "tank_level", "pump", "gap", "state")
    ]
    assert (got[0].payload, got[5].payload) == (b"online", b"offline")
    assert [json.loads(m.payload) for m in got[1:5]] == [
        {"value": 1.5, "unit": "m", "status": "good", "time": time, "seq": 1},
        {"value": None, "unit": "m", "status": "absent", "time": time, "seq": 2},
        {"value": True, "unit": "m", "status": "good", "time": time, "seq": 3,
         "cause": "user anna"},
        {"first": 4, "last": 4, "cause": "the power went", "time": time, "seq": 5},
    ]  # fmt: skip


def test_a_batch_is_one_message_and_never_too_large(tmp_path: Path) -> None:
    async def main(port: int) -> None:
        async with connected(port, per="batch") as sink:
            await sink.deliver([record(1), Gap(2, NOON, 2, 2, "x"), record(3), record(4, True)])
            await sink.deliver([record(n, "x" * 500) for n in range(10, 500)])

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["+/+/batch"]) as subscriber:
        run(main(broker.port))
        got = subscriber.wait(lambda messages: len(messages) >= 6)
    assert max(len(m.payload) for m in got) <= MAX_PAYLOAD
    seqs = [[r["seq"] for r in json.loads(m.payload)["readings"]] for m in got]
    assert seqs[:2] == [[1], [3, 4]]
    assert list(chain(*seqs[2:])) == list(range(10, 500))
    assert json.loads(got[0].payload)["readings"][0]["point"] == "tank_level"


VICTIM = """
import asyncio, sys
sys.path.insert(0, sys.argv[2])
from sink_access import access
from wisgate.config.model import Where
from wisgate.config.sinks.mqtt import MqttConfig
from wisgate.gateway.sinks.mqtt import MqttSink
async def main():
    config = MqttConfig(Where("", 1), "plant", "mqtt", (), "127.0.0.1", int(sys.argv[1]), False)
    await MqttSink(config, "pump-house", access()).open()
    print("online", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def test_state_is_retained_and_the_last_will_says_offline(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker:
        tests = str(Path(__file__).parents[1])
        command = [sys.executable, "-c", VICTIM, str(broker.port), tests]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == b"online\n"
            with Subscriber(broker.port, ["+/+/state"]) as late:
                first = late.wait(lambda messages: len(messages) == 1)
                assert (first[0].payload, first[0].retained) == (b"online", True)
                victim.kill()
                got = late.wait(lambda messages: len(messages) >= 2)
                assert got[1].payload == b"offline"


def test_a_broker_that_goes_and_comes_back_misses_nothing(tmp_path: Path, caplog: Any) -> None:
    async def main(broker: Mosquitto, subscriber: Subscriber) -> None:
        gone = asyncio.Event()
        async with opened(tmp_path / "store") as store:
            sink = MqttSink(config(broker.port), "pump-house", access())
            forwarder = Forwarder(
                sink, store, SystemClock(), link=lambda: not gone.is_set(), chance=lambda: 0.5
            )
            task = asyncio.create_task(forwarder.run())

            def append(count: int) -> None:
                for n in range(count):
                    store.append(Reading("tank_level", float(n), time_ns=NOON))

            append(1000)
            await until(lambda: forwarder.state.delivered == 1000, "first thousand")
            assert forwarder.state.connected
            # the broker has acknowledged them all; what it has not passed on dies with it
            await asyncio.to_thread(subscriber.wait, lambda messages: len(messages) >= 1000)
            await asyncio.to_thread(broker.stop)
            append(500)
            await until(lambda: not forwarder.state.connected, "the loss is seen")
            assert forwarder.state.lag > 0
            assert str(broker.port) in forwarder.state.error
            gone.set()
            await asyncio.to_thread(broker.start)
            await asyncio.to_thread(subscriber.subscribed, 2)
            gone.clear()
            await until(lambda: forwarder.state.lag == 0, "all delivered")
            forwarder.stop()
            await asyncio.wait_for(task, 10)
            await sink.close(5)

    caplog.set_level(logging.INFO)
    topics = ["wisgate/pump-house/tank_level"]
    with mosquitto(tmp_path) as broker, Subscriber(broker.port, topics) as subscriber:
        run(main(broker, subscriber))
        got = subscriber.wait(lambda messages: len(messages) >= 1500)
    seqs = [json.loads(m.payload)["seq"] for m in got]
    assert sorted(set(seqs)) == list(range(1, 1501))
    firsts = list(dict.fromkeys(seqs))
    assert firsts == sorted(firsts)
    ours = [r for r in caplog.records if r.name.startswith("wisgate.gateway")]
    assert [r.levelno for r in ours] == [logging.WARNING] * 2
    assert "back after" in ours[1].getMessage()


def test_commands_arrive_and_nonsense_is_told_once(tmp_path: Path, caplog: Any) -> None:
    async def main(port: int) -> None:
        commands: list[tuple[str, Any]] = []
        taking = access(command=lambda *command: commands.append(command))
        sink = MqttSink(config(port, commands=True), "pump-house", taking)
        with Subscriber(port, ["none"]) as other:

            async def send(point: str, payload: str, *, retain: bool = False) -> None:
                topic = f"wisgate/pump-house/{point}/set"
                await asyncio.to_thread(other.publish, topic, payload, retain=retain)

            await send("pump", "true", retain=True)
            await sink.open()
            for payload in ("on", "OFF", "true", "1.5", '"text"', "{", "{", "null"):
                await send("pump", payload)
            await send("valve", "7")
            await until(lambda: len(commands) == 6, "six commands")
            await sink.close(5)
        assert commands == [
            ("pump", True), ("pump", False), ("pump", True), ("pump", 1.5), ("pump", "text"),
            ("valve", 7),
        ]  # fmt: skip

    with mosquitto(tmp_path) as broker:
        run(main(broker.port))
    told = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(told) == 1
    assert "wisgate/pump-house/pump/set" in told[0]


def test_without_commands_nothing_is_subscribed(tmp_path: Path) -> None:
    async def main(port: int) -> None:
        commands: list[Any] = []
        taking = access(command=lambda *command: commands.append(command))
        sink = MqttSink(config(port), "pump-house", taking)
        await sink.open()
        with Subscriber(port, ["wisgate/#"]) as other:
            await asyncio.to_thread(other.publish, "wisgate/pump-house/pump/set", "true")
            await asyncio.to_thread(other.wait, lambda messages: len(messages) == 2)
        await sink.deliver([record(1)])
        await sink.close(5)
        assert commands == []

    with mosquitto(tmp_path) as broker:
        run(main(broker.port))


def fails(port: int, **options: Any) -> str:
    async def main() -> str:
        sink = MqttSink(config(port, **options), "pump-house", access())
        with pytest.raises(SinkError) as error:
            await sink.deliver([record(1)])
        await sink.close(1)
        return str(error.value)

    return asyncio.run(main())


def test_passwords_right_and_wrong(tmp_path: Path) -> None:
    secret = tmp_path / "mqtt.secret"
    secret.write_text("right\n")

    async def main(port: int) -> None:
        async with connected(port, username="anna", password_file=secret) as sink:
            await sink.deliver([record(1)])

    with mosquitto(tmp_path / "broker", password=("anna", "right")) as broker:
        run(main(broker.port))
        secret.write_text("wrong\n")
        told = fails(broker.port, username="anna", password_file=secret)
        assert f"127.0.0.1:{broker.port}" in told
        assert "refuses user or password" in told
        assert "refuses user or password" in fails(broker.port)
        missing = fails(broker.port, username="anna", password_file=tmp_path / "none")
        assert "No such file" in missing


def test_messages_of_a_broker_that_cannot_be_reached(tmp_path: Path) -> None:
    assert "connection refused; is the broker running" in fails(free_port())
    unknown = fails(1883, host="127.0.0.1%nowhere")
    assert "127.0.0.1%nowhere is not known" in unknown
    with mosquitto(tmp_path) as broker:
        assert "no TLS on this port" in fails(broker.port, tls=True)


def test_an_untrusted_certificate_is_named(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out",
         str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    lines = [f"certfile {certificate}", f"keyfile {key}"]

    async def main(port: int) -> None:
        async with connected(port, tls=True, ca_file=certificate) as sink:
            await sink.deliver([record(1)])

    with mosquitto(tmp_path / "broker", lines=lines) as broker:
        run(main(broker.port))
        assert "name its CA in ca_file" in fails(broker.port, tls=True)


def test_only_the_record_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async def main(port: int) -> None:
        async with connected(port) as sink:
            with pytest.raises(SinkRefused) as error:
                await sink.deliver([record(1), record(2, "x" * MAX_PAYLOAD), record(3)])
            assert error.value.seqs == (2,)

    with mosquitto(tmp_path) as broker, Subscriber(broker.port, ["+/+/tank_level"]) as subscriber:
        run(main(broker.port))
        got = subscriber.wait(lambda messages: len(messages) == 2)
    assert [json.loads(m.payload)["seq"] for m in got] == [1, 3]
