"""The ledger against the shares of the modules sheet 5.5: 0.1 % is 3.6 s, 1 % 36 s, 10 % 360 s."""

from __future__ import annotations

import pytest

from wisgate.bus.memory import Forgetful
from wisgate.core.clock import VirtualClock
from wisgate.core.errors import OutputRefused, Unavailable
from wisgate.core.points import Value
from wisgate.core.units import Seconds
from wisgate.modules.duty_cycle import REGIONS, Ledger, SubBand, sub_band

ONE_PERCENT = SubBand(868.0, 868.6, 14, 0.01)


class Books:
    """A ledger at 2026-01-01 00:00:00 UTC."""

    def __init__(self, band: SubBand = ONE_PERCENT) -> None:
        self.clock, self.memory, self.band = VirtualClock(), Forgetful(), band
        self.ledger = Ledger(band, self.memory, self.clock)

    def send(self, seconds: float) -> None:
        self.ledger.check(Seconds(seconds))
        self.ledger.enter(Seconds(seconds))

    def restart(self) -> None:
        self.ledger = Ledger(self.band, self.memory, self.clock)


@pytest.mark.parametrize(
    ("region", "mhz", "khz", "share"),
    [("eu868", 864.0, 125, 0.001), ("eu868", 866.0, 125, 0.01), ("eu868", 868.1, 125, 0.01),
     ("eu868", 868.3, 500, 0.01), ("eu868", 869.0, 125, 0.001), ("eu868", 869.525, 125, 0.1),
     ("eu868", 869.85, 250, 0.01), ("eu433", 433.175, 125, 0.1), ("us915", 915.0, 500, None),
     ("au915", 916.8, 125, None), ("as923", 923.2, 125, 0.01), ("kr920", 922.1, 125, None),
     ("in865", 865.0625, 125, None), ("ru864", 868.9, 125, 0.001), ("cn470", 486.3, 125, None)],
)  # fmt: skip
def test_where_a_carrier_lies(region: str, mhz: float, khz: float, share: float | None) -> None:
    assert sub_band(region, mhz * 1e6, khz * 1e3, 5).share == share


@pytest.mark.parametrize(
    ("region", "mhz", "khz"),
    [("eu868", 868.65, 125), ("eu868", 868.6, 125), ("eu868", 869.3, 125), ("eu868", 433.2, 125),
     ("eu868", 862.9, 125), ("eu868", 869.525, 500), ("us915", 868.1, 125), ("eu433", 433.1, 125)],
)  # fmt: skip
def test_a_carrier_that_lies_nowhere_or_over_an_edge(region: str, mhz: float, khz: float) -> None:
    with pytest.raises(ValueError, match=rf"frequency: {mhz:g} MHz .* no sub-band of {region}: \d"):
        sub_band(region, mhz * 1e6, khz * 1e3, 5)


@pytest.mark.parametrize(("mhz", "power"), [(868.1, 14), (869.525, 22)])
def test_power_that_is_allowed(mhz: float, power: int) -> None:
    assert sub_band("eu868", mhz * 1e6, 125e3, power).power >= power


def test_power_that_is_not() -> None:
    with pytest.raises(ValueError, match=r"power: 15 dBm, and 868-868.6 MHz of eu868 allows 14"):
        sub_band("eu868", 868.1e6, 125e3, 15)


def test_dwell_and_listening_where_they_are_prescribed() -> None:
    assert {r for r, bands in REGIONS.items() if bands[0].dwell} == {"us915", "au915", "as923"}
    assert {r for r, bands in REGIONS.items() if bands[0].listen} == {"kr920"}


@pytest.mark.parametrize(("share", "budget"), [(0.001, 3.6), (0.01, 36.0), (0.1, 360.0)])
def test_a_share_of_an_hour(share: float, budget: float) -> None:
    books = Books(SubBand(1, 2, 0, share))
    assert books.ledger.left() == pytest.approx(budget)
    books.send(budget)
    assert books.ledger.used() == pytest.approx(budget)
    assert books.ledger.left() == 0
    with pytest.raises(OutputRefused):
        books.ledger.check(Seconds(0.001))


def test_a_minute_counts_until_an_hour_after_its_end() -> None:
    books = Books()
    books.clock.advance(30)
    books.send(36)
    books.clock.advance(3629.9)
    assert books.ledger.used() == 36
    with pytest.raises(OutputRefused, match=r"again at 2026-01-01 01:01:00 UTC$"):
        books.ledger.check(Seconds(1))
    books.clock.advance(0.1)
    assert books.ledger.used() == 0
    books.ledger.check(Seconds(36))


def test_the_time_when_enough_is_free_again() -> None:
    books = Books()
    for _ in range(4):
        books.send(9)
        books.clock.advance(600)
    for airtime, when in ((1, "01:01:00"), (9, "01:01:00"), (9.01, "01:11:00"), (36, "01:31:00")):
        with pytest.raises(
            OutputRefused,
            match=rf"^868-868.6 MHz: 36.00 s of 36 s .* takes {airtime:.2f} s; .* {when} UTC$",
        ):
            books.ledger.check(Seconds(airtime))


def test_a_packet_that_never_fits() -> None:
    books = Books(SubBand(863, 865, 14, 0.001))
    with pytest.raises(OutputRefused, match=r"a packet of 3.61 s, and 3.6 s is all"):
        books.ledger.check(Seconds(3.61))
    books = Books(SubBand(902, 928, 30, dwell=Seconds(0.4)))
    books.ledger.check(Seconds(0.4))
    with pytest.raises(OutputRefused, match=r"none may be longer than 0.4 s"):
        books.ledger.check(Seconds(0.41))


def test_without_a_limit_everything_is_counted_and_nothing_refused() -> None:
    books = Books(SubBand(865, 867, 30))
    books.send(1000)
    books.send(1000)
    assert books.ledger.left() is None
    assert books.ledger.used() == 2000


def test_it_survives_a_restart() -> None:
    books = Books()
    books.send(20)
    books.clock.advance(61)
    books.send(10)
    books.restart()
    assert books.ledger.used() == 30
    with pytest.raises(OutputRefused, match=r"30.00 s of 36 s"):
        books.ledger.check(Seconds(6.01))


def test_another_sub_band_has_its_own_account_and_keeps_it() -> None:
    books = Books()
    books.send(20)
    books.band = SubBand(869.4, 869.65, 27, 0.1)
    books.restart()
    assert books.ledger.used() == 0
    books.send(100)
    books.band = ONE_PERCENT
    books.restart()
    assert books.ledger.used() == 20


def test_what_is_over_is_forgotten() -> None:
    books = Books()
    books.send(1)
    books.clock.advance(7200)
    books.send(2)
    assert list(books.memory.load().values()) == [2]


def test_a_clock_that_was_set_back_frees_nothing() -> None:
    books = Books()
    books.send(36)
    early = VirtualClock(start_utc_ns=books.clock.utc_ns() - 86_400_000_000_000)
    ledger = Ledger(ONE_PERCENT, books.memory, early)
    assert ledger.used() == 36


def test_what_somebody_else_wrote_into_the_memory_is_left_out() -> None:
    books = Books()
    strange: dict[str, Value] = {"868-868.6 MHz x": 5, "calibration": 1.0, "868-868.6 MHz 29": "a"}
    books.memory.keep(strange)
    assert books.ledger.used() == 0
    books.send(1)
    assert books.ledger.used() == 1


class FullDisk(Forgetful):
    def keep(self, values: object) -> None:
        raise Unavailable("the disk is full")


def test_what_cannot_be_kept_is_not_counted_as_sent() -> None:
    ledger = Ledger(ONE_PERCENT, FullDisk(), VirtualClock())
    with pytest.raises(Unavailable):
        ledger.enter(Seconds(1))
    assert ledger.used() == 0
