"""What is kept of the radio for people."""

from __future__ import annotations

from collections.abc import Sequence

from radio_bench import DATA, ROOF, SHED, ScriptedBoard, numbered, radio_config, uplink

from wisgate.core.clock import VirtualClock
from wisgate.lorawan.boards import Boards
from wisgate.lorawan.hub import Hub
from wisgate.lorawan.radio import (
    Downlink,
    Heard,
    Immediately,
    Lora,
    Result,
    Shot,
    Status,
    Uplink,
    Verdict,
)
from wisgate.lorawan.watching import KEPT, Watch, decisive, shot_number

SHOT = Shot(
    phy=DATA, frequency=869_525_000, modulation=Lora(12, 125_000), power=14.0, due=Immediately()
)


def result(*verdicts: Verdict, board: str | None = None) -> Result:
    downlink = Downlink(upstream="plant", identity="7", gateway=ROOF, shots=(SHOT,) * len(verdicts))
    return Result(downlink, verdicts, board)


async def transmit(downlink: Downlink) -> Result:
    raise AssertionError("nothing is sent here")


class Bench:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.hub = Hub(Boards(radio_config(gateway_id=ROOF)), self.clock, numbered, transmit)
        self.watch = Watch(self.hub, self.clock)
        self.hub.boards.join(ScriptedBoard(ROOF))

    def hear(self, *uplinks: Uplink) -> None:
        for listener in self.hub.on_heard:
            listener([Heard(1, ROOF, "EU868", uplinks)])

    def send(self, what: Result) -> None:
        for listener in self.hub.on_sent:
            listener(what)

    def numbers(self, after: int, limit: int = KEPT) -> Sequence[int]:
        return [entry.number for entry in self.watch.after(after, limit)]


def test_entries_have_numbers_and_the_newest_are_kept() -> None:
    bench = Bench()
    assert (bench.watch.last, bench.numbers(0)) == (0, [])
    for _ in range(5):
        bench.hear(uplink())
    assert (bench.numbers(0), bench.numbers(3), bench.numbers(5)) == ([1, 2, 3, 4, 5], [4, 5], [])
    assert bench.numbers(0, 2) == [4, 5]
    for _ in range(KEPT):
        bench.hear(uplink())
    assert bench.numbers(0) == list(range(6, KEPT + 6))


def test_each_board_counts_its_own_copies() -> None:
    bench = Bench()
    bench.hear(uplink(at_ns=5), uplink(SHED, at_ns=6))
    bench.hear(uplink(SHED, at_ns=9))
    bench.hub.told(Status(board=SHED, at_ns=7, temperature=31.5))
    roof, shed = bench.watch.board(ROOF), bench.watch.board(SHED)
    assert (roof.heard, roof.heard_ns, roof.status) == (1, 5, None)
    assert (shed.heard, shed.heard_ns) == (2, 9)
    assert shed.status is not None
    assert shed.status.temperature == 31.5
    assert bench.watch.after(1)[0].at_ns == 9


def test_the_verdict_that_decided_is_counted_once() -> None:
    bench = Bench()
    bench.clock.advance(1)
    bench.send(result(Verdict.DUTY_CYCLE, Verdict.QUEUED, board=SHED))
    bench.send(result(Verdict.QUEUED, Verdict.IGNORED, board=SHED))
    bench.send(result(Verdict.TOO_LATE, Verdict.NO_BOARD))
    assert bench.watch.verdicts == {Verdict.QUEUED: 2, Verdict.NO_BOARD: 1}
    assert bench.watch.board(SHED).sent == 2
    assert [entry.at_ns for entry in bench.watch.after(0)] == [bench.clock.utc_ns()] * 3


def test_which_shot_it_was() -> None:
    for verdicts, number in (
        ((Verdict.TOO_LATE, Verdict.EMITTED), 1), ((Verdict.QUEUED, Verdict.IGNORED), 0),
        ((Verdict.TOO_LATE, Verdict.NO_BOARD), 1), ((Verdict.NO_ANSWER, Verdict.IGNORED), 0),
    ):  # fmt: skip
        assert shot_number(result(*verdicts)) == number
        assert decisive(result(*verdicts)) is verdicts[number]
