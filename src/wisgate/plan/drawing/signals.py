"""Which family a signal belongs to, so that every drawing gives it the same colour."""

from __future__ import annotations

import re
from enum import StrEnum


class Family(StrEnum):
    """The colours of a drawing, in the order of its legend."""

    POWER = "power"
    GROUND = "ground"
    I2C = "I2C"
    SPI = "SPI"
    UART = "UART"
    ANALOG = "analog"
    GPIO = "GPIO"
    USB = "USB"
    PCIE = "PCIe"
    RESERVED = "reserved"
    """Not connected, or nobody documents where it ends."""


_RULES = (
    (Family.GROUND, r"GND|^VSS$|^F[1-4]$"),
    (Family.RESERVED, r"^(NC|N/?C|-|RES(ERVED|VD)?\d*|RSVD.*)$"),
    (Family.GPIO, r"^UIM_|^SIM_"),
    (Family.USB, r"USB[-_23]*[+-]|USB.*(DP|DM|D\+|D-)$|^D[+-]$|^SSRX|^SSTX|USB_?D|^USB[23]?$"),
    (Family.PCIE, r"PCIE|PE[RT][NP]|REFCLK|CLKREQ|PERST"),
    (Family.I2C, r"I2C|SDA|SCL(?!K)|SMB|ID_S[CD]"),
    (Family.UART, r"TXD|RXD|UART|_TX$|_RX$|^TX\d?$|^RX\d?$"),
    (Family.SPI, r"SPI|MISO|MOSI|SCLK|\bCE[01]$|_CS$|_CLK$|_DIO\d"),
    (Family.ANALOG, r"^AIN|/AIN\d|^ADC|^RF_"),
    (Family.POWER, r"^\+?[0-9.]+V|VBAT|VBUS|VDD|VCC|^V(IN|CAP|OUT)|^V?3V3|_[0-9]+V"),
    (Family.GPIO, r"."),
)
_COMPILED = tuple((family, re.compile(pattern)) for family, pattern in _RULES)


def family(signal: str) -> Family:
    """The family of a signal by its printed name; unknown names are GPIO, none is reserved."""
    name = signal.upper().strip()
    found = (kind for kind, pattern in _COMPILED if pattern.search(name))
    return next(found, Family.RESERVED)
