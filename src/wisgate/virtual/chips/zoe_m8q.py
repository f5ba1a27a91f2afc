"""ZOE-M8Q twin, from UBX-13003221 and the modules sheet 6.11; written without the driver in sight.

World inputs: `latitude` and `longitude` in degrees, `altitude` in metres above the sea, `speed` in
m/s, `heading` in degrees, `satellites` that are used, `accuracy` in metres, horizontal; `look` is
called before each solution. Three satellites give a position without height, four all of it, 30 s
after a start without knowledge. Time is the clock's, known with the first position. In reset
(`switch`) it is not on the bus.
Not modelled: satellites one by one, drift of the position, warm starts, the time pulse, the serial
port, saved configurations, NMEA sentences but RMC and GGA, messages beyond those of the map.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import cos, radians, sin
from struct import error as struct_error
from struct import pack, unpack

from ...core.clock import Clock
from ...registers.zoe_m8q import (
    COUNT_HIGH,
    DDC_PORT,
    FIX_OK,
    IDLE,
    NMEA,
    PORT,
    PVT,
    RATE,
    RESET,
    RESOLVED,
    RTCM,
    STREAM,
    SYNC,
    UBX,
    VALID_DATE,
    VALID_TIME,
    Fix,
    Message,
)
from .nmea import rmc_and_gga

COLD_START, THINK = 30.0, 10e-3
"""Seconds to the first position; from a message to its answer."""
ROOM = 4096
"""Bytes of the output buffer; what does not fit is dropped, message by message."""
EPOCH, GPS_EPOCH = datetime(1970, 1, 1, tzinfo=UTC), datetime(1980, 1, 6, tzinfo=UTC)
SETTINGS = 0x06
"""The class of messages that are acknowledged."""
LEAP = 18
"""GPS time counts no leap seconds: 18 s ahead since 2017."""
WEEK = 7 * 86400
GEOID = 47.0
"""Metres from the ellipsoid to the sea, of Central Europe."""
NOWHERE: tuple[int, ...] = (*(0,) * 4, *(0xFFFF_FFFF,) * 2, *(0,) * 7, 9999)
"""From longitude to dilution, without a fix."""
SOFTWARE = b"ROM CORE 3.01 (107888)"
HARDWARE = b"00080000"
EXTENSIONS = (b"FWVER=SPG 3.01", b"PROTVER=18.00", b"GPS;GLO;GAL;BDS", b"SBAS;IMES;QZSS")


class ZoeM8qTwin:
    """Threads: lane only."""

    addresses: tuple[int, ...] = (0x42,)

    def __init__(self, clock: Clock) -> None:
        self.latitude = self.longitude = self.altitude = 0.0
        self.speed = self.heading = 0.0
        self.satellites, self.accuracy = 12.0, 2.5
        self.look: Callable[[], None] = lambda: None
        self.never_ready = False
        """A fault: nothing ever comes out."""
        self._clock, self._on = clock, True
        self.power_cycle()

    def switch(self, on: bool) -> None:
        """The level of RESET_N."""
        if on != self._on:
            self._on = on
            self.power_cycle()

    def power_cycle(self) -> None:
        """Settings of the factory, nothing known of the sky."""
        self._address = STREAM
        self._output = bytearray()
        self._later: list[tuple[float, bytes]] = []
        self._protocols = (UBX | NMEA | RTCM, UBX | NMEA)
        self._rate = (1000, 1, 1)
        self._pvt_every = 0
        self._epochs = 0
        self._began = self._heard = self._clock.monotonic()
        self._due = self._began + self._period
        self._solution = self._solve(self._began)

    def addressed(self, address: int, read: bool) -> bool:
        return address in self.addresses and self._on

    def write(self, data: bytes) -> int:
        self._catch_up()
        if len(data) == 1:
            self._address = data[0]
        elif self._protocols[0] & UBX:
            self._take(data)
        return len(data)

    def read(self, count: int) -> bytes:
        self._catch_up()
        answer = bytearray()
        for _ in range(count):
            if self._address == STREAM:
                answer.append(self._output.pop(0) if self._output else IDLE)
                continue
            waiting = len(self._output).to_bytes(2, "big")
            at = self._address - COUNT_HIGH
            answer.append(waiting[at] if at >= 0 else IDLE)
            self._address += 1
        return bytes(answer)

    def stop(self) -> None:
        return None

    @property
    def _period(self) -> float:
        """Seconds from one solution to the next."""
        return self._rate[0] * self._rate[1] / 1000

    def _catch_up(self) -> None:
        now = self._clock.monotonic()
        while self._due <= now:
            self._flush(self._due)
            self._epoch(self._due)
            self._due += self._period
        self._flush(now)

    def _flush(self, now: float) -> None:
        """Bring out what is due by then."""
        ready = [frame for due, frame in self._later if due <= now]
        self._later = [(due, frame) for due, frame in self._later if due > now]
        for frame in ready:
            self._put(frame)

    def _put(self, frame: bytes) -> None:
        if not self.never_ready and len(self._output) + len(frame) <= ROOM:
            self._output += frame

    def _epoch(self, time: float) -> None:
        """One solution, and what is to be told of it."""
        self._solution = self._solve(time)
        self._epochs += 1
        if self._protocols[1] & NMEA:
            self._put(self._sentences(time))
        if self._pvt_every and self._epochs % self._pvt_every == 0 and self._protocols[1] & UBX:
            self._put(_message(Message.NAV_PVT, self._solution))

    def _solve(self, time: float) -> bytes:
        """NAV-PVT of that moment."""
        self.look()
        count = int(self.satellites)
        if count < 3:
            self._heard = time
        self._fix = Fix.NONE
        if time - self._heard >= COLD_START:
            self._fix = Fix.THREE_D if count >= 4 else Fix.TWO_D
            self._knows_time = True
        elif time == self._began:
            self._knows_time = False
        now = self._utc(time)
        since = now - GPS_EPOCH + timedelta(seconds=LEAP)
        valid = VALID_DATE | VALID_TIME | RESOLVED if self._knows_time else 0
        calendar = (now.year, now.month, now.day, now.hour, now.minute, now.second)
        week_ms = round(since.total_seconds() * 1000) % (WEEK * 1000)
        begin = (week_ms, *calendar, valid, 25, now.microsecond * 1000)
        place = self._place() if self._fix else NOWHERE
        return pack(PVT, *begin, self._fix, FIX_OK if self._fix else 0, 0, count, *place, 0, 0, 0)

    def _place(self) -> tuple[int, ...]:
        height = round(self.altitude * 1000) if self._fix == Fix.THREE_D else 0
        speed, course = self.speed * 1000, radians(self.heading)
        return (
            round(self.longitude * 1e7),
            round(self.latitude * 1e7),
            height + round(GEOID * 1000),
            height,
            round(self.accuracy * 1000),
            round(self.accuracy * 1500),
            round(speed * cos(course)),
            round(speed * sin(course)),
            0,
            round(speed),
            round(self.heading * 1e5),
            100,
            500_000,
            150,
        )

    def _take(self, data: bytes) -> None:
        """Every undamaged message in `data`; the rest is dropped."""
        rest = data.partition(SYNC)[2]
        while rest:
            end = 4 + int.from_bytes(rest[2:4], "little")
            content, sums = rest[:end], rest[end : end + 2]
            if sums == _sums(content):
                self._obey(int.from_bytes(content[:2], "big"), content[4:])
                rest = rest[end:]
            rest = rest.partition(SYNC)[2]

    def _obey(self, kind: int, body: bytes) -> None:
        if kind == Message.NAV_PVT:
            self._answer(kind, self._solution)
        elif kind == Message.MON_VER:
            fields = [SOFTWARE, *EXTENSIONS]
            texts = [text.ljust(30, b"\0") for text in fields]
            texts.insert(1, HARDWARE.ljust(10, b"\0"))
            self._answer(kind, b"".join(texts))
        elif kind == Message.CFG_RST:
            self._restart(body)
        elif kind >> 8 == SETTINGS:
            self._acknowledge(kind, self._set(kind, body))

    def _set(self, kind: int, body: bytes) -> bool:
        """Take a setting, or tell it; False for what is refused."""
        try:
            match kind:
                case Message.CFG_PRT:
                    return self._set_port(body)
                case Message.CFG_RATE:
                    return self._set_rate(body)
                case Message.CFG_MSG:
                    return self._set_message(body)
        except struct_error:
            pass  # of another length than the message has
        return False

    def _set_port(self, body: bytes) -> bool:
        if body[:1] != bytes([DDC_PORT]):
            return False
        if len(body) == 1:
            mode = self.addresses[0] << 1
            self._answer(
                Message.CFG_PRT, pack(PORT, DDC_PORT, 0, 0, mode, 0, *self._protocols, 0, 0)
            )
            return True
        self._protocols = unpack(PORT, body)[5:7]
        return True

    def _set_rate(self, body: bytes) -> bool:
        if not body:
            self._answer(Message.CFG_RATE, pack(RATE, *self._rate))
            return True
        period, solutions, base = unpack(RATE, body)
        if period < 50 or not 1 <= solutions <= 127:
            return False
        self._rate = period, solutions, base
        self._due = self._clock.monotonic() + self._period
        return True

    def _set_message(self, body: bytes) -> bool:
        """Class, number and every how many solutions, on this port or on each of six."""
        if len(body) not in (3, 8) or int.from_bytes(body[:2], "big") != Message.NAV_PVT:
            return False
        self._pvt_every = body[2:][DDC_PORT]
        return True

    def _restart(self, body: bytes) -> None:
        if len(body) == 4 and unpack(RESET, body)[0]:
            self._began = self._heard = self._clock.monotonic()
            self._solution = self._solve(self._began)

    def _acknowledge(self, kind: int, taken: bool) -> None:
        self._answer(Message.ACK_ACK if taken else Message.ACK_NAK, kind.to_bytes(2, "big"))

    def _answer(self, kind: int, body: bytes) -> None:
        if self._protocols[1] & UBX:
            self._later.append((self._clock.monotonic() + THINK, _message(kind, body)))

    def _utc(self, time: float) -> datetime:
        """The moment of a monotonic time, to the millisecond."""
        ago_ns = round((self._clock.monotonic() - time) * 1e9)
        ms = round((self._clock.utc_ns() - ago_ns) / 1e6)
        return EPOCH + timedelta(milliseconds=ms)

    def _sentences(self, time: float) -> bytes:
        place = (self.latitude, self.longitude, self.altitude, GEOID) if self._fix else None
        motion = (self.speed, self.heading)
        return rmc_and_gga(self._utc(time), place, motion, int(self.satellites))


def _message(kind: int, body: bytes) -> bytes:
    content = kind.to_bytes(2, "big") + len(body).to_bytes(2, "little") + body
    return SYNC + content + _sums(content)


def _sums(content: bytes) -> bytes:
    """The two sums behind a message (Fletcher, modulo 256)."""
    first = second = 0
    for byte in content:
        first = first + byte & 0xFF
        second = second + first & 0xFF
    return bytes([first, second])
