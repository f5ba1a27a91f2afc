"""Nothing is lost between the wire and a subscriber: a real broker, twenty `kill -9`, an outage."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gateways import Running, Stored, pump_house
from peers import Mosquitto, Received, Subscriber, mosquitto, until

pytestmark = pytest.mark.peers

KILLS = 20
BATCH = 500
"""The most that may be on its way to the broker without an acknowledgement."""

LIVELY = (
    ('interval = "1s"', 'interval = "200ms"'),
    ('warm_up = "2s"', 'warm_up = "100ms"'),
    ('deadband = "5mm"', 'deadband = "0mm"'),
    ('interval = "10s"', 'interval = "1s"'),
)
"""Changes of the example that give some ten records a second, so that a kill hits something."""

KINDS = {
    "tank_level": (float, "m"), "pump": (bool, ""), "board_temperature": (float, "Cel"),
    "board_humidity": (float, "%"), "supply_present": (bool, ""), "led_1": (bool, ""),
    "led_2": (bool, ""), "maintenance": (bool, ""), "cpu_temperature": (float, "Cel"),
    "clock_intact": (bool, ""), "clock_offset": (float, "s"),
}  # fmt: skip
"""Every point of the example with the type of its value and its UCUM unit."""

STATUSES = {"good", "uncertain", "absent", "fault", "saturated", "stale"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True)
class Plant:
    """A broker that forgets nothing, who listens to it, and the file of the gateway."""

    broker: Mosquitto
    subscriber: Subscriber
    file: Path
    data: Path

    def start(self) -> Running:
        return Running(self.data.parent, "run", self.file, "--virtual", "--data", self.data)

    def received(self) -> list[tuple[str, dict[str, Any]]]:
        """Point and payload of every record, in the order they came."""
        return [
            (message.topic.rpartition("/")[2], json.loads(message.payload))
            for message in list(self.subscriber.messages)
            if not message.topic.endswith("/state")
        ]


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    # The broker acknowledges to the gateway before the subscriber has a message. Only what it
    # keeps over its own restart makes the sight of the subscriber a proof.
    kept = tmp_path / "broker"
    keep = ["persistence true", f"persistence_location {kept}/"]
    with mosquitto(kept, lines=keep) as broker, Subscriber(broker.port, ["wisgate/#"]) as listener:
        file = pump_house(tmp_path / "site", broker.port, *LIVELY)
        yield Plant(broker, listener, file, tmp_path / "site/data")


def check_format(point: str, payload: dict[str, Any]) -> None:
    """Section 7 of the design."""
    kind, unit = KINDS[point]
    writable = point in ("pump", "maintenance", "led_1", "led_2")
    assert set(payload) - ({"cause"} if writable else set()) == {
        "value", "unit", "status", "time", "seq",
    }, payload  # fmt: skip
    assert payload["unit"] == unit, payload
    assert payload["status"] in STATUSES, payload
    assert TIME.fullmatch(payload["time"]), payload
    assert type(payload["seq"]) is int, payload
    if payload["status"] in ("good", "uncertain"):
        assert type(payload["value"]) is kind, payload
    else:
        assert payload["value"] is None, payload


def check_order(seqs: Sequence[int], jumps: int) -> None:
    """From 1 without a hole, in order; a repetition is a piece that comes again as a whole, from
    somewhere in the last batch on, and only where something was interrupted."""
    assert seqs[0] == 1
    newest, back = 0, 0
    for last, seq in zip([0, *seqs], seqs, strict=False):
        if seq != last + 1:
            back += 1
            assert newest - BATCH < seq <= newest, f"{seq} after {last}, {newest} was reached"
        newest = max(newest, seq)
    assert newest == len(set(seqs))
    assert back <= jumps, f"{back} repetitions, {jumps} interruptions"


def check_content(plant: Plant) -> None:
    """What came is what the store holds, value by value."""
    came = {payload["seq"]: (point, payload) for point, payload in plant.received()}
    stored = Stored(plant.data)
    assert not stored.gaps
    assert [row[0] for row in stored.rows] == sorted(came)
    for seq, name, value, status, cause in stored.rows:
        point, payload = came[seq]
        assert (point, payload["status"], payload.get("cause")) == (name, status, cause)
        assert payload["value"] == value


def finish(plant: Plant, gateway: Running, jumps: int) -> None:
    """Stop in order; then everything must be there."""
    assert gateway.stop() == 0, gateway.err
    last = Stored(plant.data).rows[-1][0]
    plant.subscriber.wait(lambda _: plant.received()[-1][1]["seq"] == last)
    for point, payload in plant.received():
        check_format(point, payload)
    check_order([payload["seq"] for _, payload in plant.received()], jumps)
    check_content(plant)


def newest(plant: Plant) -> int:
    return max((payload["seq"] for _, payload in plant.received()), default=0)


def test_every_point_arrives_in_the_agreed_format(plant: Plant) -> None:
    with plant.start() as gateway:
        gateway.ready()
        plant.subscriber.wait(lambda _: {point for point, _ in plant.received()} == set(KINDS))
        finish(plant, gateway, jumps=0)
    states = [m for m in plant.subscriber.messages if m.topic == "wisgate/pump-house/state"]
    assert [message.payload for message in states] == [b"online", b"offline"]


@pytest.mark.timeout(180)
def test_twenty_kills_lose_and_disorder_nothing(plant: Plant) -> None:
    chance = random.Random(7391)
    for kill in range(KILLS):
        with plant.start() as gateway:
            if kill % 2:  # the others hit the start, on any machine
                gateway.ready()
            gateway.lives_for(chance.uniform(0.2, 2.5))
    with plant.start() as gateway:
        gateway.ready()
        seen = newest(plant)
        assert seen > 50, "the kills hit nothing"
        plant.subscriber.wait(lambda _: newest(plant) > seen)
        finish(plant, gateway, jumps=KILLS)
    assert last_state(plant.subscriber.messages) == b"offline"


def outage(plant: Plant, seconds: float) -> None:
    with plant.start() as gateway:
        gateway.ready()
        plant.subscriber.wait(lambda _: newest(plant) > 0)
        plant.broker.stop()
        gateway.lives_for(seconds)
        before = newest(plant)
        plant.broker.start()
        until(lambda: newest(plant) > before + seconds, "the gateway comes back", 30 + seconds)
        finish(plant, gateway, jumps=2)


@pytest.mark.timeout(120)
def test_a_broker_that_is_away_gets_everything_later(plant: Plant) -> None:
    outage(plant, 4)


@pytest.mark.timeout(120)
def test_a_kill_while_the_broker_is_away(plant: Plant) -> None:
    with plant.start() as gateway:
        gateway.ready()
        plant.subscriber.wait(lambda _: newest(plant) > 0)
        plant.broker.stop()
        gateway.lives_for(1)
    with plant.start() as gateway:
        gateway.ready().says("trying again")
        plant.broker.start()
        before = newest(plant)
        plant.subscriber.wait(lambda _: newest(plant) > before + 5, 30)
        finish(plant, gateway, jumps=3)


@pytest.mark.prove
def test_a_broker_that_is_away_for_a_minute(plant: Plant) -> None:
    outage(plant, 60)


def last_state(messages: Sequence[Received]) -> bytes:
    return next(m.payload for m in reversed(messages) if m.topic.endswith("/state"))
