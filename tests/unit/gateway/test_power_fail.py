"""The supply is lost: what is done while the supercapacitors last, and after it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import stories
from stories import Running, Story

from wisgate.core.errors import SinkError, StoreError
from wisgate.gateway.checks.supply import power_failure
from wisgate.gateway.power_fail import CAUSE, FILE, Failure
from wisgate.store.records import Gap, Record

BOX = """
name = "box"
board = "rak7391"
[[slot]]
slot = "wisblock-1"
module = "rak13300"
region = "eu868"
[[slot]]
slot = "wisblock-2"
module = "rak13007"
[[slot.point]]
channel = "relay"
name = "pump"
[[rule]]
when = "supply_present"
set = { pump = true }
[onboard.fan]
"""
STEPS = ["radios", "outputs", "loads", "store", "last message"]


def play(folder: Path, story: Story, text: str = BOX, seed: int = 1) -> None:
    stories.play(folder, story, text, point="pump", seed=seed)


def gaps(entries: Sequence[object]) -> list[Gap]:
    return [entry for entry in entries if isinstance(entry, Gap)]


def relay(box: Running) -> bool:
    return box.twins.expander_2.driven(12)


def failure(box: Running) -> Failure:
    last = box.gateway.power_fail.last
    assert last is not None
    return last


async def lose_supply(box: Running, seconds: float = 3) -> None:
    await asyncio.sleep(20)
    assert relay(box), "the rule has switched the pump on"
    box.fault("supply-lost", "supply")
    await asyncio.sleep(seconds)


def noting(box: Running, done: list[str]) -> None:
    """Write down the order in which modules are written and closed."""

    def noted(what: str, act: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given: (done.append(" ".join([what, *map(str, given)])), act(*given))[1]

    for sampled in box.gateway.sampled:
        module, name = sampled.placed.module, sampled.placed.name
        module.close = noted(f"close {name}", module.close)  # type: ignore[method-assign]
        module.write = noted(f"write {name}", module.write)  # type: ignore[method-assign]


def test_everything_is_done_in_order_and_told_last(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await lose_supply(box, 0)
        done: list[str] = []
        noting(box, done)
        await asyncio.sleep(3)
        assert not relay(box)
        assert done[:3] == [
            "close wisblock-1", "write wisblock-2 relay False", "close wisblock-2"
        ]  # fmt: skip
        assert not {"close fan", "close power", "close clock"} & set(done), "they go on"
        told = [e for e in box.sink.got if isinstance(e, Gap) or e.point != "fan_speed"]
        assert isinstance(told[-1], Gap)
        assert told[-1].cause == CAUSE
        supply = [e for e in told if isinstance(e, Record) and e.point == "supply_present"]
        assert supply[-1].value is False
        safe = [e for e in told if isinstance(e, Record) and e.point == "pump"]
        assert (safe[-1].value, safe[-1].cause) == (False, CAUSE)
        assert [step.name for step in failure(box).steps] == STEPS
        assert failure(box).late == ()
        assert failure(box).seconds < failure(box).budget == 9.0
        assert box.gateway.health().problems[0].startswith("supply: lost")

    play(tmp_path, story)


class Radio:
    """Has frames that are on no disk yet, and a disk that takes none."""

    flushed = 0

    def problems(self) -> list[str]:
        return []

    async def flush(self) -> None:
        self.flushed += 1
        raise StoreError("the disk is full")

    async def silence(self) -> None: ...

    async def close(self) -> None: ...


def test_frames_of_lorawan_go_to_the_disk_and_cost_no_reading(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    radio = Radio()

    async def story(box: Running) -> None:
        box.gateway.radio = radio  # type: ignore[assignment]
        await lose_supply(box)
        assert radio.flushed == 1
        assert [g.cause for g in gaps(box.sink.got)] == [CAUSE]
        assert failure(box).late == ()

    play(tmp_path, story)
    assert "power fail: the disk is full" in caplog.messages


def test_nothing_is_sampled_or_written_until_the_supply_is_back_and_steady(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await lose_supply(box)
        before = box.gateway.store.last_seq
        samples = len(box.truths)
        await asyncio.sleep(3)
        assert box.gateway.store.last_seq == before
        assert len(box.truths) == samples
        box.clear("supply-lost", "supply")
        await asyncio.sleep(1.5)
        assert not relay(box)
        await asyncio.sleep(5)
        assert relay(box), "the rule is armed again"
        assert len(box.truths) > samples
        assert box.gateway.health().ok
        values = [(r.value, r.cause) for r in await box.stored()]
        assert (False, CAUSE) in values
        assert values[-1] == (True, "rule 1")

    play(tmp_path, story)


def test_a_box_that_dies_starts_with_the_gap_and_its_cause_and_loses_no_number(
    tmp_path: Path,
) -> None:
    died = tmp_path / "died"

    async def story(box: Running) -> None:
        await lose_supply(box)
        shutil.copytree(box.folder, died)

    async def after(box: Running) -> None:
        await asyncio.sleep(10)
        entries = [*gaps(await box.gateway.store.after(0, 10_000))]
        assert [(gap.cause, gap.last - gap.first) for gap in entries] == [(CAUSE, 0)]
        numbers = [e.seq for e in await box.gateway.store.after(0, 10_000)]
        skipped = {entries[0].first}
        assert set(range(1, numbers[-1] + 1)) - set(numbers) == skipped
        assert failure(box).steps, "the measured failure is kept"

    (tmp_path / "live").mkdir()
    play(tmp_path / "live", story)
    play(died, after, seed=2)


def test_a_dip_between_two_samplings_changes_nothing(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(20)
        sampled = asyncio.Event()
        box.gateway.live.listen(lambda r: sampled.set() if r.name == "supply_present" else None)
        await sampled.wait()
        await asyncio.sleep(0.1)
        box.fault("supply-lost", "supply")
        await asyncio.sleep(0.1)
        box.clear("supply-lost", "supply")
        await asyncio.sleep(5)
        assert relay(box)
        assert box.gateway.power_fail.last is None
        assert gaps(box.sink.got) == []

    play(tmp_path, story)


def test_a_supply_missing_from_the_start_is_no_failure(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(20)
        assert box.gateway.power_fail.last is None
        assert not box.gateway.power_fail.down

    stories.play(
        tmp_path,
        story,
        BOX,
        scenario='[[at]]\ntime = "0s"\nfault = "supply-lost"\ntarget = "supply"\n',
        point="pump",
    )


def test_a_box_that_lives_on_works_again(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await lose_supply(box, 20)
        assert box.gateway.power_fail.down
        await asyncio.sleep(20)
        assert not box.gateway.power_fail.down
        box.clear("supply-lost", "supply")
        await asyncio.sleep(5)
        assert relay(box)

    play(tmp_path, story)


def test_a_sink_that_is_slow_gets_what_is_left_of_the_budget(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        box.sink.slow = 6.0
        await lose_supply(box, 12)
        assert failure(box).late == ("last message",)
        assert failure(box).seconds == pytest.approx(3.0, abs=0.1)
        assert failure(box).budget == 3.0
        assert gaps(await box.gateway.store.after(0, 10_000)) != []
        assert "no time for: last message" in str(failure(box))

    play(tmp_path, story, f'{BOX}[power]\nsupercap_hold = "4s"\n')


def test_a_sink_that_is_away_costs_no_time(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        await asyncio.sleep(19)
        box.sink.failures = [SinkError("gone")] * 100
        await lose_supply(box, 5)
        assert failure(box).late == ()
        assert failure(box).seconds < 1.0

    play(tmp_path, story)


def test_loads_that_hang_leave_the_store_its_part(tmp_path: Path) -> None:
    async def story(box: Running) -> None:
        hanging = next(s for s in box.gateway.sampled if s.placed.name == "wisblock-1")

        async def hang() -> None:
            await asyncio.sleep(60)

        hanging.pause = hang  # type: ignore[method-assign]
        await lose_supply(box, 11)
        assert failure(box).late[0] == "radios"
        assert "store" not in failure(box).late
        store = next(step for step in failure(box).steps if step.name == "store")
        before = sum(s.seconds for s in failure(box).steps[: failure(box).steps.index(store)])
        assert before == pytest.approx(0.7 * failure(box).budget, abs=0.1)
        assert gaps(await box.gateway.store.after(0, 10_000))[0].cause == CAUSE

    play(tmp_path, story)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"time_ns": "x"}'])
def test_a_damaged_file_of_the_last_failure_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)

    async def story(box: Running) -> None:
        assert box.gateway.power_fail.last is None

    play(tmp_path, story)


def test_a_failure_that_took_too_long_is_what_doctor_tells(tmp_path: Path) -> None:

    good = Failure(1_795_176_000_000_000_000, 9.0)
    assert power_failure(good).name == "fine"
    late = Failure(1_795_176_000_000_000_000, 9.0, late=("last message",))
    assert power_failure(late).name == "power-budget"
    assert power_failure(late).subject == "power failure of 2026-11-20T12:00:00.000Z"
