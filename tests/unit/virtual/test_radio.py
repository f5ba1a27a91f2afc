from __future__ import annotations

from dataclasses import replace

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.radio import Air, Heard, Receiver, Reception
from wisgate.virtual.radio_format import Format, noise
from wisgate.virtual.radio_station import Beacon, Station

FORM = Format(868.1e6)


class Bench:
    """Two senders and a listener, 60 dB apart unless a test says something else."""

    def __init__(self, form: Format = FORM, **options: int) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock, **options)
        self.air.loss_db = 60.0
        self.receiver = Receiver(self.air, "here", form, 0.0)

    def send(
        self, payload: bytes = b"Hello", form: Format = FORM, *, start: float = 0.0,
        sender: str = "there", power: float = 14.0,
    ) -> None:  # fmt: skip
        self.air.send(sender, form, payload, power, start)

    def heard(self, until: float = 10.0) -> list[Reception]:
        return self.receiver.heard(until)

    def packets(self, until: float = 10.0) -> list[tuple[bytes, bool]]:
        events = self.heard(until)
        return [(e.payload, e.intact) for e in events if e.kind is Heard.PACKET]


@pytest.mark.parametrize(
    ("factor", "kilohertz", "rate", "length", "preamble", "low_rate", "milliseconds"),
    [(5, 125, 1, 20, 12, False, 18.240), (7, 125, 1, 5, 8, False, 30.976),
     (7, 125, 1, 15, 12, False, 50.432), (7, 125, 4, 20, 8, False, 78.080),
     (7, 500, 1, 20, 8, False, 14.144), (9, 125, 1, 20, 8, False, 185.344),
     (10, 125, 1, 20, 8, False, 370.688), (11, 125, 1, 20, 8, True, 741.376),
     (12, 125, 1, 20, 8, True, 1318.912)],
)  # fmt: skip
def test_time_on_air(factor, kilohertz, rate, length, preamble, low_rate, milliseconds):
    """Modules sheet 9.4."""
    form = Format(868.1e6, kilohertz * 1e3, factor, rate, low_rate, preamble)
    assert form.seconds(length) * 1e3 == pytest.approx(milliseconds, abs=1e-6)


def test_a_packet_is_heard_step_by_step():
    bench = Bench()
    bench.send(start=1.0)
    assert bench.heard(1.0) == []
    symbol = 1.024e-3
    steps = [
        (1.0 + 5 * symbol, Heard.PREAMBLE),
        (1.0 + 20.25 * symbol, Heard.HEADER),
        (1.0 + 30.976e-3, Heard.PACKET),
    ]
    for time, kind in steps:
        assert bench.heard(time - 1e-6) == []
        (event,) = bench.heard(time + 1e-9)
        assert (event.kind, event.time) == (kind, pytest.approx(time))
    assert (event.payload, event.intact, event.checked) == (b"Hello", True, True)
    assert bench.heard() == []


def test_levels_in_the_open():
    bench = Bench()
    bench.send(power=14.0)
    event = bench.heard()[-1]
    assert event.signal == pytest.approx(-46.0)
    assert event.rssi == pytest.approx(-46.0, abs=1e-3)
    assert event.snr == pytest.approx(-46.0 + 117.03, abs=0.01)


def test_levels_below_the_noise():
    """The level is that of the noise then; with the negative ratio it gives the signal."""
    bench = Bench()
    bench.air.set_loss("here", "there", 135.0)
    bench.send(power=14.0)
    event = bench.heard()[-1]
    assert event.signal == pytest.approx(-121.0)
    assert event.snr == pytest.approx(-3.97, abs=0.01)
    assert event.rssi == pytest.approx(-115.57, abs=0.01)


@pytest.mark.parametrize(
    "other",
    [{"frequency": 868.3e6}, {"spreading_factor": 8}, {"bandwidth": 250e3}, {"inverted": True}],
)
def test_another_modulation_is_not_heard_at_all(other):
    bench = Bench()
    bench.send(form=replace(FORM, **other))
    assert bench.heard() == []


@pytest.mark.parametrize(("off", "heard"), [(31.2e3, True), (31.3e3, False), (-31.2e3, True)])
def test_a_quarter_of_the_bandwidth_beside_is_near_enough(off, heard):
    bench = Bench()
    bench.send(form=replace(FORM, frequency=868.1e6 + off))
    assert bool(bench.packets()) is heard


def test_another_sync_word_is_dropped():
    bench = Bench()
    bench.send(form=replace(FORM, sync_word=0x3444))
    bench.send(b"mine", start=0.1)
    kinds = [event.kind for event in bench.heard()]
    assert kinds == [Heard.PREAMBLE, Heard.PREAMBLE, Heard.HEADER, Heard.PACKET]


def test_a_receiver_that_begins_late_needs_five_symbols_of_the_preamble():
    for since, heard in ((3.0 * 1.024e-3, True), (3.1 * 1.024e-3, False)):
        bench = Bench()
        bench.receiver = Receiver(bench.air, "here", FORM, since)
        bench.send()
        assert bool(bench.packets()) is heard


@pytest.mark.parametrize(
    ("factor", "limit"),
    [(5, -2.5), (6, -5), (7, -7.5), (8, -10), (9, -12.5), (10, -15), (11, -17.5), (12, -20)],
)
def test_every_spreading_factor_has_its_limit(factor, limit):
    form = replace(FORM, spreading_factor=factor)
    edge = noise(125e3) + limit
    for above, kinds in ((-0.01, []), (0.49, [Heard.PREAMBLE, Heard.DAMAGED_HEADER])):
        bench = Bench(form)
        bench.send(form=form, power=60.0 + edge + above)
        assert [event.kind for event in bench.heard()] == kinds
    for above, intact in ((0.51, False), (0.99, False), (1.01, True)):
        bench = Bench(form)
        bench.send(form=form, power=60.0 + edge + above)
        ((payload, whole),) = bench.packets()
        assert whole is intact
        assert (payload == b"Hello") is intact


def test_sensitivity_of_the_sheet():
    """5.5: -124 dBm at spreading factor 7, -137 dBm at 12, 125 kHz."""
    assert noise(125e3) - 7.5 == pytest.approx(-124, abs=0.6)
    assert noise(125e3) - 20 == pytest.approx(-137, abs=0.1)


def test_two_equal_packets_destroy_each_other():
    bench = Bench()
    bench.send(b"first", start=0.0)
    bench.send(b"other", start=0.010, sender="elsewhere")
    kinds = [event.kind for event in bench.heard()]
    assert kinds == [Heard.PREAMBLE, Heard.DAMAGED_HEADER]


def test_a_late_one_damages_the_payload_only():
    bench = Bench()
    bench.send(b"first", start=0.0)
    bench.send(b"other", start=0.025, sender="elsewhere")
    assert bench.packets() == [(bytes(byte ^ 0x5A for byte in b"first"), False)]


@pytest.mark.parametrize(("decibels", "intact"), [(5.9, False), (6.0, True)])
def test_the_stronger_one_survives_from_6_db_on(decibels, intact):
    bench = Bench()
    bench.send(b"first", start=0.0, power=14.0)
    bench.send(b"other", start=0.025, sender="elsewhere", power=14.0 - decibels)
    ((_payload, whole),) = bench.packets()
    assert whole is intact


@pytest.mark.parametrize(
    "other",
    [{"spreading_factor": 8}, {"frequency": 868.3e6}],
)
def test_another_factor_or_channel_does_not_collide(other):
    bench = Bench()
    bench.send(b"first")
    bench.send(b"other", replace(FORM, **other), sender="elsewhere", start=0.025)
    assert bench.packets() == [(b"first", True)]


def test_one_after_the_other_is_no_collision():
    bench = Bench()
    bench.send(b"first")
    bench.send(b"other", start=30.976e-3, sender="elsewhere")
    assert bench.packets() == [(b"first", True), (b"other", True)]


def test_what_one_sends_itself_one_does_not_hear():
    bench = Bench()
    bench.send(sender="here")
    assert bench.heard() == []


def test_a_sender_that_gives_up_leaves_a_damaged_packet():
    for cut, kinds in (
        (3e-3, []),
        (10e-3, [Heard.PREAMBLE, Heard.DAMAGED_HEADER]),
        (25e-3, [Heard.PREAMBLE, Heard.HEADER, Heard.PACKET]),
    ):
        bench = Bench()
        bench.air.send("there", FORM, b"Hello", 14.0, 0.0).cut = cut
        events = bench.heard()
        assert [event.kind for event in events] == kinds
        assert not any(event.intact for event in events if event.kind is Heard.PACKET)


def test_an_implicit_header_must_fit():
    form = replace(FORM, explicit=False, length=5)
    for sent, intact in (
        (form, True),
        (replace(form, coding_rate=4), False),
        (replace(form, crc=False), False),
        (replace(form, low_rate=True), False),
    ):
        bench = Bench(form)
        bench.send(form=sent)
        assert [whole for _payload, whole in bench.packets()] == [intact]
    bench = Bench(form)
    bench.send(b"Hello, world", form)
    ((payload, whole),) = bench.packets()
    assert (len(payload), whole) == (5, False)


def test_an_explicit_receiver_finds_no_header_in_an_implicit_packet():
    bench = Bench()
    bench.send(form=replace(FORM, explicit=False, length=5))
    assert [event.kind for event in bench.heard()] == [Heard.PREAMBLE, Heard.DAMAGED_HEADER]


def test_without_checksum_nobody_can_tell():
    bench = Bench()
    bench.send(form=replace(FORM, crc=False))
    assert bench.heard()[-1].checked is False


def test_packets_get_lost():
    bench = Bench()
    bench.air.lost = 0.3
    for number in range(100):
        bench.send(bytes([number]), start=number * 0.1)
    got = bench.packets(11.0)
    assert 55 <= len(got) <= 85
    again = Bench()
    again.air.lost = 0.3
    for number in range(100):
        again.send(bytes([number]), start=number * 0.1)
    assert again.packets(11.0) == got


def test_a_path_counts_as_it_was_when_the_packet_began():
    bench = Bench()
    bench.send()
    bench.air.set_loss("there", "here", 200.0)
    assert bench.packets() == [(b"Hello", True)]
    bench.send(start=1.0)
    assert bench.packets() == []


def test_radios_on_one_board_are_near():
    bench = Bench()
    bench.air.near |= {"here", "there"}
    bench.send(power=0.0)
    bench.send(power=0.0, sender="elsewhere", start=1.0)
    levels = [event.signal for event in bench.heard() if event.kind is Heard.PACKET]
    assert levels == [pytest.approx(-40.0), pytest.approx(-60.0)]


def test_a_badly_connected_antenna():
    bench = Bench()
    bench.receiver = Receiver(bench.air, "here", FORM, 0.0, gain_db=-40.0)
    bench.send()
    assert bench.heard()[-1].signal == pytest.approx(-86.0)


def test_the_level_on_the_air():
    bench = Bench()
    bench.send(power=-50.0)
    assert bench.air.level("here", FORM, 0.01) == pytest.approx(-109.215, abs=0.01)
    assert bench.air.level("here", FORM, 0.05) == pytest.approx(-117.03, abs=0.01)
    beside = replace(FORM, frequency=868.3e6)
    assert bench.air.level("here", beside, 0.01) == pytest.approx(-117.03, abs=0.01)
    assert bench.air.level("there", FORM, 0.01) == pytest.approx(-117.03, abs=0.01)


def test_activity():
    bench = Bench()
    bench.send(start=1.0)
    assert not bench.receiver.active(0.9, 1.0)
    assert bench.receiver.active(0.9, 1.001)
    assert bench.receiver.active(1.03, 1.04)
    assert not bench.receiver.active(1.031, 1.04)


def test_two_stations_talk():
    clock = VirtualClock()
    air = Air(clock)
    one, other = (Station(air, clock, name, FORM) for name in ("one", "other"))
    one.send(b"ping")
    clock.advance(0.1)
    assert other.received == [b"ping"]
    other.send(b"pong")
    clock.advance(0.1)
    assert (one.received, other.received) == ([b"pong"], [b"ping"])


def test_a_station_hears_nothing_while_it_sends():
    clock = VirtualClock()
    air = Air(clock)
    one, other = (Station(air, clock, name, FORM) for name in ("one", "other"))
    one.send(b"ping")
    clock.advance(0.001)
    other.send(b"pong")
    clock.advance(0.1)
    assert (one.received, other.received) == ([], [])


def test_a_beacon_sends_by_itself():
    clock = VirtualClock()
    air = Air(clock)
    Beacon(air, clock, Station(air, clock, "beacon", FORM), 10.0, lambda n: b"%d" % n)
    listener = Station(air, clock, "listener", FORM)
    clock.advance(35.0)
    assert listener.received == [b"1", b"2", b"3"]
    clock.advance(10.0)
    assert listener.received == [b"1", b"2", b"3", b"4"]


def test_a_beacon_answers():
    clock = VirtualClock()
    air = Air(clock)
    station = Station(air, clock, "beacon", FORM)
    beacon = Beacon(
        air, clock, station, 10.0, lambda n: b"%d" % n,
        answer=lambda heard: None if heard == b"hush" else b"ack " + heard, pause=0.5,
    )  # fmt: skip
    other = Station(air, clock, "other", FORM)
    clock.advance(1.0)
    other.send(b"ping")
    clock.advance(0.5)
    assert other.received == []
    clock.advance(0.1)
    assert other.received == [b"ack ping"]
    other.send(b"hush")
    clock.advance(10.0)
    assert other.received == [b"ack ping", b"1"]
    beacon.silent = True
    other.send(b"ping")
    clock.advance(20.0)
    assert len(other.received) == 2
    beacon.silent = False
    clock.advance(10.0)
    assert other.received[2:] == [b"4"]
    beacon.leave()
    clock.advance(60.0)
    assert other.received[2:] == [b"4"]
