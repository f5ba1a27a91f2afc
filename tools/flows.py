"""Node-RED flows, one per module: what the gateway of its page measures is shown, what it drives
can be driven. Only nodes of Node-RED's own core; ids depend on nothing but names, so that a flow
that was written twice is the same."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from setups import gateway_file, modelled

from wisgate.catalog.catalog import load
from wisgate.catalog.settings import Argument, Command
from wisgate.config.load import read
from wisgate.config.model import Config
from wisgate.core import toml
from wisgate.core.points import Kind, Point
from wisgate.core.units import display

Node = dict[str, Any]

URL = "http://127.0.0.1:8391/api/v1"
COLUMNS = (160, 420, 700, 980, 1240)
ROW = 60
TRIED: dict[Kind, tuple[object, ...]] = {
    Kind.BOOL: (True, False),
    Kind.INT: (0, 1),
    Kind.FLOAT: (0, 45),
    Kind.TEXT: ('"hello"',),
}
"""What the buttons of an output set, by its kind: a text is sent as JSON, with its quotes."""
PERCENT = (0, 100)
"""Of what has a share: a motor behind an expander knows nothing between."""


class Flow:
    """The flow of one module, row by row."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.config = config_of(module)
        self.nodes: list[Node] = []
        self._y = ROW
        self.tab = self._id("tab")
        self.broker = self._id("broker")

    def _id(self, name: str) -> str:
        return hashlib.sha256(f"{self.module}/{name}".encode()).hexdigest()[:16]

    def put(self, kind: str, name: str, column: int, *, to: str = "", **settings: Any) -> str:
        """A node in the present row; `to` is the id of the next one. Returns its id."""
        node = {
            "id": self._id(f"{kind}/{name}"),
            "type": kind,
            "z": self.tab,
            "name": name,
            **settings,
            "x": COLUMNS[column],
            "y": self._y,
            "wires": [[to]] if to else [],
        }
        self.nodes.append(node)
        return str(node["id"])

    def next_row(self) -> None:
        self._y += ROW

    def show(self, name: str, column: int, path: str = "payload") -> str:
        """A node that shows what reaches it, in the sidebar and below itself."""
        return self.put(
            "debug", name, column, active=True, tosidebar=True, console=False, tostatus=True,
            complete=path, targetType="msg", statusVal="", statusType="auto",
        )  # fmt: skip

    def button(self, name: str, value: object, to: str, column: int = 0) -> str:
        kind = {bool: "bool", int: "num", float: "num", str: "str"}[type(value)]
        text = json.dumps(value) if not isinstance(value, str) else value
        props = [{"p": "payload", "v": text, "vt": kind}]
        return self.put(
            "inject", name, column, to=to, props=props, repeat="", crontab="", once=False,
            onceDelay=0.1, topic="",
        )  # fmt: skip

    def request(self, name: str, method: str, url: str, to: str, column: int) -> str:
        return self.put(
            "http request", name, column, to=to, method=method, ret="obj", paytoqs="ignore",
            url=url, tls="", persist=False, proxy="", insecureHTTPParser=False, authType="",
            senderr=False, headers=[],
        )  # fmt: skip


def config_of(module: str) -> Config:
    """The gateway that the page of a module describes."""
    return read(toml.parse(gateway_file(module), f"{module}.toml"), Path(), load())


def flow_text(module: str) -> str:
    """The file of a flow."""
    flow = Flow(module)
    own = [p for s in flow.config.slots for p in s.points]
    for point in own:
        _value_row(flow, point.point)
    for point in own:
        if point.point.writable:
            _output_rows(flow, point.point)
    _history_row(flow, next(p.point for p in own))
    for slot in flow.config.slots:
        entry = load().modules[slot.module]
        for command in entry.commanded(dict(slot.options)):
            _command_rows(flow, slot.slot, command)
    has_commands = any(n["type"] == "change" for n in flow.nodes)
    nodes = [_tab(flow, has_commands), _broker(flow), *flow.nodes]
    return json.dumps(nodes, indent=1, ensure_ascii=False) + "\n"


def _value_row(flow: Flow, point: Point) -> None:
    unit = f" in {display(point.unit)}" if point.unit else ""
    shown = flow.show(f"{point.name}{unit}", 1)
    flow.put(
        "mqtt in", point.name, 0, to=shown, topic=f"wisgate/{flow.config.name}/{point.name}",
        qos="1", datatype="json", broker=flow.broker, nl=False, rap=True, rh=0, inputs=0,
    )  # fmt: skip
    flow.next_row()


def _output_rows(flow: Flow, point: Point) -> None:
    out = flow.put(
        "mqtt out", f"set {point.name}", 1, topic=f"wisgate/{flow.config.name}/{point.name}/set",
        qos="1", retain="false", respTopic="", contentType="", userProps="", correl="", expiry="",
        broker=flow.broker,
    )  # fmt: skip
    for value in PERCENT if point.unit == "%" else TRIED[point.kind]:
        word = {True: "on", False: "off"}[value] if isinstance(value, bool) else value
        flow.button(f"{point.name} {word}", value, out)
        flow.next_row()


def _history_row(flow: Flow, point: Point) -> None:
    """The last hour over HTTP, for who wants more than what comes by."""
    url = f"{URL}/points/{point.name}/history?buckets=60"
    shown = flow.show(f"history of {point.name}", 2)
    asked = flow.request(f"GET history of {point.name}", "GET", url, shown, 1)
    flow.button(f"the last hour of {point.name}", "", asked)
    flow.next_row()


def _command_rows(flow: Flow, slot: str, command: Command) -> None:
    """Sign in, then let the module do it: commands are for users."""
    shown = flow.show(f"{command.name}: result", 4)
    url = f"{URL}/commands/{slot}/{command.name}"
    asked = flow.request(f"POST {command.name}", "POST", url, shown, 3)
    arguments = {a.name: v for a in command.arguments if (v := _argument(a)) is not None}
    rules = [
        _set("cookies", "msg", "responseCookies"),
        _set("payload", "json", json.dumps({"arguments": arguments}, ensure_ascii=False)),
    ]
    signed = flow.put("change", f"as signed in: {command.name}", 2, to=asked, rules=rules)
    sign_in = flow.request(f"sign in: {command.name}", "POST", f"{URL}/session", signed, 1)
    flow.next_row()
    rules = [
        _set("payload", "json", "{}"),
        _set("payload.user", "env", "WISGATE_USER"),
        _set("payload.password", "env", "WISGATE_PASSWORD"),
    ]
    who = flow.put("change", f"user: {command.name}", 1, to=sign_in, rules=rules)
    flow.button(f"{command.name} in {slot}", "", who)
    flow.next_row()


def _argument(argument: Argument) -> object:
    """What a button says for it: the example of the catalog, or nothing where that is possible."""
    if argument.example:
        return _typed(argument, argument.example)
    return argument.default if argument.default is not None else None


def _typed(argument: Argument, example: str) -> object:
    if argument.dimension or argument.kind is Kind.TEXT:
        return example.strip('"')
    return tomllib.loads(f"v = {example}")["v"]


def _set(to: str, kind: str, value: str) -> Node:
    return {"t": "set", "p": to, "pt": "msg", "to": value, "tot": kind}


def _tab(flow: Flow, commands: bool) -> Node:
    title = " and ".join(dict.fromkeys(load().modules[s.module].title for s in flow.config.slots))
    info = (
        f"The gateway of docs/modules/{flow.module}.md on this machine, with its broker. Values"
        " arrive over MQTT; buttons set outputs."
    )
    env = []
    if commands:
        info += (
            " Commands need a user: set WISGATE_USER and WISGATE_PASSWORD in the properties of this"
            " flow."
        )
        env = [
            {"name": "WISGATE_USER", "value": "", "type": "str"},
            {"name": "WISGATE_PASSWORD", "value": "", "type": "cred"},
        ]
    return {
        "id": flow.tab, "type": "tab", "label": f"{flow.module.upper()} {title}",
        "disabled": False, "info": info, "env": env,
    }  # fmt: skip


def _broker(flow: Flow) -> Node:
    return {
        "id": flow.broker, "type": "mqtt-broker", "name": f"broker of {flow.config.name}",
        "broker": "127.0.0.1", "port": "1883", "clientid": "", "autoConnect": True,
        "usetls": False, "protocolVersion": "4", "keepalive": "60", "cleansession": True,
        "autoUnsubscribe": True, "birthTopic": "", "closeTopic": "", "willTopic": "",
        "userProps": "", "sessionExpiry": "",
    }  # fmt: skip


def index_lines() -> Iterator[str]:
    """The page of all flows."""
    yield from ("# Flows for Node-RED", "", "One flow per module, with nodes of Node-RED's core")
    yield "only (Node-RED 4). Each shows what the gateway of the module's page measures and"
    yield from ("drives its outputs; wire your own nodes to it, or learn from it.", "")
    yield "1. Take the file of the gateway from the module's page and start it:"
    yield "   `wisgate run gateway.toml --virtual`, beside a broker on this machine."
    yield from ("2. In Node-RED: menu, Import, select the file, Deploy.", "")
    yield "Commands need a user of the gateway: sign in to its dashboard with the claim code,"
    yield from ("then set WISGATE_USER and WISGATE_PASSWORD in the properties of the flow.", "")
    for name in modelled():
        title = load().modules[name].title
        yield f"- [{name}.json](flows/{name}.json): {title} ([page](../docs/modules/{name}.md))"
