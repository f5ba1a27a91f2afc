"""The LNS protocol to a network server, on loopback."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from certificates import Authority
from radio_bench import DATA, JOIN, ROOF, SHED
from recorded import LNS
from upstream_bench import GATEWAY, TWO_POINT_FOUR, Hub, until
from websockets.asyncio.server import Server, ServerConnection, serve

from wisgate.config.addresses import Url
from wisgate.config.model import Where
from wisgate.config.radios import FilterConfig
from wisgate.config.upstreams.station import StationConfig
from wisgate.core import eui as euis
from wisgate.core.errors import SinkError
from wisgate.lorawan import lns_frames
from wisgate.lorawan.radio import After, Heard, Immediately, Lora, Status, Verdict
from wisgate.lorawan.upstreams import open_upstream, station_link

CONFIG = next(x["msg"] for x in LNS if x["msg"].get("msgtype") == "router_config")
DOWN = "60A6FE6A01A0030092CCD6DB"


class Lns:
    """A server: keeps what it gets, and says what the tests have it say."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.asked: list[Any] = []
        self.tokens: list[str | None] = []
        self.config: dict[str, Any] | None = CONFIG
        self.discovery: Callable[[str], dict[str, Any]] = lambda router: {
            "router": router,
            "muxs": "::1",
            "uri": f"{self.scheme}://127.0.0.1:{self.port}/lns/{router}",
        }
        self.there: list[ServerConnection] = []
        self.scheme = "ws"
        self.port = 0
        self._server: Server | None = None

    async def open(self, context: ssl.SSLContext | None = None) -> None:
        self.scheme = "wss" if context else "ws"
        self._server = await serve(self._serve, "127.0.0.1", self.port, ssl=context)
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.tokens.append(connection.request.headers.get("Authorization"))
        if connection.request.path == "/router-info":
            self.asked.append(json.loads(await connection.recv())["router"])
            await connection.send(json.dumps(self.discovery(self.asked[-1])))
            return
        self.there.append(connection)
        async for text in connection:
            self.got.append(json.loads(text))
            if self.got[-1]["msgtype"] == "version" and self.config is not None:
                await connection.send(json.dumps(self.config))

    async def say(self, **message: Any) -> None:
        await self.there[-1].send(json.dumps(message))

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        return [m for m in self.got if m["msgtype"] in kinds]

    @property
    def uplinks(self) -> list[dict[str, Any]]:
        return [m for m in self.got if "upinfo" in m]


class Bench(Hub):
    def __init__(self, **changes: Any) -> None:
        super().__init__()
        self.lns = Lns()
        self.changes = changes

    async def __aenter__(self) -> Bench:
        await self.lns.open(self.changes.pop("server", None))
        config = StationConfig(
            Where("gateway.toml", 1), "lns", "station",
            FilterConfig(), Url(self.lns.scheme, "127.0.0.1", self.lns.port),
            **{"regions": ("EU868",)} | self.changes,
        )  # fmt: skip
        self.upstream = open_upstream(config, self.access)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.upstream.close(1)
        await self.lns.close()

    async def order(self, xtime: int, **changes: Any) -> None:
        message = {
            "msgtype": "dnmsg", "DevEui": "70-B3-D5-7E-D0-00-00-01", "dC": 0, "diid": 10,
            "pdu": DOWN, "priority": 1, "RxDelay": 1, "RX1DR": 5, "RX1Freq": 868_100_000,
            "RX2DR": 0, "RX2Freq": 869_525_000, "xtime": xtime, "rctx": 0, "MuxTime": 1.5,
        }  # fmt: skip
        await self.lns.say(**{k: v for k, v in (message | changes).items() if v is not None})


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


def test_the_recorded_session():
    """We say what the station said, and obey what it obeyed."""
    rates = lns_frames.rates([tuple(rate) for rate in CONFIG["DRs"]])
    recorded = [x["msg"] for x in LNS if "upinfo" in x["msg"]]

    async def main() -> None:
        async with Bench() as bench:
            await bench.upstream.open()
            assert bench.lns.asked == [euis.id6(GATEWAY)]
            assert bench.lns.of("version")[0]["protocol"] == 2
            batch = []
            for number, message in enumerate(recorded, 1):
                said = lns_frames.uplink(
                    station_message(message), lambda _: bench.heard().best.moment, 0, rates
                )
                moment = bench.heard(board=SHED).best.moment
                batch.append(Heard(number, GATEWAY, "EU868", (moved(said, moment),)))
            await bench.upstream.deliver(batch)
            assert [without_times(m) for m in bench.lns.uplinks] == [
                without_times(m) for m in recorded
            ]
            for plain in (x["msg"] for x in LNS if x["msg"].get("msgtype") == "dnmsg"):
                await answered(bench, plain, recorded, batch)

    async def answered(bench, plain, recorded, batch) -> None:
        number = [m["upinfo"]["xtime"] for m in recorded].index(plain["xtime"])
        told, before = bench.lns.uplinks[number], len(bench.downlinks)
        bench.answer = lambda downlink: (Verdict.EMITTED, Verdict.IGNORED)
        await bench.lns.say(**plain | {"xtime": told["upinfo"]["xtime"]})
        await until(lambda: len(bench.downlinks) > before)
        downlink, moment = bench.downlinks[-1], batch[number].best.moment
        delay = plain["RxDelay"] * 1_000_000
        assert [(s.frequency, s.due, s.phy.hex().upper()) for s in downlink.shots] == [
            (plain["RX1Freq"], After(moment, delay), plain["pdu"]),
            (plain["RX2Freq"], After(moment, delay + 1_000_000), plain["pdu"]),
        ]
        assert (downlink.identity, downlink.gateway) == (str(plain["diid"]), GATEWAY)
        await until(lambda: len(bench.lns.of("dntxed")) > before)
        sent = bench.lns.of("dntxed")[-1]
        assert (sent["diid"], sent["seqno"]) == (plain["diid"],) * 2
        assert (sent["DR"], sent["Freq"]) == (plain["RX1DR"], plain["RX1Freq"])
        assert sent["xtime"] == told["upinfo"]["xtime"] + delay

    run(main())


def station_message(message: dict[str, Any]) -> Any:
    from wisgate.lorawan import lns

    return lns.from_station(json.dumps(message))


def moved(said: Any, moment: Any) -> Any:
    from msgspec.structs import replace

    return replace(said, moment=moment)


def without_times(message: dict[str, Any]) -> dict[str, Any]:
    plain = {k: v for k, v in message.items() if k != "RefTime"}
    times = ("xtime", "rxtime")
    return plain | {"upinfo": {k: v for k, v in message["upinfo"].items() if k not in times}}


@pytest.mark.parametrize("board", [ROOF, SHED])
@pytest.mark.parametrize("verdict", [Verdict.QUEUED, Verdict.EMITTED])
def test_sent_is_told_when_it_is_true(board, verdict):
    """A forwarder that only queued it has it on the air at its time, not before."""

    async def main() -> None:
        async with Bench() as bench:
            heard = bench.heard(1, board, JOIN)
            await bench.upstream.deliver([bench.heard(2), heard])
            bench.answer = lambda downlink: (Verdict.TOO_LATE, verdict)
            xtime = bench.lns.uplinks[1]["upinfo"]["xtime"]
            started = bench.clock.monotonic()
            await bench.order(xtime)
            await until(lambda: bool(bench.lns.of("dntxed")))
            took = bench.clock.monotonic() - started
            assert took == pytest.approx(1.98 if verdict is Verdict.QUEUED else 0, abs=0.2)
            sent = bench.lns.of("dntxed")[0]
            assert (sent["DR"], sent["Freq"]) == (0, 869_525_000)
            assert sent["DevEui"] == "70-B3-D5-7E-D0-00-00-01"

    run(main())


def test_silence_means_not_sent():
    async def main() -> None:
        async with Bench() as bench:
            await bench.upstream.deliver([bench.heard()])
            xtime = bench.lns.uplinks[0]["upinfo"]["xtime"]
            bench.answer = lambda downlink: (
                (Verdict.DUTY_CYCLE, Verdict.NO_ANSWER)
                if len(bench.downlinks) == 1
                else (Verdict.EMITTED,)
            )
            await bench.order(xtime, diid=1)
            await bench.order(xtime ^ 1 << 48, diid=2)  # of another session
            await bench.order(xtime - 60_000_000, diid=3)
            await bench.order(0, dC=2, diid=4, RX1DR=None, RX1Freq=None)
            await until(lambda: bool(bench.lns.of("dntxed")))
            assert [m["diid"] for m in bench.lns.of("dntxed")] == [4]
            assert [d.identity for d in bench.downlinks] == ["1", "4"]
            assert bench.downlinks[1].shots[0].due == Immediately()
            assert bench.access.counters["refused_downlinks"] == 2

    run(main())


def test_commands_are_refused_and_time_is_told(caplog):
    async def main() -> None:
        async with Bench() as bench:
            await bench.upstream.open()
            await bench.lns.say(msgtype="runcmd", command="reboot", arguments=[])
            await bench.lns.say(msgtype="rmtsh", user="x", term="vt100", start=0)
            await bench.lns.say(msgtype="rmtsh", user="x", term="vt100", start=0)
            await bench.lns.say(msgtype="dnmsg", dC=9)
            await bench.lns.say(msgtype="timesync", xtime=5, gpstime=7)
            await bench.lns.say(msgtype="timesync", txtime=3.5)
            await until(lambda: bool(bench.lns.of("timesync")))
            answer = bench.lns.of("timesync")[0]
            assert answer["txtime"] == 3.5
            utc_us = answer["gpstime"] + (315_964_800 - 18) * 1_000_000
            assert utc_us == pytest.approx(bench.clock.utc_ns() // 1000, abs=5e6)
            assert bench.access.counters == {"refused_commands": 3, "malformed": 1}
            assert bench.downlinks == []

    run(main())
    assert [m.partition(" of")[0] for m in caplog.messages[:2]] == ["lns: runcmd", "lns: rmtsh"]
    assert len(caplog.messages) == 3


def test_what_the_plan_of_the_server_does_not_have_is_left_out():
    async def main() -> None:
        async with Bench() as bench:
            strange = bench.heard()
            strange = Heard(
                2, GATEWAY, "EU868", (moved_to(strange.best, Lora(7, 500_000)),)
            )  # fmt: skip
            await bench.upstream.deliver([bench.heard(1), strange, bench.heard(3, phy=b"\x60" * 9)])
            assert len(bench.lns.uplinks) == 1
            assert bench.access.counters == {"left_out": 2}

    run(main())


def moved_to(said: Any, modulation: Any) -> Any:
    from msgspec.structs import replace

    return replace(said, modulation=modulation)


@pytest.mark.parametrize(
    ("wants", "kinds"),
    [
        ({}, ["updf", "jreq", "propdf"]),
        ({"NetID": [0x13], "JoinEui": [[1, 1]]}, ["updf", "jreq", "propdf"]),
        ({"NetID": [0x14], "JoinEui": [[-2, -1]]}, ["propdf"]),
        ({"NetID": [], "JoinEui": [[0, 18446744073709551615]]}, ["updf", "jreq", "propdf"]),
        ({"JoinEui": [[2, 9], [11, 12]]}, ["updf", "propdf"]),
    ],
)
def test_a_server_gets_what_its_router_config_wants(wants, kinds):
    async def main() -> None:
        async with Bench() as bench:
            bench.lns.config = CONFIG | wants
            frames = enumerate((DATA, JOIN, b"\xe0\x01"), 1)
            await bench.upstream.deliver([bench.heard(n, phy=phy) for n, phy in frames])
            assert [m["msgtype"] for m in bench.lns.uplinks] == kinds

    run(main())


def test_a_schedule():
    async def main() -> None:
        async with Bench() as bench:
            await bench.upstream.open()
            plan = {"pdu": DOWN, "DR": 0, "Freq": 869_525_000, "priority": 7, "diid": 5}
            far = {**plan, "gpstime": 1_400_000_000_000_000}
            await bench.lns.say(msgtype="dnsched", schedule=[far, {**plan, "xtime": 1}])
            await until(lambda: bool(bench.downlinks))
            await until(lambda: bool(bench.lns.of("dntxed")))
            assert [d.priority for d in bench.downlinks] == [7]
            assert bench.access.counters["refused_downlinks"] == 1

    run(main())


def test_each_gateway_speaks_for_itself():
    async def main() -> None:
        async with Bench(regions=("EU868", "ISM2400")) as bench:
            bench.gateways |= {TWO_POINT_FOUR: "ISM2400", "00": "US915"}
            await bench.upstream.open()
            await bench.upstream.tell(Status(board=ROOF, at_ns=1))
            assert bench.lns.asked == [euis.id6(GATEWAY), euis.id6(TWO_POINT_FOUR)]
            assert len(bench.lns.there) == 2

    run(main())


async def insistently(bench: Bench) -> None:
    """Until the end of the connection is noticed."""
    for _ in range(3):
        await bench.upstream.deliver([bench.heard()])


def test_a_server_that_comes_back():
    async def main() -> None:
        async with Bench() as bench:
            await bench.upstream.deliver([bench.heard()])
            await bench.lns.close()
            with pytest.raises(SinkError, match=r"lns ws://127\.0\.0\.1:\d+: .*refused"):
                await insistently(bench)
            await bench.lns.open()
            await bench.upstream.deliver([bench.heard(phy=DATA)])
            assert bench.lns.uplinks[-1]["DevAddr"] == 0x26000001

    run(main())


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"error": "unknown gateway"}, "does not want 0016c001ff000001: unknown gateway"),
        ({}, "it does not say where"),
        ({"uri": "wss://127.0.0.1:1/x"}, "without TLS, or with it alone"),
        ({"uri": 7}, r"Expected"),
    ],
)
def test_discoveries_that_lead_nowhere(answer, told):
    async def main() -> None:
        async with Bench() as bench:
            bench.lns.discovery = lambda router: {"router": router, **answer}
            with pytest.raises(SinkError, match=told):
                await bench.upstream.open()

    run(main())


def test_a_server_without_a_router_config(monkeypatch):
    monkeypatch.setattr(station_link, "ANSWER_S", 0.05)

    async def main() -> None:
        async with Bench() as bench:
            bench.lns.config = None
            with pytest.raises(SinkError, match="does not answer"):
                await bench.upstream.open()

    run(main())


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("NNSXS.ABC\n", "Bearer NNSXS.ABC"),
        ("Bearer NNSXS.ABC", "Bearer NNSXS.ABC"),
        ("Authorization: Bearer NNSXS.ABC\r\n", "Bearer NNSXS.ABC"),
    ],
)
def test_tokens(written, sent, tmp_path):
    token = tmp_path / "lns.token"
    token.write_text(written)

    async def main() -> None:
        async with Bench(token_file=token) as bench:
            await bench.upstream.open()
            assert bench.lns.tokens == [sent, sent]
            token.write_text("new")
            await bench.lns.close()
            await bench.lns.open()
            await insistently(bench)
            assert bench.lns.tokens[-1] == "Bearer new"

    run(main())


@pytest.mark.parametrize("written", [b"two\nlines", b"\xff"])
def test_a_token_that_is_none_is_never_repeated(written, tmp_path):
    token = tmp_path / "lns.token"
    token.write_bytes(written)

    async def main() -> None:
        async with Bench(token_file=token) as bench:
            with pytest.raises(SinkError, match="token_file") as caught:
                await bench.upstream.open()
            assert "lines" not in str(caught.value)

    run(main())


def test_tls_both_ways(tmp_path: Path):
    authority, other = Authority(tmp_path), Authority(tmp_path / "other", "other CA")
    own, ours = authority.sign("lns"), authority.sign("gateway")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.file)
    context.load_cert_chain(own.certificate, own.key)
    context.verify_mode = ssl.CERT_REQUIRED

    async def main(told: str, **files: Any) -> None:
        async with Bench(server=context, **files) as bench:
            if told:
                with pytest.raises(SinkError, match=told):
                    await bench.upstream.open()
                return
            await bench.upstream.deliver([bench.heard()])
            assert len(bench.lns.uplinks) == 1

    pair = {"cert_file": ours.certificate, "key_file": ours.key}
    run(main("", ca_file=authority.file, **pair))
    run(main("not trusted .*name its CA in ca_file", ca_file=other.file, **pair))
    run(main("no certificate and its key", ca_file=authority.file, cert_file=own.key,
             key_file=own.key))  # fmt: skip
    run(main(".", ca_file=authority.file))
