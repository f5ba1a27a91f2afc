"""What packet forwarders get from us: the recorded session again, and what it does not have."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

import pytest
from radio_bench import DATA, ROOF, numbered, radio, radio_config
from recorded import GWMP

from wisgate.board import virtual_time
from wisgate.core.clock import VirtualClock
from wisgate.lorawan import gwmp, translation
from wisgate.lorawan.boards import MOST_BOARDS, Boards
from wisgate.lorawan.counter import later
from wisgate.lorawan.fronts.udp import ANSWER_S, SILENT_S, UdpBoard, UdpFront
from wisgate.lorawan.hub import Hub
from wisgate.lorawan.packets import Rxpk
from wisgate.lorawan.radio import (
    After,
    AtGps,
    Downlink,
    Due,
    Frame,
    Fsk,
    Heard,
    Immediately,
    Lora,
    Modulation,
    Moment,
    Result,
    Shot,
    Status,
    Verdict,
)

EUI = "0016c001ff000001"
HERE = ("127.0.0.1", 40000)
DOWN = bytes.fromhex("60a6fe6a01a0030092ccd6db")


class Bench:
    """A front with a forwarder that says what the tests have it say."""

    def __init__(self, *, named_only: bool = False) -> None:
        self.clock = VirtualClock()
        self.boards = Boards(radio_config(gateway_id=EUI, boards=(radio(EUI),)))
        self.queue: list[Heard] = []
        self.hub = Hub(self.boards, self.clock, self.append, self.transmit)
        self.front = UdpFront(self.hub, self.clock, 1, self.send_to, named_only=named_only)
        self.orders: list[tuple[gwmp.Order, object]] = []
        self.answer: Callable[[gwmp.Order], bytes | None] = lambda order: None

    def append(self, frames: Sequence[Frame]) -> list[Heard]:
        heard = numbered(frames, len(self.queue))
        self.queue += heard
        return heard

    async def transmit(self, downlink: Downlink) -> Result:
        raise NotImplementedError

    def send_to(self, datagram: bytes, address: object) -> None:
        order = gwmp.order(datagram)
        self.orders.append((order, address))
        answer = self.answer(order)
        if answer is not None:
            asyncio.get_running_loop().call_later(0.001, self.take, answer)

    def take(self, datagram: bytes, address: object = HERE) -> bytes | None:
        return self.front.take(datagram, address, self.clock.utc_ns())

    def heard(self, tmst: int, phy: bytes = DATA) -> None:
        packet = Rxpk(tmst, 868.1, "LORA", "SF7BW125", translation._written(phy), codr="4/5")
        assert self.take(gwmp.push(1, EUI, (packet,))) == b"\x02\x00\x01\x01"

    @property
    def board(self) -> UdpBoard:
        found = self.boards.get(EUI)
        assert isinstance(found, UdpBoard)
        return found

    def moment(self, ahead: int) -> Moment:
        now = self.board.now()
        assert now is not None
        return later(now, ahead)

    def run(self, story: Callable[[], Awaitable[None]]) -> None:
        virtual_time.run(story(), self.clock)  # type: ignore[arg-type]


def shot(due: Due, modulation: Modulation = Lora(7, 125_000)) -> Shot:  # noqa: B008
    return Shot(phy=DOWN, frequency=868_100_000, modulation=modulation, power=14, due=due)


def test_the_recorded_session():
    """Everything that the stock forwarder said is answered as it was, and what we order is what was
    recorded, with the verdict that its answer means."""
    bench = Bench()
    answers = {x["hex"][2:6]: x["hex"] for x in GWMP if x["type"] == "TX_ACK"}
    statuses: list[Status] = []
    bench.hub.on_status.append(statuses.append)
    verdicts: dict[str, Verdict] = {}

    async def story() -> None:
        started, pushed = bench.clock.monotonic(), 0
        for line in GWMP:
            datagram = bytes.fromhex(line["hex"])
            await asyncio.sleep(max(0.0, started + line["t"] - bench.clock.monotonic()))
            if line["type"] in ("PUSH_DATA", "PULL_DATA"):
                reply = bench.take(datagram)
                assert reply is not None
                assert reply[:3] == datagram[:3]
                assert reply[3] == datagram[3] + 1 + (line["type"] == "PULL_DATA")
                pushed += len(json.loads(line["json"] or "{}").get("rxpk", []))
            elif line["type"] == "PULL_RESP":
                await order(line)
        assert bench.hub.counters["uplinks"] == pushed == 10

    async def order(line: dict) -> None:
        plain = json.loads(line["json"])["txpk"]
        wanted = gwmp.order(bytes.fromhex(line["hex"]))
        made = translation.shot(wanted.packet, Immediately(), 14)
        if not isinstance(made, Shot) or plain["rfch"] or line["note"] == "no tmst":
            return  # cannot be ordered through us
        said = answers[line["hex"][2:6]]

        def answer(order: gwmp.Order) -> bytes:
            written = {k: v for k, v in plain.items() if k != "size"}
            ours = json.loads(gwmp.pull_resp(2, 0, order.packet)[4:])["txpk"]
            assert ours.pop("size") == len(DOWN)
            assert {"tmms": None, **ours} == {"tmms": None, **written}
            return bytes.fromhex(said[:2] + f"{order.token:04x}" + said[6:])

        bench.answer = answer
        moment = None
        due: Due = Immediately()
        if "tmst" in plain:
            now = bench.board.now()
            assert now is not None
            ahead = (plain["tmst"] - now.counter + (1 << 31)) % (1 << 32) - (1 << 31)
            moment = later(now, ahead)
        elif "tmms" in plain:
            due = AtGps(plain["tmms"])
        ordered = Shot(
            phy=made.phy,
            frequency=made.frequency,
            modulation=made.modulation,
            power=made.power,
            due=due,
            inverted=made.inverted,
            preamble=made.preamble,
        )
        verdicts[line["note"]] = await bench.board.send(ordered, moment)

    bench.run(story)
    assert verdicts == {
        "ok RX1": Verdict.QUEUED,
        "too late": Verdict.TOO_LATE,  # the forwarder said TOO_EARLY
        "too early": Verdict.TOO_EARLY,
        "bad freq": Verdict.TX_FREQUENCY,
        "power above table": Verdict.QUEUED,
        "collides with previous": Verdict.COLLISION_PACKET,
        "gps time without gps": Verdict.GPS_UNLOCKED,
        "immediate": Verdict.QUEUED,
        "size mismatch": Verdict.QUEUED,
        "FSK": Verdict.QUEUED,
    }
    assert bench.board.power_changed == 1
    assert [(s.board, s.received, s.acknowledged) for s in statuses] == [
        (EUI, 12, 100.0),
        (EUI, 0, 100.0),
    ]
    assert not bench.front.counters


def test_silence_is_no_answer():
    bench = Bench()

    async def story() -> None:
        bench.take(gwmp.pull(1, EUI))
        bench.heard(1_000_000)
        started = bench.clock.monotonic()
        assert await bench.board.send(shot(Immediately()), None) is Verdict.NO_ANSWER
        assert bench.clock.monotonic() - started == pytest.approx(ANSWER_S)
        late = gwmp.tx_ack(bench.orders[0][0].token, EUI, "")
        assert bench.take(late) is None

    bench.run(story)
    assert bench.front.counters == {"stray": 1}


def test_an_answer_to_another_order_is_not_taken():
    bench = Bench()
    bench.answer = lambda order: gwmp.tx_ack((order.token + 1) % 65536, EUI, "TX_FREQ")

    async def story() -> None:
        bench.take(gwmp.pull(1, EUI))
        assert await bench.board.send(shot(Immediately()), None) is Verdict.NO_ANSWER

    bench.run(story)


def test_two_orders_at_once():
    bench = Bench()
    errors = {868_100_000: "COLLISION_PACKET", 868_300_000: ""}

    def answer(order: gwmp.Order) -> bytes:
        return gwmp.tx_ack(order.token, EUI, errors[round(order.packet.freq * 1e6)])

    bench.answer = answer

    async def story() -> None:
        bench.take(gwmp.pull(1, EUI))
        first, second = shot(Immediately()), shot(Immediately())
        second = Shot(
            phy=DOWN, frequency=868_300_000, modulation=second.modulation, power=14,
            due=Immediately(),
        )  # fmt: skip
        found = await asyncio.gather(bench.board.send(first, None), bench.board.send(second, None))
        assert found == [Verdict.COLLISION_PACKET, Verdict.QUEUED]

    bench.run(story)


def test_an_error_that_nobody_knows_is_a_refusal():
    bench = Bench()
    bench.answer = lambda order: gwmp.tx_ack(order.token, EUI, "ON_FIRE")

    async def story() -> None:
        bench.take(gwmp.pull(1, EUI))
        assert await bench.board.send(shot(Immediately()), None) is Verdict.REFUSED

    bench.run(story)


def test_orders_go_where_pull_data_came_from_last():
    bench = Bench()
    bench.answer = lambda order: gwmp.tx_ack(order.token, EUI, "")

    async def story() -> None:
        bench.heard(1_000_000)  # from the other socket of the forwarder
        assert await bench.board.send(shot(Immediately()), None) is Verdict.NO_BOARD
        for port in (5, 6):
            bench.take(gwmp.pull(1, EUI), ("127.0.0.1", port))
            await bench.board.send(shot(Immediately()), None)

    bench.run(story)
    assert [address for _, address in bench.orders] == [("127.0.0.1", 5), ("127.0.0.1", 6)]
    assert bench.orders[0][0].packet.imme is True


def test_a_forwarder_of_version_1_gets_version_1():
    bench = Bench()

    async def story() -> None:
        assert bench.take(b"\x01" + gwmp.pull(1, EUI)[1:]) == b"\x01\x00\x01\x04"
        assert await bench.board.send(shot(Immediately()), None) is Verdict.QUEUED

    bench.run(story)  # which has no TX_ACK: nothing is waited for
    assert bench.orders[0][0].version == 1


def test_moments_of_an_earlier_session_are_late():
    bench = Bench()
    bench.answer = lambda order: gwmp.tx_ack(order.token, EUI, "")

    async def story() -> None:
        bench.take(gwmp.pull(1, EUI))
        bench.heard(4_000_000_000)
        moment = bench.moment(1_000_000)
        assert await bench.board.send(shot(Immediately()), moment) is Verdict.QUEUED
        await asyncio.sleep(1)
        bench.heard(50_000)  # the chip has started anew
        assert await bench.board.send(shot(Immediately()), moment) is Verdict.TOO_LATE

    bench.run(story)
    assert [order.packet.tmst for order, _ in bench.orders] == [4_001_000_000]


def test_a_due_of_its_own_counts_without_a_moment():
    bench = Bench()
    bench.answer = lambda order: gwmp.tx_ack(order.token, EUI, "")

    async def story() -> None:
        bench.take(gwmp.pull(1, EUI))
        bench.heard(1_000_000)
        after = shot(After(bench.moment(0), 2_000_000), Fsk(50_000))
        assert await bench.board.send(after, None) is Verdict.QUEUED
        assert await bench.board.send(shot(AtGps(1_400_000_000_000)), None) is Verdict.QUEUED

    bench.run(story)
    first, second = (order.packet for order, _ in bench.orders)
    assert (first.tmst, first.modu, first.datr, first.fdev) == (3_000_000, "FSK", 50_000, 25_000)
    assert (second.tmst, second.tmms, second.imme) == (None, 1_400_000_000_000, False)


def test_a_silent_board_is_gone_until_it_speaks():
    bench = Bench()
    bench.answer = lambda order: gwmp.tx_ack(order.token, EUI, "")

    async def story() -> None:
        bench.take(gwmp.pull(1, EUI))
        bench.heard(1_000_000)
        await asyncio.sleep(SILENT_S + 1)
        assert bench.board.now() is None
        assert await bench.board.send(shot(Immediately()), None) is Verdict.NO_BOARD
        bench.take(gwmp.pull(1, EUI))
        assert bench.board.now() is not None
        assert await bench.board.send(shot(Immediately()), None) is Verdict.QUEUED

    bench.run(story)


def test_beyond_loopback_only_named_boards_speak():
    bench = Bench(named_only=True)

    async def story() -> None:
        assert bench.take(gwmp.pull(1, ROOF[:-1] + "9")) is None
        assert bench.take(gwmp.pull(1, EUI)) == b"\x02\x00\x01\x04"

    bench.run(story)
    assert bench.front.counters == {"refused": 1}


def test_euis_by_the_thousand_do_not_keep_a_board_out():
    bench = Bench()

    async def story() -> None:
        for number in range(1000):
            bench.take(gwmp.pull(1, f"{number:016x}"))
        bench.heard(1_000_000)
        await asyncio.sleep(0.1)

    bench.run(story)
    assert len([*bench.boards]) == MOST_BOARDS
    assert len(bench.queue) == 1


@pytest.mark.parametrize(
    ("body", "counted"),
    [
        (b'{"rxpk":[{"tmst":1}]}', {"damaged": 1}),
        (b"{", {"malformed": 1}),
        (
            b'{"rxpk":[{"tmst":1,"freq":868.1,"modu":"LR-FHSS","datr":"M0CW137","data":"AA=="}]}',
            {"lr_fhss": 1},
        ),
        (
            b'{"rxpk":[{"tmst":1,"freq":868.1,"modu":"LORA","datr":"SF7BW125","data":"A!=="}]}',
            {"bad_payload": 1},
        ),
    ],
)
def test_what_is_no_frame_is_counted(body, counted):
    bench = Bench()

    async def story() -> None:
        bench.take(gwmp.push(1, EUI, ())[:12] + body)
        await asyncio.sleep(1)

    bench.run(story)
    assert (bench.front.counters, bench.queue) == (counted, [])
    assert bench.hub.counters["uplinks"] == 0
