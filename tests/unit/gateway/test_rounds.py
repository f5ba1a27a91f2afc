"""What the rounds of a turn owe to units with many spans, and to a host that falls silent."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from modbus_plant import SECONDS, Plant, Reaction, Request, register, unit_of_file
from scripted_module import LEVEL, ScriptedModule, sampled

from wisgate.board.virtual_time import run
from wisgate.config.model import UnitConfig
from wisgate.core.clock import VirtualClock
from wisgate.core.points import Answer, Group, Reading, Status
from wisgate.core.units import Seconds
from wisgate.gateway.turns import Turn, keep_sampling
from wisgate.protocols.modbus_host import ROUND_S
from wisgate.protocols.modbus_unit import REPEATS

SPANS = int(ROUND_S / SECONDS) + 2
"""More than are asked in a round."""


def wide(number: int, spans: int = SPANS) -> UnitConfig:
    return unit_of_file(number, *(register(f"r{n}", 200 * n) for n in range(spans)))


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [([SPANS], SECONDS), ([SPANS, 1], SECONDS), ([4], 0.009), ([4, 1], 0.009), ([6] * 10, SECONDS)],
    ids=str,
)
def test_no_question_is_asked_in_vain_at_the_end_of_a_round(
    spans: list[int], seconds: float
) -> None:
    plant = Plant([wide(number, count) for number, count in enumerate(spans, 1)])

    def reaction(request: Request) -> Reaction:
        return seconds, request.words(request.unit)

    async def story() -> None:
        plant.host.reaction = reaction
        await asyncio.sleep(SPANS + 5.5)
        plant.host.heard.clear()
        await asyncio.sleep(10)
        assert len(plant.host.heard) == 10 * sum(spans)

    plant.play(story)


def test_nor_does_it_have_the_others_asked_alone() -> None:
    plant = Plant([wide(1), *(unit_of_file(n) for n in range(2, 21))])

    async def story() -> None:
        await asyncio.sleep(SPANS + 5.5)
        plant.taken.clear()
        await asyncio.sleep(1)
        moments = {at for at, r in plant.taken if r.name.endswith("_level")}
        assert len(moments) < 10  # 19 when each is asked alone

    plant.play(story)


def test_a_host_that_falls_silent_is_told_of_soon() -> None:
    plant = Plant([unit_of_file(n) for n in range(1, 51)])

    async def story() -> None:
        await asyncio.sleep(3.5)
        with plant.but(range(1, 51), None):
            fell = plant.clock.monotonic()
            await asyncio.sleep(60)
            told = next(at for at, r in plant.taken if r.status is Status.ABSENT)
            assert told - fell < 5

    plant.play(story)


def test_who_is_slow_and_well_does_not_wait_for_all_that_fell_silent() -> None:
    plant = Plant([unit_of_file(n) for n in range(1, 51)])

    def slow(request: Request) -> Reaction:
        return 0.02 if request.unit == 1 else SECONDS, request.words(request.unit)

    async def story() -> None:
        plant.host.reaction = slow
        await asyncio.sleep(3.5)
        with plant.but(range(2, 51), None):
            plant.taken.clear()
            fell = plant.clock.monotonic()
            await asyncio.sleep(60)
            assert plant.last("u1_level")[1].status is Status.GOOD
            first = next(at for at, r in plant.taken if r.name == "u1_level")
            assert first - fell < 5

    plant.play(story)


def test_a_silence_when_all_were_asked_together_is_the_first_of_the_tries() -> None:
    plant = Plant([unit_of_file(n) for n in range(1, 4)])

    async def story() -> None:
        await asyncio.sleep(5.5)
        with plant.but(range(1, 4), None):
            plant.host.heard.clear()
            await asyncio.sleep(4.2)
            assert plant.last("u1_level")[1].status is Status.ABSENT
            asked = [r for _, r in plant.host.heard if r.unit == 1]
            assert len(asked) <= 1 + REPEATS

    plant.play(story)


def test_a_last_span_that_is_quick_promises_nothing_for_the_others() -> None:
    spans = 4
    units = [
        unit_of_file(n, *(register(f"r{k}", 200 * k) for k in range(spans))) for n in range(1, 21)
    ]
    plant = Plant(units)
    answered: dict[int, float] = {}

    def reaction(request: Request) -> Reaction:
        last = request.address == 200 * (spans - 1)
        takes = 0.0005 if last else 0.009
        if last:
            answered[request.unit] = asyncio.get_running_loop().time() + takes
        return takes, request.words(request.unit)

    async def story() -> None:
        plant.host.reaction = reaction
        await asyncio.sleep(10.5)
        plant.taken.clear()
        answered.clear()
        await asyncio.sleep(1)
        waited = plant.last("u1_r0")[0] - answered[1]
        assert waited < 3 * 0.0275  # a unit takes that long; the round was to end after 20 ms

    plant.play(story)


def test_who_is_well_does_not_wait_for_a_first_round_that_fell_silent() -> None:
    plant = Plant([unit_of_file(n) for n in range(1, 21)])

    def nine_ms(request: Request) -> Reaction:
        return 0.009, request.words(request.unit)

    async def story() -> None:
        plant.host.reaction = nine_ms
        await asyncio.sleep(5.5)
        with plant.but(range(1, 4), None):  # all that fit into the first round
            plant.taken.clear()
            await asyncio.sleep(3.5)
            well = {r.name for _, r in plant.taken if r.status is Status.GOOD}
            missing = {f"u{n}_level" for n in range(4, 21)} - well
            assert not missing

    plant.play(story)


class Wordless(ScriptedModule):
    asked = 0

    async def sample_together(self, groups: Sequence[Group]) -> Mapping[str, Answer | None]:
        self.asked += 1
        if self.asked > 1000:
            raise AssertionError("asked without end, and the event loop never goes on")
        return {}


def test_a_module_that_answers_for_nobody_is_not_asked_without_end(
    tracebacks: list[str],
) -> None:
    groups = [Group(name, (LEVEL,), Seconds(1)) for name in "ab"]
    module, clock = Wordless(groups), VirtualClock()
    of, taken = sampled(module, clock), list[Reading]()

    async def main() -> None:
        await of.open()
        turn = Turn(of, tuple(groups), 0.0)
        keep = keep_sampling(turn, clock, lambda _, some: taken.extend(some), Counter())
        task = asyncio.create_task(keep)
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.wait([task])

    run(main(), clock)
    tracebacks.clear()
    assert len(taken) == 2
    assert module.asked <= 2
