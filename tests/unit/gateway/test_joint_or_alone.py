"""Units that are asked together and one after the other come to the same, whatever happens."""

from __future__ import annotations

import asyncio
from struct import pack

from hypothesis import given, settings
from hypothesis import strategies as st
from modbus_plant import HANG_UP, SECONDS, Plant, Reaction, Request, register, unit_of_file

from wisgate.core.clock import VIRTUAL_START_NS
from wisgate.core.points import Status, Value
from wisgate.protocols.modbus_unit import PROMPT_AFTER

PERIOD_S = 100.0
"""Longer than any unit is left alone for, and than a turn in which nobody answers."""
FAR = 200
"""Registers from there on are read in a span of their own."""
UNITS = [
    unit_of_file(1, register("level"), interval=PERIOD_S),
    unit_of_file(
        2, register("far", FAR), register("part", 0, over="whole"), register("whole", 1),
        interval=PERIOD_S,
    ),
    unit_of_file(
        3, register("flow", encoding="float32"), register("gap", 5), register("far", FAR, "input"),
        interval=PERIOD_S,
    ),
    unit_of_file(
        4, register("led", 3, "coil", "bool"), register("door", FAR, "discrete", "bool"),
        interval=PERIOD_S,
    ),
]  # fmt: skip
PLACES = [(unit.id, far) for unit in UNITS for far in (False, True)]
"""What may do something of its own: a unit, and whether it is asked for what is far."""
REFUSALS = {f"refused {code}": code for code in (1, 2, 3, 4, 6, 10, 11)}
DEEDS = [
    "good", "slow", "late", "silent", "not a number", "too short", "too long", "another function",
    "another unit", "another question", "nonsense", "hang up", *REFUSALS,
]  # fmt: skip
Period = dict[tuple[int, bool], str]


def good(request: Request, number: int) -> bytes:
    """A frame with that number in every register."""
    if request.frame[7] in (1, 2):
        body = bytes([number]) * ((request.count + 7) // 8)
        return request.answer(request.frame[7:8] + bytes([len(body)]) + body)
    return request.words(*[number] * request.count)


def done(deed: str, request: Request, number: int) -> Reaction:
    frame = good(request, number)
    match deed:
        case "silent":
            return None
        case "slow":
            return 0.2, frame
        case "late":
            return 0.7, frame
        case "hang up":
            return SECONDS, HANG_UP
        case "not a number" if request.frame[7] in (3, 4):
            return SECONDS, request.words(*[0x7FC0] * request.count)
        case "too short":
            return SECONDS, request.answer(frame[7:-1])
        case "too long":
            return SECONDS, request.answer(frame[7:] + b"\0")
        case "another function":
            return SECONDS, request.answer(b"\x07" + frame[8:])
        case "another unit":
            return SECONDS, frame[:6] + b"\xff" + frame[7:]
        case "another question":
            return SECONDS, pack(">H", 0xFFFF) + frame[2:]
        case "nonsense":
            return SECONDS, b"HTTP/1.0"
    if deed in REFUSALS:
        return SECONDS, request.refusal(REFUSALS[deed])
    return SECONDS, frame


class Told:
    """What a plant made of a story: after each period the last value and status of everything."""

    def __init__(self, story: list[Period], *, alone: bool) -> None:
        self.plant = Plant(UNITS, alone=alone)
        self.ends: list[dict[str, tuple[Value, Status]]] = []
        self.moments: list[int] = []
        """At how many moments something was taken in each period."""
        self._story = story
        self.plant.play(self._play)

    async def _play(self) -> None:
        plant = self.plant
        for number, period in enumerate(self._story):
            plant.host.reaction = lambda request, period=period, number=number: done(
                period.get((request.unit, request.address >= FAR), "good"), request, number
            )
            plant.taken.clear()
            await asyncio.sleep(PERIOD_S)
            self.ends.append({r.name: (r.value, r.status) for _, r in plant.taken})
            self.moments.append(len({at for at, _ in plant.taken}))
            assert len(plant.taken) == len(self.ends[-1]) == 9
            began = number * PERIOD_S
            for at, reading in plant.taken:
                assert began <= (reading.time_ns - VIRTUAL_START_NS) / 1e9 <= at < began + PERIOD_S


PERIODS = st.dictionaries(st.sampled_from(PLACES), st.sampled_from(DEEDS), max_size=4)


@settings(max_examples=60)
@given(st.lists(st.one_of(PERIODS, st.just({})), min_size=1, max_size=10))
def test_together_they_come_to_the_same_as_alone(story: list[Period]) -> None:
    before: list[Period] = [{}] * (PROMPT_AFTER + 1)
    together, alone = (Told(before + story, alone=alone) for alone in (False, True))
    assert together.moments[PROMPT_AFTER] == 1  # or there is nothing to compare
    assert set(alone.moments) == {len(UNITS)}
    assert together.ends == alone.ends
    assert together.plant.counters == alone.plant.counters
    both = (told.plant.sampled.lost.split("; ") for told in (together, alone))
    assert sorted(next(both)) == sorted(next(both))
    assert set(alone.plant.counters) <= {"samples", "failures", "retries"}
