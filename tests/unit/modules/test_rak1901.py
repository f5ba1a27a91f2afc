"""RAK1901 on a virtual HAT: the air of the room, at every end of it."""

from __future__ import annotations

import pytest
from hat_bench import AT, bench, refuses_another_chip, statuses, survives, text
from module_bench import HEAD, slot

from wisgate.board.prompt import open_modules
from wisgate.core.errors import ConfigError, OutputRefused, PlanConflict
from wisgate.core.points import Status


@pytest.mark.parametrize(
    ("celsius", "fraction"), [(21.0, 0.45), (-10.5, 0.99), (0.0, 0.0), (124.9, 1.0)]
)
def test_temperature_and_humidity(celsius: float, fraction: float) -> None:
    with open_modules(text("rak1901")) as board:
        board.world.set("room.temperature", celsius)
        board.world.set("room.humidity", fraction)
        temperature, humidity = board.read(AT)
    assert (temperature.name, humidity.name) == ("temperature", "humidity")
    assert {temperature.status, humidity.status} == {Status.GOOD}
    assert temperature.value == pytest.approx(celsius, abs=0.002)
    assert humidity.value == pytest.approx(fraction * 100, abs=0.002)


@pytest.mark.parametrize("celsius", [-40.5, 126.0])
def test_beyond_what_the_chip_is_made_for(celsius: float) -> None:
    with open_modules(text("rak1901")) as board:
        board.world.set("room.temperature", celsius)
        temperature, humidity = board.read(AT)
    assert temperature.status is Status.UNCERTAIN
    assert temperature.value == pytest.approx(celsius, abs=0.002)
    assert humidity.status is Status.GOOD


def test_it_sleeps_between_samplings() -> None:
    with open_modules(text("rak1901")) as board:
        board.read(AT)
        chip = next(t for t in board.twins.i2c.twins if 0x70 in t.addresses)  # type: ignore[attr-defined]
        chip.addressed(0x70, False)
        assert chip.write(b"\xef\xc8") == 1, "asleep it takes no command but wake"


def test_what_it_survives() -> None:
    survives("rak1901", silent=Status.ABSENT)


def test_another_chip_at_its_address() -> None:
    refuses_another_chip("rak1901", "checksum")


def test_damaged_bytes_are_no_reading() -> None:
    made = bench("rak1901")

    async def main() -> None:
        await made.read(AT)
        made.faults.inject("bit-flips", AT, rate=1.0)
        assert await statuses(made) == {Status.FAULT}

    made.run(main())


def test_a_rak7391_has_such_a_chip_of_its_own_and_no_such_slot() -> None:
    with pytest.raises((ConfigError, PlanConflict)), open_modules(HEAD + slot(1, "rak1901")):
        pass


def test_nothing_can_be_written() -> None:
    module = bench("rak1901").sampled[AT].placed.module
    with pytest.raises(OutputRefused, match="rak1901 has no writable"):
        module.write("temperature", 1.0)
    module.close()
