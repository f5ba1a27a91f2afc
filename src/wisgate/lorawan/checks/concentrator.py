"""The radios and channels of files for the SX1301, SX1302 and SX1303."""

from __future__ import annotations

import re

from ..channels import REACH
from .part import Part, mhz, shown
from .spectrum import Listened

RANGES = {"SX1255": (400, 510), "SX1257": (862, 1020), "SX1250": (150, 960), "SX1272": (860, 1020)}
"""What radios reach, MHz. Source: their data sheets."""
OLD, NEW = ("SX1255", "SX1257", "SX1272", "SX1276"), ("SX1250", "SX1255", "SX1257")
_NUMBERED = re.compile(r"/dev/tty(ACM|USB)\d+$")
FACTORS = range(5, 13)


def judge_radios(conf: Part, new: bool) -> dict[int, int | None]:
    """The centres of radios that are on, by number; None for one that is wrong, which was told."""
    centres: dict[int, int | None] = {}
    for number in (0, 1):
        radio = conf.part(f"radio_{number}")
        if radio is None or not radio.flag("enable"):
            continue
        known = radio.choice("type", *(NEW if new else OLD))
        if not radio.has("freq"):
            radio.fault(f"radio_{number} has no freq; write its centre in Hz")
        centres[number] = centre = radio.hertz("freq")
        if centre is None:
            continue
        kind = str(radio.values.get("type"))
        low, high = RANGES.get(kind, (0, 10_000))
        name = f"an {kind}" if kind in RANGES else "a radio"
        if known and not low <= centre / 1e6 <= high:
            radio.wrong(
                "freq",
                f"radio_{number}: {mhz(centre)} is outside of what {name} reaches, "
                f"{low} to {high} MHz; check type and freq",
            )
    if not centres and not conf.found:
        conf.fault("no radio is switched on; set enable = true in radio_0 and radio_1")
    return centres


def judge_bus(conf: Part) -> None:
    """How the card is reached."""
    conf.choice("com_type", "SPI", "USB")
    conf.choice("clksrc", 0, 1)
    path = conf.values.get("com_path", "")
    if isinstance(path, str):
        judge_path(conf, "com_path", path)
        kind = conf.values.get("com_type")
        if kind == "USB" and "spidev" in path:
            conf.wrong("com_path", f'com_path = "{path}" is for SPI, com_type says USB; change one')
        if kind == "SPI" and ("tty" in path or "serial" in path):
            conf.wrong("com_path", f'com_path = "{path}" is for USB, com_type says SPI; change one')
    lbt = conf.part("sx1261_conf")
    if lbt and lbt.values.get("spi_path") == path and path:
        lbt.wrong("spi_path", f'spi_path = "{path}" is that of the concentrator; write its own')
    if not conf.flag("lorawan_public", True):
        conf.wrong(
            "lorawan_public",
            "lorawan_public = false hears no end device of LoRaWAN; write true",
        )


def judge_path(part: Part, key: str, path: str) -> None:
    if _NUMBERED.search(path):
        part.wrong(
            key,
            f'{key} = "{path}" is another card as soon as something else is plugged in; write its '
            f"name in /dev/serial/by-path",
            doubtful=True,
        )


def listened(conf: Part, centres: dict[int, int | None]) -> list[Listened]:
    """Channels that are on and fit; what does not is told."""
    found = []
    for number in range(8):
        part = conf.part(f"chan_multiSF_{number}")
        if part and part.flag("enable"):
            found += _listened(part, centres, 125_000, 0, "plain")
    wide = conf.part("chan_Lora_std")
    if wide and wide.flag("enable"):
        found += _wide(wide, centres)
    fsk = conf.part("chan_FSK")
    if fsk and fsk.flag("enable"):
        found += _fsk(fsk, centres)
    if not any(c.kind == "plain" for c in found) and not conf.found:
        conf.fault("no channel is switched on; set enable = true in chan_multiSF_0 and so on")
    return found


def _wide(part: Part, centres: dict[int, int | None]) -> list[Listened]:
    if not part.choice("bandwidth", *REACH):
        return []
    factor = part.number("spread_factor", 5, 12)
    if factor is None:
        if not part.has("spread_factor"):
            part.fault("chan_Lora_std has no spread_factor; it hears one only, so write which")
        return []
    bandwidth = part.values.get("bandwidth", 0)
    if not bandwidth:
        part.fault("chan_Lora_std has no bandwidth; write 125000, 250000 or 500000")
        return []
    return _listened(part, centres, bandwidth, round(factor), "wide")


def _fsk(part: Part, centres: dict[int, int | None]) -> list[Listened]:
    rate = part.values.get("datarate")
    if rate != 50_000:
        part.wrong(
            "datarate", f"chan_FSK: datarate = {shown(rate)}; LoRaWAN sends 50000, write that"
        )
    return _listened(part, centres, 125_000, 0, "fsk")


def _listened(
    part: Part, centres: dict[int, int | None], bandwidth: int, factor: int, kind: str
) -> list[Listened]:
    name, radio, offset = part.path[-1], part.values.get("radio"), part.values.get("if")
    if radio not in (0, 1):
        part.wrong("radio", f"{name}: radio = {shown(radio)} does not exist; write 0 or 1")
        return []
    if isinstance(offset, bool) or not isinstance(offset, int | float):
        part.wrong("if", f"{name}: if = {shown(offset)} is no number; write Hz from the centre")
        return []
    if radio not in centres:
        part.wrong("radio", f"{name}: radio_{radio} is off; switch it on")
        return []
    centre = centres[radio]
    if centre is None:
        return []
    if 0 < abs(offset) < 1000:
        cure = f"write {round(offset * 1000)}, which is Hz"
        part.wrong("if", f"{name}: if = {shown(offset)} is in kHz; {cure}")
        return []
    if abs(offset) > 10_000_000:
        cure = f"write {round(offset) - centre}, which is that less the radio's centre"
        part.wrong("if", f"{name}: if = {shown(offset)} is a frequency; {cure}")
        return []
    if abs(offset) > REACH[bandwidth]:
        part.wrong(
            "if",
            f"{name}: {round(abs(offset) / 1000)} kHz from the centre of radio_{radio}, which "
            f"hears {bandwidth // 1000} kHz wide channels up to {REACH[bandwidth] // 1000} kHz "
            f"away; use the other radio or move the centre",
        )
    return [Listened(part, "if", centre + round(offset), bandwidth, factor, kind)]


def judge_factors(conf: Part) -> None:
    """`chan_multiSF_All` of the SX1302."""
    part = conf.part("chan_multiSF_All")
    if part is None:
        return
    factors = part.values.get("spreading_factor_enable")
    if not isinstance(factors, list):
        part.wrong("spreading_factor_enable", "spreading_factor_enable is no list; write [7, 8, …]")
        return
    key = "spreading_factor_enable"
    if strange := [f for f in factors if f not in FACTORS]:
        part.wrong(key, f"{key}: {shown(strange[0])} is no spreading factor; write 5 to 12")
    elif missing := [f"SF{f}" for f in range(7, 13) if f not in factors]:
        part.wrong(key, f"{key} lacks {', '.join(missing)}; end devices far away use it, so add it")
