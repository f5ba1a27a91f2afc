"""RAK1903 on a virtual HAT: from a hundredth of a lux to brighter than it can see."""

from __future__ import annotations

import pytest
from hat_bench import (
    AT,
    bench,
    closes_and_cannot_be_closed_when_pulled,
    refuses_another_chip,
    statuses,
    survives,
    text,
)

from wisgate.board.prompt import open_modules
from wisgate.core.errors import ConfigError, OutputRefused
from wisgate.core.points import Status


@pytest.mark.parametrize("conversion", ["100ms", "800ms"])
@pytest.mark.parametrize("lux", [0.0, 0.01, 40.95, 320.0, 83_000.0])
def test_illuminance(lux: float, conversion: str) -> None:
    with open_modules(text("rak1903", conversion=conversion)) as board:
        board.world.set("light.illuminance", lux)
        begin = board.clock.monotonic()
        (reading,) = board.read(AT)
        took = board.clock.monotonic() - begin
    assert (reading.name, reading.status) == ("illuminance", Status.GOOD)
    assert reading.value == pytest.approx(lux, rel=5e-4, abs=0.005)
    assert took == pytest.approx(0.88 if conversion == "800ms" else 0.11, abs=0.003)


def test_brighter_than_full_scale() -> None:
    made = bench("rak1903")
    made.world.set("light.illuminance", 120e3)

    async def main() -> None:
        assert await statuses(made) == {Status.SATURATED}
        assert made.sampled[AT].lost == ""
        made.world.set("light.illuminance", 100.0)
        assert await statuses(made) == {Status.GOOD}

    made.run(main())


def test_no_other_integration_times() -> None:
    with (
        pytest.raises(ConfigError, match="conversion"),
        open_modules(text("rak1903", conversion="200ms")),
    ):
        pass


def test_what_it_survives() -> None:
    survives("rak1903", silent=Status.FAULT)


def test_another_chip_at_its_address() -> None:
    refuses_another_chip("rak1903", "OPT3001 0x5449")


def test_closing_shuts_the_chip_down() -> None:
    closes_and_cannot_be_closed_when_pulled("rak1903")


def test_nothing_can_be_written() -> None:
    with pytest.raises(OutputRefused, match="rak1903 has no writable"):
        bench("rak1903").sampled[AT].placed.module.write("illuminance", 1.0)
