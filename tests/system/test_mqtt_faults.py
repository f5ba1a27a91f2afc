"""MQTT sinks where brokers or files are not as they should be: nothing passes for delivered."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from peers import mosquitto
from sink_access import access

from wisgate.config.model import Where
from wisgate.config.sinks.mqtt import MqttConfig
from wisgate.config.sinks.sparkplug import SparkplugConfig
from wisgate.core.errors import SinkError, SinkRefused
from wisgate.core.points import Status
from wisgate.gateway.sinks.base import Sink
from wisgate.gateway.sinks.mqtt import MqttSink
from wisgate.gateway.sinks.sparkplug import SparkplugSink
from wisgate.mqtt.client import Client
from wisgate.mqtt.message import Message
from wisgate.store.records import Record

FILE = """
[[virtual]]
name = "tank_level"
type = "float"
unit = "m"
"""
WHERE = Where("gateway.toml", 1)


def mqtt(port: int, **options: Any) -> MqttSink:
    given = {"tls": False, **options}
    config = MqttConfig(WHERE, "plant", "mqtt", (), "127.0.0.1", port, **given)
    return MqttSink(config, "pump-house", access(FILE))


def sparkplug(port: int) -> SparkplugSink:
    config = SparkplugConfig(
        WHERE, "plant", "sparkplug", (), "127.0.0.1", port, False, version="5"
    )  # fmt: skip
    return SparkplugSink(config, "pump-house", access(FILE))


def failure(sink: Sink) -> SinkError:
    """Of delivering one record."""

    async def main() -> SinkError:
        try:
            with pytest.raises(SinkError) as error:
                await sink.deliver([Record(1, 0, "tank_level", "m", 1.5, Status.GOOD)])
        finally:
            await sink.close(5)
        return error.value

    return asyncio.run(main())


@pytest.mark.peers
def test_what_we_say_of_ourselves_and_is_too_large_sets_no_record_aside(tmp_path: Path) -> None:
    with mosquitto(tmp_path, lines=["max_packet_size 150"]) as broker:
        found = mqtt(broker.port, version="5", home_assistant="homeassistant")
        for sink in (found, sparkplug(broker.port)):
            error = failure(sink)
            assert "larger than the 150 bytes that the broker takes" in str(error)
            assert not isinstance(error, SinkRefused)


def test_a_password_that_is_no_text_is_told(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"\xff\xfe")
    told = str(failure(mqtt(9, username="pump", password_file=secret)))
    assert "password_file is no text in UTF-8; write the secret into it" in told


def test_a_ca_file_without_a_certificate_is_told(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing\n")
    told = str(failure(mqtt(9, tls=True, ca_file=empty)))
    assert "ca_file holds no certificate in PEM" in told


CONNACK = bytes.fromhex("20 02 00 00")
PATIENCE_S = 0.5


async def sent(answered: int) -> None:
    """Send six messages to a broker that acknowledges `answered` of them, one after the other,
    which takes longer than a client waits for an answer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read(1000)
            writer.write(CONNACK)
            for number in range(1, answered + 1):
                await asyncio.sleep(PATIENCE_S / 4)
                writer.write(bytes((0x40, 2, 0, number)))
            await reader.read(-1)
        finally:
            writer.close()
            served.set()

    served = asyncio.Event()
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Client("127.0.0.1", port, timeout=PATIENCE_S) as client:
            await client.send([Message("wisgate/x", b"1")] * 6, 1)
        await served.wait()


def test_a_thin_line_is_waited_for_as_long_as_answers_come() -> None:
    asyncio.run(sent(6))


def test_answers_that_come_no_more_are_not_waited_for() -> None:
    with pytest.raises(Exception, match="timed out"):
        asyncio.run(sent(3))
