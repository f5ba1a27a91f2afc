"""The whole gateway on a virtual board, in virtual time: from pin to store and back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from wisgate.board import open_board
from wisgate.board.twins import Twins
from wisgate.board.virtual_time import run
from wisgate.bus.lane import InlineLane
from wisgate.catalog.catalog import load
from wisgate.config.load import load as load_config
from wisgate.config.load import read
from wisgate.core import toml
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import BusUnavailable, OutputRefused, StoreError
from wisgate.core.points import Reading, Sampling, Status
from wisgate.gateway.ending import DEADLINE_S
from wisgate.gateway.forwarder import Forwarder
from wisgate.gateway.gateway import MOST_COMMANDS, Gateway, Parts
from wisgate.gateway.outputs import SAFE, TooSoon
from wisgate.gateway.rules import UNKNOWN_S
from wisgate.plan.plan import make
from wisgate.store.pace import VIRTUAL_TIME
from wisgate.store.records import Entry, Record
from wisgate.store.retention import Bounds
from wisgate.store.store import Store

PUMP_HOUSE = Path(__file__).parents[3] / "examples" / "pump-house.toml"
LOADS = """
name = "loads"
board = "rak7391"
[[slot]]
slot = "wisblock-1"
module = "rak16000"
interval = "1s"
[[slot]]
slot = "wisblock-2"
module = "rak13007"
[[slot.point]]
channel = "relay"
name = "relay"
"""
Story = Callable[["House"], Awaitable[None]]


class House:
    """A running gateway; `entries` is what its store holds at the end."""

    def __init__(self, folder: Path, text: str = "") -> None:
        self.clock = VirtualClock()
        self.config = (
            read(toml.parse(text, "gateway.toml"), Path(), load())
            if text
            else load_config(PUMP_HOUSE)
        )
        self.board = open_board(
            make(self.config, load()), clock=self.clock, lane=InlineLane, virtual=True
        )
        assert isinstance(self.board.surroundings, Twins)
        self.twins = self.board.surroundings.board
        self.world, self.faults = self.twins.world, self.twins.faults
        self.entries: list[Any] = []
        self.gateway: Gateway
        self._folder = folder

    async def open(self) -> Gateway:
        lane = InlineLane("store")
        store = await Store.open(
            self._folder, lane=lane, clock=self.clock, boot_id="boot-1",
            points=self.config.points, bounds=Bounds(1e8, 1e9), pace=VIRTUAL_TIME,
        )  # fmt: skip
        self.gateway = Gateway(Parts(self.board, store, lane, self._folder, virtual=True))
        return self.gateway

    def play(self, story: Story) -> None:
        """Run the gateway while `story` happens, then stop it."""

        async def main() -> None:
            gateway, stop = await self.open(), asyncio.Event()
            working = asyncio.create_task(gateway.run(stop))
            await asyncio.sleep(0.01)
            try:
                await story(self)
                self.entries = await self._stored()
            finally:
                stop.set()
                await working

        run(main(), self.clock)

    async def _stored(self) -> list[Any]:
        await self.gateway.store.flush()
        return list(await self.gateway.store.after(0, 10_000))

    def name(self, source: str) -> str:
        """The point of a function of the board."""
        return next(p.name for p in self.config.points if p.source == f"onboard/{source}")

    def records(self, point: str) -> list[Record]:
        return [e for e in self.entries if isinstance(e, Record) and e.point == point]

    def last(self, point: str) -> Reading:
        reading = self.gateway.live.get(point)
        assert reading is not None, f"{point} was never read"
        return reading

    @property
    def pump(self) -> bool:
        return self.twins.expander_2.driven(12)


def test_a_level_goes_from_the_pin_to_the_store(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.world.set("tank.level", 1.75)

    async def story(house: House) -> None:
        await asyncio.sleep(5)
        reading = house.last("tank_level")
        assert reading.value == pytest.approx(1.75, abs=0.001)
        assert reading.status is Status.GOOD
        assert abs(reading.time_ns - house.clock.utc_ns()) <= 1_000_000_000

    house.play(story)
    (record,) = house.records("tank_level")
    assert record.unit == "m"
    assert record.value == pytest.approx(1.75, abs=0.001)
    assert house.gateway.health().problems == ()


def test_every_point_is_read(tmp_path: Path) -> None:
    house = House(tmp_path)

    async def story(house: House) -> None:
        await asyncio.sleep(65)

    house.play(story)
    assert {r.name for r in house.gateway.live.all()} == {p.name for p in house.config.points}
    assert house.gateway.counters["late"] == 0
    assert house.gateway.counters["failures"] == 0


def test_the_rules_fill_the_tank_and_stop(tmp_path: Path) -> None:
    house = House(tmp_path)

    async def story(house: House) -> None:
        house.world.set("tank.level", 0.5)
        await asyncio.sleep(20)
        assert house.pump
        assert house.world.get("pump.running") == 1.0
        house.world.set("tank.level", 3.2)
        await asyncio.sleep(40)
        assert not house.pump

    house.play(story)
    writes = [(r.value, r.cause) for r in house.records("pump") if r.cause]
    assert writes == [(True, "fill"), (False, "full")]


def test_maintenance_keeps_the_rules_off(tmp_path: Path) -> None:
    house = House(tmp_path)

    async def story(house: House) -> None:
        await house.gateway.write("maintenance", True, "user anna")
        house.world.set("tank.level", 0.5)
        await asyncio.sleep(60)
        assert not house.pump
        await house.gateway.write("maintenance", False, "user anna")
        await asyncio.sleep(10)
        assert house.pump

    house.play(story)
    assert [(r.value, r.cause) for r in house.records("maintenance")] == [
        (False, "initial"), (True, "user anna"), (False, "user anna")
    ]  # fmt: skip


def test_an_open_loop_stops_the_pump(tmp_path: Path) -> None:
    house = House(tmp_path)

    async def story(house: House) -> None:
        house.world.set("tank.level", 0.5)
        await asyncio.sleep(20)
        assert house.pump
        house.faults.inject("open-loop", "wisblock-1")
        await asyncio.sleep(UNKNOWN_S - 2)
        assert house.pump
        await asyncio.sleep(4)
        assert not house.pump
        assert house.last("tank_level").status is Status.FAULT

    house.play(story)
    assert house.records("pump")[-1].cause == "fill: a point has no value"


def test_after_a_brown_out_the_pump_waits_its_time_and_runs_again(tmp_path: Path) -> None:
    house = House(tmp_path)

    async def story(house: House) -> None:
        house.world.set("tank.level", 0.5)
        await asyncio.sleep(30)
        assert house.pump
        house.faults.inject("brown-out", "expander-2")
        assert not house.pump
        await asyncio.sleep(9)  # the relay was looked at 0.2 s later
        assert not house.pump
        assert house.last("pump").status is Status.FAULT
        await asyncio.sleep(2)  # min_off = 10 s
        assert house.pump

    house.play(story)
    causes = [r.cause for r in house.records("pump") if r.cause]
    assert causes == ["fill", SAFE, "fill"]


def test_a_dip_of_the_supply_is_stored(tmp_path: Path) -> None:
    house = House(tmp_path)

    async def story(house: House) -> None:
        await asyncio.sleep(10.3)
        house.faults.inject("supply-lost", "supply")
        await asyncio.sleep(0.3)
        house.world.catch_up()
        house.faults.clear("supply-lost", "supply")
        await asyncio.sleep(5)

    house.play(story)
    assert [r.value for r in house.records(house.name("power/supply"))] == [True, False, True]


def test_outputs_are_safe_at_the_end(tmp_path: Path) -> None:
    house = House(tmp_path)
    commanded: list[bool] = []

    async def story(house: House) -> None:
        await house.gateway.write("pump", True, "user anna")
        house.gateway.command(house.name("indicators/led_1"), True, "sink plant")
        await asyncio.sleep(1)
        commanded.extend([house.pump, house.twins.indicators()["led_1"]])
        with pytest.raises(TooSoon):
            await house.gateway.write("pump", False, "user anna")

    house.play(story)
    assert commanded == [True, True]
    assert (house.last("pump").value, house.last("pump").cause) == (False, SAFE), "and it is told"
    assert not house.pump
    assert not house.twins.expander_2.level(12)
    assert house.twins.indicators() == {"led_1": False, "led_2": False}
    assert not house.twins.expander_2.level(1), "the loop supply is off"


class SlowSink:
    """Takes all the time it gets to say good-bye, and may fail then."""

    def __init__(self, name: str, failure: Exception | None = None) -> None:
        self.name, self.closed, self._failure = name, False, failure

    async def open(self) -> None:
        return None

    async def deliver(self, batch: Sequence[Entry]) -> None:
        return None

    async def close(self, deadline: float) -> None:
        await asyncio.sleep(deadline)
        self.closed = True
        if self._failure is not None:
            raise self._failure


def test_sinks_say_good_bye_at_the_same_time(tmp_path: Path, tracebacks: list[str]) -> None:
    house = House(tmp_path)
    sinks = [SlowSink("a", LookupError("a mistake")), SlowSink("b"), SlowSink("c")]
    stopped: list[float] = []

    async def story(house: House) -> None:
        for sink in sinks:
            forwarder = Forwarder(sink, house.gateway.store, house.clock)
            house.gateway.forwarders[sink.name] = forwarder
        stopped.append(house.clock.monotonic())

    house.play(story)
    assert all(sink.closed for sink in sinks)
    assert house.clock.monotonic() - stopped[0] < 1.5 * DEADLINE_S
    assert len(tracebacks) == 1
    tracebacks.clear()


def test_commands_are_bounded_and_complain_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(tmp_path)

    async def story(house: House) -> None:
        await asyncio.sleep(3)
        for _ in range(MOST_COMMANDS + 7):
            house.gateway.command("pump", 7, "sink plant")
        await asyncio.sleep(1)
        house.gateway.command("nothing", 7, "sink plant")
        house.gateway.command("maintenance", True, "sink plant")
        await asyncio.sleep(1)

    house.play(story)
    counters = house.gateway.counters
    assert counters["commands_dropped"] == 7
    assert counters["commands_refused"] == MOST_COMMANDS + 1
    told = [r.getMessage() for r in caplog.records if "sink plant wanted" in r.getMessage()]
    assert told == ["sink plant wanted pump = 7: pump takes true or false, not 7"]
    assert [e.value for e in house.entries if getattr(e, "point", "") == "maintenance"] == [
        False,
        True,
    ]


def test_nothing_is_written_after_the_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    house = House(tmp_path)

    async def story(house: House) -> None:
        house.gateway.command("pump", 7, "sink plant")
        await asyncio.sleep(1)

    house.play(story)
    assert "sink plant wanted pump = 7: pump takes true or false, not 7" in caplog.messages

    async def late() -> None:
        with pytest.raises(OutputRefused, match="stop"):
            await house.gateway.write("pump", True, "user anna")
        await house.gateway.close()

    asyncio.run(late())
    assert not house.pump


def test_outputs_are_safe_although_the_store_is_full(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Every step of closing happens, and the failure is told."""
    house = House(tmp_path)

    async def fail(*_: object) -> None:
        raise StoreError("the disk is full")

    async def main() -> None:
        gateway = await house.open()
        await gateway.start()
        await gateway.write("pump", True, "user anna")
        gateway.store.flush = fail  # type: ignore[method-assign]
        with pytest.raises(StoreError, match=r"the disk is full; [0-9]+ readings are lost"):
            await gateway.close()
        with pytest.raises(BusUnavailable):
            await house.board.placed[0].lane.run(lambda: None)

    run(main(), house.clock)
    assert not house.pump
    assert "the disk is full" in caplog.messages


def test_a_card_is_shown_in_its_socket_and_not_driven(tmp_path: Path) -> None:
    card = '[[slot]]\nslot = "mpcie-1"\nmodule = "rak5146-usb"\n'
    house = House(tmp_path, LOADS + card)

    async def story(house: House) -> None:
        await asyncio.sleep(1)
        slots = {s["slot"]: s["module"] for s in house.gateway.plan_view()["slots"]}
        assert slots["mpcie-1"] == {
            "id": "rak5146-usb",
            "title": load().modules["rak5146-usb"].title,
            "state": "not driven",
            "problem": "",
            "points": [],
        }
        assert slots["wisblock-1"]["state"] == "ok"
        assert slots["mpcie-2"] is None

    house.play(story)


def test_saturation_is_a_status_and_no_problem(tmp_path: Path) -> None:
    house = House(tmp_path, LOADS)

    async def story(house: House) -> None:
        house.world.set("load.amps", 4.0)
        await asyncio.sleep(3)
        assert house.last("wisblock_1_current").status is Status.SATURATED
        assert house.gateway.health().ok
        assert house.gateway.plan_view()["slots"][0]["module"]["state"] == "ok"

    house.play(story)


def test_a_pulled_module_is_told_and_leaves_the_other_alone(tmp_path: Path) -> None:
    house = House(tmp_path, LOADS)

    async def story(house: House) -> None:
        await house.gateway.write("relay", True, "user anna")
        house.faults.inject("module-pulled", "wisblock-1")
        await asyncio.sleep(3)
        assert house.gateway.health().problems == ("wisblock-1: no acknowledge from 0x41",)
        slots = {
            s["slot"]: s["module"]["state"]
            for s in house.gateway.plan_view()["slots"]
            if s["module"]
        }
        assert slots == {"wisblock-1": "fault", "wisblock-2": "ok"}
        assert house.last("wisblock_1_voltage").status is Status.ABSENT
        assert house.pump, "the relay of the other slot stays"
        house.faults.clear("module-pulled", "wisblock-1")
        await asyncio.sleep(2)
        assert house.gateway.health().ok
        assert house.pump

    house.play(story)


def test_a_mistake_in_one_module_is_only_its_own(tmp_path: Path, tracebacks: list[str]) -> None:
    house = House(tmp_path, LOADS)
    module = house.board.placed[0].module
    works, broken = module.sample, [True]

    def sample(group: Any) -> Sampling:
        if broken:
            raise LookupError("a mistake")
        return works(group)

    module.sample = sample  # type: ignore[method-assign]

    async def story(house: House) -> None:
        await asyncio.sleep(3)
        assert house.last("wisblock_1_voltage").status is Status.FAULT
        assert house.last("relay").status is Status.GOOD
        assert house.gateway.health().problems == (
            "wisblock-1: unexpected: LookupError('a mistake')",
        )
        broken.clear()
        await asyncio.sleep(6)
        assert house.last("wisblock_1_voltage").status is Status.GOOD
        assert house.gateway.health().ok

    house.play(story)
    assert len(tracebacks) == 1
    tracebacks.clear()


def test_reading_now_samples_the_group_of_the_point_and_no_other(tmp_path: Path) -> None:
    house = House(tmp_path)

    async def story(house: House) -> None:
        await asyncio.sleep(12.5)
        live = house.gateway.live
        before = {name: live.get(name) for name in live.points}
        name = next(p.name for p in house.config.points if p.slot == "wisblock-1")
        await house.gateway.read_now((name,))
        changed = {n for n, reading in before.items() if live.get(n) != reading}
        assert name in changed
        assert {live.points[n].slot for n in changed} == {"wisblock-1"}

    house.play(story)


def test_reading_all_beside_the_samples(tmp_path: Path) -> None:
    house = House(tmp_path)

    async def story(house: House) -> None:
        for _ in range(20):
            await house.gateway.read_now()
            await asyncio.sleep(0.13)

    house.play(story)
    assert house.gateway.counters["failures"] == 0
    assert house.gateway.counters["retries"] == 0
