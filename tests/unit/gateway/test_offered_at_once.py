"""What an MQTT sink is offered at once: more in columns, no more in full."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from modbus_plant import HERE
from scripted_sink import Scripted, ended, virtual
from stores import levels, open_store, put, sampled

from wisgate.config.sinks.mqtt import MqttConfig
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import SinkError
from wisgate.core.points import Reading
from wisgate.gateway.forwarder import Forwarder
from wisgate.gateway.payloads import columns_json
from wisgate.mqtt.connection import MAX_PAYLOAD
from wisgate.store.entries import parts_of
from wisgate.store.records import Entry, Gap, Record

CONFIG = MqttConfig(
    HERE, "plant", "mqtt", (), host="broker.example", port=1883, tls=False, per="columns"
)


class Thin(Scripted):
    """Over a line that breaks after so many bytes, and is there again with the next try."""

    def __init__(self, clock: VirtualClock, carries: int) -> None:
        super().__init__(clock)
        self.carries, self.sent, self.largest = carries, 0, 0

    async def deliver(self, batch: Sequence[Entry]) -> None:
        parts = [p for p in parts_of(batch) if isinstance(p, Record)]
        size = len(columns_json(parts))
        self.largest = max(self.largest, size)
        if size > self.carries:
            self.sent += self.carries
            raise SinkError("plant: the line broke")
        self.sent += size
        await super().deliver(batch)


def test_a_line_that_breaks_after_300_kb_gets_a_backlog_away(tmp_path: Path) -> None:
    clock = VirtualClock()

    async def main() -> None:
        store, sink = await open_store(tmp_path, clock=clock), Thin(clock, 300_000)
        await put(store, levels(7000))
        await store.close()
        store = await open_store(tmp_path, clock=clock)  # nothing is in memory
        forwarder = Forwarder(sink, store, clock, density=CONFIG.density)
        task = asyncio.create_task(forwarder.run())
        await asyncio.sleep(601)
        try:
            assert len(sink.got) == 7000
            assert sink.largest <= 1.1 * MAX_PAYLOAD
        finally:
            await ended(forwarder, task)
            await store.close()

    virtual(clock, main())


def test_only_columns_take_little_room() -> None:
    assert CONFIG.density > 1
    assert replace(CONFIG, per="batch").density == 1
    assert replace(CONFIG, points=("level",)).density == 1  # what is left of columns is in full


class Sized(Scripted):
    largest = 0

    async def deliver(self, batch: Sequence[Entry]) -> None:
        size = len(columns_json([p for p in parts_of(batch) if not isinstance(p, Gap)]))
        self.largest = max(self.largest, size)
        await super().deliver(batch)


def offered(
    tmp_path: Path, readings: Iterable[Reading], rate: float | None = None, density: int = 6
) -> Sized:
    clock = VirtualClock()
    sink = Sized(clock)

    async def main() -> None:
        store = await open_store(tmp_path, clock=clock)
        await put(store, readings)
        await store.close()
        store = await open_store(tmp_path, clock=clock)  # nothing is in memory
        forwarder = Forwarder(sink, store, clock, density=density, rate=rate)
        task = asyncio.create_task(forwarder.run())
        await asyncio.sleep(61)
        await ended(forwarder, task)
        await store.close()

    virtual(clock, main())
    return sink


def test_slices_for_a_rate_are_in_full_and_no_larger_than_that(tmp_path: Path) -> None:
    config = replace(CONFIG, rate=29_000)
    sink = offered(tmp_path, sampled(2000), config.rate, config.density)
    assert len(sink.got) == 6000
    assert sink.largest <= 150_000


def test_six_points_at_a_time_take_the_room_of_a_thousand(tmp_path: Path) -> None:
    names = [f"boiler_room_circuit_{n}_flow_temperature" for n in range(6)]
    readings = [Reading(name, 21.5, time_ns=10**18 + n) for n in range(1500) for name in names]
    columns = offered(tmp_path / "a", readings)
    full = offered(tmp_path / "b", readings, density=1)
    records = [entry for entry in full.got if isinstance(entry, Record)][:1000]
    assert columns.largest <= 1.2 * len(columns_json(records))
