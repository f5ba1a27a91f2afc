"""Every flow in a real Node-RED against the running gateway of its page: values are shown, outputs
driven, commands done by a signed-in user."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from gateways import Running, wisgate
from node_red import NodeRed, ask, node_red
from peers import Mosquitto, free_port, mosquitto, until

ROOT = Path(__file__).parents[2]
FLOWS = sorted((ROOT / "node-red" / "flows").glob("*.json"))
PAGES = ROOT / "docs" / "modules"
USER, PASSWORD = "anna", "correct horse"

pytestmark = [pytest.mark.peers, pytest.mark.xdist_group("node-red"), pytest.mark.timeout(180)]


@dataclass(frozen=True)
class Site:
    """One broker and one Node-RED with all flows; gateways come and go on one port."""

    broker: Mosquitto
    red: NodeRed
    http: int


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder, http = tmp_path_factory.mktemp("red"), free_port()
    with mosquitto(folder / "broker") as broker:
        flows = [moved(path, broker.port, http) for path in FLOWS]
        with node_red(folder / "red", flows) as red:
            yield Site(broker, red, http)


def moved(path: Path, broker: int, http: int) -> list[dict[str, Any]]:
    """A flow on the ports of this test, with a user who may give commands."""
    text = path.read_text().replace('"port": "1883"', f'"port": "{broker}"')
    nodes: list[dict[str, Any]] = json.loads(text.replace("127.0.0.1:8391", f"127.0.0.1:{http}"))
    for variable in nodes[0]["env"]:
        value = USER if variable["name"] == "WISGATE_USER" else PASSWORD
        variable |= {"value": value, "type": "str"}
    return nodes


def gateway_file(module: str, site: Site, folder: Path) -> Path:
    """The file that the page of the module prints, on the ports of this test."""
    blocks = re.findall(r"^```toml\n(.*?)^```", (PAGES / f"{module}.md").read_text(), re.M | re.S)
    (text,) = blocks
    for old, new in (("1883", str(site.broker.port)), ("8391", str(site.http))):
        assert old in text
        text = text.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}")
    file = folder / "gateway.toml"
    file.write_text(text)
    return file


def test_there_is_a_flow_for_every_module_that_runs() -> None:
    from wisgate.catalog.catalog import load

    running = {m.id for m in load().modules.values() if m.runs or m.registers}
    assert {p.stem for p in FLOWS} == running


@pytest.mark.parametrize("path", FLOWS, ids=lambda p: p.stem)
def test_the_flow_shows_and_drives_its_gateway(path: Path, site: Site, tmp_path: Path) -> None:
    nodes = json.loads(path.read_text())
    api = f"http://127.0.0.1:{site.http}/api/v1"
    file = gateway_file(path.stem, site, tmp_path)
    with Running(tmp_path / "run", "run", file, "--virtual") as gateway:
        gateway.ready()
        code = wisgate("claim", state=tmp_path / "run" / "state").stdout.split()[2]
        claim = {"code": code, "user": USER, "password": PASSWORD}
        ask(f"{api}/claim", claim, "POST")
        points = {p["name"]: p for p in ask(f"{api}/points")["points"]}
        _values(nodes, points, site)
        _outputs(nodes, site, api)
        _others(nodes, site)
        gateway.stop()


def _values(nodes: list[dict[str, Any]], points: dict[str, Any], site: Site) -> None:
    """Every point that is measured at an interval is shown, with its status."""
    shown_by = {n["id"]: n["name"] for n in nodes if n["type"] == "debug"}
    named = [n for n in nodes if n["type"] == "mqtt in"]
    assert named
    for node in named:
        assert node["name"] in points
        shown = shown_by[node["wires"][0][0]]
        if not points[node["name"]]["event"]:
            until(lambda name=shown: "status: '" in "".join(site.red.shown(name)), f"{shown} shown")


def _outputs(nodes: list[dict[str, Any]], site: Site, api: str) -> None:
    """Each button of an output sets the point of the gateway."""
    outs = {n["id"]: n["name"].removeprefix("set ") for n in nodes if n["type"] == "mqtt out"}
    for node in nodes:
        point = outs.get(node["wires"][0][0]) if node["type"] == "inject" else None
        if point is None:
            continue
        (told,) = node["props"]
        wanted = json.loads(told["v"])

        def is_set(point: str = point, wanted: object = wanted) -> bool:
            return bool(ask(f"{api}/points/{point}")["value"] == wanted)

        site.red.press(node["id"])
        until(is_set, f"{point} is {wanted}")


def _others(nodes: list[dict[str, Any]], site: Site) -> None:
    """History comes, and commands are answered by the module, not refused at the door."""
    by_id = {n["id"]: n for n in nodes}
    for node in nodes:
        following = by_id.get(node["wires"][0][0]) if node["type"] == "inject" else None
        if following is None or following["type"] == "mqtt out":
            continue
        last = following
        while last["type"] != "debug":
            last = by_id[last["wires"][0][0]]
        before = len(site.red.shown(last["name"]))
        site.red.press(node["id"])
        until(lambda name=last["name"], n=before: len(site.red.shown(name)) > n, f"{last['name']}")
        answer = site.red.shown(last["name"])[-1]
        assert "rows:" in answer or "result:" in answer or "error:" in answer, answer
        for refused in ("sign in", "needs", "does not fit", "has no command"):
            assert refused not in answer, answer
