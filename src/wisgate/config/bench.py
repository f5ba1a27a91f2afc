"""What the user says of the box itself: supply, compute module, straps, caps, HAT, surroundings.
The gateway does not need it to run; the plan needs it to say whether it can."""

from __future__ import annotations

from dataclasses import dataclass

from .where import Where

NOWHERE = Where("", 0)
"""Of a table that the file does not have."""


@dataclass(frozen=True)
class PowerConfig:
    """How the box is fed and what it feeds. Volts, amperes, watts, seconds; None: not said."""

    where: Where = NOWHERE
    inputs: tuple[str, ...] = ()
    """"dc", "terminal", "poe", "usb", "battery", "solar"."""
    voltage: float | None = None
    """At the DC or PoE input."""
    poe_class: str | None = None
    """"at" or "bt"."""
    supply: float | None = None
    """What the adapter delivers."""
    load_12v: float | None = None
    load_5v: float | None = None
    usb2_load: float | None = None
    usb3_load: float | None = None
    hdmi_load: float | None = None
    battery: float | None = None
    """The fully charged cell."""
    solar: float | None = None
    """The panel without load, in full sun."""
    solar_checked: bool = False
    """Whether the polarity of the panel's plug was measured."""
    supercap_hold: float | None = None


@dataclass(frozen=True)
class HostConfig:
    """The compute module."""

    where: Where = NOWHERE
    cm4: str | None = None
    """"lite" or "emmc"."""
    storage: str | None = None
    """"sd", "emmc" or "nvme"."""
    type_c: bool = False
    """Whether a cable stays in the Type-C socket while the gateway runs."""
    rtc_alarm: bool = False
    """Whether alarms of the clock are used."""
    i2c_clock: float | None = None
    """Hertz; None: the board's."""
    console: bool = True
    """Whether the kernel's serial console is on UART0."""


@dataclass(frozen=True)
class StrapsConfig:
    """What was soldered otherwise than the vendor ships it."""

    adc: int | None = None
    """Address of the slot ADC."""
    external_i2c: str | None = None
    """The bus that slots, sockets and header are on."""
    io_voltage: float = 3.3
    """Of the compute module's pins, R11 or R12."""
    id_pins: str = "board"
    """"free" when R711 and R712 were removed."""
    where: Where = NOWHERE


@dataclass(frozen=True)
class JumpersConfig:
    """Caps on the board; None: as the vendor ships it."""

    where: Where = NOWHERE
    flash: bool | None = None
    eeprom_protect: bool | None = None
    wifi_off: bool | None = None
    bt_off: bool | None = None
    wake: bool | None = None
    buzzer: bool | None = None
    fan: str | None = None
    """"5V" or "12V"; None: no fan is fitted."""


@dataclass(frozen=True)
class HatConfig:
    """A HAT on the 40-pin header."""

    where: Where
    board: str
    revision: str = ""
    """"" is the one that the catalog takes as default."""


@dataclass(frozen=True)
class EnvironmentConfig:
    """Where the box hangs."""

    where: Where
    ambient: tuple[float, float]
    """Lowest and highest temperature around the board, in degrees Celsius."""
