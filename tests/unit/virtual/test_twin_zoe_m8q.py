"""The ZOE-M8Q twin beyond the transcript."""

from __future__ import annotations

from itertools import pairwise
from struct import pack, unpack

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.zoe_m8q import ZoeM8qTwin

PVT = "<IHBBBBBBIiBBBBiiiiIIiiiiiIIHBBB3sihH"


def ubx(kind: int, body: bytes = b"") -> bytes:
    content = kind.to_bytes(2, "big") + len(body).to_bytes(2, "little") + body
    first = second = 0
    for byte in content:
        first = (first + byte) % 256
        second = (second + first) % 256
    return b"\xb5\x62" + content + bytes([first, second])


def port(into: int, out: int, which: int = 0) -> bytes:
    return ubx(0x0600, pack("<BBHIIHHHH", which, 0, 0, 0x84, 0, into, out, 0, 0))


ACK, NAK = 0x0501, 0x0500


class Talk:
    """A receiver that speaks UBX only, under an open sky."""

    def __init__(self, *, nmea: bool = False) -> None:
        self.clock = VirtualClock()
        self.chip = ZoeM8qTwin(self.clock)
        self.chip.latitude, self.chip.longitude, self.chip.altitude = 47.5, 8.25, 400.0
        if not nmea:
            assert self.say(port(1, 1)) == ubx(ACK, b"\x06\x00")

    def say(self, frame: bytes, seconds: float = 0.02) -> bytes:
        assert self.chip.write(frame) == len(frame)
        self.chip.stop()
        self.clock.advance(seconds)
        return self.everything()

    def everything(self) -> bytes:
        self.chip.write(b"\xfd")
        return self.chip.read(int.from_bytes(self.chip.read(2), "big"))

    def pvt(self) -> tuple[int, ...]:
        answer = self.say(ubx(0x0107))
        assert len(answer) == 100
        return unpack(PVT, answer[6:-2])


def test_only_its_address() -> None:
    chip = Talk().chip
    for read in (True, False):
        assert chip.addressed(0x42, read)
        assert not chip.addressed(0x43, read)


def test_an_answer_takes_10_ms() -> None:
    talk = Talk()
    assert talk.say(ubx(0x0107), 0.0099) == b""
    talk.clock.advance(0.0001)
    assert len(talk.everything()) == 100
    assert talk.everything() == b""


def test_addresses_before_the_count_read_nothing() -> None:
    talk = Talk()
    talk.chip.write(ubx(0x0608))
    talk.clock.advance(0.02)
    talk.chip.write(b"\xfb")
    assert talk.chip.read(4) == b"\xff\xff\x00\x18"
    talk.chip.write(b"\xfe")
    assert talk.chip.read(2) == b"\x18\xb5"


def test_every_field_of_a_position() -> None:
    talk = Talk()
    talk.chip.speed, talk.chip.heading, talk.chip.accuracy = 10.0, 90.0, 3.5
    talk.chip.satellites = 11
    talk.clock.advance(125.3)
    (itow, year, month, day, hour, minute, second, valid, t_acc, nano, fix, flags, flags_2, count,
     lon, lat, height, sea, h_acc, v_acc, north, east, down, ground, heading, s_acc, head_acc, dop,
     *rest) = talk.pvt()  # fmt: skip
    assert (year, month, day, hour, minute, second) == (2026, 1, 1, 0, 2, 5)
    assert itow == (4 * 86400 + 125 + 18) * 1000
    assert (valid, t_acc, nano, fix, flags, flags_2, count) == (7, 25, 0, 3, 1, 0, 11)
    assert (lon, lat, height, sea) == (82_500_000, 475_000_000, 447_000, 400_000)
    assert (h_acc, v_acc, north, east, down) == (3500, 5250, 0, 10_000, 0)
    assert (ground, heading, s_acc, head_acc, dop) == (10_000, 9_000_000, 100, 500_000, 150)
    assert not any(b for value in rest for b in (value if isinstance(value, bytes) else [value]))


def test_nobody_told_it_where_it_is() -> None:
    talk = Talk(nmea=True)
    talk.chip = ZoeM8qTwin(talk.clock)
    talk.say(port(1, 1))
    talk.clock.advance(40)
    pvt = talk.pvt()
    assert pvt[13:20] == (12, 0, 0, 47_000, 0, 2500, 3750)
    assert pvt[20:25] == (0,) * 5


def test_northwards() -> None:
    talk = Talk()
    talk.chip.speed, talk.chip.heading = 2.0, 180.0
    talk.clock.advance(40)
    assert talk.pvt()[20:22] == (-2000, 0)


def test_without_a_fix_nothing_is_claimed() -> None:
    talk = Talk()
    talk.clock.advance(5)
    pvt = talk.pvt()
    assert pvt[7] == 0
    assert pvt[10:14] == (0, 0, 0, 12)
    assert pvt[14:18] == (0, 0, 0, 0)
    assert pvt[18:20] == (0xFFFFFFFF, 0xFFFFFFFF)
    assert pvt[20:27] == (0,) * 7
    assert pvt[27] == 9999


@pytest.mark.parametrize(("count", "fix"), [(2, 0), (3, 2), (4, 3)])
def test_how_many_satellites_it_needs(count: int, fix: int) -> None:
    talk = Talk()
    talk.chip.satellites = count
    talk.clock.advance(40)
    pvt = talk.pvt()
    assert (pvt[10], pvt[11], pvt[13]) == (fix, int(fix > 0), count)
    assert pvt[16:18] == {0: (0, 0), 2: (47_000, 0), 3: (447_000, 400_000)}[fix]


def test_30_s_of_sky() -> None:
    talk = Talk()
    talk.clock.advance(29.5)
    assert talk.pvt()[10] == 0
    talk.clock.advance(0.7)
    assert talk.pvt()[10] == 3
    talk.chip.satellites = 0
    talk.clock.advance(1)
    assert talk.pvt()[7:11] == (7, 25, 0, 0)
    talk.chip.satellites = 5
    talk.clock.advance(29)
    assert talk.pvt()[10] == 0
    talk.clock.advance(2)
    assert talk.pvt()[10] == 3


def test_solutions_are_a_second_apart_and_look_at_the_world() -> None:
    talk = Talk()
    looks: list[float] = []
    talk.chip.look = lambda: looks.append(1)
    talk.clock.advance(5.5)
    talk.pvt()
    assert len(looks) == 5
    assert talk.pvt()[6] == 5


def test_a_faster_rate() -> None:
    talk = Talk()
    talk.clock.advance(31)
    assert talk.say(ubx(0x0608, pack("<HHH", 100, 2, 0))) == ubx(ACK, b"\x06\x08")
    assert talk.say(ubx(0x0601, b"\x01\x07\x02")) == ubx(ACK, b"\x06\x01")
    talk.clock.advance(2)
    got = talk.everything()
    assert len(got) == 500
    seconds = [unpack(PVT, got[n + 6 : n + 98]) for n in range(0, 500, 100)]
    nanos = [row[9] for row in seconds]
    assert len({*nanos}) > 1
    assert all(b[0] - a[0] == 400 for a, b in pairwise(seconds))
    assert nanos == [row[0] % 1000 * 1_000_000 for row in seconds]


@pytest.mark.parametrize(
    ("period", "solutions", "taken"),
    [(50, 1, True), (49, 1, False), (1000, 0, False), (1000, 127, True), (1000, 128, False)],
)
def test_limits_of_the_rate(period: int, solutions: int, taken: bool) -> None:
    answer = Talk().say(ubx(0x0608, pack("<HHH", period, solutions, 1)))
    assert answer == ubx(ACK if taken else NAK, b"\x06\x08")


@pytest.mark.parametrize(
    "frame",
    [ubx(0x0608, b"\0"), ubx(0x0600, b"\1"), ubx(0x0600), ubx(0x0600, b"\0" * 19), port(1, 1, 1),
     ubx(0x0601, b"\x01\x07"), ubx(0x0601, b"\x01\x06\x01"), ubx(0x0603)],
)  # fmt: skip
def test_what_it_refuses(frame: bytes) -> None:
    assert Talk().say(frame) == ubx(NAK, frame[2:4])


def test_a_message_on_six_ports() -> None:
    talk = Talk()
    assert talk.say(ubx(0x0601, b"\x01\x07\x01\0\0\0\0\0")) == ubx(ACK, b"\x06\x01")
    talk.clock.advance(3)
    assert len(talk.everything()) == 300
    assert talk.say(ubx(0x0601, b"\x01\x07\x00\1\1\1\1\1")) == ubx(ACK, b"\x06\x01")
    talk.clock.advance(3)
    assert talk.everything() == b""


def test_every_second_solution_since_power_up() -> None:
    talk = Talk()
    talk.clock.advance(0.5)
    talk.say(ubx(0x0601, b"\x01\x07\x02"))
    for seconds in (0, 2, 0, 4):
        talk.clock.advance(1)
        got = talk.everything()
        assert (unpack(PVT, got[6:-2])[6] if got else 0) == seconds


def test_what_is_told_by_itself_depends_on_the_protocols_out() -> None:
    talk = Talk(nmea=True)
    talk.say(ubx(0x0601, b"\x01\x07\x01"))
    talk.say(port(3, 1))
    talk.clock.advance(1)
    assert len(talk.everything()) == 100
    talk.say(port(1, 2))
    talk.clock.advance(1)
    got = talk.everything()
    assert got.startswith(b"$GN")
    assert b"\xb5\x62" not in got


def test_an_answer_comes_before_the_solution_after_it() -> None:
    talk = Talk(nmea=True)
    talk.clock.advance(0.5)
    talk.chip.write(ubx(0x0608))
    talk.clock.advance(0.5)
    got = talk.everything()
    assert got.startswith(ubx(0x0608, pack("<HHH", 1000, 1, 1)) + ubx(ACK, b"\x06\x08") + b"$GN")


def test_a_setting_of_more_than_a_byte_of_length() -> None:
    assert Talk().say(ubx(0x067F, bytes(300))) == ubx(NAK, b"\x06\x7f")


def test_a_port_without_ubx_is_deaf_or_mute() -> None:
    talk = Talk()
    assert talk.say(port(1, 0)) == b""
    assert talk.say(ubx(0x0107)) == b""
    assert talk.say(port(0, 1)) == ubx(ACK, b"\x06\x00")
    assert talk.say(ubx(0x0107)) == b""


def test_other_classes_are_not_answered() -> None:
    talk = Talk()
    assert talk.say(ubx(0x0141)) == b""
    assert talk.say(ubx(0x0A09)) == b""


@pytest.mark.parametrize("damage", [2, 4, 6, -2, -1])
def test_damaged(damage: int) -> None:
    talk = Talk()
    frame = bytearray(port(7, 3))
    frame[damage] ^= 0x01
    assert talk.say(bytes(frame)) == b""


def test_what_follows_a_damaged_message_is_heard() -> None:
    talk = Talk()
    damaged = ubx(0x0107)[:-1] + b"\x00"
    assert talk.say(b"\xb5" + damaged + ubx(0x0107))[:4] == b"\xb5\x62\x01\x07"
    assert talk.say(ubx(0x0107)[:-1]) == b""
    assert talk.say(b"\xb5\x62\x01") == b""


def test_never_ready() -> None:
    talk = Talk()
    talk.chip.never_ready = True
    assert talk.say(ubx(0x0107)) == b""
    talk.chip.never_ready = False
    assert len(talk.say(ubx(0x0107))) == 100


def test_the_buffer_has_an_end() -> None:
    talk = Talk()
    talk.say(ubx(0x0601, b"\x01\x07\x01"))
    talk.clock.advance(100)
    assert len(talk.everything()) == 4000


@pytest.mark.parametrize(("satellites", "kept"), [(12, 4096), (100, 4097 - 100)])
def test_the_buffer_takes_4096_bytes(satellites: int, kept: int) -> None:
    talk = Talk(nmea=True)
    talk.chip.satellites = satellites
    talk.clock.advance(1)
    talk.chip.write(ubx(0x0608))  # 14 bytes and an acknowledge
    for kind in (*[0x067F] * 9, *[0x0107] * 39):
        talk.chip.write(ubx(kind))
    talk.clock.advance(0.02)
    assert len(talk.everything()) == kept


@pytest.mark.parametrize(
    ("latitude", "longitude", "where"),
    [
        (47.5, 8.25, b"4730.00000,N,00815.00000,E"),
        (-33.25, -151.125, b"3315.00000,S,15107.50000,W"),
        (47.28522345, 8.99999996, b"4717.11341,N,00900.00000,E"),
    ],
)  # fmt: skip
def test_nmea(latitude: float, longitude: float, where: bytes) -> None:
    talk = Talk(nmea=True)
    talk.chip.latitude, talk.chip.longitude = latitude, longitude
    talk.chip.speed, talk.chip.heading, talk.chip.satellites = 1852 / 36, 45.0, 9
    talk.clock.advance(1.5)
    rmc, gga, end = talk.everything().split(b"\r\n")
    assert rmc.startswith(b"$GNRMC,000001.00,V,,,,,,,010126,,,N*")
    assert gga.startswith(b"$GNGGA,000001.00,,,,,0,09,1.5,,M,,M,,*")
    assert end == b""
    talk.clock.advance(39)
    rmc, gga = talk.everything().split(b"\r\n")[-3:-1]
    assert rmc.startswith(b"$GNRMC,000040.00,A," + where + b",100.000,45.00,010126,,,A*")
    assert gga.startswith(b"$GNGGA,000040.00," + where + b",1,09,1.5,400.0,M,47.0,M,,*")
    for line in (rmc, gga):
        check = 0
        for byte in line[1:-3]:
            check ^= byte
        assert line[-2:] == b"%02X" % check


def test_a_power_cycle_forgets_settings_and_sky() -> None:
    talk = Talk()
    talk.say(ubx(0x0608, pack("<HHH", 200, 1, 0)))
    talk.say(ubx(0x0601, b"\x01\x07\x01"))
    talk.clock.advance(40)
    assert talk.everything()
    talk.chip.power_cycle()
    assert talk.everything() == b""
    talk.clock.advance(5.5)
    assert talk.everything().startswith(b"$GNRMC")
    talk.say(port(1, 1))
    assert talk.pvt()[10] == 0
    assert talk.say(ubx(0x0608)) == ubx(0x0608, pack("<HHH", 1000, 1, 1)) + ubx(ACK, b"\x06\x08")
    assert talk.chip.read(1) == b"\xff"


def test_a_hot_start_keeps_the_position() -> None:
    talk = Talk()
    talk.clock.advance(40)
    talk.say(ubx(0x0604, b"\0\0\2\0"))
    assert talk.pvt()[10] == 3
    talk.say(ubx(0x0604, b"\xff\xff\2"))  # too short
    assert talk.pvt()[10] == 3
    talk.say(ubx(0x0604, b"\x01\0\2\0"))
    assert talk.pvt()[7:11] == (0, 25, talk.pvt()[9], 0)


def test_in_reset_it_is_not_there() -> None:
    talk = Talk()
    talk.clock.advance(40)
    talk.chip.switch(True)  # it is on already
    assert talk.pvt()[10] == 3
    talk.chip.switch(False)
    assert not talk.chip.addressed(0x42, False)
    talk.chip.switch(True)
    assert talk.chip.addressed(0x42, False)
    talk.say(port(1, 1))
    assert talk.pvt()[10] == 0
