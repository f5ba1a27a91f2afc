"""`station.conf`, `tc.uri`, and the `router_config` that a server answers."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from ...catalog.regions import Region
from .concentrator import judge_path, judge_radios, listened
from .part import Finding, Part, mhz, shown
from .server import judge_eui
from .spectrum import guessed, judge_channels, named
from .transmitting import judge_antenna, must_listen

KEYS = ("SX1302_conf", "SX1301_conf", "radio_conf")
MOST_RATES = 16
UNUSED, DOWN_ONLY = -1, 2


def judge_station(whole: Part, region: Region | None) -> None:
    conf = next((p for key in KEYS if whole.has(key) and (p := whole.part(key))), None)
    if conf is None:
        whole.fault("there is no SX1302_conf or SX1301_conf, so that no radio is known; write it")
    else:
        _radios(conf, "SX1302_conf" in whole.values, region)
    own = whole.part("station_conf")
    if own is None:
        whole.fault("there is no station_conf; write it with routerid")
        return
    judge_eui(own, "routerid", required=False)
    own.choice(
        "log_level", "XDEBUG", "DEBUG", "VERBOSE", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL"
    )


def _radios(conf: Part, new: bool, region: Region | None) -> None:
    path = conf.values.get("device")
    if not isinstance(path, str) or not path:
        conf.wrong(
            "device", 'there is no device; write "spi:/dev/spidev0.0" or "usb:/dev/serial/…"'
        )
    else:
        judge_path(conf, "device", path)
        bare = path.removeprefix("spi:").removeprefix("usb:")
        if new and path.startswith("/dev/") and ("tty" in bare or "serial" in bare):
            conf.wrong("device", f'device = "{path}" is taken for SPI; write "usb:{path}"')
    senders = 0
    for number in (0, 1):
        radio = conf.part(f"radio_{number}")
        if radio is None:
            conf.fault(f"there is no radio_{number}; write its type, at least")
            continue
        if not radio.has("type"):
            radio.fault(f"radio_{number} has no type; write the one on the card")
        if radio.flag("tx_enable"):
            senders += 1
            judge_antenna(radio)
            if not radio.values.get("tx_gain_lut") and not conf.values.get("tx_gain_lut"):
                radio.fault(
                    f"radio_{number} sends and has no tx_gain_lut; write the table of the card's "
                    f"maker"
                )
    if not senders and not must_listen(region):
        conf.wrong("radio_0", "no radio sends, so no downlink can; set tx_enable = true in radio_0")


def judge_uri(text: str) -> list[Finding]:
    """`tc.uri`: where the server is."""
    uri = text.strip()
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https"):
        cure = uri.replace("http", "ws", 1)
        return [Finding(1, f"{uri} is for CUPS; the server speaks websockets, write {cure}")]
    if parts.scheme not in ("ws", "wss"):
        return [Finding(1, f"{shown(uri)} is no address of a server; write ws://127.0.0.1:3001")]
    if parts.hostname in ("localhost", "127.0.0.1") and parts.port == 1700:
        return [Finding(1, "port 1700 is for UDP; wisgate takes stations at ws://127.0.0.1:3001")]
    return []


def judge_router_config(whole: Part, regions: Mapping[str, Region]) -> None:
    name = str(whole.values.get("region", ""))
    region = named(regions, name)
    _name(whole, region, name)
    for key in ("NetID", "JoinEui"):
        if whole.values.get(key) == []:
            whole.wrong(key, f"{key} = [] lets nothing pass; write null for all")
    for key in ("nocca", "nodc", "nodwell"):
        if whole.flag(key):
            whole.wrong(key, f"{key} = true sends against the law; remove it")
    rows = whole.values.get("sx1301_conf", whole.values.get("sx1302_conf"))
    _hardware(whole, rows)
    heard = []
    for key in ("sx1301_conf", "sx1302_conf"):
        for conf in whole.parts(key):
            channels = listened(conf, judge_radios_of(conf))
            judge_channels(channels, region)
            heard += channels
    region = region or guessed(regions, [c.frequency for c in heard])
    _rates(whole, region)
    _range(whole, region)


def judge_radios_of(conf: Part) -> dict[int, int | None]:
    """Centres; a server does not know the type of a radio."""
    return judge_radios(conf, new=False)


def _name(whole: Part, region: Region | None, name: str) -> None:
    if not name:
        whole.fault("there is no region; write one that Basics Station knows, such as EU863")
    elif region is None:
        whole.wrong("region", f'region = "{name}" is unknown; write one as Basics Station does')
    elif region.station_acts and name not in (region.station, region.id, *region.aliases[-1:]):
        whole.wrong(
            "region",
            f'region = "{name}" is unknown to Basics Station, which would send without listening '
            f'and without a duty cycle; write "{region.station}"',
        )


def _hardware(whole: Part, rows: object) -> None:
    if not isinstance(rows, list) or not rows:
        whole.fault("there is no sx1301_conf, so that no radio is set; write a list of tables")
        return
    wanted = f"sx1301/{len(rows)}"
    if not whole.has("hwspec"):
        whole.fault(f'there is no hwspec, without which a station gives up; write "{wanted}"')
    elif whole.values["hwspec"] != wanted:
        whole.wrong(
            "hwspec",
            f"hwspec = {shown(whole.values['hwspec'])} for {len(rows)} in sx1301_conf; "
            f'write "{wanted}"',
        )


def _rates(whole: Part, region: Region | None) -> None:
    rows = whole.values.get("DRs")
    if not isinstance(rows, list) or not rows:
        whole.fault("there are no DRs; write sixteen rows of [SF, kHz, downlinks only]")
        return
    if len(rows) > MOST_RATES:
        whole.wrong("DRs", f"DRs has {len(rows)} rows, {MOST_RATES} are read; remove some")
    place = Part(whole.document, (*whole.path, "DRs"), {}, whole.found)
    for number, row in enumerate(rows[:MOST_RATES]):
        if not isinstance(row, list) or len(row) != 3:
            place.wrong(number, f"DR{number}: three numbers are expected; write [7, 125, 0]")
        elif region is not None and row[0] != UNUSED:
            _rate(place, region, number, row)


def _rate(place: Part, region: Region, number: int, row: list[int]) -> None:
    rate = region.rate(number)
    wanted = (
        [rate.spreading_factor, rate.bandwidth // 1000, int(not rate.up)] if rate else [-1, 0, 0]
    )
    if row != wanted:
        place.wrong(number, f"DR{number} = {row}, in {region.id} it is {wanted}; write that")


def _range(whole: Part, region: Region | None) -> None:
    ends = whole.values.get("freq_range")
    if not isinstance(ends, list) or len(ends) != 2 or not all(isinstance(e, int) for e in ends):
        whole.fault("there is no freq_range, so that every downlink is refused; write two in Hz")
        return
    low, high = ends
    if high < 6_000_000:
        whole.wrong("freq_range", f"freq_range = {ends} is not in Hz; write Hz")
    elif low >= high:
        whole.wrong("freq_range", f"freq_range = {ends}: the lower comes first; swap them")
    elif region is not None:
        rx2 = region.rx2.frequency
        if not low <= rx2 <= high:
            whole.wrong(
                "freq_range",
                f"freq_range refuses every downlink in RX2 of {region.id}, {mhz(rx2)}; widen it",
            )
    power = whole.number("max_eirp", -10, 36, unit="dBm")
    loudest = max((b.power for b in region.subbands), default=36.0) if region else 36.0
    if power is not None and power > loudest:
        whole.wrong(
            "max_eirp",
            f"max_eirp = {power:g} dBm is more than {region.id if region else ''} allows, "
            f"{loudest:g} dBm; write that",
        )
