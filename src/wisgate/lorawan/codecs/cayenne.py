"""Cayenne LPP: channel, type, value, one after another. Types and resolutions: myDevices, "Cayenne
Low Power Payload", and the extension by ElectronicCats/CayenneLPP; names as The Things Stack gives
them."""

from __future__ import annotations

from typing import NamedTuple

from ...core.points import Value
from .base import Decoded


class Part(NamedTuple):
    """One number: big-endian, `size` bytes, divided by `per` to get its unit."""

    name: str
    size: int
    per: int
    signed: bool = False


class Type(NamedTuple):
    name: str
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)


def _one(name: str, size: int, per: int = 1, *, signed: bool = False) -> Type:
    return Type(name, (Part("", size, per, signed),))


def _axes(name: str, per: int) -> Type:
    return Type(name, tuple(Part(axis, 2, per, signed=True) for axis in "xyz"))


TYPES: dict[int, Type] = {
    0: _one("digital_in", 1),
    1: _one("digital_out", 1),
    2: _one("analog_in", 2, 100, signed=True),
    3: _one("analog_out", 2, 100, signed=True),
    100: _one("generic", 4),
    101: _one("luminosity", 2),  # lx
    102: _one("presence", 1),
    103: _one("temperature", 2, 10, signed=True),  # °C
    104: _one("relative_humidity", 1, 2),  # %
    113: _axes("accelerometer", 1000),  # g
    115: _one("barometric_pressure", 2, 10),  # hPa
    116: _one("voltage", 2, 100),  # V
    117: _one("current", 2, 1000),  # A
    118: _one("frequency", 4),  # Hz
    120: _one("percentage", 1),  # %
    121: _one("altitude", 2, signed=True),  # m
    125: _one("concentration", 2),  # ppm
    128: _one("power", 2),  # W
    130: _one("distance", 4, 1000),  # m
    131: _one("energy", 4, 1000),  # kWh
    132: _one("direction", 2),  # °
    133: _one("unix_time", 4),  # s
    134: _axes("gyrometer", 100),  # °/s
    135: Type("colour", tuple(Part(name, 1, 1) for name in ("red", "green", "blue"))),
    136: Type(
        "gps",
        (
            Part("latitude", 3, 10_000, signed=True),
            Part("longitude", 3, 10_000, signed=True),
            Part("altitude", 3, 100, signed=True),
        ),
    ),
    142: _one("switch", 1),
}
_HEAD = 2  # channel and type


class Cayenne:
    """`codec = "cayenne"`. A field is called after its type and channel: `temperature_1`,
    `gps_2.latitude`."""

    def decode(self, payload: bytes, port: int, at_ns: int) -> Decoded:
        fields: dict[str, Value] = {}
        at = 0
        while at < len(payload):
            if at + _HEAD > len(payload):
                return Decoded({}, error=f"byte {at}: a channel without a type")
            kind = payload[at + 1]
            found = TYPES.get(kind)
            if found is None:
                return Decoded({}, error=f"byte {at + 1}: no type {kind} of Cayenne LPP")
            end = at + _HEAD + found.size
            if end > len(payload):
                missing = end - len(payload)
                return Decoded({}, error=f"byte {at}: {found.name} lacks {missing} bytes")
            fields |= _values(found, payload[at], payload[at + _HEAD : end])
            at = end
        return Decoded(fields)


def _values(found: Type, number: int, sent: bytes) -> dict[str, Value]:
    values: dict[str, Value] = {}
    at = 0
    for part in found.parts:
        raw = int.from_bytes(sent[at : at + part.size], "big", signed=part.signed)
        name = f"{found.name}_{number}" + (f".{part.name}" if part.name else "")
        values[name] = raw if part.per == 1 else raw / part.per
        at += part.size
    return values
