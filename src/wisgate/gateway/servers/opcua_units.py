"""Units and statuses as OPC UA has them.

Source: OPC 10000-8 (Data Access), 5.6.3: EngineeringUnits are the common codes of UNECE
Recommendation 20, each of at most three characters, read as one number; the OPC Foundation's table
of them, UA-Nodeset Schema/UNECE_to_OPCUA.csv; OPC 10000-4, 7.39: status codes.
"""

from __future__ import annotations

from ...core.points import Status

UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"
CODES = {
    "s": "SEC", "ms": "C26", "us": "B98", "min": "MIN", "h": "HUR", "d": "DAY",
    "A": "AMP", "mA": "4K", "uA": "B84", "V": "VLT", "mV": "2Z", "uV": "D82", "kV": "KVT",
    "W": "WTT", "mW": "C31", "kW": "KWT", "MW": "MAW", "J": "JOU", "W.h": "WHR", "kW.h": "KWH",
    "Ohm": "OHM", "mOhm": "E45", "kOhm": "B49", "MOhm": "B75",
    "Hz": "HTZ", "kHz": "KHZ", "MHz": "MHZ", "GHz": "A86",
    "m": "MTR", "mm": "MMT", "cm": "CMT", "km": "KMT", "kg": "KGM", "g": "GRM", "t": "TNE",
    "m3": "MTQ", "L": "LTR", "m3/h": "MQH", "L/s": "G51", "L/min": "L2", "m3/s": "MQS",
    "m/s": "MTS", "km/h": "KMH", "Pa": "PAL", "hPa": "A97", "kPa": "KPA", "MPa": "MPA",
    "bar": "BAR", "mbar": "MBR", "Cel": "CEL", "K": "KEL", "[degF]": "FAH", "%": "P1",
    "[ppm]": "59", "[ppb]": "61", "rad": "C81", "deg": "DD", "{rev}/min": "RPM", "lx": "LUX",
    "klx": "KLX", "By": "AD", "kBy": "2P", "MBy": "4L", "GBy": "E34", "TBy": "E35",
}  # fmt: skip
"""UNECE code by UCUM code."""

GOOD, UNCERTAIN = "Good", "UncertainEngineeringUnitsExceeded"
STATUS_CODES = {
    Status.GOOD: GOOD,
    Status.UNCERTAIN: UNCERTAIN,
    Status.STALE: "BadTimeout",
    Status.SATURATED: "BadOutOfRange",
    Status.ABSENT: "BadNoCommunication",
    Status.FAULT: "BadSensorFailure",
}
NEVER_READ = "BadWaitingForInitialData"


def unit_id(code: str) -> int:
    """The number that stands for a UNECE code."""
    return int.from_bytes(code.encode("ascii"), "big")
