"""The MQTT sink against a real Mosquitto that wants a certificate of every client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from peers import Mosquitto, mosquitto
from sink_access import access

from wisgate.config.model import Where
from wisgate.config.sinks.mqtt import MqttConfig
from wisgate.core.errors import SinkError
from wisgate.core.points import Status
from wisgate.gateway.sinks.mqtt import MqttSink
from wisgate.store.records import Record

pytestmark = pytest.mark.peers

RECORD = Record(1, 0, "tank_level", "m", 1.5, Status.GOOD)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "keys")


@pytest.fixture
def broker(tmp_path: Path, authority: Authority) -> Iterator[Mosquitto]:
    own = authority.sign("broker")
    lines = [f"certfile {own.certificate}", f"keyfile {own.key}", f"cafile {authority.file}",
             "require_certificate true", "use_identity_as_username true"]  # fmt: skip
    with mosquitto(tmp_path / "broker", lines=lines) as running:
        yield running


def deliver(broker: Mosquitto, authority: Authority, **options: Any) -> str:
    """Deliver a record; returns "" or what went wrong."""

    async def main() -> None:
        config = MqttConfig(
            Where("gateway.toml", 1), "plant", "mqtt", (), "127.0.0.1", broker.port, True,
            ca_file=authority.file, **options,
        )  # fmt: skip
        sink = MqttSink(config, "pump-house", access())
        try:
            await sink.deliver([RECORD])
        finally:
            await sink.close(1)

    try:
        asyncio.run(main())
    except SinkError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_the_right_certificate_is_let_in(
    version: str, broker: Mosquitto, authority: Authority
) -> None:
    ours = authority.sign("pump-house")
    files = {"cert_file": ours.certificate, "key_file": ours.key}
    assert deliver(broker, authority, version=version, **files) == ""
    assert "u'pump-house'" in (broker.folder / "mosquitto.log").read_text()


def test_without_a_certificate_the_cure_is_told(broker: Mosquitto, authority: Authority) -> None:
    told = deliver(broker, authority)
    assert told.endswith("if it wants a certificate of ours, name it in cert_file and key_file")


def test_a_strange_certificate_is_told(
    broker: Mosquitto, authority: Authority, tmp_path: Path
) -> None:
    ours = Authority(tmp_path / "others", "other CA").sign("pump-house")
    told = deliver(broker, authority, cert_file=ours.certificate, key_file=ours.key)
    assert "it must trust the CA of pump-house.pem" in told


def test_an_old_certificate_is_told(broker: Mosquitto, authority: Authority) -> None:
    ours = authority.sign("pump-house", expired=True)
    told = deliver(broker, authority, cert_file=ours.certificate, key_file=ours.key)
    assert "must be valid today" in told


def test_a_key_of_another_certificate_is_told(broker: Mosquitto, authority: Authority) -> None:
    ours, other = authority.sign("pump-house"), authority.sign("other")
    told = deliver(broker, authority, cert_file=ours.certificate, key_file=other.key)
    assert "cert_file and key_file are no certificate and its key in PEM" in told
