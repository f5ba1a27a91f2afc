"""`radio_conf` of gateway_2g4_hal: three channels with one spreading factor each."""

from __future__ import annotations

from ...catalog.regions import Region
from .concentrator import judge_path
from .part import Part, mhz
from .spectrum import Listened
from .transmitting import judge_antenna, judge_range

BANDWIDTHS = (203_000, 406_000, 812_000, 1_625_000)
CHANNELS = 3


def judge_radio(conf: Part, region: Region) -> None:
    path = conf.values.get("tty_path")
    if not path:
        conf.wrong("tty_path", "there is no tty_path; write the card's name in /dev/serial/by-path")
    elif isinstance(path, str):
        judge_path(conf, "tty_path", path)
    judge_antenna(conf)
    _duplicates(_listened(conf), region)
    sending = conf.part("tx")
    if sending is None or not sending.flag("enable"):
        conf.wrong("tx", "nothing is sent, so no downlink can; set enable = true in tx")
    else:
        judge_range(sending, region, "tx")


def _listened(conf: Part) -> list[Listened]:
    found = []
    for number in range(CHANNELS):
        part = conf.part(f"chan_{number}")
        if part is None or not part.flag("enable"):
            continue
        frequency = part.hertz("freq")
        right = part.choice("bandwidth", *BANDWIDTHS)
        factor = part.number("spread_factor", 5, 12)
        if frequency is not None and right and factor is not None:
            width = part.values.get("bandwidth", 812_000)
            found.append(Listened(part, "freq", frequency, width, round(factor)))
    if not found and not conf.found:
        conf.fault("no channel is switched on; set enable = true in chan_0 and so on")
    return found


def _duplicates(heard: list[Listened], region: Region) -> None:
    """The same frequency may be heard with several spreading factors."""
    seen: dict[tuple[int, int], Listened] = {}
    for channel in heard:
        other = seen.setdefault((channel.frequency, channel.spreading_factor), channel)
        if other is not channel:
            channel.wrong(
                f"{channel.name}: {mhz(channel.frequency)} with SF{channel.spreading_factor} is "
                f"that of {other.name} as well; change one"
            )
        band = region.subband(channel.frequency)
        if band is None or not band.holds(channel.frequency, channel.bandwidth):
            channel.wrong(
                f"{channel.name}: {mhz(channel.frequency)} is outside of {region.id}; move it"
            )
        elif channel.bandwidth != region.uplinks[0].bandwidth:
            channel.part.wrong(
                "bandwidth",
                f"{channel.name}: end devices send with {region.uplinks[0].bandwidth // 1000} kHz; "
                f"write {region.uplinks[0].bandwidth}",
            )
