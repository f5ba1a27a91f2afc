"""Programs that bring Modbus TCP registers to MQTT, each set up to do it as well as it can: how it
is configured and started, and what its messages say. `tools/rivals.sh` installs the other two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

REGISTERS = 100
INTERVAL = "1s"
"""How often wisgate reads every register."""
PER = "columns"
"""How wisgate tells many readings in one message."""
HERE = Path(sys.executable).parent
RIVALS = HERE.parent / "rivals"
Told = tuple[int, list[int], list[int], list[int]]
"""Readings in a message, a value of each unit in it; where there are any, their sequence numbers,
and other numbers that are accounted for."""


@dataclass(frozen=True)
class Contender:
    """`start` gets a folder, the ports of plant and broker, and how many units there are."""

    name: str
    there: Callable[[], bool]
    start: Callable[[Path, int, int, int], subprocess.Popen[bytes]]
    told: Callable[[str, bytes], Told | None]


class _Row(msgspec.Struct):
    point: str
    value: float | bool | str | None
    seq: int


class _Sampling(msgspec.Struct):
    seq: int
    points: list[str]
    values: list[float | bool]


class _Batch(msgspec.Struct):
    readings: list[_Row]
    samplings: list[_Sampling] = []


_BATCH = msgspec.json.Decoder(_Batch)


def _run(folder: Path, command: Sequence[str | Path], **more: str) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, env={**os.environ, **more}
        )


def _wisgate(folder: Path, plant: int, broker: int, units: int) -> subprocess.Popen[bytes]:
    rows = "".join(
        f'    {{ name = "r{n}", address = {n}, kind = "holding" }},\n' for n in range(REGISTERS)
    )
    (folder / "gateway.toml").write_text(
        f'name = "hall"\nboard = "rak7391"\n\n[[modbus]]\nhost = "127.0.0.1"\nport = {plant}\n'
        f'interval = "{INTERVAL}"\n'
        + "".join(
            f'\n[[modbus.unit]]\nid = {u}\nname = "u{u}"\nregisters = [\n{rows}]\n'
            for u in range(1, units + 1)
        )
        + '\n[[virtual]]\nname = "late"\ntype = "bool"\ninitial = false\n'
        '\n[[rule]]\nname = "watch"\nwhen = "u1_r0 > 40000 or u1_r1 > 40000"\n'
        "set = { late = true }\n"
        f'\n[sink.plant]\ntype = "mqtt"\nurl = "mqtt://127.0.0.1:{broker}"\nper = "{PER}"\n'
    )
    # --virtual: there is no I2C here; a host on this computer itself stays real
    return _run(folder, [HERE / "wisgate", "run", "gateway.toml", "--virtual", "--data", "store"])


def _wisgate_told(topic: str, payload: bytes) -> Told | None:
    if topic.endswith("/gap"):
        gap = json.loads(payload)
        return 0, [], [], [gap["seq"], *range(gap["first"], gap["last"] + 1)]
    if not topic.endswith("/batch"):
        return None
    batch = _BATCH.decode(payload)
    every = batch.readings + [
        _Row(point, value, seq)
        for s in batch.samplings
        for point, value, seq in zip(s.points, s.values, count(s.seq), strict=False)
    ]
    rows = [r for r in every if r.point.startswith("u")]
    firsts = [
        int(r.value) for r in rows if isinstance(r.value, int | float) and r.point.endswith("_r0")
    ]
    return len(rows), firsts, [r.seq for r in rows], [r.seq for r in every]


NO_LIMIT = "0:0,"
_LIMITS = ("rateLimits", "dpRateLimits", "messagesRateLimits", "deviceMessagesRateLimits",
           "deviceRateLimits", "deviceDpRateLimits")  # fmt: skip


def _thingsboard(folder: Path, plant: int, broker: int, units: int) -> subprocess.Popen[bytes]:
    config = folder / "config"
    config.mkdir(exist_ok=True)
    platform: dict[str, Any] = {
        "host": "127.0.0.1", "port": broker, "remoteShell": False, "remoteConfiguration": False,
        "statistics": {"enable": False, "statsSendPeriodInSeconds": 3600}, "qos": 1,
        "maxPayloadSizeBytes": 65000, "minPackSendDelayMS": 10, "minPackSizeToSend": 500,
        "checkConnectorsConfigurationInSeconds": 3600,
        "security": {"type": "accessToken", "accessToken": "bench"},
        "reportStrategy": {"type": "ON_RECEIVED"}, **dict.fromkeys(_LIMITS, NO_LIMIT),
    }  # fmt: skip
    storage = {"type": "memory", "read_records_count": 1000, "max_records_count": 1_000_000}
    unit: dict[str, Any] = {
        "host": "127.0.0.1", "port": plant, "type": "tcp", "method": "socket", "timeout": 5,
        "deviceType": "default", "byteOrder": "BIG", "wordOrder": "BIG", "retries": False,
        "retryOnEmpty": False, "retryOnInvalid": False, "pollPeriod": 1000,
        "connectAttemptTimeMs": 500, "connectAttemptCount": 5, "waitAfterFailedAttemptsMs": 3000,
        "reportStrategy": {"type": "ON_RECEIVED"}, "attributes": [], "attributeUpdates": [],
        "rpc": [],
        "timeseries": [
            {"tag": f"r{n}", "type": "16uint", "functionCode": 3, "objectsCount": 1, "address": n}
            for n in range(REGISTERS)
        ],
    }  # fmt: skip
    every = [{**unit, "unitId": u, "deviceName": f"u{u}"} for u in range(1, units + 1)]
    connector = {"type": "modbus", "name": "hall", "configuration": "modbus.json"}
    root = {"version": 1, "disable_existing_loggers": False, "root": {"level": "ERROR"}}
    for name, content in (
        ("tb_gateway", {"thingsboard": platform, "storage": storage, "grpc": {"enabled": False},
                        "connectors": [connector]}),
        ("modbus", {"master": {"slaves": every}}),
        ("logs", root),
    ):  # fmt: skip
        (config / f"{name}.json").write_text(json.dumps(content))
    (folder / "logs").mkdir(exist_ok=True)
    return _run(
        folder, [RIVALS / "thingsboard/bin/thingsboard-gateway"],
        TB_GW_CONFIG_DIR=f"{config}/", TB_GW_LOGS_PATH=str(folder / "logs"),
    )  # fmt: skip


def _thingsboard_told(topic: str, payload: bytes) -> Told | None:
    if topic != "v1/gateway/telemetry":
        return None
    rows = [row["values"] for unit in json.loads(payload).values() for row in unit]
    return sum(map(len, rows)), [row["r0"] for row in rows if "r0" in row], [], []


def _node_red(folder: Path, plant: int, broker: int, units: int) -> subprocess.Popen[bytes]:
    nodes: list[dict[str, Any]] = [
        {"id": "tab", "type": "tab", "label": "hall"},
        {"id": "hall", "type": "modbus-client", "clienttype": "tcp", "tcpHost": "127.0.0.1",
         "tcpPort": plant, "tcpType": "DEFAULT", "unit_id": 1, "commandDelay": 1,
         "clientTimeout": 1000, "reconnectOnTimeout": True, "reconnectTimeout": 2000,
         "parallelUnitIdsAllowed": True, "bufferCommands": True, "stateLogEnabled": False,
         "queueLogEnabled": False, "failureLogEnabled": False},
        {"id": "broker", "type": "mqtt-broker", "broker": "127.0.0.1", "port": broker,
         "clientid": "hall", "autoConnect": True, "protocolVersion": 4, "keepalive": 60,
         "cleansession": False},
        {"id": "out", "z": "tab", "type": "mqtt out", "topic": "", "qos": "1", "broker": "broker",
         "wires": []},
    ]  # fmt: skip
    for u in range(1, units + 1):
        nodes += [
            {"id": f"read{u}", "z": "tab", "type": "modbus-read", "name": f"u{u}", "topic": "",
             "unitid": u, "dataType": "HoldingRegister", "adr": 0, "quantity": REGISTERS,
             "rate": 1, "rateUnit": "s", "delayOnStart": False, "server": "hall",
             "showStatusActivities": False, "showErrors": False, "wires": [[f"say{u}"], []]},
            {"id": f"say{u}", "z": "tab", "type": "function", "outputs": 1, "wires": [["out"]],
             "func": f'return {{topic: "red/u{u}", payload: JSON.stringify(msg.payload)}};'},
        ]  # fmt: skip
    (folder / "flows.json").write_text(json.dumps(nodes))
    (folder / "settings.js").write_text(
        'module.exports = {flowFile: "flows.json", uiHost: "127.0.0.1", uiPort: 0,'
        ' credentialSecret: false, httpAdminRoot: false, logging: {console: {level: "error"}},'
        " telemetry: {enabled: false, updateNotification: false}};"
    )
    (folder / "node_modules").unlink(missing_ok=True)
    (folder / "node_modules").symlink_to(RIVALS / "npm/node_modules")
    red = RIVALS / "npm/node_modules/node-red/red.js"
    return _run(folder, ["node", red, "--userDir", folder])


def _node_red_told(topic: str, payload: bytes) -> Told | None:
    if not topic.startswith("red/"):
        return None
    values = json.loads(payload)
    return len(values), values[:1], [], []


CONTENDERS = (
    Contender("wisgate", lambda: True, _wisgate, _wisgate_told),
    Contender("ThingsBoard Gateway", lambda: (RIVALS / "thingsboard").is_dir(), _thingsboard,
              _thingsboard_told),
    Contender("Node-RED", lambda: (RIVALS / "npm/node_modules/node-red").is_dir(), _node_red,
              _node_red_told),
)  # fmt: skip
