"""What `[lorawan]` becomes; what is wrong with one stands in tests/golden/config."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wisgate.catalog import catalog as catalogs
from wisgate.config.addresses import Listen, Url
from wisgate.config.load import load
from wisgate.config.model import Config
from wisgate.config.radios import FilterConfig, LorawanConfig
from wisgate.config.schema.lorawan import REGIONS
from wisgate.config.upstreams.chirpstack import IDS, PARTS, ChirpstackConfig
from wisgate.config.upstreams.station import StationConfig
from wisgate.config.upstreams.udp import UdpConfig
from wisgate.core.errors import ConfigError

HEAD = 'name = "mast"\nboard = "rak7391"\n'


def loaded(folder: Path, text: str) -> Config:
    (folder / "gateway.toml").write_text(HEAD + text)
    return load(folder / "gateway.toml")


def lorawan(folder: Path, text: str) -> LorawanConfig:
    found = loaded(folder, text).lorawan
    assert found is not None
    return found


def test_none_without_a_table(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").lorawan is None


def test_a_region_is_enough(tmp_path: Path) -> None:
    found = lorawan(tmp_path, '[lorawan]\nregion = "EU868"\n')
    assert (found.region, found.gateway_id, found.regions) == ("EU868", "", ("EU868",))
    assert (found.udp, found.station) == (Listen("127.0.0.1", 1700), Listen("127.0.0.1", 3001))
    assert (found.queue_size, found.queue_age) == (64_000_000, 7 * 86400.0)
    assert (found.boards, found.upstreams) == ((), ())


def test_boards_of_two_regions(tmp_path: Path) -> None:
    text = """
[lorawan]
region = "EU868"
gateway_id = "0x0016C001FF000001"

[[lorawan.board]]
slot = "mpcie-1"

[[lorawan.board]]
eui = "5411:2205::1"
name = "roof"
region = "ISM2400"
"""
    found = lorawan(tmp_path, text)
    assert found.gateway_id == "0016c001ff000001"
    assert found.regions == ("EU868", "ISM2400")
    first, second = found.boards
    assert (first.eui, first.slot, first.region) == ("", "mpcie-1", "EU868")
    assert (second.eui, second.name, second.region) == ("5411220500000001", "roof", "ISM2400")
    assert second.where.line == 11


def test_upstreams_and_their_filters(tmp_path: Path) -> None:
    (tmp_path / "lns.token").write_text("NNSXS")
    (tmp_path / "lns.token").chmod(0o600)
    text = """
[lorawan]
region = "US915"
udp = "0.0.0.0:1700"

[[lorawan.board]]
eui = "0016c001ff000001"

[[lorawan.upstream]]
type = "udp"
server = "[2001:db8::7]:1701"
net_ids = ["000013", "0x000000", "000013"]
dev_addrs = ["26000000/7", "FC00AC20/32", "00000000/0"]
join_euis = ["0000000000000001", "70B3D57ED0000000/40", "1::1 .. 1::ff"]
ouis = ["AC1F09"]
regions = "US915"
proprietary = true

[[lorawan.upstream]]
type = "station"
name = "lns"
url = "wss://lns.example"
token_file = "lns.token"
"""
    udp, station = lorawan(tmp_path, text).upstreams
    assert isinstance(udp, UdpConfig)
    assert (udp.name, udp.host, udp.port) == ("udp", "2001:db8::7", 1701)
    assert udp.only == FilterConfig(
        net_ids=(0x13, 0),
        dev_addrs=((0x26000000, 7), (0xFC00AC20, 32), (0, 0)),
        join_euis=(
            (1, 1),
            (0x70B3D57ED0000000, 0x70B3D57ED0FFFFFF),
            (0x0001_0000_0000_0001, 0x0001_0000_0000_00FF),
        ),
        ouis=(0xAC1F09,),
        regions=("US915",),
        proprietary=True,
    )
    assert isinstance(station, StationConfig)
    assert (station.name, station.url) == ("lns", Url("wss", "lns.example", 443))
    assert (station.token_file, station.only) == (tmp_path / "lns.token", FilterConfig())


def test_an_open_token_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lns.token").write_text("NNSXS")
    (tmp_path / "lns.token").chmod(0o640)
    text = (
        '[lorawan]\nregion = "EU868"\n[[lorawan.upstream]]\ntype = "station"\n'
        'url = "ws://lns.example"\ntoken_file = "lns.token"\n'
    )
    with pytest.raises(ConfigError, match=r"8: token_file: .*mode 0640\); run: chmod 600 lns"):
        lorawan(tmp_path, text)


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "websockets", None)
    with pytest.raises(ConfigError) as caught:
        lorawan(tmp_path, '[lorawan]\nregion = "EU868"\n')
    assert str(caught.value).endswith(
        ":3: [lorawan] needs websockets, which is not installed;"
        " run: pip install 'wisgate[lorawan]'"
    )


def test_chirpstack_has_a_prefix_for_each_region(tmp_path: Path) -> None:
    text = """
[lorawan]
region = "AS923-2"

[[lorawan.board]]
eui = "5411220500000001"
region = "ISM2400"

[[lorawan.upstream]]
type = "chirpstack"
url = "mqtt://anna@broker.example"

[[lorawan.upstream]]
type = "chirpstack"
name = "other"
url = "mqtts://broker.example:8884"
regions = "ISM2400"
prefix = "plant/ism2400"
encoding = "json"
"""
    both, other = lorawan(tmp_path, text).upstreams
    assert isinstance(both, ChirpstackConfig)
    assert both.prefixes == (("AS923-2", "as923_2"), ("ISM2400", "ism2400"))
    assert (both.host, both.port, both.tls, both.username) == (
        "broker.example", 1883, False, "anna",
    )  # fmt: skip
    assert both.encoding == "protobuf"
    assert isinstance(other, ChirpstackConfig)
    assert other.prefixes == (("ISM2400", "plant/ism2400"),)
    assert (other.port, other.tls, other.encoding) == (8884, True, "json")


def test_every_region_has_a_prefix_or_asks_for_one() -> None:
    assert {*IDS, *PARTS} == set(REGIONS)
    assert not {*IDS} & {*PARTS}


def test_regions_are_those_of_the_catalog() -> None:
    assert sorted(REGIONS) == sorted(catalogs.load().regions)
