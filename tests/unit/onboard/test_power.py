"""GPIO16: the input supply, and dips that nobody was looking at."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from module_bench import ModuleBench

from wisgate.bus.lines import Bias, Edge, Input, LineAt, Output
from wisgate.core.errors import BusUnavailable, OutputRefused
from wisgate.onboard.power import POWER_FAIL, Power


class Pin:
    """A line whose edges and level a test sets; True is lost."""

    interrupts = True

    def __init__(self, edges: Sequence[bool] = (), level: bool = False) -> None:
        self.waiting = [Edge(active, float(n)) for n, active in enumerate(edges)]
        self.level = level
        self.settings: Input | Output | None = None
        self.released = 0
        self.at_get: list[Edge] = []

    def request(self, offset: int, settings: Input | Output, consumer: str) -> Pin:
        self.settings = settings
        return self

    def get(self) -> bool:
        level = self.level
        self.waiting += self.at_get
        return level

    def set(self, value: bool) -> None:
        raise AssertionError("an input is not driven")

    def edges(self) -> list[Edge]:
        seen, self.waiting = self.waiting, []
        return seen

    def release(self) -> None:
        self.released += 1


def states(power: Power) -> list[object]:
    steps = power.sample(power.groups[0])
    with pytest.raises(StopIteration) as done:
        next(steps)
    return [r.value for r in done.value.value]


@pytest.mark.parametrize(
    ("edges", "lost", "told"),
    [
        ([], False, [True]),
        ([], True, [False]),
        ([True], True, [False]),
        ([True, False], False, [False, True]),
        ([False], False, [True]),
        ([True, False, True], True, [False, True, False]),
        ([True], False, [False]),  # the return is on its way: the next sampling has it
    ],
)
def test_every_change_is_a_reading(edges: list[bool], lost: bool, told: list[bool]) -> None:
    pin = Pin(edges, lost)
    power = Power(LineAt(pin, 16, "power fail"))
    power.open()
    assert states(power) == told


def test_an_edge_in_the_middle_of_a_sampling_is_not_lost() -> None:
    pin = Pin(level=False)
    power = Power(LineAt(pin, 16, "power fail"))
    power.open()
    pin.at_get = [Edge(True, 1.0)]
    told = states(power)
    pin.at_get, pin.level = [], True
    assert False in [*told, *states(power)]


def test_the_line_is_pulled_up_and_low_when_lost() -> None:
    assert Input(active_low=True, bias=Bias.PULL_UP, edges=True) == POWER_FAIL
    pin = Pin()
    power = Power(LineAt(pin, 16, "power fail"))
    power.open()
    assert pin.settings == POWER_FAIL
    power.open()
    assert pin.released == 1
    power.close()
    power.close()
    assert pin.released == 2
    with pytest.raises(BusUnavailable, match="not open"):
        states(power)


def test_a_supply_that_is_lost_and_returns() -> None:
    bench = ModuleBench()

    async def main() -> None:
        assert [r.value for r in await bench.read("power")] == [True]
        bench.faults.inject("supply-lost", "supply")
        assert [r.value for r in await bench.read("power")] == [False]
        bench.faults.clear("supply-lost", "supply")
        bench.clock.advance(1)
        assert [r.value for r in await bench.read("power")] == [True]

    bench.run(main())


def test_a_dip_between_two_samplings_is_seen() -> None:
    bench = ModuleBench()

    async def main() -> None:
        await bench.read("power")
        bench.faults.inject("supply-lost", "supply")
        bench.clock.advance(0.3)
        bench.world.catch_up()
        bench.faults.clear("supply-lost", "supply")
        bench.clock.advance(0.7)
        assert [r.value for r in await bench.read("power")] == [False, True]
        assert [r.value for r in await bench.read("power")] == [True]

    bench.run(main())


def test_a_line_that_somebody_else_has() -> None:
    bench = ModuleBench()
    taken = bench.twins.lines.request(16, Input(), "gpio-key")

    async def main() -> None:
        await bench.sampled["power"].open()
        assert "gpio-key" in bench.sampled["power"].lost
        assert [r.value for r in await bench.read("power")] == [None]
        taken.release()
        assert [r.value for r in await bench.read("power")] == [True]

    bench.run(main())


def test_nothing_can_be_written() -> None:
    with pytest.raises(OutputRefused):
        Power(LineAt(Pin(), 16, "power fail")).write("supply", True)
