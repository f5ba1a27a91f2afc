"""Units of one host that are due at the same moment: asked together, in virtual time, over the real
client."""

from __future__ import annotations

import asyncio

import pytest
from modbus_plant import SECONDS, Plant, Reaction, Request, register, unit_of_file

from wisgate.config.model import UnitConfig
from wisgate.core.clock import VIRTUAL_START_NS
from wisgate.core.points import Status
from wisgate.protocols.modbus_host import ROUND_S
from wisgate.protocols.modbus_unit import PROMPT_AFTER


def units(count: int, *, timeout: float = 0.5) -> list[UnitConfig]:
    return [unit_of_file(n, timeout=timeout) for n in range(1, count + 1)]


TOGETHER_S = PROMPT_AFTER + 0.5
"""From then on units of one second are asked together."""


def test_what_came_at_once_does_not_wait_for_who_stays_silent() -> None:
    plant = Plant(units(3))

    async def story() -> None:
        await asyncio.sleep(TOGETHER_S)
        with plant.but([2], None):
            await asyncio.sleep(3.0)
        given_up = next(at for at, r in plant.taken if r.status is Status.ABSENT)
        for name in ("u1_level", "u3_level"):
            taken = [at for at, r in plant.taken if r.name == name and TOGETHER_S < at < given_up]
            assert taken == [pytest.approx(given_up - 2 * 0.5, abs=0.01)]

    plant.play(story)


def test_nobody_waits_long_for_those_who_are_asked_later() -> None:
    plant = Plant(units(40))

    async def story() -> None:
        await asyncio.sleep(TOGETHER_S)
        plant.host.heard.clear()
        plant.taken.clear()
        await asyncio.sleep(1)
        answered = {f"u{r.unit}_level": at + SECONDS for at, r in plant.host.heard}
        waited = [at - answered[r.name] for at, r in plant.taken]
        assert len(waited) == len(answered) == 40
        assert max(waited) <= ROUND_S + SECONDS
        assert len({at for at, _ in plant.taken}) == 4  # ten in each round
        assert plant.host.heard[-1][0] - plant.host.heard[0][0] == pytest.approx(39 * SECONDS)

    plant.play(story)


def test_a_reading_has_the_time_at_which_its_own_answer_came() -> None:
    plant = Plant([*units(3), unit_of_file(4, register("level"), register("far", 200))])

    async def story() -> None:
        await asyncio.sleep(TOGETHER_S)
        plant.host.heard.clear()
        plant.taken.clear()
        await asyncio.sleep(1)
        asked = [(f"u{r.unit}_level", round(at * 1e3)) for at, r in plant.host.heard]
        first = asked[0][1]
        assert asked == [
            (f"u{n}_level", first + 2 * place) for place, n in enumerate((1, 2, 3, 4, 4))
        ]
        dates = [
            (r.name, round((r.time_ns - VIRTUAL_START_NS) / 1e6) - first) for _, r in plant.taken
        ]
        assert dates == [
            ("u1_level", 2), ("u2_level", 4), ("u3_level", 6), ("u4_level", 10), ("u4_far", 10)
        ]  # fmt: skip
        assert len({at for at, _ in plant.taken}) == 1
        assert {r.status for _, r in plant.taken} == {Status.GOOD}

    plant.play(story)


def test_a_write_during_a_round_is_not_followed_by_what_was_read_before() -> None:
    plant = Plant(units(3))
    words, second = {1: 7, 2: 7, 3: 7}, asyncio.Event()

    def reaction(request: Request) -> Reaction:
        if request.writes:
            words[request.unit] = request.count
            return SECONDS, request.frame
        if request.unit == 2:
            second.set()
        return SECONDS, request.words(words[request.unit])

    async def story() -> None:
        await asyncio.sleep(TOGETHER_S)
        plant.host.reaction = reaction
        await second.wait()  # unit 1 has answered already
        await plant.sampled.write("u1_level", 9)
        written = plant.clock.monotonic()
        await asyncio.sleep(0.5)
        after = [r.value for at, r in plant.taken if r.name == "u1_level" and at >= written]
        assert after == [9]
        assert [r.unit for _, r in plant.host.heard[-5:]] == [1, 2, 1, 3, 1]

    plant.play(story)


def test_nor_is_one_between_two_requests_of_a_sampling() -> None:
    plant = Plant([unit_of_file(1, register("level", writable=True), register("far", 200))])
    words, begun = {0: 7, 200: 8}, asyncio.Event()

    def reaction(request: Request) -> Reaction:
        if request.writes:
            words[request.address] = request.count
            return 0.1, request.frame
        begun.set()
        return 0.1, request.words(words[request.address])

    async def story() -> None:
        plant.host.reaction = reaction
        await begun.wait()
        await plant.sampled.write("u1_level", 9)
        await asyncio.sleep(0.5)
        assert [(r.name, r.value) for _, r in plant.taken] == [("u1_level", 9), ("u1_far", 8)]
        assert [r.address for _, r in plant.host.heard] == [0, 0, 200, 0, 200]
        await asyncio.sleep(1)
        assert [r.address for _, r in plant.host.heard[5:]] == [0, 200]

    plant.play(story)


def test_a_unit_of_which_one_answer_is_slow_is_asked_alone() -> None:
    registers = [register(f"r{n}", 100 * n) for n in range(PROMPT_AFTER + 1)]
    plant = Plant([*units(2), unit_of_file(3, *registers)])

    def reaction(request: Request) -> Reaction:
        seconds = 0.2 if request.unit == 3 and request.address == 0 else SECONDS
        return seconds, request.words(request.unit)

    async def story() -> None:
        plant.host.reaction = reaction
        await asyncio.sleep(TOGETHER_S + 1)
        for number in (1, 2):
            at, reading = plant.last(f"u{number}_level")
            assert at - (reading.time_ns - VIRTUAL_START_NS) / 1e9 < 2 * SECONDS

    plant.play(story)


def test_who_becomes_slow_keeps_the_others_waiting_once() -> None:
    plant = Plant(units(4, timeout=1.0))

    def slow(request: Request) -> Reaction:
        return 0.2 if request.unit > 2 else SECONDS, request.words(request.unit)

    async def story() -> None:
        await asyncio.sleep(TOGETHER_S)
        plant.host.reaction = slow
        plant.taken.clear()
        await asyncio.sleep(3)
        in_hand = [round(at - (r.time_ns - VIRTUAL_START_NS) / 1e9, 3) for at, r in plant.taken]
        assert in_hand == [0.402, 0.4, 0.2, 0, *[SECONDS, 0, 0, 0] * 2]
        assert plant.counters["late"] == 0

    plant.play(story)


def test_what_a_turn_that_takes_too_long_leaves_out_is_counted_for_each_group() -> None:
    plant = Plant(units(3, timeout=1.0))

    def slow(request: Request) -> Reaction:
        return 0.5, request.words(request.unit)

    async def story() -> None:
        await asyncio.sleep(TOGETHER_S)
        plant.host.reaction = slow
        plant.taken.clear()
        await asyncio.sleep(12.2)
        assert len(plant.taken) == 3 * 6
        assert plant.counters["late"] == 3 * 6  # every second one
        assert plant.counters["samples"] == 3 * (PROMPT_AFTER + 1 + 6)

    plant.play(story)


def test_a_pause_ends_a_round_at_once_and_a_resume_begins_anew() -> None:
    plant = Plant(units(3, timeout=10.0))

    async def story() -> None:
        await asyncio.sleep(TOGETHER_S)
        with plant.but([2], None):
            await asyncio.sleep(1)  # in the middle of a round
            heard = len(plant.host.heard)
            await plant.sampled.pause()
            await asyncio.sleep(2)
            assert len(plant.host.heard) == heard
        plant.taken.clear()
        await plant.sampled.resume()
        await asyncio.sleep(1)
        assert {r.name: r.value for _, r in plant.taken} == {f"u{n}_level": n for n in (1, 2, 3)}
        assert plant.host.connections == 2
        assert plant.sampled.lost == ""

    plant.play(story)


def test_a_turn_that_is_cancelled_in_the_middle_of_a_round_harms_no_other() -> None:
    plant = Plant(units(3, timeout=10.0))
    groups = plant.sampled.placed.module.groups

    def slow(request: Request) -> Reaction:
        return 0.01 if request.unit == 2 else SECONDS, request.words(request.unit)

    async def story() -> None:
        await asyncio.sleep(TOGETHER_S)
        plant.host.reaction = slow
        under_way = asyncio.create_task(plant.sampled.sample_together(groups))
        await asyncio.sleep(0.005)
        under_way.cancel()
        await asyncio.wait([under_way])
        assert under_way.cancelled()
        answers = await plant.sampled.sample_together(groups)
        assert [some and some[0].value for some in answers.values()] == [1, 2, 3]
        assert plant.peer.passed_over == 1  # what was asked before
        assert plant.host.connections == 1

    plant.play(story)
