"""Semtech UDP to a network server, on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from typing import Any

import pytest
from network_server import Server, payload
from radio_bench import DATA, ROOF, SHED
from upstream_bench import GATEWAY, TWO_POINT_FOUR, Hub, until

from wisgate.config.model import Where
from wisgate.config.radios import FilterConfig
from wisgate.config.upstreams.udp import UdpConfig
from wisgate.core.errors import SinkError
from wisgate.lorawan import gwmp
from wisgate.lorawan.radio import (
    After,
    AtGps,
    Fsk,
    Heard,
    Immediately,
    Lora,
    Shot,
    Status,
    Verdict,
)
from wisgate.lorawan.upstreams import open_upstream, udp_link


class Bench(Hub):
    def __init__(self, regions: tuple[str, ...] = ("EU868",)) -> None:
        super().__init__()
        self.server = Server()
        config = UdpConfig(
            Where("gateway.toml", 1), "plant", "udp", FilterConfig(), "127.0.0.1",
            self.server.port, regions=regions,
        )  # fmt: skip
        self.upstream = open_upstream(config, self.access)

    async def __aenter__(self) -> Bench:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.upstream.close(1)
        self.server.close()


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(main)


def test_frames_are_delivered_once_acknowledged():
    async def main() -> None:
        async with Bench() as bench:
            batch = [bench.heard(n, ROOF, n.to_bytes(16, "big")) for n in range(1, 41)]
            await bench.upstream.deliver(batch)
            payloads = [payload(packet) for packet in bench.server.heard]
            assert payloads == [h.best.phy for h in batch]
            assert {p.eui for p in bench.server.pushes} == {GATEWAY}
            assert 5 < len(bench.server.pushes) < 20
            assert bench.server.pulls[0].eui == GATEWAY
            assert {p.time for p in bench.server.heard} == {None}

    run(main())


def test_a_server_that_says_nothing(monkeypatch):
    monkeypatch.setattr(udp_link, "ANSWER_S", 0.05)

    async def main() -> None:
        async with Bench() as bench:
            bench.server.mute = True
            with pytest.raises(SinkError, match=r"plant: 127\.0\.0\.1:\d+ does not answer"):
                await bench.upstream.open()
            bench.server.mute = False
            await bench.upstream.open()
            bench.server.mute = True
            with pytest.raises(SinkError, match="does not answer"):
                await bench.upstream.deliver([bench.heard()])
            bench.server.mute = False
            await bench.upstream.deliver([bench.heard(phy=DATA)])
            assert payload(bench.server.heard[-1]) == DATA

    run(main())


def test_an_acknowledgement_that_came_while_the_process_stood_still(monkeypatch):
    """It waits in the socket when the time is over: nothing is offered a second time."""

    async def main() -> None:
        loop, slept = asyncio.get_running_loop(), [0.0]
        time = loop.time
        monkeypatch.setattr(loop, "time", lambda: time() + slept[0])
        async with Bench() as bench:
            await bench.upstream.open()
            bench.server.mute = True
            delivering = asyncio.create_task(bench.upstream.deliver([bench.heard()]))
            await until(lambda: bool(bench.server.pushes))
            token = bench.server.pushes[0].token.to_bytes(2, "big")
            bench.server.send(bytes([2, *token, gwmp.Kind.PUSH_ACK]), GATEWAY)
            slept[0] = udp_link.ANSWER_S + 1
            await delivering

    run(main())


def test_a_server_that_went_away_is_noticed_between_frames(monkeypatch):
    monkeypatch.setattr(udp_link, "KEEPALIVE_S", 0.02)
    monkeypatch.setattr(udp_link, "ANSWER_S", 0.05)

    async def main() -> None:
        async with Bench() as bench:
            await bench.upstream.open()
            await until(lambda: len(bench.server.pulls) > 5)
            await bench.upstream.open()  # all is well
            bench.server.mute = True
            before = len(bench.server.pulls)
            await until(lambda: len(bench.server.pulls) > before + 4)
            with pytest.raises(SinkError, match="does not answer"):
                await bench.upstream.open()

    run(main())


def test_a_host_that_nobody_knows(monkeypatch):
    async def nowhere(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    async def main() -> None:
        async with Bench() as bench:
            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", nowhere)
            with pytest.raises(SinkError, match=r"plant: no way to 127\.0\.0\.1:\d+: Name or serv"):
                await bench.upstream.open()

    run(main())


def test_each_gateway_speaks_for_itself():
    async def main() -> None:
        async with Bench(regions=("EU868", "ISM2400")) as bench:
            bench.gateways |= {TWO_POINT_FOUR: "ISM2400", "00": "US915"}
            await bench.upstream.open()
            assert {p.eui for p in bench.server.pulls} == {GATEWAY, TWO_POINT_FOUR}
            await bench.upstream.deliver([bench.heard(1), bench.heard(2, TWO_POINT_FOUR)])
            assert [p.eui for p in bench.server.pushes] == [GATEWAY, TWO_POINT_FOUR]

    run(main())


def test_a_replay_tells_when_it_was_heard():
    async def main() -> None:
        async with Bench() as bench:
            heard = bench.heard()
            await bench.upstream.deliver([Heard(1, GATEWAY, "EU868", heard.uplinks, replayed=True)])
            assert bench.server.heard[0].time.endswith("Z")

    run(main())


@pytest.mark.parametrize("board", [ROOF, SHED])
@pytest.mark.parametrize("delay", [1_000_000, 2_000_000, 5_000_000, 6_000_000])
def test_an_answer_leaves_at_its_microsecond(board, delay):
    async def main() -> None:
        async with Bench() as bench:
            heard = bench.heard(1, board)
            await bench.upstream.deliver([bench.heard(2), heard, bench.heard(3, SHED)])
            tmst = (bench.server.heard[1].tmst + delay) % (1 << 32)
            bench.server.order(7, tmst=tmst)
            await until(lambda: bool(bench.server.answers))
            assert bench.server.answers == [gwmp.Answer(7, GATEWAY)]
            assert bench.downlinks[0].gateway == GATEWAY
            assert bench.downlinks[0].shots == (
                Shot(
                    phy=bytes.fromhex("60a6fe6a01a0030092ccd6db"),
                    frequency=868_100_000,
                    modulation=Lora(7, 125_000),
                    power=14,
                    due=After(heard.best.moment, delay),
                ),
            )

    run(main())


def test_other_times():
    async def main() -> None:
        async with Bench() as bench:
            await bench.upstream.deliver([bench.heard(1, SHED)])
            tmst = bench.server.heard[0].tmst
            bench.server.order(1, imme=True, modu="FSK", datr=50000, codr=None, fdev=25000)
            bench.server.order(2, tmms=1_400_000_000_000)
            bench.server.order(3, tmst=(tmst + 2_500_000) % (1 << 32))
            await until(lambda: len(bench.server.answers) == 3)
            first, second, third = (downlink.shots[0] for downlink in bench.downlinks)
            assert (first.due, first.modulation) == (Immediately(), Fsk(50_000, 25_000))
            assert second.due == AtGps(1_400_000_000_000)
            assert isinstance(third.due, After)
            now = bench.now(SHED)
            assert now is not None
            assert third.due.moment.board == SHED
            due = third.due.moment.counter + third.due.delay
            assert due == pytest.approx(bench.heard(1, SHED).best.moment.counter + 2.5e6, abs=2e6)

    run(main())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, "TX_FREQ"),  # no time at all
        ({"imme": True, "datr": "SF13BW125"}, "TX_FREQ"),
        ({"imme": True, "payload": "*"}, "TX_FREQ"),
        ({"tmst": -3_000_000}, "TOO_LATE"),
    ],
)
def test_orders_that_cannot_be(changes, error):
    async def main() -> None:
        async with Bench() as bench:
            await bench.upstream.deliver([bench.heard()])
            if "tmst" in changes:
                tmst = (bench.server.heard[0].tmst + changes["tmst"]) % (1 << 32)
                bench.server.order(9, **changes | {"tmst": tmst})
            else:
                bench.server.order(9, **changes)
            await until(lambda: bool(bench.server.answers))
            assert bench.server.answers == [gwmp.Answer(9, GATEWAY, error)]
            assert bench.downlinks == []
            assert bench.access.counters["refused_downlinks"] == 1

    run(main())


@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.IGNORED])
def test_the_truth_of_an_answer(verdict):
    async def main() -> None:
        async with Bench() as bench:
            bench.answer = lambda downlink: (verdict,) if len(bench.downlinks) == 1 else (
                Verdict.QUEUED,
            )  # fmt: skip
            await bench.upstream.open()
            bench.server.order(1, imme=True)
            await until(lambda: len(bench.downlinks) == 1)
            bench.server.order(2, imme=True)
            await until(lambda: any(a.token == 2 for a in bench.server.answers))
            said = {a.token: a.error for a in bench.server.answers}
            if verdict is Verdict.NO_ANSWER:
                assert 1 not in said
            else:
                assert said[1] == gwmp.ERRORS[verdict]
                assert (said[1] == "") is (verdict in (Verdict.QUEUED, Verdict.EMITTED))

    run(main())


def test_without_a_board_that_is_there():
    async def main() -> None:
        async with Bench() as bench:
            await bench.upstream.deliver([bench.heard()])
            tmst = bench.server.heard[0].tmst
            bench.boards.clear()
            bench.server.order(1, tmst=(tmst + 700_000) % (1 << 32))
            await until(lambda: bool(bench.server.answers))
            assert bench.server.answers[0].error == "TOO_LATE"

    run(main())


def test_statuses_and_noise():
    async def main() -> None:
        async with Bench() as bench:
            status = Status(board=SHED, at_ns=1_795_176_654_000_000_000, received=7, temperature=31)
            await bench.upstream.tell(status)  # not connected: it may be left out
            await bench.upstream.open()
            await bench.upstream.tell(status)
            await until(lambda: bool(bench.server.pushes))
            stat = bench.server.pushes[0].stat
            assert stat is not None
            assert (stat.time, stat.rxnb, stat.temp) == ("2026-11-20 12:10:54 GMT", 7, 31)
            for noise in (b"", b"\x02\x00\x00\x03{", b"\x09" * 40):
                bench.server.send(noise)
            bench.server.order(3, imme=True)
            await until(lambda: bool(bench.server.answers))
            assert bench.access.counters["malformed"] == 3

    run(main())


def test_a_hub_that_stumbles_over_one_order_gets_the_next(caplog):
    async def main() -> None:
        async with Bench() as bench:

            def answer(downlink):
                if len(bench.downlinks) == 1:
                    raise ZeroDivisionError
                return (Verdict.QUEUED,)

            bench.answer = answer
            await bench.upstream.open()
            for token in (1, 2):
                bench.server.order(token, imme=True)
                await until(lambda token=token: len(bench.downlinks) == token)
            await until(lambda: bool(bench.server.answers))
            assert bench.server.answers == [gwmp.Answer(2, GATEWAY)]

    run(main())
    assert [r.message for r in caplog.records] == ["a downlink: unexpected; nothing is said of it"]
