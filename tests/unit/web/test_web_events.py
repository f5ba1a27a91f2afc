"""The stream of events: what comes first, what is gathered, when it ends."""

import asyncio
import json

import msgspec
from standin import Forwarder, StandIn, State

from wisgate.core.clock import SystemClock, VirtualClock
from wisgate.core.points import Point, Status
from wisgate.gateway.live import Live
from wisgate.web.events import MAX_CLIENTS, Streams
from wisgate.web.shapes import PointView, StatusView
from wisgate.web.views import PART


class Snapshot(msgspec.Struct):
    status: StatusView
    points: list[PointView]


class Client:
    def __init__(self, streams: Streams, allowed=lambda: True) -> None:
        self._messages = streams.stream(allowed)

    async def event(self, name: str) -> dict:
        """The next event of this name; others are skipped."""
        async with asyncio.timeout(10):
            while True:
                lines = (await self._whole()).decode().split("\n")
                fields = dict(line.split(": ", 1) for line in lines if ": " in line)
                assert lines[-2:] == ["", ""]
                if fields["event"] == name:
                    return json.loads(fields["data"])

    async def _whole(self) -> bytes:
        """An event may come in parts."""
        found = b""
        while not found.endswith(b"\n\n"):
            found += await anext(self._messages)
        return found

    async def rest(self) -> int:
        async with asyncio.timeout(10):
            return len([message async for message in self._messages])

    async def leave(self) -> None:
        await self._messages.aclose()


def test_a_snapshot_comes_first_then_what_changes(tmp_path):
    async def main():
        gateway = StandIn(tmp_path)
        gateway.put("tank_level", 1.0)
        client = Client(Streams(gateway))
        snapshot = await client.event("snapshot")
        assert snapshot["status"]["name"] == "pump-house"
        assert [p["name"] for p in snapshot["points"]] == list(gateway.live.points)
        for level in (1.1, 1.2, 1.3):
            gateway.put("tank_level", level)
        gateway.put("pump", True)
        batch = (await client.event("readings"))["points"]
        assert [(p["name"], p["value"]) for p in batch] == [("tank_level", 1.3), ("pump", True)]
        gateway.put("pump", False)
        batch = (await client.event("readings"))["points"]
        assert [(p["name"], p["value"]) for p in batch] == [("pump", False)]
        await client.leave()

    asyncio.run(main())


def test_a_snapshot_of_many_points_comes_in_parts_that_are_one_event(tmp_path):
    async def main():
        gateway = StandIn(tmp_path)
        gateway.live = Live([Point(f"p{n}") for n in range(2 * PART + 1)], gateway.clock)
        gateway.put("p7", 1.5)
        parts = []
        async for part in Streams(gateway).stream(lambda: False):
            parts.append(part)
        assert len(parts) > 4
        assert max(map(len, parts)) < len(b"".join(parts)) / 2
        begin, end = b"event: snapshot\ndata: ", b"\n\n"
        told = b"".join(parts[1:])
        assert told.startswith(begin)
        assert told.endswith(end)
        found = msgspec.json.decode(told[len(begin) : -len(end)], type=Snapshot, strict=True)
        assert found.status.name == "pump-house"
        assert [p.name for p in found.points] == list(gateway.live.points)
        assert [p.value for p in found.points if p.value is not None] == [1.5]

    asyncio.run(main())


def test_a_stale_point_is_told_though_nobody_reports_it(tmp_path):
    async def main():
        clock = VirtualClock()
        gateway = StandIn(tmp_path, clock)
        gateway.put("tank_level", 1.0)
        client = Client(Streams(gateway))
        await client.event("snapshot")
        clock.advance(10)
        (point,) = (await client.event("readings"))["points"]
        assert (point["name"], point["status"]) == ("tank_level", "stale")
        await client.leave()

    asyncio.run(main())


def test_a_point_that_grows_stale_again_is_told_again_to_a_slow_client(tmp_path):
    async def main():
        clock = VirtualClock()
        gateway = StandIn(tmp_path, clock)
        gateway.put("tank_level", 1.0)
        clock.advance(10)
        client = Client(Streams(gateway))
        snapshot = await client.event("snapshot")
        assert "stale" in [p["status"] for p in snapshot["points"]]
        gateway.put("tank_level", 2.0)
        (point,) = (await client.event("readings"))["points"]
        assert (point["name"], point["status"]) == ("tank_level", "good")
        clock.advance(10)  # nobody looked meanwhile
        (point,) = (await client.event("readings"))["points"]
        assert (point["name"], point["status"]) == ("tank_level", "stale")
        await client.leave()

    asyncio.run(main())


def test_a_lost_sink_and_bad_health_are_told(tmp_path):
    async def main():
        clock = VirtualClock()
        gateway = StandIn(tmp_path, clock)
        client = Client(Streams(gateway))
        await client.event("snapshot")
        gateway.forwarders = {"plant": Forwarder(State(False, "connection refused", 1, 3, 9))}
        gateway.trouble = ("sink plant: connection refused",)
        clock.advance(1)
        status = await client.event("status")
        assert status["ok"] is False
        assert status["sinks"][0]["lag"] == 9
        clock.advance(10)
        assert await client.event("ping") == {}
        await client.leave()

    asyncio.run(main())


def test_a_stream_ends_when_the_gateway_stops_or_the_user_signs_out(tmp_path):
    async def main():
        streams = Streams(StandIn(tmp_path, SystemClock()))
        stopped, signed_out = Client(streams), Client(streams, lambda: False)
        await stopped.event("snapshot")
        await signed_out.event("snapshot")
        assert streams.open == 2
        assert await signed_out.rest() == 0
        streams.close()
        assert await stopped.rest() == 0
        assert streams.open == 0

    asyncio.run(main())


def test_who_leaves_is_forgotten_and_there_is_room_for_fifty(tmp_path):
    async def main():
        gateway = StandIn(tmp_path)
        streams = Streams(gateway)
        clients = [Client(streams) for _ in range(MAX_CLIENTS)]
        for client in clients:
            await client.event("snapshot")
        assert streams.full
        for client in clients:
            await client.leave()
        assert streams.open == 0
        gateway.put("tank_level", None, Status.FAULT)

    asyncio.run(main())
