from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from radio_bench import DATA, JOIN, ROOF, SHED, ScriptedBoard, numbered, radio, radio_config, uplink

from wisgate.board import virtual_time
from wisgate.config.radios import LorawanConfig
from wisgate.core.clock import VirtualClock
from wisgate.lorawan.boards import MOST_BOARDS, SETTLE_S, Boards
from wisgate.lorawan.hub import MOST_NAMELESS, TURN_S, Hub
from wisgate.lorawan.merging import HOLD_S, KEPT_S, WINDOW_S
from wisgate.lorawan.radio import Crc, Downlink, Frame, Heard, Moment, Result, Status, Verdict

SOUTH = "0016c001ff000000"
EXAMPLE = "0000000000000000"


class Bench:
    def __init__(self, config: LorawanConfig, kept: dict[str, str] | None = None) -> None:
        self.clock = VirtualClock()
        self.kept = dict(kept or {})
        self.boards = Boards(config, dict(self.kept), self.kept.__setitem__)
        self.queue: list[Heard] = []
        self.downlinks: list[Downlink] = []
        self.hub = Hub(self.boards, self.clock, self.append, self.transmit)

    def append(self, frames: Sequence[Frame]) -> list[Heard]:
        heard = numbered(frames, len(self.queue))
        self.queue += heard
        return heard

    async def transmit(self, downlink: Downlink) -> Result:
        self.downlinks.append(downlink)
        return Result(downlink, (Verdict.QUEUED,), ROOF)

    def run(self, story: Callable[[], Awaitable[None]]) -> None:
        virtual_time.run(story(), self.clock)  # type: ignore[arg-type]


def test_what_two_boards_hear_is_queued_once() -> None:
    bench = Bench(radio_config(gateway_id=SOUTH))

    async def story() -> None:
        for eui in (ROOF, SHED):
            assert bench.hub.join(ScriptedBoard(eui))
        bench.hub.heard([uplink(ROOF)])
        bench.hub.heard([uplink(SHED)])
        bench.hub.heard([uplink(SHED, JOIN)])
        await asyncio.sleep(HOLD_S + TURN_S)
        assert len(bench.queue) == 2
        bench.hub.heard([uplink(ROOF, b"\xe0\x01")])
        await asyncio.sleep(HOLD_S + TURN_S)

    bench.run(story)
    assert [(h.number, h.gateway, h.best.phy) for h in bench.queue] == [
        (1, SOUTH, DATA),
        (2, SOUTH, JOIN),
        (3, SOUTH, b"\xe0\x01"),
    ]
    assert bench.hub.counters == {"uplinks": 4, "copies": 1, "frames": 3}


class TickingBoard(ScriptedBoard):
    """Its counter goes with the clock, `ahead` seconds."""

    def __init__(self, eui: str, clock: VirtualClock, ahead: float) -> None:
        super().__init__(eui)
        self._clock, self._ahead = clock, ahead

    def now(self) -> Moment:
        return Moment(self.eui, 1, round((self._clock.monotonic() + self._ahead) * 1e6))


@pytest.mark.parametrize("waited", [WINDOW_S - 0.1, WINDOW_S + 0.1, KEPT_S - 0.1])
def test_a_copy_that_waited_for_a_busy_processor_goes_nowhere(waited: float) -> None:
    """It was on the air when the first was: the counters of the boards tell."""
    bench = Bench(radio_config(gateway_id=SOUTH))
    roof, shed = TickingBoard(ROOF, bench.clock, 7.0), TickingBoard(SHED, bench.clock, 900.0)

    async def story() -> None:
        for board in (roof, shed):
            bench.hub.join(board)
        ended = {board.eui: board.now() for board in (roof, shed)}
        bench.hub.heard([uplink(SHED, moment=ended[SHED])])
        await asyncio.sleep(waited)
        bench.hub.heard([uplink(ROOF, moment=ended[ROOF])])
        await asyncio.sleep(1)

    bench.run(story)
    assert [h.best.moment.board for h in bench.queue] == [SHED]
    assert bench.hub.counters["late_copies"] == 1


def test_a_repetition_that_another_board_hears_is_a_frame_of_its_own() -> None:
    bench = Bench(radio_config(gateway_id=SOUTH))
    roof, shed = TickingBoard(ROOF, bench.clock, 7.0), TickingBoard(SHED, bench.clock, 900.0)

    async def story() -> None:
        for board in (roof, shed):
            bench.hub.join(board)
            bench.hub.heard([uplink(board.eui, moment=board.now())])
            await asyncio.sleep(1)

    bench.run(story)
    assert [h.best.moment.board for h in bench.queue] == [ROOF, SHED]


def test_frames_of_one_turn_go_on_together() -> None:
    bench = Bench(radio_config(gateway_id=SOUTH))
    came: list[float] = []
    turns: list[int] = []

    def heard(frames: Sequence[Heard]) -> None:
        came.extend([bench.clock.monotonic()] * len(frames))
        turns.append(len(frames))

    bench.hub.on_heard.append(heard)

    async def story() -> None:
        bench.hub.join(ScriptedBoard(ROOF))
        for number in range(40):
            bench.hub.heard([uplink(ROOF, number.to_bytes(4, "big"))])
            await asyncio.sleep(0.001)
        await asyncio.sleep(1)

    bench.run(story)
    assert len(came) == 40
    assert len(turns) == len(set(came)) <= 6
    for number, at in enumerate(came):
        assert HOLD_S <= at - 0.001 * number + 1e-4 <= HOLD_S + TURN_S + 1e-3


def test_noise_goes_nowhere() -> None:
    bench = Bench(radio_config(gateway_id=SOUTH))

    async def story() -> None:
        bench.hub.join(ScriptedBoard(ROOF))
        bench.hub.heard([uplink(ROOF, crc=Crc.BAD), uplink(ROOF, JOIN, crc=Crc.NONE)])
        await asyncio.sleep(1)

    bench.run(story)
    assert [h.best.phy for h in bench.queue] == [JOIN]
    assert bench.hub.counters["bad_checksums"] == 1


def test_each_region_is_a_gateway() -> None:
    config = radio_config(boards=(radio(SHED, "ISM2400"), radio(ROOF)))
    bench = Bench(config)
    assert bench.boards.gateways == {"EU868": ROOF, "ISM2400": SHED}
    assert bench.kept == bench.boards.gateways

    async def story() -> None:
        for eui in (ROOF, SHED, SOUTH):
            bench.hub.join(ScriptedBoard(eui))
        bench.hub.heard([uplink(SHED), uplink(SOUTH, JOIN)])
        await asyncio.sleep(1)

    bench.run(story)
    assert [(h.gateway, h.region) for h in bench.queue] == [(SHED, "ISM2400"), (ROOF, "EU868")]
    assert [b.eui for b in bench.boards.of(ROOF)] == [ROOF, SOUTH]


def test_the_lowest_of_the_first_start_names_the_gateway() -> None:
    bench = Bench(radio_config())
    settled: list[tuple[str, str]] = []
    bench.boards.settled.append(lambda region, eui: settled.append((region, eui)))

    async def story() -> None:
        bench.hub.join(ScriptedBoard(SHED))
        bench.hub.heard([uplink(SHED)])
        await asyncio.sleep(SETTLE_S - 1)
        assert bench.queue == []
        bench.hub.join(ScriptedBoard(ROOF))
        await asyncio.sleep(2)
        assert [h.gateway for h in bench.queue] == [ROOF]
        bench.hub.join(ScriptedBoard(SOUTH))
        bench.hub.heard([uplink(SOUTH)])
        await asyncio.sleep(SETTLE_S)

    bench.run(story)
    assert [h.gateway for h in bench.queue] == [ROOF, ROOF]
    assert (bench.kept, settled) == ({"EU868": ROOF}, [("EU868", ROOF)])


def test_it_keeps_its_name_when_boards_are_swapped() -> None:
    bench = Bench(radio_config(boards=(radio(SHED),)), {"EU868": ROOF})
    assert bench.boards.gateways == {"EU868": ROOF}


def test_a_change_of_the_name_is_told(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(radio_config(gateway_id=SOUTH), {"EU868": ROOF})
    assert bench.kept == {"EU868": SOUTH}
    assert caplog.messages == [f"the gateway of EU868 is {SOUTH} from now on; it was {ROOF}"]


def test_frames_without_a_gateway_are_bounded() -> None:
    bench = Bench(radio_config())

    async def story() -> None:
        bench.hub.join(ScriptedBoard(ROOF))
        for number in range(MOST_NAMELESS + 5):
            bench.hub.heard([uplink(ROOF, number.to_bytes(4, "big"))])
        await asyncio.sleep(SETTLE_S + 1)

    bench.run(story)
    assert len(bench.queue) == MOST_NAMELESS
    assert bench.hub.counters["dropped"] == 5


def test_boards_have_small_numbers() -> None:
    bench = Bench(radio_config(boards=(radio(SHED), radio(ROOF))))
    assert [bench.boards.number(eui) for eui in (ROOF, SOUTH, SHED, EXAMPLE, ROOF)] == [
        1, 2, 0, 3, 1,
    ]  # fmt: skip


def test_boards_are_bounded() -> None:
    bench = Bench(radio_config(gateway_id=ROOF))
    for number in range(MOST_BOARDS):
        assert bench.hub.join(ScriptedBoard(f"{number:016x}"))
    assert not bench.hub.join(ScriptedBoard(ROOF))
    assert bench.hub.join(ScriptedBoard(f"{0:016x}"))


def test_a_board_that_is_gone_makes_room() -> None:
    bench = Bench(radio_config(gateway_id=ROOF))
    for number in range(MOST_BOARDS):
        assert bench.hub.join(ScriptedBoard(f"{number:016x}", silent=number == 7))
    assert bench.hub.join(ScriptedBoard(ROOF))
    assert bench.boards.get(f"{7:016x}") is None
    assert not bench.hub.join(ScriptedBoard(SHED))


def test_the_eui_of_a_vendors_example_names_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    for others, named in (((), EXAMPLE), ((SHED, ROOF), ROOF)):
        bench = Bench(radio_config())

        async def story(bench: Bench = bench, others: tuple[str, ...] = others) -> None:
            for eui in (EXAMPLE, *others):
                bench.hub.join(ScriptedBoard(eui))
            await asyncio.sleep(SETTLE_S + 1)

        caplog.clear()
        bench.run(story)
        assert bench.boards.gateways == {"EU868": named}
        assert bool(caplog.records) is (named == EXAMPLE)


def test_who_listens_cannot_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(radio_config(gateway_id=SOUTH))
    told: list[list[Heard] | Status | Result] = []

    def broken(what: object) -> None:
        raise ZeroDivisionError

    for listeners in (bench.hub.on_heard, bench.hub.on_status, bench.hub.on_sent):
        listeners += [broken, told.append]  # type: ignore[operator]
    downlink = Downlink(upstream="x", identity="7", gateway=SOUTH, shots=())

    async def story() -> None:
        bench.hub.join(ScriptedBoard(ROOF))
        bench.hub.heard([uplink(ROOF)])
        bench.hub.told(Status(board=ROOF, at_ns=1))
        result = await bench.hub.send(downlink)
        assert result.verdicts == (Verdict.QUEUED,)
        bench.hub.close()

    bench.run(story)
    assert [type(t) for t in told] == [Status, Result, list]
    assert bench.queue == told[2]
    assert bench.hub.counters["faults"] == 3
    assert len(caplog.records) == 3
