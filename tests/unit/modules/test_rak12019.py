"""RAK12019 on a virtual HAT: a room, the sun, and what is brighter than both."""

from __future__ import annotations

import pytest
from hat_bench import (
    AT,
    bench,
    closes_and_cannot_be_closed_when_pulled,
    refuses_another_chip,
    survives,
    text,
)

from wisgate.board.prompt import open_modules
from wisgate.core.errors import OutputRefused
from wisgate.core.points import Status


@pytest.mark.parametrize(
    ("lux", "index", "seconds"),
    [(0.0, 0.0, 0.6), (400.0, 0.05, 0.6), (52_000.0, 8.0, 0.6), (110_000.0, 11.5, 0.72)],
)
def test_ultraviolet_and_light(lux: float, index: float, seconds: float) -> None:
    """In direct sun light is measured a second time, with less gain."""
    with open_modules(text("rak12019")) as board:
        board.world.set("light.illuminance", lux)
        board.world.set("light.uv_index", index)
        begin = board.clock.monotonic()
        uv_index, illuminance = board.read(AT)
        took = board.clock.monotonic() - begin
    assert (uv_index.name, illuminance.name) == ("uv_index", "illuminance")
    assert {uv_index.status, illuminance.status} == {Status.GOOD}
    assert uv_index.value == pytest.approx(index, abs=1e-3)
    assert illuminance.value == pytest.approx(lux, abs=0.5)
    assert took == pytest.approx(seconds, abs=0.01)


def test_brighter_than_the_sun_only_light_is_saturated() -> None:
    made = bench("rak12019")
    made.world.set("light.illuminance", 200e3)
    made.world.set("light.uv_index", 12.0)

    async def main() -> None:
        uv_index, illuminance = await made.read(AT)
        assert (illuminance.value, illuminance.status) == (None, Status.SATURATED)
        assert uv_index.value == pytest.approx(12.0, abs=1e-3)

    made.run(main())
    assert made.counters["failures"] == 0


def test_what_it_survives() -> None:
    survives("rak12019", silent=Status.FAULT)


def test_another_chip_at_its_address() -> None:
    refuses_another_chip("rak12019", "an LTR-390UV 0xb2")


def test_closing_puts_the_chip_to_standby() -> None:
    closes_and_cannot_be_closed_when_pulled("rak12019")


def test_nothing_can_be_written() -> None:
    with pytest.raises(OutputRefused, match="rak12019 has no writable"):
        bench("rak12019").sampled[AT].placed.module.write("uv_index", 1.0)
