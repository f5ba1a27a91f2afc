"""LoRaWAN over HTTP: state, frames, the stream, figures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from asking import Asking, ask
from prometheus_client.parser import text_string_to_metric_families
from radio_bench import DATA, JOIN, ROOF, SHED, uplink
from radio_standin import RadioStandIn
from standin import StandIn

from wisgate.core.clock import VirtualClock
from wisgate.lorawan.radio import Fsk, Lora, Status, Verdict
from wisgate.lorawan.watching import KEPT
from wisgate.web.events import Streams
from wisgate.web.radio import FIRST, MOST_AT_ONCE, RadioOperations

NOON = 1_795_176_000_123_000_000


def with_radio(web: Asking) -> RadioStandIn:
    web.gateway.radio = RadioStandIn(web.gateway.clock)
    return web.gateway.radio


def test_without_lorawan_there_is_none(tmp_path):
    async def steps(web: Asking):
        for path in ("radio", "radio/frames", "radio/events"):
            answer = await web.public.get(f"/api/v1/{path}")
            assert (answer.status_code, answer.json()["error"]) == (
                404, "this gateway has no [lorawan]",
            )  # fmt: skip
        assert (await web.public.get("/api/v1/status")).json()["radio"] is False
        assert "wisgate_radio" not in (await web.public.get("/metrics")).text

    ask(tmp_path, steps)


def test_the_state(tmp_path):
    async def steps(web: Asking):
        radio = with_radio(web)
        radio.hear(at_ns=NOON)
        radio.hub.told(Status(board=ROOF, at_ns=NOON, temperature=31.5, version="station 2.0.6"))
        radio.send(Verdict.DUTY_CYCLE, Verdict.QUEUED, board=ROOF)
        found = (await web.public.get("/api/v1/radio")).json()
        assert found["gateways"] == [{"region": "EU868", "eui": ROOF}]
        assert found["boards"] == [
            {"eui": ROOF, "name": "", "slot": "", "region": "EU868", "silent": False, "heard": 1,
             "sent": 1, "last": "2026-11-20T12:00:00.123Z", "temperature": 31.5,
             "version": "station 2.0.6"},
            {"eui": SHED, "name": "", "slot": "", "region": "EU868", "silent": True, "heard": 0,
             "sent": 0, "last": None, "temperature": None, "version": ""},
        ]  # fmt: skip
        (upstream,) = found["upstreams"]
        assert (upstream["name"], upstream["type"], upstream["lag"]) == ("plant", "udp", 9)
        assert (upstream["connected"], upstream["error"]) == (False, "no answer")
        assert [(a["low"], a["used"], a["allowed"]) for a in found["air_time"]] == [
            (869_400_000, 36.0, 360.0), (863_000_000, 0.0, None),
        ]  # fmt: skip
        assert (found["waiting"], found["lost"]) == (9, 4)
        assert found["verdicts"] == {"queued": 1}
        assert (await web.public.get("/api/v1/status")).json()["radio"] is True

    ask(tmp_path, steps)


def test_frames_in_words(tmp_path):
    async def steps(web: Asking):
        radio = with_radio(web)
        radio.hear(DATA, uplink(SHED, snr=-3.5, rssi=-110.0), at_ns=NOON)
        radio.hear(JOIN, modulation=Lora(9, 125_000))
        radio.hear(b"\x01\x02", modulation=Fsk(50_000), snr=None)
        radio.send(Verdict.TOO_LATE, Verdict.QUEUED, board=ROOF)
        found = (await web.public.get("/api/v1/radio/frames")).json()
        up, join, strange, down = found["frames"]
        assert [f["number"] for f in found["frames"]] == [1, 2, 3, 4]
        assert (up["kind"], up["dev_addr"], up["counter"], up["port"]) == (
            "unconfirmed up", "26000001", 1, 2,
        )  # fmt: skip
        assert (up["up"], up["rate"], up["spreading_factor"], up["bandwidth"]) == (
            True, 5, 7, 125_000,
        )  # fmt: skip
        assert (up["time"], up["phy"], up["size"]) == (
            "2026-11-20T12:00:00.123Z", DATA.hex(), len(DATA),
        )  # fmt: skip
        assert [(c["board"], c["rssi"], c["snr"]) for c in up["copies"]] == [
            (ROOF, -60.0, 8.0), (SHED, -110.0, -3.5),
        ]  # fmt: skip
        assert up["air_time"] == 0.051456
        assert (join["kind"], join["join_eui"], join["dev_eui"], join["counter"]) == (
            "join request", "0000000000000001", "70b3d57ed0000001", 5,
        )  # fmt: skip
        assert (strange["kind"], strange["bit_rate"], strange["rate"]) == ("not LoRaWAN", 50_000, 7)
        assert (down["kind"], down["up"], down["verdict"], down["board"]) == (
            "unconfirmed down", False, "queued", ROOF,
        )  # fmt: skip
        assert (down["upstream"], down["power"], down["rate"]) == ("plant", 27.0, 0)

    ask(tmp_path, steps)


def test_figures(tmp_path):
    async def steps(web: Asking):
        radio = with_radio(web)
        radio.hear()
        radio.send(Verdict.TOO_LATE)
        families = text_string_to_metric_families((await web.public.get("/metrics")).text)
        found = {
            (s.name, *(value for _, value in sorted(s.labels.items()))): s.value
            for family in families
            for s in family.samples
        }
        assert found["wisgate_radio_heard_total", ROOF] == 1
        assert (found["wisgate_radio_silent", ROOF], found["wisgate_radio_silent", SHED]) == (0, 1)
        assert found["wisgate_radio_downlinks_total", "too late"] == 1
        assert found["wisgate_radio_events_total", "copies"] == 1
        assert (found["wisgate_radio_waiting",], found["wisgate_radio_lost_total",]) == (9, 4)
        assert found["wisgate_radio_air_seconds", ROOF, "869400000"] == 36
        assert found["wisgate_radio_air_allowed_seconds", ROOF, "869400000"] == 360
        assert ("wisgate_radio_air_allowed_seconds", ROOF, "863000000") not in found
        assert found["wisgate_upstream_lag", "plant"] == 9
        assert found["wisgate_upstream_connected", "plant"] == 0
        assert found["wisgate_upstream_delivered_total", "plant"] == 40
        assert found["wisgate_upstream_replayed_total", "plant"] == 3
        assert found["wisgate_upstream_expired_total", "plant"] == 2
        assert found["wisgate_upstream_refused_total", "plant"] == 1

    ask(tmp_path, steps)


class Client:
    """Reads a stream of events about the radio."""

    def __init__(self, gateway: StandIn) -> None:
        changes = RadioOperations(gateway).changes()
        self._messages: AsyncIterator[bytes] = Streams(gateway).stream(lambda: True, changes)
        self._events: list[tuple[str, Any]] = []

    async def event(self, name: str) -> Any:
        """The next of this name; others are skipped."""
        async with asyncio.timeout(10):
            while True:
                while self._events:
                    found, body = self._events.pop(0)
                    if found == name:
                        return body
                for text in (await anext(self._messages)).decode().split("\n\n"):
                    fields = dict(line.split(": ", 1) for line in text.split("\n") if ": " in line)
                    if "event" in fields:
                        self._events.append((fields["event"], json.loads(fields["data"])))

    async def leave(self) -> None:
        await self._messages.aclose()  # type: ignore[attr-defined]


def test_the_stream_begins_with_what_was_and_goes_on(tmp_path):
    async def main():
        clock = VirtualClock()
        gateway = StandIn(tmp_path, clock)
        radio = gateway.radio = RadioStandIn(clock)
        for _ in range(FIRST + 20):
            radio.hear()
        client = Client(gateway)
        assert (await client.event("radio"))["boards"][0]["heard"] == FIRST + 20
        first = await client.event("frames")
        assert [f["number"] for f in first["frames"]] == list(range(21, FIRST + 21))
        assert first["missed"] == 0
        radio.hear(JOIN)
        (frame,) = (await client.event("frames"))["frames"]
        assert (frame["number"], frame["kind"]) == (FIRST + 21, "join request")
        clock.advance(1)
        assert (await client.event("radio"))["boards"][0]["heard"] == FIRST + 21
        clock.advance(10)
        assert await client.event("ping") == {}
        await client.leave()

    asyncio.run(main())


def test_what_is_too_much_comes_in_several_events_and_what_is_gone_is_counted(tmp_path):
    async def main():
        gateway = StandIn(tmp_path)
        radio = gateway.radio = RadioStandIn(gateway.clock)
        client = Client(gateway)
        assert (await client.event("frames")) == {"frames": [], "missed": 0}
        for _ in range(KEPT + 7):
            radio.hear()
        sizes, missed = [], 0
        while sum(sizes) < KEPT:
            told = await client.event("frames")
            sizes.append(len(told["frames"]))
            missed += told["missed"]
        assert (sizes, missed) == ([MOST_AT_ONCE] * 4, 7)
        await client.leave()

    asyncio.run(main())
