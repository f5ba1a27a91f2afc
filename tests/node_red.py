"""A real Node-RED with flows of ours, driven through its admin API and heard on its console."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npm_peer import installed
from peers import DEADLINE_S, answers, free_port, program, until

START_S = 60.0
SETTINGS = """
module.exports = {
    flowFile: "flows.json", uiHost: "127.0.0.1", uiPort: %d, credentialSecret: false,
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false, palette: { allowInstall: false } },
    mqttReconnectTime: 500,
    logging: { console: { level: "info", metrics: false, audit: false } },
};
"""
SHOWN = re.compile(
    r"\[debug:(?P<name>[^\n]*)\]\s*(?P<text>.*?)(?=\n\d+ \w+ \d\d:\d\d:\d\d - |\Z)", re.S
)


@dataclass
class NodeRed:
    """`shown(name)`: what the debug node `name` has printed so far, as text."""

    port: int
    log: Path

    def shown(self, name: str) -> list[str]:
        text = re.sub(r"\x1b\[\d+m", "", self.log.read_text())
        return [m["text"].strip() for m in SHOWN.finditer(text) if m["name"] == name]

    def press(self, button: str) -> None:
        """Press an inject node, by its id."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/inject/{button}", b"", method="POST"
        )
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
            assert answer.status == 200


@contextmanager
def node_red(folder: Path, flows: Sequence[list[dict[str, Any]]]) -> Iterator[NodeRed]:
    """Start Node-RED with these flows; its debug nodes also write to the console."""
    red = installed("node-red") / "red.js"
    folder.mkdir(parents=True, exist_ok=True)
    port, log = free_port(), folder / "node-red.log"
    (folder / "settings.js").write_text(SETTINGS % port)
    nodes = [{**n, "console": True} if n["type"] == "debug" else n for f in flows for n in f]
    (folder / "flows.json").write_text(json.dumps(nodes))
    command = [program("node", "nodejs"), str(red), "--userDir", str(folder)]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    try:

        def started() -> bool:
            assert process.poll() is None, log.read_text()
            return answers(port) and "Started flows" in log.read_text()

        until(started, "Node-RED starts its flows", START_S)
        yield NodeRed(port, log)
    finally:
        process.terminate()
        process.wait(DEADLINE_S)


def ask(url: str, body: object = None, method: str = "GET") -> Any:
    """A request to the API of a gateway; the JSON of its answer."""
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, sent, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {url}: {error.code} {error.read()!r}") from error
