"""`concentratord.toml` with its region and channels, and the forwarder that carries its frames."""

from __future__ import annotations

from collections.abc import Mapping

from ...catalog.facts import Confidence
from ...catalog.regions import ChannelSet, Region
from ...core.errors import CatalogError
from ..channels import PER_BOARD, place_channels
from ..concentrators import Concentrator, Family
from .concentrator import judge_path
from .ghz24 import BANDWIDTHS
from .part import Part, mhz, shown
from .server import judge_eui
from .spectrum import Listened, guessed, judge_channels, named
from .transmitting import judge_antenna

MODELS = ("rak_", "semtech_", "dragino_", "embit_", "elecrow_", "generic_", "imst_", "kerlink_",
          "miromico_", "multitech_", "pi_supply_", "risinghf_", "sandbox_", "seeed_", "waveshare_",
          "wifx_")  # fmt: skip
GHZ24 = ("2g4", "5148", "1280")
"""In the names of models that have no region."""
ANYBODY = "0101010101010101"
"""The gateway_id of its example."""


def judge_concentratord(whole: Part, regions: Mapping[str, Region]) -> None:
    gateway = whole.part("gateway")
    if gateway is None:
        whole.fault("there is no [gateway]; write its model, at least")
        return
    if whole.has("concentratord"):
        _own(whole, gateway)
    conf = gateway.part("concentrator")
    if conf is None or conf.has("channels"):
        if conf is not None:
            _at_2g4(conf, regions["ISM2400"])
        return
    heard = _channels(conf)
    region = named(regions, _region_id(gateway)) or guessed(regions, [c.frequency for c in heard])
    judge_channels(heard, region)
    if region and not conf.found:
        _together(conf, region, heard)


def _region_id(gateway: Part) -> str:
    name = str(gateway.values.get("region", ""))
    return "AS923-1" if name == "AS923" else name.replace("_", "-")


def _own(whole: Part, gateway: Part) -> None:
    model = gateway.values.get("model", "")
    if not model:
        gateway.wrong("model", 'there is no model; write one, such as "rak_5146"')
    elif not str(model).startswith(MODELS):
        gateway.wrong(
            "model", f"model = {shown(model)} is of no maker that it knows; write another"
        )
    if str(gateway.values.get("gateway_id")) == ANYBODY:
        gateway.wrong(
            "gateway_id",
            f'gateway_id = "{ANYBODY}" is that of the example; write the EUI of the chip, or "" '
            f"for the SX1302",
        )
    else:
        judge_eui(gateway, "gateway_id", required=False)
    if not gateway.values.get("region") and not any(m in str(model) for m in GHZ24):
        gateway.wrong("region", 'there is no region; write one, such as "EU868"')
    judge_antenna(gateway)
    path = gateway.values.get("com_dev_path")
    if isinstance(path, str):
        judge_path(gateway, "com_dev_path", path)
        flags = gateway.values.get("model_flags")
        if isinstance(flags, list) and "USB" in flags and "spidev" in path:
            gateway.wrong(
                "com_dev_path", f'com_dev_path = "{path}" is for SPI; model_flags say USB'
            )
    own = whole.part("concentratord")
    if own and not own.has("api"):
        own.fault("there is no [concentratord.api], so that nobody can hear it; write both binds")


def _channels(conf: Part) -> list[Listened]:
    rows = conf.values.get("multi_sf_channels")
    if not isinstance(rows, list):
        conf.fault("there are no multi_sf_channels; write eight frequencies in Hz")
        return []
    if len(rows) != PER_BOARD:
        conf.wrong(
            "multi_sf_channels",
            f"multi_sf_channels has {len(rows)} frequencies, eight are expected; fill up with 0",
        )
    listed = dict(enumerate(rows))
    row = Part(conf.document, (*conf.path, "multi_sf_channels"), listed, conf.found)
    found = []
    for place, written in listed.items():
        if written and (frequency := row.hertz(place, f"channel {place + 1}")):
            found.append(Listened(row, place, frequency))
    wide, fsk = conf.part("lora_std"), conf.part("fsk")
    if (
        wide
        and (frequency := wide.hertz("frequency"))
        and wide.choice("bandwidth", 125_000, 250_000, 500_000)
    ):
        factor = wide.number("spreading_factor", 5, 12) or 7
        width = wide.values.get("bandwidth", 125_000)
        found.append(Listened(wide, "frequency", frequency, width, round(factor), "wide"))
    if fsk and (frequency := fsk.hertz("frequency")):
        if fsk.values.get("datarate") != 50_000:
            fsk.wrong("datarate", "fsk: LoRaWAN sends with 50000 bit/s; write datarate = 50000")
        found.append(Listened(fsk, "frequency", frequency, kind="fsk"))
    return found


def _together(conf: Part, region: Region, heard: list[Listened]) -> None:
    """Whether two radios reach all of them: Concentratord finds the centres itself."""
    plain = tuple(c.frequency for c in heard if c.kind == "plain")
    if len(plain) < 2:
        return
    wanted = ChannelSet(
        name="here", channels=plain, source="the file", confidence=Confidence.ASSUMED
    )
    card = Concentrator("", "", "sx1302", Family.SX1302, "spi", "")
    try:
        place_channels(region, card, wanted, [])
    except CatalogError:
        low, high = min(plain), max(plain)
        conf.wrong(
            "multi_sf_channels",
            f"two radios of 0.8 MHz do not reach from {mhz(low)} to {mhz(high)} with these "
            f"channels; move some together",
        )


def _at_2g4(conf: Part, region: Region) -> None:
    for channel in conf.parts("channels"):
        frequency = channel.hertz("frequency")
        channel.choice("bandwidth", *BANDWIDTHS)
        channel.number("spreading_factor", 5, 12)
        if frequency is not None and region.subband(frequency) is None:
            channel.wrong("frequency", f"{mhz(frequency)} is outside of {region.id}; move it")


def judge_udp_forwarder(whole: Part) -> None:
    own = whole.part("udp_forwarder")
    servers = list(own.parts("servers")) if own else []
    if own and not servers:
        own.fault('there is no [[udp_forwarder.servers]]; write server = "127.0.0.1:1700"')
    for server in servers:
        address = str(server.values.get("server", ""))
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            server.wrong("server", f'server = "{address}" has no port; write "127.0.0.1:1700"')
        elif host in ("localhost", "127.0.0.1") and port != "1700":
            server.wrong(
                "server",
                f'server = "{address}": wisgate listens on 1700 unless [lorawan] says otherwise; '
                f"write that",
                doubtful=True,
            )
        server.number("keepalive_interval_secs", 1, 60, unit="s")
    api = whole.part("concentratord")
    for key in ("event_url", "command_url"):
        if api is None or not api.values.get(key):
            (api or whole).fault(f"there is no {key}; write that of the concentratord")
