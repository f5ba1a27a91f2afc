"""Which file it is, and what is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...catalog.regions import Region
from ...core import toml
from ...core.errors import ConfigError
from . import json_text
from .concentrator import judge_bus, judge_factors, judge_radios, listened
from .concentratord import judge_concentratord, judge_udp_forwarder
from .gateway_bridge import judge_bridge
from .ghz24 import judge_radio
from .part import Finding, Part
from .server import judge_server
from .spectrum import guessed, hinted, judge_channels
from .station import judge_router_config, judge_station, judge_uri
from .transmitting import judge_antenna, judge_beacon, judge_lbt, judge_sending

MAX_BYTES = 1 << 20
KNOWN = (
    "global_conf.json, local_conf.json, station.conf, tc.uri, a router_config, concentratord.toml, "
    "a udp-forwarder's or gateway-bridge's toml"
)


@dataclass(frozen=True)
class Judged:
    file: str
    kind: str
    region: str
    """"" where it does not matter, or is not known."""
    findings: tuple[Finding, ...]


def judge(
    text: str, file: str, regions: Mapping[str, Region], region: Region | None = None
) -> Judged:
    """Everything that is wrong in a file. `region`: that of the user; None takes what the file
    says, or its channels. Raises ConfigError for a text that is no JSON or TOML."""
    if Path(file).name.endswith(".uri"):
        return Judged(file, "address of a server", "", tuple(judge_uri(text)))
    document = json_text.parse(text, file) if _json(text) else toml.parse(text, file)
    whole = Part(document, (), document.values)
    told = region or hinted(regions, text.partition("\n")[0])
    kind, found = _dispatch(whole, regions, told)
    return Judged(file, kind, found.id if found else "", tuple(sorted(whole.found)))


def _json(text: str) -> bool:
    bare = text.lstrip("\ufeff \t\r\n")
    return bare.startswith(("{", "/"))


def _dispatch(
    whole: Part, regions: Mapping[str, Region], told: Region | None
) -> tuple[str, Region | None]:
    values = whole.values
    if values.get("msgtype") == "router_config" or "DRs" in values:
        judge_router_config(whole, regions)
        return "router_config", None
    if "station_conf" in values:
        judge_station(whole, told)
        return "station.conf", None
    for key in ("SX130x_conf", "SX1301_conf"):
        if key in values and (conf := whole.part(key)):
            return "global_conf.json", _sx130x(whole, conf, regions, told)
    if "radio_conf" in values and (conf := whole.part("radio_conf")):
        judge_radio(conf, regions["ISM2400"])
        judge_server(whole.part("gateway_conf"), whole)
        return "global_conf.json", regions["ISM2400"]
    return _other(whole, regions), None


def _other(whole: Part, regions: Mapping[str, Region]) -> str:
    values = whole.values
    if "udp_forwarder" in values:
        judge_udp_forwarder(whole)
        return "udp-forwarder.toml"
    if "backend" in values or "integration" in values:
        judge_bridge(whole)
        return "gateway-bridge.toml"
    if "gateway" in values:
        judge_concentratord(whole, regions)
        return "concentratord.toml"
    if "gateway_conf" in values:
        judge_server(whole.part("gateway_conf"), whole)
        return "local_conf.json"
    whole.fault(f"this is no file of a forwarder; known are {KNOWN}")
    return "unknown"


def _sx130x(
    whole: Part, conf: Part, regions: Mapping[str, Region], told: Region | None
) -> Region | None:
    new = conf.path[-1] == "SX130x_conf"
    judge_bus(conf)
    judge_antenna(conf)
    centres = judge_radios(conf, new)
    heard = listened(conf, centres)
    region = told or guessed(regions, [c.frequency for c in heard])
    judge_channels(heard, region)
    if heard and region is None:
        heard[0].wrong("these channels are of no region; check their frequencies", doubtful=True)
    if new:
        judge_factors(conf)
    judge_sending(conf, region, new)
    judge_lbt(conf, region, heard)
    server = whole.part("gateway_conf")
    judge_server(server, whole)
    if server:
        judge_beacon(server, region)
    return region


def read(path: Path) -> str:
    """The text of a file. Raises ConfigError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read ({error.strerror}); check the path"]) from None
    if len(content) > MAX_BYTES:
        raise ConfigError([f"{path}:1: larger than 1 MiB; check that it is the right file"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(
            [f"{path}:1: no text in UTF-8; check that it is the right file"]
        ) from None
