"""A real InfluxDB 1 on free ports of the loopback."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from peers import DEADLINE_S, answers, free_port, program, until

SETTINGS = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/tsm"
wal-dir = "{folder}/wal"
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:{port}"
auth-enabled = {auth}
[[udp]]
enabled = true
bind-address = "127.0.0.1:{udp}"
database = "plant"
batch-timeout = "10ms"
"""


@dataclass
class Influxd:
    """A server that can be killed and started again with what it had."""

    folder: Path
    port: int
    udp: int
    login: tuple[str, str] | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [program("influxd", "influxdb"), "run", "-config", str(self.folder / "conf")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        until(lambda: answers(self.port), f"influxd answers on port {self.port}")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(DEADLINE_S)
            self.process = None

    def query(self, text: str) -> list[dict[str, Any]]:
        """The rows of the first series, times in nanoseconds."""
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/query", auth=self.login, trust_env=False,
            params={"db": "plant", "epoch": "ns", "q": text},
        ).json()  # fmt: skip
        result = answer["results"][0]
        assert "error" not in result, result
        series = result.get("series", [{"columns": [], "values": []}])[0]
        tags = series.get("tags", {})
        return [
            {k: v for k, v in zip(series["columns"], row, strict=True) if v is not None} | tags
            for row in series["values"]
        ]


@contextmanager
def influxd(folder: Path, *, auth: tuple[str, str] | None = None) -> Iterator[Influxd]:
    """With an empty database "plant". `auth`: the only user, who may do everything."""
    folder.mkdir(parents=True, exist_ok=True)
    there = Influxd(folder, free_port(), free_port())
    settings = SETTINGS.format(
        folder=folder, port=there.port, udp=there.udp, rpc=free_port(),
        auth="true" if auth else "false",
    )  # fmt: skip
    (folder / "conf").write_text(settings)
    try:
        there.start()
        if auth:
            name, password = auth
            there.query(f"CREATE USER {name} WITH PASSWORD '{password}' WITH ALL PRIVILEGES")
            there.login = auth
        there.query("CREATE DATABASE plant")
        yield there
    finally:
        there.kill()
