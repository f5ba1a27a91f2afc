"""The MQTT sink with version 5 against a real Mosquitto: what only this version tells."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from peers import Subscriber, mosquitto
from sink_access import access

from wisgate.config.model import Where
from wisgate.config.sinks.mqtt import MqttConfig
from wisgate.core.errors import SinkError, SinkRefused
from wisgate.core.points import Status
from wisgate.gateway.sinks.mqtt import MqttSink
from wisgate.store.records import Record

pytestmark = pytest.mark.peers


def config(port: int, **options: Any) -> MqttConfig:
    given = {"version": "5", **options}
    return MqttConfig(
        Where("gateway.toml", 1), "plant", "mqtt", (), "127.0.0.1", port, False, **given
    )


def records(count: int, value: Any = 1.5, point: str = "tank_level") -> list[Record]:
    return [Record(n, 0, point, "m", value, Status.GOOD) for n in range(1, count + 1)]


def deliver(port: int, batch: Sequence[Record], **options: Any) -> None:
    async def main() -> None:
        sink = MqttSink(config(port, **options), "pump-house", access())
        try:
            await sink.deliver(batch)
        finally:
            await sink.close(5)

    asyncio.run(main())


def test_no_more_is_under_way_than_the_broker_takes(tmp_path: Path) -> None:
    """Who sends more than the receive maximum is thrown out."""
    with (
        mosquitto(tmp_path, lines=["max_inflight_messages 3"]) as broker,
        Subscriber(broker.port, ["+/+/tank_level"]) as subscriber,
    ):
        deliver(broker.port, records(50))
        got = subscriber.wait(lambda messages: len(messages) == 50)
    assert [json.loads(m.payload)["seq"] for m in got] == list(range(1, 51))


def test_a_message_beyond_the_size_of_the_broker_is_refused(tmp_path: Path) -> None:
    with (
        mosquitto(tmp_path, lines=["max_packet_size 300"]) as broker,
        Subscriber(broker.port, ["+/+/tank_level", "+/+/batch"]) as subscriber,
    ):
        batch = [*records(1), *records(2, "x" * 300)[1:], *records(3)[2:]]
        with pytest.raises(SinkRefused, match="larger than the 300 bytes") as error:
            deliver(broker.port, batch)
        assert error.value.seqs == (2,)
        deliver(broker.port, records(20), per="batch")
        got = subscriber.wait(
            lambda messages: bool(messages) and b'"seq":20' in messages[-1].payload
        )
    assert [json.loads(m.payload)["seq"] for m in got[:2]] == [1, 3]
    batches = [[r["seq"] for r in json.loads(m.payload)["readings"]] for m in got[2:]]
    assert list(chain(*batches)) == list(range(1, 21))


def test_a_right_that_is_missing_is_told_and_nothing_passes_for_delivered(tmp_path: Path) -> None:
    rights = tmp_path / "rights"
    rights.write_text("topic readwrite wisgate/pump-house/state\n")
    with mosquitto(tmp_path / "broker", lines=[f"acl_file {rights}"]) as broker:
        with pytest.raises(SinkError, match="tank_level: the broker does not allow it") as error:
            deliver(broker.port, records(1))
        assert not isinstance(error.value, SinkRefused)


CONNACK = bytes.fromhex("20 03 00 00 00")
PUBACK = bytes.fromhex("40 02 00 01")
TAKEN_OVER = bytes.fromhex("e0 02 8e 00")
OLD_PROTOCOL = bytes.fromhex("20 02 00 01")
"""What a broker of 3.1.1 alone answers (MQTT 3.1.1, table 3.1)."""


def port_of(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


def told_by(*answers: bytes) -> str:
    """Open a sink to a broker that gives one answer to each packet, then hangs up; returns what it
    raised, at once or when it is opened again."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (*answers, b""):
            await reader.read(1000)
            writer.write(answer)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def main() -> str:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server, asyncio.timeout(5):
            sink = MqttSink(config(port_of(server)), "pump-house", access())
            try:
                while True:
                    await sink.open()
                    await asyncio.sleep(0.01)
            except SinkError as error:
                return str(error).partition(": ")[2].partition(": ")[2]
            finally:
                await sink.close(1)

    return asyncio.run(main())


def test_a_second_gateway_of_this_name_is_told() -> None:
    told = "another client has taken over our name; two gateways must not share one"
    assert told_by(CONNACK + TAKEN_OVER) == told
    assert told_by(CONNACK, PUBACK + TAKEN_OVER) == told


def test_a_broker_without_version_5_is_told() -> None:
    assert told_by(OLD_PROTOCOL) == 'the broker does not speak MQTT 5; write version = "3.1.1"'


def test_a_broker_that_hangs_up_is_not_waited_for() -> None:
    assert told_by().startswith("the broker hung up before it answered; is this its port")


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_a_command_from_the_time_without_us_is_never_carried_out(
    version: str, tmp_path: Path
) -> None:
    async def main(port: int) -> None:
        commands: list[Any] = []
        taking = access(command=lambda *command: commands.append(command))
        sink = MqttSink(config(port, version=version, commands=True), "pump-house", taking)
        with Subscriber(port, ["none"]) as other:
            await sink.open()
            await sink.close(5)
            await asyncio.to_thread(other.publish, "wisgate/pump-house/pump/set", "true")
            await sink.open()
            await asyncio.to_thread(other.publish, "wisgate/pump-house/pump/set", "false")
            async with asyncio.timeout(10):
                while not commands:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            await sink.close(5)
        assert commands == [("pump", False)]

    with mosquitto(tmp_path) as broker:
        asyncio.run(main(broker.port))
