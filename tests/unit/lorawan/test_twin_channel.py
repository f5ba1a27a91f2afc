"""Path loss, limits, collisions, capture and deaf boards, by hand."""

import asyncio

import pytest

from wisgate.board import virtual_time
from wisgate.core.clock import VirtualClock
from wisgate.lorawan.radio import Fsk, Lora
from wisgate.lorawan.twins.air import Air
from wisgate.lorawan.twins.channel import Antenna, Channel, Place, Transmission, Tuning

HZ = 868_100_000
BOARD = Antenna(
    "board", Place(), (Tuning(868_300_000), Tuning(HZ), Tuning(869_525_000, 125_000, ()))
)
QUIET = Channel(1, exponent=3.0, shadowing=0.0, fading=0.0)


def frame(sender="a", *, distance=100.0, at=0, sf=7, **others):
    given = {"phy": bytes(20), "frequency": HZ, "modulation": Lora(sf, 125_000), "power": 14.0}
    return Transmission(sender=sender, place=Place(distance), begins=at, **{**given, **others})


def heard(sent, *others, channel=QUIET, antenna=BOARD):
    return channel.hearing(sent, antenna, (sent, *others))


def test_path_loss_and_noise():
    """14 dBm - 31.2 dB - 3 * 10 * log10(1000 m) = -107.2 dBm, noise is -117.03 dBm."""
    found = heard(frame(distance=1000.0))
    assert found.channel == 1
    assert found.snr == pytest.approx(9.8, abs=0.05)
    assert found.rssi == pytest.approx(-106.8, abs=0.05)  # with the noise
    assert heard(frame(distance=0.0)).rssi == pytest.approx(-17.2)
    assert heard(frame(distance=0.0)).snr == 14.0


@pytest.mark.parametrize("sf", range(5, 13))
def test_each_spreading_factor_reaches_as_far_as_it_should(sf):
    """SNR limits of the SX1261/2, table 6-1; 3 dB are a factor of 10 ** 0.1 in distance here."""
    limit = {5: -2.5, 6: -5, 7: -7.5, 8: -10, 9: -12.5, 10: -15, 11: -17.5, 12: -20}[sf]
    reach = 10 ** ((14 - 31.2 + 117.03 - limit) / 30)
    assert heard(frame(sf=sf, distance=reach * 0.99))
    assert heard(frame(sf=sf, distance=reach * 1.01)) is None


@pytest.mark.parametrize(
    ("other", "survives"),
    [
        (frame("b", distance=100.0), False),  # as strong
        (frame("b", distance=155.0), False),  # 5.7 dB weaker
        (frame("b", distance=160.0), True),  # 6.1 dB weaker
        (frame("b", distance=10.0), False),
        (frame("b", distance=10.0, sf=8), True),
        (frame("b", distance=10.0, frequency=HZ + 200_000), True),
        (frame("b", distance=10.0, frequency=HZ + 100_000), False),
        (frame("b", distance=10.0, inverted=True), True),
        (frame("b", distance=10.0, at=56_575), False),
        (frame("b", distance=10.0, at=56_576), True),  # begins as the first ends
        (frame("b", distance=10.0, modulation=Fsk(50_000)), True),
    ],
)
def test_what_a_collision_leaves(other, survives):
    sent = frame(distance=100.0)
    assert sent.ends == 56_576
    assert (heard(sent, other) is not None) is survives


def test_a_board_that_sends_hears_nothing():
    sent = frame(distance=10.0)
    own = {"frequency": 869_525_000, "inverted": True}
    assert heard(sent, frame("board", at=50_000, sf=12, **own)) is None
    assert heard(sent, frame("board", at=56_576, **own)) is not None
    assert heard(sent, frame("other board", at=50_000, **own)) is not None


@pytest.mark.parametrize(
    ("others", "channel"),
    [({"frequency": 868_300_000}, 0), ({"frequency": HZ + 31_250}, 1),
     ({"frequency": HZ + 31_251}, None),
     ({"modulation": Lora(7, 250_000)}, None), ({"modulation": Fsk(50_000)}, None),
     ({"modulation": Fsk(50_000), "frequency": 869_525_000}, 2),
     ({"frequency": 869_525_000}, None)],
)  # fmt: skip
def test_only_channels_that_fit(others, channel):
    found = heard(frame(**others))
    assert (found and found.channel) == channel
    if channel == 2:
        assert found.snr is None


def test_one_seed_one_world():
    def signals(seed):
        paths = Channel(seed)
        return [paths.signal(frame(at=at), BOARD) for at in (0, 1, 2)]

    assert signals(1) == signals(1)
    assert signals(1) != signals(2)
    assert len(set(signals(1))) == 3  # fading


def test_a_path_is_the_same_both_ways():
    paths = Channel(3, fading=0.0)
    up = paths.signal(frame("mote"), BOARD)
    there = Antenna("mote", Place(100.0), BOARD.channels)
    down = Transmission(
        sender="board", place=Place(), begins=0, phy=b"x", frequency=HZ,
        modulation=Lora(7, 125_000), power=14.0,
    )  # fmt: skip
    assert paths.signal(down, there) == up


def test_the_air_tells_at_the_end_of_a_frame_and_a_dead_board_nothing():
    async def day():
        air, told = Air(QUIET), []
        air.listen(BOARD, lambda hearing: told.append((air.now(), hearing.transmission.sender)))
        air.transmit(frame("a", at=1_000_000))
        air.transmit(frame("b", at=2_000_000, sf=12))
        air.transmit(frame("c", at=2_010_000, sf=7))
        await asyncio.sleep(5.0)
        air.leave("board")
        air.transmit(frame("d", at=6_000_000))
        await asyncio.sleep(5.0)
        return told, air.counters

    told, counters = virtual_time.run(day(), VirtualClock())
    assert told == [(1_056_576, "a"), (2_066_576, "c"), (3_318_912, "b")]
    assert (counters["sent"], counters["heard"]) == (4, 3)
