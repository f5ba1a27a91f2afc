"""Sentences of a GNSS receiver, from NMEA 0183 as UBX-13003221 prints it: RMC and GGA."""

from __future__ import annotations

from datetime import datetime

KNOTS = 3600 / 1852


def rmc_and_gga(
    now: datetime,
    place: tuple[float, float, float, float] | None,
    motion: tuple[float, float],
    satellites: int,
) -> bytes:
    """`place` is latitude and longitude in degrees, metres above the sea, metres from ellipsoid to
    sea, or None without a fix; `motion` m/s and degrees."""
    time, day = now.strftime("%H%M%S.00"), now.strftime("%d%m%y")
    where, course, height, mode = ",,,", ",", ",M,,M", "V"
    if place is not None:
        where = f"{_angle(place[0], 2, 'NS')},{_angle(place[1], 3, 'EW')}"
        course = f"{motion[0] * KNOTS:.3f},{motion[1]:.2f}"
        height = f"{place[2]:.1f},M,{place[3]:.1f},M"
        mode = "A"
    end = "A" if place is not None else "N"
    texts = (
        f"GNRMC,{time},{mode},{where},{course},{day},,,{end}",
        f"GNGGA,{time},{where},{int(place is not None)},{satellites:02},1.5,{height},,",
    )
    return b"".join(_sentence(text) for text in texts)


def _sentence(text: str) -> bytes:
    check = 0
    for byte in text.encode():
        check ^= byte
    return f"${text}*{check:02X}\r\n".encode()


def _angle(degrees: float, digits: int, signs: str) -> str:
    whole, minutes = divmod(round(abs(degrees) * 60, 5), 60)
    return f"{int(whole):0{digits}}{minutes:08.5f},{signs[degrees < 0]}"
