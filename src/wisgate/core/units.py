"""Physical quantities. SI base units and degrees Celsius, always; the name is the unit.

A unit that a user may write ("mA", "kPa", "°C") is a row of `UNITS`: the dimension it belongs to,
how many base units it is, its offset, and its UCUM code. Conversion to and from the base unit of
the dimension happens only here and in `quantities`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import NewType

Volts = NewType("Volts", float)
Amperes = NewType("Amperes", float)
Watts = NewType("Watts", float)
Ohms = NewType("Ohms", float)
Seconds = NewType("Seconds", float)
Celsius = NewType("Celsius", float)
Pascals = NewType("Pascals", float)
Lux = NewType("Lux", float)
Fraction = NewType("Fraction", float)
"""0 to 1, where people say 0 % to 100 %."""


@dataclass(frozen=True)
class Unit:
    """`value in the base unit = value * factor + offset`."""

    symbol: str
    ucum: str
    dimension: str
    factor: float = 1.0
    offset: float = 0.0


# dimension: (base UCUM code, {what people write: (UCUM code, factor)})
_TABLE: dict[str, dict[str, tuple[str, float]]] = {
    "time": {"s": ("s", 1), "ms": ("ms", 1e-3), "us": ("us", 1e-6), "µs": ("us", 1e-6),
             "min": ("min", 60), "h": ("h", 3600), "d": ("d", 86400)},
    "current": {"A": ("A", 1), "mA": ("mA", 1e-3), "uA": ("uA", 1e-6), "µA": ("uA", 1e-6)},
    "voltage": {"V": ("V", 1), "mV": ("mV", 1e-3), "uV": ("uV", 1e-6), "µV": ("uV", 1e-6),
                "kV": ("kV", 1e3)},
    "power": {"W": ("W", 1), "mW": ("mW", 1e-3), "kW": ("kW", 1e3), "MW": ("MW", 1e6)},
    "energy": {"J": ("J", 1), "Wh": ("W.h", 3600), "kWh": ("kW.h", 3.6e6)},
    "resistance": {"Ω": ("Ohm", 1), "ohm": ("Ohm", 1), "Ohm": ("Ohm", 1), "mΩ": ("mOhm", 1e-3),
                   "mohm": ("mOhm", 1e-3), "kΩ": ("kOhm", 1e3), "kohm": ("kOhm", 1e3),
                   "MΩ": ("MOhm", 1e6)},
    "frequency": {"Hz": ("Hz", 1), "kHz": ("kHz", 1e3), "MHz": ("MHz", 1e6), "GHz": ("GHz", 1e9)},
    "length": {"m": ("m", 1), "mm": ("mm", 1e-3), "cm": ("cm", 1e-2), "km": ("km", 1e3)},
    "mass": {"kg": ("kg", 1), "g": ("g", 1e-3), "t": ("t", 1e3)},
    "volume": {"m3": ("m3", 1), "m³": ("m3", 1), "l": ("L", 1e-3), "L": ("L", 1e-3)},
    "flow": {"m3/h": ("m3/h", 1 / 3600), "m³/h": ("m3/h", 1 / 3600), "l/s": ("L/s", 1e-3),
             "l/min": ("L/min", 1e-3 / 60), "m3/s": ("m3/s", 1)},
    "speed": {"m/s": ("m/s", 1), "km/h": ("km/h", 1 / 3.6)},
    "pressure": {"Pa": ("Pa", 1), "hPa": ("hPa", 100), "kPa": ("kPa", 1e3), "MPa": ("MPa", 1e6),
                 "bar": ("bar", 1e5), "mbar": ("mbar", 100)},
    "temperature": {"degC": ("Cel", 1), "°C": ("Cel", 1), "Cel": ("Cel", 1), "K": ("K", 1),
                    "degF": ("[degF]", 5 / 9), "°F": ("[degF]", 5 / 9)},
    "ratio": {"%": ("%", 0.01), "ppm": ("[ppm]", 1e-6), "ppb": ("[ppb]", 1e-9)},
    "angle": {"rad": ("rad", 1), "deg": ("deg", pi / 180), "°": ("deg", pi / 180)},
    "rotation": {"rpm": ("{rev}/min", 1)},
    "illuminance": {"lx": ("lx", 1), "klx": ("klx", 1e3)},
    "capacity": {"B": ("By", 1), "kB": ("kBy", 1e3), "MB": ("MBy", 1e6), "GB": ("GBy", 1e9),
                 "TB": ("TBy", 1e12),
                 "KiB": ("KiBy", 1024), "MiB": ("MiBy", 1024**2), "GiB": ("GiBy", 1024**3)},
}  # fmt: skip

_OFFSETS = {"K": -273.15, "degF": -160 / 9, "°F": -160 / 9}

UNITS: dict[str, Unit] = {
    symbol: Unit(symbol, ucum, dimension, factor, _OFFSETS.get(symbol, 0.0))
    for dimension, rows in _TABLE.items()
    for symbol, (ucum, factor) in rows.items()
}
"""Every unit by what people write. A test proves that symbols are unique."""

BY_UCUM: dict[str, Unit] = {}
for _unit in UNITS.values():
    BY_UCUM.setdefault(_unit.ucum, _unit)

DISPLAY = {"Cel": "°C", "Ohm": "Ω", "mOhm": "mΩ", "kOhm": "kΩ", "MOhm": "MΩ", "[degF]": "°F",
           "[ppm]": "ppm", "[ppb]": "ppb", "{rev}/min": "rpm", "uA": "µA", "uV": "µV", "us": "µs",
           "m3": "m³", "m3/h": "m³/h", "m3/s": "m³/s", "W.h": "Wh", "kW.h": "kWh",
           "deg": "°", "By": "B", "kBy": "kB", "MBy": "MB", "GBy": "GB",
           "KiBy": "KiB", "MiBy": "MiB", "GiBy": "GiB"}  # fmt: skip
"""How people want to see a UCUM code; a code that is not here is shown as it is."""


def display(ucum: str) -> str:
    """The unit as people write it: "Cel" is shown as "°C"."""
    return DISPLAY.get(ucum, ucum)


def convert(value: float, source: str, target: str) -> float:
    """`value` from UCUM code `source` to UCUM code `target`. Raises ValueError when the two are
    not of one dimension or not known."""
    if source == target:
        return value
    one, two = BY_UCUM.get(source), BY_UCUM.get(target)
    if one is None or two is None or one.dimension != two.dimension:
        raise ValueError(
            f"{display(source) or 'no unit'} is not a kind of {display(target) or 'number'}"
        )
    return (value * one.factor + one.offset - two.offset) / two.factor
