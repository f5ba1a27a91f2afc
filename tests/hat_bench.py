"""A sensor module alone in slot A of a RAK6421, and what all of them must survive."""

from __future__ import annotations

from module_bench import HAT, ModuleBench, slot

from wisgate.core.errors import NoAcknowledge
from wisgate.core.points import Status

AT = "sensor-a"


def text(module: str, **options: object) -> str:
    """The file of a HAT with that module, for `open_modules`."""
    return HAT + slot(AT, module, **options)


def bench(module: str, **options: object) -> ModuleBench:
    return ModuleBench(slot(AT, module, **options), head=HAT)


async def statuses(made: ModuleBench) -> set[Status]:
    """Of one sampling, where no value comes without a status that carries one."""
    readings = await made.read(AT)
    assert all((r.value is not None) == r.status.carries_value for r in readings)
    return {r.status for r in readings}


def survives(module: str, *, silent: Status = Status.ABSENT) -> None:
    """Silent, pulled, browned out and hung it has no value; then it is as good as before. `silent`
    is the status of a chip that answers nothing while it measures."""
    made = bench(module)

    async def main() -> None:
        assert await statuses(made) == {Status.GOOD}
        for fault, seen in (
            ("no-acknowledge", Status.ABSENT),
            ("module-pulled", Status.ABSENT),
            ("never-ready", silent),
        ):
            made.faults.inject(fault, AT)
            for _ in range(2):
                assert await statuses(made) == {seen}, fault
            made.faults.clear(fault, AT)
            assert await statuses(made) == {Status.GOOD}, fault
        made.faults.inject("brown-out", AT)
        await made.read(AT)
        assert await statuses(made) == {Status.GOOD}

    made.run(main())


def refuses_another_chip(module: str, named: str) -> None:
    """What answers there must be the right chip."""
    made = bench(module)
    made.faults.inject("wrong-chip", AT)

    async def main() -> None:
        assert await statuses(made) == {Status.FAULT}
        assert named in made.sampled[AT].lost

    made.run(main())


def closes_and_cannot_be_closed_when_pulled(module: str) -> None:
    """`close` talks to the chip, so that a chip that is gone is told."""
    made = bench(module)
    placed = made.sampled[AT].placed.module
    placed.open()
    placed.close()
    made.faults.inject("module-pulled", AT)
    try:
        placed.close()
    except NoAcknowledge:
        return
    raise AssertionError("closed without the chip")
