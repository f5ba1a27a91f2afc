"""`gateway_conf`: under which name a forwarder works, and whom it tells what it hears."""

from __future__ import annotations

from ...core import eui as euis
from ..identity import Origin, origin
from .part import Part, shown

VENDORS = {
    "eu1.cloud.thethings.network", "nam1.cloud.thethings.network", "au1.cloud.thethings.network",
    "router.eu.thethings.network", "router.us.thethings.network", "iot.semtech.com",
    "54.229.214.112", "52.169.76.203", "s2.lansitec.com",
}  # fmt: skip
LOCAL = ("localhost", "127.0.0.1")
OURS = 1700
LONGEST_KEEPALIVE_S = 60


def judge_server(conf: Part | None, whole: Part) -> None:
    if conf is None:
        whole.fault("there is no gateway_conf, so that nobody is told; write it")
        return
    judge_eui(conf, "gateway_ID", required=True)
    servers = [s for s in conf.parts("servers") if s.flag("serv_enabled", True)]
    for server in servers or [conf]:
        _address(server)
    _pace(conf)
    _forwarded(conf)
    if conf.flag("fake_gps"):
        conf.wrong("fake_gps", "fake_gps makes a position up; write false, and true coordinates")
    for key in ("whitelist_netids", "whitelist_ouis"):
        if conf.values.get(key):
            conf.wrong(
                key,
                f"{key} drops frames before wisgate hears them; empty it, and write filters into "
                f"[[lorawan.upstream]]",
                doubtful=True,
            )


def judge_eui(conf: Part, key: str, *, required: bool) -> None:
    written = conf.values.get(key)
    if written is None or written == "":
        if required:
            conf.fault(f"{conf.path[-1]} has no {key}; write the EUI of the concentrator's chip")
        return
    if written == "auto":
        return
    try:
        eui = euis.parse(str(written))
    except ValueError:
        conf.wrong(key, f"{key} = {shown(written)} is no EUI; write sixteen hexadecimal digits")
        return
    found = origin(eui)
    if found is Origin.PLACEHOLDER:
        conf.wrong(
            key,
            f"{key} = {shown(written)} is the placeholder of a vendor, and others have it too; "
            f"write the EUI of the concentrator's chip",
        )
    elif found is Origin.NETWORK_CARD:
        conf.wrong(
            key,
            f"{key} = {shown(written)} comes from a network card, and changes with it; write the "
            f"EUI of the concentrator's chip, unless networks know this one",
            doubtful=True,
        )


def _address(conf: Part) -> None:
    address = conf.values.get("server_address")
    if not address or not isinstance(address, str):
        conf.wrong("server_address", 'there is no server_address; write "127.0.0.1" for wisgate')
    elif address in VENDORS:
        conf.wrong(
            "server_address",
            f'server_address = "{address}" is what vendors ship, and wisgate hears nothing; write '
            f'"127.0.0.1"',
        )
    elif "://" in address or address.count(":") == 1:
        conf.wrong(
            "server_address",
            f'server_address = "{address}": a name or an address alone is expected; the port goes '
            f"into serv_port_up and serv_port_down",
        )
    ports = [conf.number(key, 1, 65535) for key in ("serv_port_up", "serv_port_down")]
    for key, port in zip(("serv_port_up", "serv_port_down"), ports, strict=True):
        if not conf.has(key):
            conf.fault(f"{conf.path[-1]} has no {key}; write {OURS}")
        elif address in LOCAL and port is not None and port != OURS:
            conf.wrong(
                key,
                f"{key} = {port:g}: wisgate listens on {OURS} unless [lorawan] says otherwise; "
                f"write that",
                doubtful=True,
            )


def _pace(conf: Part) -> None:
    keepalive = conf.values.get("keepalive_interval")
    if isinstance(keepalive, int | float) and not isinstance(keepalive, bool):
        if keepalive <= 0:
            conf.wrong(
                "keepalive_interval",
                f"keepalive_interval = {keepalive:g} never asks for downlinks; write 10 (s)",
            )
        elif keepalive >= 1000:
            cure = f"write {round(keepalive / 1000)}, which is s"
            conf.wrong("keepalive_interval", f"keepalive_interval = {keepalive:g} is in ms; {cure}")
        elif keepalive > LONGEST_KEEPALIVE_S:
            conf.wrong(
                "keepalive_interval",
                f"keepalive_interval = {keepalive:g} s is longer than routers keep the way back "
                f"open; write 10",
            )
    elif keepalive is not None:
        conf.number("keepalive_interval", 1, LONGEST_KEEPALIVE_S, unit="s")
    conf.number("stat_interval", 1, 600, unit="s")
    conf.number("push_timeout_ms", 10, 1000, unit="ms")
    conf.number("autoquit_threshold", 0, 1000)


def _forwarded(conf: Part) -> None:
    if not conf.flag("forward_crc_valid", True):
        conf.wrong("forward_crc_valid", "forward_crc_valid = false forwards nothing; write true")
    for key in ("forward_crc_error", "forward_crc_disabled"):
        if conf.flag(key):
            conf.wrong(key, f"{key} = true forwards noise that looks like frames; write false")
