"""RAK12001 on twins: fingers that come and go, learning and forgetting, and what can go wrong."""

from __future__ import annotations

import asyncio
import logging

import pytest
from fitted_module import SLOT, FittedModule
from module_bench import HAT, LANE_LIMIT_S, ModuleBench

from wisgate.board.virtual_time import run
from wisgate.core.errors import (
    BusUnavailable,
    ChecksumMismatch,
    NoAnswer,
    OutputRefused,
    UnexpectedValue,
)
from wisgate.core.points import Status, Value
from wisgate.virtual.uart import VirtualUart

FINGER, SMEARED = "finger.number", "finger.smeared"
STRANGER = 3
"""Fingers 1 and 2 are known, as pages 1 and 2."""


def reader() -> FittedModule:
    fitted = FittedModule("rak12001")
    fitted.world.set(FINGER, 0)
    fitted.world.set(SMEARED, 0)
    return fitted


def lay(fitted: FittedModule, finger: int) -> dict[str, Value]:
    """Lay a finger on it, or lift it; what is read then."""
    fitted.world.set(FINGER, finger)
    return fitted.values()


def enroll(
    fitted: FittedModule, page: int, moves: dict[float, int], patience: float = 10.0
) -> dict[str, Value]:
    """Enroll while fingers come and go after so many seconds."""
    steps = fitted.module.command("enroll", {"page": page, "patience": patience})
    begin, left = fitted.clock.monotonic(), sorted(moves.items())
    while True:
        while left and fitted.clock.monotonic() - begin >= left[0][0]:
            fitted.world.set(FINGER, left.pop(0)[1])
        try:
            fitted.clock.sleep(float(next(steps)))
        except StopIteration as done:
            return dict(done.value)


def test_nobody_there() -> None:
    readings = reader().read()
    assert list(readings) == ["present", "page"]
    assert {r.status for r in readings.values()} == {Status.GOOD}
    assert [r.value for r in readings.values()] == [False, -1]


@pytest.mark.parametrize(("finger", "page"), [(1, 1), (2, 2), (STRANGER, -1)])
def test_a_finger_is_looked_for_once_while_it_lies_there(finger: int, page: int) -> None:
    fitted = reader()
    fitted.values()
    assert lay(fitted, finger) == {"present": True, "page": page, "finger": page}
    assert lay(fitted, finger) == {"present": True, "page": page}
    assert lay(fitted, 0) == {"present": False, "page": -1}
    assert lay(fitted, finger)["finger"] == page


def test_a_smeared_finger_is_there_and_nobody_until_it_is_clean() -> None:
    fitted = reader()
    fitted.world.set(SMEARED, 1)
    for _ in range(3):
        assert lay(fitted, 1) == {"present": True, "page": -1}
    fitted.world.set(SMEARED, 0)
    assert fitted.values() == {"present": True, "page": 1, "finger": 1}


def test_a_finger_is_learned_in_two_moves() -> None:
    fitted = reader()
    answer = enroll(fitted, 40, {0.5: STRANGER, 2.0: 0, 3.0: STRANGER})
    assert answer == {"page": 40, "count": 3}
    lay(fitted, 0)
    assert lay(fitted, STRANGER)["finger"] == 40
    assert fitted.command("search")["page"] == 40


def test_a_finger_takes_the_place_of_another() -> None:
    fitted = reader()
    assert enroll(fitted, 1, {0.0: STRANGER, 1.0: 0, 2.0: STRANGER})["count"] == 2
    lay(fitted, 0)
    assert lay(fitted, STRANGER)["finger"] == 1
    lay(fitted, 0)
    assert lay(fitted, 1)["finger"] == -1


@pytest.mark.parametrize(
    ("page", "moves", "says"),
    [
        (7, {}, "no finger came within 2 s; try again"),
        (7, {0.1: STRANGER}, "the finger was not lifted within 2 s"),
        (7, {0.1: STRANGER, 1.0: 0}, "no finger came within 2 s"),
        (7, {0.1: STRANGER, 1.0: 0, 2.0: 1}, "two different fingers"),
        (127, {}, "there is no page 127; pages are 0 to 126"),
    ],
)
def test_enrolling_that_fails_keeps_the_library(
    page: int, moves: dict[float, int], says: str
) -> None:
    fitted = reader()
    with pytest.raises(OutputRefused, match=says):
        enroll(fitted, page, moves, patience=2.0)
    assert fitted.clock.monotonic() < 20
    assert fitted.command("count") == {"count": 2, "capacity": 127}


def test_a_smeared_finger_is_not_learned() -> None:
    fitted = reader()
    fitted.world.set(SMEARED, 1)
    with pytest.raises(OutputRefused, match="too poor; clean finger and window"):
        enroll(fitted, 7, {0.0: STRANGER})


def test_fingers_are_forgotten() -> None:
    fitted = reader()
    assert fitted.command("delete", page=1) == {"count": 1, "capacity": 127}
    assert lay(fitted, 1)["page"] == -1
    assert fitted.command("empty")["count"] == 0
    lay(fitted, 0)
    assert lay(fitted, 2)["page"] == -1
    with pytest.raises(OutputRefused, match="there is no page 200; pages are 0 to 126"):
        fitted.command("delete", page=200)


def test_a_finger_that_is_forgotten_while_it_lies_there_is_looked_for_again() -> None:
    fitted = reader()
    assert lay(fitted, 1)["page"] == 1
    fitted.command("delete", page=1)
    assert fitted.values() == {"present": True, "page": -1, "finger": -1}


def test_searching_on_demand() -> None:
    fitted = reader()
    with pytest.raises(OutputRefused, match="no finger on the reader"):
        fitted.command("search")
    fitted.world.set(FINGER, 2)
    answer = fitted.command("search")
    assert answer["page"] == 2
    assert isinstance(answer["score"], int)
    assert answer["score"] > 0
    fitted.world.set(FINGER, STRANGER)
    assert fitted.command("search") == {"page": -1, "score": 0}


def test_a_silent_line_and_back() -> None:
    fitted = reader()
    fitted.values()
    for fault in ("serial-silence", "module-pulled"):
        fitted.faults.inject(fault, SLOT)
        with pytest.raises(NoAnswer, match="57600 baud"):
            fitted.read()
        fitted.faults.clear(fault, SLOT)
        assert lay(fitted, 1)["page"] == 1
        lay(fitted, 0)


@pytest.mark.parametrize("fault", ["serial-silence", "module-pulled"])
def test_who_lies_there_after_a_loss_is_looked_for_again(fault: str) -> None:
    fitted = reader()
    assert lay(fitted, 1)["page"] == 1
    fitted.faults.inject(fault, SLOT)
    with pytest.raises(NoAnswer):
        fitted.read()
    fitted.world.set(FINGER, STRANGER)
    fitted.faults.clear(fault, SLOT)
    assert fitted.values() == {"present": True, "page": -1, "finger": -1}


def test_counting_tells_nobody_again() -> None:
    fitted = reader()
    lay(fitted, 1)
    fitted.command("count")
    assert fitted.values() == {"present": True, "page": 1}


def test_who_lies_there_after_a_command_that_waited_for_fingers_is_looked_for_again() -> None:
    fitted = reader()
    assert lay(fitted, 1)["page"] == 1
    with pytest.raises(OutputRefused, match="the finger was not lifted"):
        enroll(fitted, 7, {0.5: STRANGER}, patience=1.0)
    assert fitted.values() == {"present": True, "page": -1, "finger": -1}
    fitted.world.set(FINGER, 2)
    assert fitted.command("search")["page"] == 2
    assert fitted.values() == {"present": True, "page": 2, "finger": 2}
    assert fitted.command("search")["page"] == 2
    assert "finger" not in fitted.values()


def test_a_port_that_left() -> None:
    fitted = reader()
    fitted.faults.inject("port-gone", SLOT)
    with pytest.raises(BusUnavailable):
        fitted.read()
    with pytest.raises(BusUnavailable):
        fitted.module.open()
    fitted.faults.clear("port-gone", SLOT)
    fitted.module.open()
    assert fitted.values()["present"] is False


def test_noise_never_lets_a_stranger_in() -> None:
    fitted = reader()
    fitted.values()
    fitted.faults.inject("serial-noise", SLOT, rate=0.02)
    refused = 0
    for _ in range(100):
        for finger in (STRANGER, 0):
            try:
                assert lay(fitted, finger)["page"] == -1
            except (ChecksumMismatch, NoAnswer, UnexpectedValue):
                refused += 1
    assert refused


def test_brown_out_keeps_the_library() -> None:
    fitted = reader()
    fitted.values()
    fitted.faults.inject("brown-out", SLOT)
    fitted.clock.advance(1)
    assert lay(fitted, 2)["finger"] == 2


def test_a_reopened_module_asks_again_who_is_there() -> None:
    fitted = reader()
    assert lay(fitted, 1)["page"] == 1
    fitted.module.close()
    fitted.board.uarts[SLOT].set_baud(9600)
    fitted.world.set(FINGER, STRANGER)
    fitted.module.open()
    assert fitted.board.uarts[SLOT].baud == 57600
    assert fitted.values() == {"present": True, "page": -1, "finger": -1}


def test_nothing_is_logged_and_nothing_can_be_written(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fitted = reader()
    lay(fitted, 1)
    with pytest.raises(OutputRefused, match="rak12001 has no writable"):
        fitted.module.write("page", 1)
    assert caplog.records == []


def test_on_a_hat_as_the_gateway_samples_it() -> None:
    table = '[[slot]]\nslot = "sensor-a"\nmodule = "rak12001"\n'
    bench = ModuleBench(table, head=HAT)

    async def main() -> None:
        bench.world.set(FINGER, 2)
        assert {r.name: r.value for r in await bench.read("sensor-a")}["finger"] == 2
        sampled = bench.sampled["sensor-a"]
        learning = asyncio.create_task(sampled.command("enroll", {"page": 9, "patience": "5s"}))
        await asyncio.sleep(2)
        bench.world.set(FINGER, 0)
        await asyncio.sleep(2)
        bench.world.set(FINGER, 2)
        assert (await learning)["page"] == 9
        bench.faults.inject("serial-silence", "sensor-a")
        assert {r.status for r in await bench.read("sensor-a")} == {Status.ABSENT}
        bench.faults.clear("serial-silence", "sensor-a")
        bench.world.set(FINGER, 0)
        assert {r.value for r in await bench.read("sensor-a")} == {False, -1}

    run(main(), bench.clock)
    assert not any(lane.longest_hold > LANE_LIMIT_S for lane in bench.lanes if "i2c" in lane.name)


def test_enrolling_ends_when_the_module_is_closed() -> None:
    bench = ModuleBench('[[slot]]\nslot = "sensor-a"\nmodule = "rak12001"\n', head=HAT)
    line = bench.twins.uarts["sensor-a"]

    async def main() -> None:
        bench.world.set(FINGER, 0)
        sampled = bench.sampled["sensor-a"]
        learning = asyncio.create_task(sampled.command("enroll", {"page": 9, "patience": "30s"}))
        await asyncio.sleep(2)
        await sampled.close()
        heard = _heard_of(line)
        bench.world.set(FINGER, STRANGER)
        with pytest.raises(OutputRefused, match="sensor-a was closed meanwhile"):
            await asyncio.wait_for(learning, 1)
        assert heard == []

    run(main(), bench.clock)


def _heard_of(line: VirtualUart) -> list[bytes]:
    """What arrives at the far end of a line from now on."""

    class Ear:
        baud = None

        def received(self, data: bytes) -> list[tuple[float, bytes]]:
            heard.append(data)
            return []

    heard: list[bytes] = []
    line.twins.append(Ear())
    return heard
