from __future__ import annotations

import pytest
from radio_bench import DATA, JOIN, ROOF, SHED, uplink

from wisgate.lorawan.merging import HOLD_S, KEPT_S, WINDOW_S, Merging
from wisgate.lorawan.radio import Crc, Moment, Uplink


class Merged:
    def __init__(self) -> None:
        self.passed: list[tuple[Uplink, ...]] = []
        self.ages: dict[str, float] = {}
        """Seconds since the last frame of a board, by its counter."""
        self.merging = Merging(self.passed.extend, self.age)

    def age(self, moment: Moment) -> float | None:
        return self.ages.get(moment.board)

    def boards(self) -> list[tuple[str, ...]]:
        return [tuple(u.moment.board for u in found) for found in self.passed]


def test_two_boards_hear_one_frame() -> None:
    merged = Merged()
    merged.merging.take([uplink(SHED, snr=-3.0, rssi=-90.0)], 10.0)
    merged.merging.take([uplink(ROOF, snr=5.0, rssi=-100.0)], 10.02)
    assert merged.merging.flush(10.0 + HOLD_S - 0.001) == pytest.approx(10.0 + HOLD_S)
    assert merged.passed == []
    assert merged.merging.flush(10.0 + HOLD_S + 0.001) is None
    assert merged.boards() == [(ROOF, SHED)]
    assert merged.merging.counters == {"copies": 1}


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"snr": 5.0, "rssi": -100.0}, {"snr": 4.0, "rssi": -50.0}),
        ({"snr": 12.0, "rssi": -60.0}, {"snr": 14.0, "rssi": -61.0}),  # both at the ceiling
        ({"snr": -20.0, "rssi": -120.0}, {"snr": None, "rssi": -50.0}),
        ({"snr": -20.0, "rssi": -120.0}, {"snr": 9.0, "rssi": -50.0, "crc": Crc.BAD}),
    ],
)
def test_the_best_copy_goes_first(better: dict, worse: dict) -> None:
    for order in ((ROOF, better, SHED, worse), (SHED, worse, ROOF, better)):
        merged = Merged()
        merged.merging.take([uplink(order[0], **order[1])], 0.0)
        merged.merging.take([uplink(order[2], **order[3])], 0.0)
        merged.merging.flush(1.0)
        assert merged.boards() == [(ROOF, SHED)]


def test_a_late_copy_goes_nowhere() -> None:
    merged = Merged()
    merged.merging.take([uplink(ROOF)], 0.0)
    merged.merging.flush(HOLD_S)
    merged.merging.take([uplink(SHED)], WINDOW_S - 0.001)
    merged.merging.flush(1.0)
    assert merged.boards() == [(ROOF,)]
    assert merged.merging.counters == {"copies": 1, "late_copies": 1}


@pytest.mark.parametrize(
    ("ages", "frames"),
    [
        ({ROOF: 2.0, SHED: 2.0}, 1),
        ({ROOF: 2.0, SHED: 2.0 - WINDOW_S + 0.001}, 1),
        ({ROOF: 2.0, SHED: 2.0 + WINDOW_S - 0.001}, 1),
        ({ROOF: 2.0, SHED: 2.0 - WINDOW_S}, 2),
        ({ROOF: 2.0}, 2),
        ({SHED: 2.0}, 2),
    ],
)
def test_a_copy_may_come_late(ages: dict[str, float], frames: int) -> None:
    """It is one when it was on the air at the same time, as far as anybody knows."""
    merged = Merged()
    merged.merging.take([uplink(ROOF)], 0.0)
    merged.merging.flush(HOLD_S)
    merged.ages = ages
    merged.merging.take([uplink(SHED)], 2.0)
    merged.merging.flush(3.0)
    assert len(merged.passed) == frames
    assert merged.merging.counters["late_copies"] == 2 - frames


def test_a_late_copy_of_what_is_held_still_goes_with_it() -> None:
    merged = Merged()
    merged.merging.take([uplink(ROOF)], 0.0)
    merged.ages = {ROOF: 1.0, SHED: 1.0}
    merged.merging.take([uplink(SHED)], 1.0)
    merged.merging.flush(1.0)
    assert merged.boards() == [(ROOF, SHED)]


def test_a_repetition_is_a_frame_of_its_own() -> None:
    """A confirmed uplink without answer comes again with the same FCnt, after its windows."""
    merged = Merged()
    for at in (0.0, WINDOW_S, 1.5):
        merged.merging.take([uplink(ROOF)], at)
        merged.merging.flush(at + HOLD_S)
    assert merged.boards() == [(ROOF,)] * 3


def test_frames_of_others_meanwhile() -> None:
    merged = Merged()
    merged.merging.take([uplink(ROOF)], 0.0)
    merged.merging.take([uplink(ROOF, JOIN)], 0.01)
    assert merged.merging.flush(HOLD_S) == pytest.approx(0.01 + HOLD_S)
    merged.merging.flush(0.01 + HOLD_S)
    assert [found[0].phy for found in merged.passed] == [DATA, JOIN]


@pytest.mark.parametrize("ghost_first", [True, False])
def test_a_ghost_on_a_neighbour_channel(ghost_first: bool) -> None:
    merged = Merged()
    copies = [
        uplink(ROOF, frequency=868_300_000, rssi=-95.0, snr=9.0),
        uplink(ROOF, frequency=868_100_000, rssi=-40.0, snr=8.0),
    ]
    for copy in copies if ghost_first else reversed(copies):
        merged.merging.take([copy], 0.0)
    merged.merging.flush(1.0)
    assert [[u.frequency for u in found] for found in merged.passed] == [[868_100_000]]
    assert merged.merging.counters["ghosts"] == 1


def test_a_weak_copy_of_the_same_channel_is_no_ghost() -> None:
    merged = Merged()
    merged.merging.take([uplink(ROOF, rssi=-40.0)], 0.0)
    merged.merging.take([uplink(SHED, rssi=-110.0, snr=-10.0)], 0.0)
    merged.merging.flush(1.0)
    assert merged.boards() == [(ROOF, SHED)]
    assert merged.merging.counters["ghosts"] == 0


def test_one_copy_per_board() -> None:
    merged = Merged()
    merged.merging.take([uplink(ROOF, rssi=-60.0, snr=1.0)], 0.0)
    merged.merging.take([uplink(ROOF, rssi=-50.0, snr=2.0)], 0.0)
    merged.merging.flush(1.0)
    assert [[u.snr for u in found] for found in merged.passed] == [[2.0]]


def test_what_is_over_is_forgotten() -> None:
    merged = Merged()
    for number in range(1000):
        merged.merging.take([uplink(ROOF, number.to_bytes(4, "big"))], number * 0.01)
        merged.merging.flush(number * 0.01)
    assert len(merged.merging._copies) <= KEPT_S / 0.01 + 1
