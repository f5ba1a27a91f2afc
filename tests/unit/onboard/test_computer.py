"""The temperature of the processor as a point."""

from __future__ import annotations

import pytest
from module_bench import HEAD, ModuleBench

from wisgate.board.prompt import open_modules
from wisgate.core.errors import OutputRefused, Unavailable
from wisgate.core.points import Status


@pytest.mark.parametrize("celsius", [-40.0, 47.25, 85.0])
def test_how_warm_it_is(celsius: float) -> None:
    with open_modules(HEAD) as board:
        board.world.set("cpu.temperature", celsius)
        (reading,) = board.read("computer")
    assert (reading.name, reading.value) == ("temperature", celsius)


def test_a_computer_that_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = ModuleBench()

    def nothing() -> float:
        raise Unavailable("no zone")

    monkeypatch.setattr(bench.twins.host, "cpu_temperature", nothing)

    async def main() -> None:
        (reading,) = await bench.read("computer")
        assert (reading.status, reading.value) == (Status.ABSENT, None)

    bench.run(main())


def test_a_sensor_that_froze_keeps_its_value() -> None:
    with open_modules(HEAD) as board:
        board.twins.faults.inject("frozen-value", "cpu.temperature")
        before = board.read("computer")
        board.world.set("cpu.temperature", 99.0)
        assert board.read("computer") == before


def test_nothing_can_be_written() -> None:
    module = ModuleBench().sampled["computer"].placed.module
    with pytest.raises(OutputRefused, match="no writable"):
        module.write("temperature", 20.0)
    module.close()
