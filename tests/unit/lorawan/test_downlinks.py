"""Downlinks on boards behind stock forwarders, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from stock_forwarder import StockForwarder

from wisgate.board import virtual_time
from wisgate.bus.lane import InlineLane
from wisgate.catalog.catalog import load as load_catalog
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import StoreError
from wisgate.lorawan.copies import QUIET_S
from wisgate.lorawan.downlinks import Downlinks
from wisgate.lorawan.ledger import Ledger, Used
from wisgate.lorawan.limits import Limits
from wisgate.lorawan.radio import (
    After,
    AtGps,
    Downlink,
    Due,
    Eui,
    Heard,
    Immediately,
    Lora,
    Moment,
    Result,
    Shot,
    Uplink,
    Verdict,
)

ROOF, SHED = "0016c001ff000001", "0016c001ff000002"
GATEWAY = ROOF
RX1, RX2 = 868_100_000, 869_525_000
LIMITS = Limits(load_catalog().regions, lambda: {GATEWAY: "EU868"})
M, P = (next(b for b in LIMITS.bands() if b.low <= hz <= b.high) for hz in (RX1, RX2))
PHY = bytes.fromhex("60010000260001000201a2b2c31122334455")
S = 1_000_000
T = TypeVar("T")


class Bench:
    """Two boards of one gateway, and what sends through them."""

    def __init__(self, clock: VirtualClock, ledger: Ledger) -> None:
        self.clock, self.ledger = clock, ledger
        self.roof = StockForwarder(ROOF, clock)
        self.shed = StockForwarder(SHED, clock, begin=3_000_000_000)
        self.boards = [self.roof, self.shed]
        self.downlinks = Downlinks(self.of, LIMITS, ledger, clock)

    def of(self, gateway: Eui) -> list[StockForwarder]:
        return self.boards if gateway == GATEWAY else []

    def hear(self, *boards: StockForwarder, phy: bytes = PHY) -> Moment:
        """A frame ends now. Returns the moment of the best copy."""
        uplinks = tuple(_copy(board, phy) for board in boards)
        self.downlinks.remember([Heard(1, GATEWAY, "EU868", uplinks)])
        return uplinks[0].moment

    async def send(self, *shots: Shot, priority: int = 0) -> Result:
        downlink = Downlink(
            upstream="u", identity="1", gateway=GATEWAY, shots=shots, priority=priority
        )
        return await self.downlinks.send(downlink)


def _copy(board: StockForwarder, phy: bytes, gps_ms: int | None = None) -> Uplink:
    moment = board.now()
    assert moment is not None
    return Uplink(
        moment=moment, at_ns=0, phy=phy, frequency=RX1, modulation=Lora(7, 125_000), rssi=-60.0,
        gps_ms=gps_ms,
    )  # fmt: skip


def shot(due: Due, frequency: int = RX1, power: float = 14.0, sf: int = 7) -> Shot:
    return Shot(phy=PHY, frequency=frequency, modulation=Lora(sf, 125_000), power=power, due=due)


def windows(moment: Moment, second: int = RX2) -> tuple[Shot, Shot]:
    return shot(After(moment, S)), shot(After(moment, 2 * S), second)


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[Bench], Awaitable[T]]], T]:
    def run(what: Callable[[Bench], Awaitable[T]]) -> T:
        clock = VirtualClock()

        async def main() -> T:
            lane = InlineLane("ledger")
            ledger = await Ledger.open(tmp_path, lane=lane, clock=clock, boot_id="b")
            return await what(Bench(clock, ledger))

        return virtual_time.run(main(), clock)

    return run


Play = Callable[[Callable[[Bench], Awaitable[None]]], None]


def test_an_answer_leaves_in_rx1_from_the_board_that_heard_best(play: Play) -> None:
    async def run(bench: Bench) -> None:
        moment = bench.hear(bench.shed, bench.roof)
        result = await bench.send(*windows(moment))
        assert result.verdicts == (Verdict.QUEUED, Verdict.IGNORED)
        assert result.board == SHED
        assert bench.shed.emitted[0][0] == moment.counter + S
        assert bench.roof.emitted == []

    play(run)


def test_it_is_given_to_the_forwarder_half_a_second_before(play: Play) -> None:
    async def run(bench: Bench) -> None:
        moment = bench.hear(bench.roof)
        result = await bench.send(shot(After(moment, 5 * S)))
        assert result.verdicts == (Verdict.QUEUED,)
        assert bench.clock.monotonic() == pytest.approx(4.505)

    play(run)


def test_while_the_best_board_emits_another_that_heard_it_answers(play: Play) -> None:
    async def run(bench: Bench) -> None:
        first, second = bench.hear(bench.roof, bench.shed), bench.hear(bench.roof, bench.shed)
        results = await asyncio.gather(
            bench.send(*windows(first)), bench.send(*windows(second)), bench.send(*windows(first))
        )
        assert [r.board for r in results] == [ROOF, SHED, ROOF]
        assert results[2].verdicts == (Verdict.COLLISION_PACKET, Verdict.QUEUED)
        assert bench.shed.emitted[0][0] == bench.shed.begin + S
        assert bench.roof.refused + bench.shed.refused == []

    play(run)


def test_a_board_that_did_not_hear_it_does_not_answer(play: Play) -> None:
    async def run(bench: Bench) -> None:
        moment = bench.hear(bench.roof)
        bench.boards.remove(bench.roof)  # it died
        result = await bench.send(*windows(moment))
        assert result.verdicts == (Verdict.NO_BOARD, Verdict.NO_BOARD)

    play(run)


def test_what_is_past_for_rx1_goes_out_in_rx2(play: Play) -> None:
    async def run(bench: Bench) -> None:
        moment = bench.hear(bench.roof)
        await asyncio.sleep(0.96)
        result = await bench.send(*windows(moment))
        assert result.verdicts == (Verdict.TOO_LATE, Verdict.QUEUED)
        await asyncio.sleep(3.0)
        assert (await bench.send(*windows(moment))).verdicts == (Verdict.TOO_LATE,) * 2
        assert bench.ledger.used_us(M) == 0

    play(run)


def test_a_moment_of_an_older_session_is_too_late(play: Play) -> None:
    async def run(bench: Bench) -> None:
        moment = bench.hear(bench.roof)
        bench.roof.session += 1
        assert (await bench.send(*windows(moment))).verdicts == (Verdict.TOO_LATE,) * 2

    play(run)


def test_a_restart_while_a_frame_is_held_is_too_late(play: Play) -> None:
    async def run(bench: Bench) -> None:
        sending = asyncio.ensure_future(bench.send(shot(After(bench.hear(bench.roof), 5 * S))))
        await asyncio.sleep(2.0)
        bench.roof.session += 1
        assert (await sending).verdicts == (Verdict.TOO_LATE,)
        assert bench.ledger.used_us(M) == 0

    play(run)


@pytest.mark.parametrize("verdict", [Verdict.TOO_LATE, Verdict.COLLISION_PACKET, Verdict.REFUSED])
def test_what_a_board_refuses_costs_no_air_time_and_is_tried_again(
    play: Play, verdict: Verdict
) -> None:
    async def run(bench: Bench) -> None:
        bench.roof.answers = [verdict]
        result = await bench.send(*windows(bench.hear(bench.roof)))
        assert result.verdicts == (verdict, Verdict.QUEUED)
        assert bench.ledger.used_us(M) == 0
        assert bench.ledger.used_us(P) > 0

    play(run)


def test_a_refusal_lets_the_second_best_board_answer_in_the_same_window(play: Play) -> None:
    async def run(bench: Bench) -> None:
        bench.roof.answers = [Verdict.TX_FREQUENCY]
        result = await bench.send(*windows(bench.hear(bench.roof, bench.shed)))
        assert (result.board, result.verdicts[0]) == (SHED, Verdict.QUEUED)

    play(run)


def test_too_early_is_what_forwarders_say_of_the_past(play: Play) -> None:
    async def run(bench: Bench) -> None:
        bench.roof.answers = [Verdict.TOO_EARLY]
        result = await bench.send(shot(After(bench.hear(bench.roof), S)))
        assert result.verdicts == (Verdict.TOO_LATE,)

    play(run)


def test_without_an_answer_nothing_follows_and_the_air_time_is_spent(play: Play) -> None:
    async def run(bench: Bench) -> None:
        bench.roof.answers = [Verdict.NO_ANSWER]
        moment = bench.hear(bench.roof, bench.shed)
        result = await bench.send(*windows(moment))
        assert result.verdicts == (Verdict.NO_ANSWER, Verdict.IGNORED)
        assert result.board == ROOF
        assert bench.shed.emitted == []
        assert bench.ledger.used_us(M) > 0
        again = await bench.send(shot(After(moment, S)))  # it may be on the air
        assert again.board == SHED

    play(run)


def test_a_frequency_without_limit_a_long_frame_and_too_much_power(play: Play) -> None:
    async def run(bench: Bench) -> None:
        moment = bench.hear(bench.roof)
        result = await bench.send(
            shot(After(moment, S), 900_000_000),
            shot(After(moment, S), RX2, sf=13),
            shot(After(moment, S), RX2, power=30.0),
        )
        assert result.verdicts == (Verdict.TX_FREQUENCY, Verdict.REFUSED, Verdict.QUEUED)
        assert bench.roof.emitted[0][2].power == 29.15
        assert "spreading factor 13" in result.detail
        assert "29.15 dBm instead of 30" in result.detail

    play(run)


def test_what_a_region_forbids_is_told_before_a_board_is_asked(play: Play) -> None:
    async def run(bench: Bench) -> None:
        edge = shot(After(bench.hear(bench.roof), S), 868_580_000)  # reaches beyond 868.6 MHz
        assert (await bench.send(edge)).verdicts == (Verdict.TX_FREQUENCY,)
        nobody = Downlink(upstream="u", identity="1", gateway=SHED, shots=(edge,))
        assert (await bench.downlinks.send(nobody)).verdicts == (Verdict.TX_FREQUENCY,)

    play(run)


def test_what_is_used_of_each_sub_band_is_told(play: Play) -> None:
    async def run(bench: Bench) -> None:
        await bench.send(*windows(bench.hear(bench.roof)))
        told = bench.downlinks.air_time()
        assert [u.band.low for u in told] == sorted(u.band.low for u in told)
        assert [u for u in told if u.used_us] == [Used(M, bench.ledger.used_us(M))]
        assert M.allowed_us == 36 * S

    play(run)


def test_the_duty_cycle_holds_for_all_upstreams_and_boards(play: Play) -> None:
    async def run(bench: Bench) -> None:
        allowed = M.allowed_us
        assert await bench.ledger.book(M, allowed - 60_000, 0) is not None
        moment = bench.hear(bench.roof, bench.shed)
        first = await bench.send(*windows(moment))
        second = await bench.send(*windows(bench.hear(bench.roof, bench.shed)))
        assert first.verdicts[0] is Verdict.QUEUED
        assert second.verdicts == (Verdict.DUTY_CYCLE, Verdict.QUEUED)
        assert bench.ledger.used_us(M) <= allowed

    play(run)


def test_air_time_that_cannot_be_kept_is_not_used(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise StoreError("the air time cannot be kept: read-only")

    monkeypatch.setattr(Ledger, "book", broken)

    async def run(bench: Bench) -> None:
        result = await bench.send(*windows(bench.hear(bench.roof, bench.shed)))
        assert result.verdicts == (Verdict.DUTY_CYCLE,) * 2
        assert result.detail.count("read-only") == 2  # once for each window
        assert bench.roof.emitted == []

    play(run)


def test_the_place_of_what_was_not_sent_is_free_again(play: Play) -> None:
    async def run(bench: Bench) -> None:
        full = await bench.ledger.book(M, M.allowed_us, 0)
        assert full is not None
        moment = bench.hear(bench.roof)
        assert (await bench.send(shot(After(moment, S)))).verdicts == (Verdict.DUTY_CYCLE,)
        await bench.ledger.give_back(full)
        bench.roof.answers = [Verdict.REFUSED]
        assert (await bench.send(shot(After(moment, S)))).verdicts == (Verdict.REFUSED,)
        assert (await bench.send(shot(After(moment, S)))).verdicts == (Verdict.QUEUED,)

    play(run)


def test_what_a_slow_disk_made_late_is_not_given_to_a_board(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Ledger.book

    async def slow(ledger: Ledger, *asked: Any) -> int | None:
        await asyncio.sleep(0.97)
        return await book(ledger, *asked)

    monkeypatch.setattr(Ledger, "book", slow)

    async def run(bench: Bench) -> None:
        result = await bench.send(*windows(bench.hear(bench.roof)))
        assert result.verdicts == (Verdict.TOO_LATE, Verdict.QUEUED)
        assert bench.roof.refused == []
        assert bench.ledger.used_us(M) == 0

    play(run)


def test_class_c_goes_at_once_from_the_board_that_heard_the_mote_last(play: Play) -> None:
    async def run(bench: Bench) -> None:
        bench.hear(bench.shed, bench.roof)
        await asyncio.sleep(100.0)
        result = await bench.send(shot(Immediately()))
        assert result.board == SHED
        now = bench.shed.now()
        assert now is not None
        assert bench.shed.emitted[0][0] - now.counter < 100_000
        second = await bench.send(shot(Immediately()))
        assert second.board == ROOF  # the other emits

    play(run)


def test_a_board_that_heard_nothing_for_long_finds_the_time_itself(play: Play) -> None:
    """What is known of its counter is too old for a time that is only just to come."""

    async def run(bench: Bench) -> None:
        bench.hear(bench.roof)
        await asyncio.sleep(QUIET_S - 1)
        await bench.send(shot(Immediately()))
        assert bench.roof.given[-1] is not None
        await asyncio.sleep(2)
        result = await bench.send(shot(Immediately()))
        assert result.verdicts == (Verdict.QUEUED,)
        assert bench.roof.given[-1] is None

    play(run)


def test_class_c_waits_for_its_turn_and_class_a_goes_before_it(play: Play) -> None:
    async def run(bench: Bench) -> None:
        bench.boards.remove(bench.shed)
        moment = bench.hear(bench.roof)
        long = [shot(Immediately(), RX2, sf=11) for _ in range(3)]
        sending = [asyncio.ensure_future(bench.send(s, priority=9)) for s in long]
        await asyncio.sleep(0.1)
        answer = await bench.send(shot(After(moment, S)))
        results = await asyncio.gather(*sending)
        assert [r.verdicts[0] for r in (*results, answer)] == [Verdict.QUEUED] * 4
        starts = [(begin - bench.roof.begin, s.frequency) for begin, _, s in bench.roof.emitted]
        assert (S, RX1) in starts
        assert bench.roof.refused == []

    play(run)


def test_a_gps_time_is_placed_once_the_board_has_told_one(play: Play) -> None:
    async def run(bench: Bench) -> None:
        bench.boards.remove(bench.shed)
        blind = await bench.send(shot(AtGps(5_000)))
        assert blind.verdicts == (Verdict.GPS_UNLOCKED,)
        copy = _copy(bench.roof, PHY, gps_ms=100_000)
        bench.downlinks.remember([Heard(2, GATEWAY, "EU868", (copy,))])
        bench.roof.answers = [Verdict.QUEUED]
        result = await bench.send(shot(AtGps(103_000)))
        assert result.verdicts == (Verdict.QUEUED,)
        assert bench.roof.given == [None, None]  # its own clock is better than our estimate
        assert bench.clock.monotonic() == pytest.approx(2.505, abs=0.02)
        clash = await bench.send(shot(After(copy.moment, 3 * S)))
        assert clash.verdicts == (Verdict.COLLISION_PACKET,)

    play(run)


@pytest.mark.parametrize("seed", range(10))
def test_whatever_is_asked_no_forwarder_is_given_what_it_would_refuse(
    play: Play, seed: int
) -> None:
    async def run(bench: Bench) -> None:
        random = Random(seed)
        tasks = []
        for _ in range(400):
            await asyncio.sleep(random.expovariate(1 / 0.15))
            heard = random.sample(bench.boards, random.randint(1, 2))
            moment = bench.hear(*heard)
            for _ in range(random.randint(0, 2)):
                due = Immediately() if random.random() < 0.3 else None
                rx1 = shot(due or After(moment, S), RX2, sf=random.choice([7, 9]))
                rx2 = shot(due or After(moment, 2 * S), RX2, sf=9)
                tasks.append(_later(bench, random.uniform(0, 1.5), rx1, rx2))
        results = await asyncio.gather(*tasks)
        assert bench.roof.refused + bench.shed.refused == []
        out = sum(Verdict.QUEUED in r.verdicts for r in results)
        assert out == len(bench.roof.emitted) + len(bench.shed.emitted)
        assert 0 < out < len(results)
        used = bench.ledger.used_us(P)
        air = sum(e - b for board in bench.boards for b, e, _ in board.emitted)
        assert air <= used <= air + 2 * out

    play(run)


def _later(bench: Bench, seconds: float, *shots: Shot) -> asyncio.Future[Result]:
    async def send() -> Result:
        await asyncio.sleep(seconds)
        return await bench.send(*shots)

    return asyncio.ensure_future(send())
