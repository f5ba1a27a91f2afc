"""Files for forwarders: the whole table of plans, some files in full, and each of them passes our
own check without a finding."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from lorawan_plans import CARDS, CASES, CATALOG, Case, from_json, of_case, planned, table, written

from wisgate.lorawan.checks.kinds import judge
from wisgate.lorawan.files.bundle import bundle
from wisgate.lorawan.files.target import Target

GOLDEN = Path(__file__).parents[2] / "golden" / "lorawan"
SAMPLES = {
    "eu868": ("EU868", ("rak5146-usb",)),
    "us915": ("US915", ("rak2247-spi", "rak2287-spi")),
    "kr920": ("KR920", ("rak5146-usb",)),
    "ism2400": ("ISM2400", ("rak5148",)),
    "cn470": ("CN470", ("rak2247-spi",)),
    "as923-2": ("AS923-2", ("rak2287-usb",)),
}
KINDS = {
    "global_conf.json": "global_conf.json", "station.conf": "station.conf",
    "tc.uri": "address of a server", "router_config.json": "router_config",
    "concentratord.toml": "concentratord.toml", "udp-forwarder.toml": "udp-forwarder.toml",
}  # fmt: skip


def test_the_table_of_all_plans() -> None:
    assert table() == (GOLDEN / "plans.txt").read_text("utf-8")


def test_the_table_holds_every_region_and_family() -> None:
    assert len(CASES) == 12 * 3 * 3 + 3
    assert {c.family for c in CASES} == set(CARDS)


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_in_full(name: str) -> None:
    region, cards = SAMPLES[name]
    files = written(planned(region, *cards)).files
    folder = GOLDEN / "files" / name
    found = {str(p.relative_to(folder)): p.read_text("utf-8") for p in folder.rglob("*.*")}
    assert files == found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_file_passes_our_own_check(case: Case) -> None:
    _, files = of_case(case)
    assert files.notes == []
    for name, text in files.files.items():
        found = judge(text, name, CATALOG.regions)
        assert found.findings == (), name
        kind = "gateway-bridge.toml" if "chirpstack" in name else KINDS[Path(name).name]
        assert found.kind == kind
        if found.region:
            assert found.region == case.region


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_forwarder_gets_its_files(case: Case) -> None:
    found, files = of_case(case)
    for board in found.boards:
        names = {n.partition("/")[2] for n in files.files if n.startswith(f"{board.card.name}/")}
        assert "global_conf.json" in names
        assert ("router_config.json" in names) == (case.family != "2g4")
        assert ("station/station.conf" in names) == (case.family != "2g4" and board.card.named)
        assert ("concentratord.toml" in names) == (board.card.named and board.sends)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_all_of_them_listen_to_the_same_channels(case: Case) -> None:
    """A forwarder, a station and a concentratord of one board."""
    found, files = of_case(case)
    for board in found.boards:
        expected = sorted(c.frequency for c in board.channels)
        name = board.card.name
        if config := files.files.get(f"{name}/router_config.json"):
            (sx,) = json.loads(config)["sx1301_conf"]
            assert _frequencies(sx) == expected
            conf = from_json(files.files[f"{name}/global_conf.json"])
            assert _frequencies(conf.get("SX130x_conf") or conf["SX1301_conf"]) == expected
        if text := files.files.get(f"{name}/concentratord.toml"):
            listed = tomllib.loads(text)["gateway"]["concentrator"]
            heard = listed.get("multi_sf_channels") or [c["frequency"] for c in listed["channels"]]
            assert sorted(f for f in heard if f) == expected


def _frequencies(sx: dict[str, dict[str, int]]) -> list[int]:
    channels = [sx[f"chan_multiSF_{n}"] for n in range(8)]
    return sorted(sx[f"radio_{c['radio']}"]["freq"] + c["if"] for c in channels if c["enable"])


def test_rates_of_a_router_config_have_sixteen_rows() -> None:
    for region, cards in SAMPLES.values():
        for name, text in written(planned(region, *cards)).files.items():
            if name.endswith("router_config.json"):
                rates = json.loads(text)["DRs"]
                assert len(rates) == 16
                assert all(len(row) == 3 for row in rates)


def test_everything_points_to_the_hub_where_it_listens() -> None:
    found = planned("EU868", "rak5146-usb")
    files = bundle(found, {"mpcie-1": "0016c001ff000001"}, Target("10.0.0.7", 1750, 3300)).files
    server = from_json(files["mpcie-1/global_conf.json"])["gateway_conf"]
    assert (server["server_address"], server["serv_port_up"]) == ("10.0.0.7", 1750)
    assert files["mpcie-1/station/tc.uri"] == "ws://10.0.0.7:3300\n"
    assert 'server = "10.0.0.7:1750"' in files["mpcie-1/udp-forwarder.toml"]


def test_a_board_without_an_eui_or_a_path_gets_no_files_and_the_cure() -> None:
    found = planned("EU868", "rak5146-usb")
    assert bundle(found, {}, Target()).notes == [
        "mpcie-1: no files without its EUI; write it by --eui mpcie-1=EUI or as eui of its "
        "[[lorawan.board]]"
    ]
    assert [n for n in bundle(found, {}, Target()).files if n.startswith("mpcie")] == []


def test_two_gateways_have_two_bridges() -> None:
    files = written(planned("EU868", "rak5146-usb", "rak5146-usb", "rak5148")).files
    bridges = {n: t for n, t in files.items() if n.startswith("chirpstack/")}
    assert list(bridges) == ["chirpstack/eu868.toml", "chirpstack/ism2400.toml"]
    binds = [tomllib.loads(t)["backend"]["semtech_udp"]["udp_bind"] for t in bridges.values()]
    assert binds == ["127.0.0.1:1701", "127.0.0.1:1702"]
