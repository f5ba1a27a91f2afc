"""The OPC UA server, judged by npm's node-opcua client."""

from __future__ import annotations

import asyncio
import math
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from opcua_peer import OpcuaError, told
from peers import free_port
from running import eventually, running

from wisgate.board.twins import Twins
from wisgate.core.clock import SystemClock, VirtualClock
from wisgate.core.points import Status
from wisgate.core.units import BY_UCUM
from wisgate.gateway.gateway import Gateway
from wisgate.gateway.servers.opcua import TRIES, TRIES_S, Users
from wisgate.gateway.servers.opcua_units import CODES, STATUS_CODES, unit_id

FILE = """
name = "pump-house"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak5801"
interval = "100ms"
[[slot.point]]
channel = "a1"
name = "tank_level"
from = ["4mA", "20mA"]
to = ["0m", "3.5m"]

[[slot]]
slot = "wisblock-2"
module = "rak13007"
[[slot.point]]
channel = "relay"
name = "pump"

[[virtual]]
name = "setpoint"
type = "float"
unit = "Cel"
initial = 3.5
[[virtual]]
name = "steps"
type = "int"
initial = -5
[[virtual]]
name = "note"
type = "text"
initial = "hello"

[[alarm]]
name = "overflow"
point = "tank_level"
above = "3.2m"

[server.scada]
type = "opcua"
listen = "127.0.0.1:{port}"
points = ["tank_level", "pump", "setpoint", "steps", "note", "board_temperature"]
"""
USERS = '\nusers_file = "opcua.users"\ncommands = true\n'
Ask = Callable[..., Awaitable[list[Any]]]
Story = Callable[[Gateway, Ask], Awaitable[None]]


def served(folder: Path, story: Story, more: str = "") -> None:
    """`story` with a running gateway and a client that asks it."""
    port = free_port()
    users = folder / "opcua.users"
    users.write_text("anna:secret one\nbert:other\n")
    users.chmod(0o600)
    client = folder / "client"
    client.mkdir()

    async def ask(*steps: list[Any], **options: Any) -> list[Any]:
        return await told(f"opc.tcp://127.0.0.1:{port}/wisgate", client, list(steps), **options)

    async def main() -> None:
        text = FILE.format(port=port) + more
        async with running(text, folder, SystemClock()) as gateway, asyncio.timeout(50):
            sampled = asyncio.Event()
            gateway.live.listen(lambda r: None if r.cause else sampled.set())
            await sampled.wait()  # the first sample comes after the servers
            await story(gateway, ask)

    asyncio.run(main())


def at(name: str) -> str:
    return f"ns=2;s={name}"


def twins(gateway: Gateway) -> Twins:
    assert isinstance(gateway.board.surroundings, Twins)
    return gateway.board.surroundings


def value(gateway: Gateway, point: str) -> float:
    """NaN while there is none."""
    reading = gateway.live.get(point)
    found = None if reading is None else reading.value
    return float(found) if isinstance(found, (int, float)) else math.nan


@pytest.mark.peers
def test_a_foreign_client_browses_and_reads_what_is_there(tmp_path: Path) -> None:
    async def story(gateway: Gateway, ask: Ask) -> None:
        twins(gateway).board.world.set("tank.level", 1.75)
        await eventually(gateway, lambda: abs(value(gateway, "tank_level") - 1.75) < 0.01, "1.75 m")
        overflow = gateway.alarms.phase("overflow")
        names, tree, ends, degrees, *values = await ask(
            ["namespaces", ""],
            ["tree", "ns=0;i=85"],
            ["properties", at("tank_level")],
            ["properties", at("setpoint")],
            *(["read", at(n)] for n in ("tank_level", "pump", "setpoint", "steps", "note")),
            ["read", at("alarm/overflow")],
            ["read", at("nothing")],
        )
        assert names[1:] == ["urn:wisgate:pump-house:scada", "urn:wisgate:pump-house:scada:points"]
        root = tree["pump-house"]["inside"]
        assert {f: sorted(folder["inside"]) for f, folder in root.items()} == {
            "wisblock-1": ["tank_level"], "wisblock-2": ["pump"], "climate": ["board_temperature"],
            "virtual": ["note", "setpoint", "steps"], "alarms": ["overflow"],
        }  # fmt: skip
        assert ends["EURange"] == {"low": 0, "high": 3.5}
        assert ends["EngineeringUnits"]["unitId"] == 0x4D5452  # MTR
        assert degrees["EngineeringUnits"]["displayName"]["text"] == "°C"
        assert "EURange" not in degrees
        level, pump, setpoint, steps, note, alarm, nothing = values
        assert level["type"] == "Double"
        assert level["value"] == pytest.approx(1.75, abs=0.01)
        assert abs(level["source"] - gateway.clock.utc_ns() / 1e6) < 10_000
        assert [(v["type"], v["value"]) for v in (pump, setpoint, note)] == [
            ("Boolean", False), ("Double", 3.5), ("String", "hello"),
        ]  # fmt: skip
        assert steps["type"] == "Int64"
        assert {v["status"] for v in (level, pump, setpoint, steps, note)} == {"Good"}
        assert alarm["value"] == str(overflow) == "normal"
        assert nothing["status"] == "BadNodeIdUnknown"

    served(tmp_path, story)


@pytest.mark.peers
def test_a_subscription_hears_values_faults_and_alarms(tmp_path: Path) -> None:
    async def story(gateway: Gateway, ask: Ask) -> None:
        world, faults = twins(gateway).board.world, twins(gateway).board.faults
        world.set("tank.level", 1.0)
        await eventually(gateway, lambda: value(gateway, "tank_level") < 1.1, "1 m")
        heard = asyncio.Queue[Any]()
        asked = asyncio.create_task(
            ask(["watch", at("tank_level"), 1000, "BadSensorFailure"], heard=heard)
        )
        await heard.get()
        world.set("tank.level", 2.0)
        while ((await heard.get())["value"] or 0.0) < 1.9:
            pass  # the reading before
        faults.inject("open-loop", "wisblock-1")
        (seen,) = await asked
        assert any(v["status"] == "Good" and v["value"] > 1.9 for v in seen)
        assert all(v["value"] is None for v in seen if v["status"] != "Good")
        assert seen[-1]["status"] == "BadSensorFailure"
        times = [v["source"] for v in seen]
        assert times == sorted(times)
        faults.clear("open-loop", "wisblock-1")
        heard = asyncio.Queue()
        asked = asyncio.create_task(ask(["watch", at("alarm/overflow"), 2], heard=heard))
        await heard.get()
        world.set("tank.level", 3.4)
        (phases,) = await asked
        assert [p["value"] for p in phases] == ["normal", "active"]

    served(tmp_path, story)


@pytest.mark.peers
def test_users_write_over_an_encrypted_connection(tmp_path: Path) -> None:
    async def story(gateway: Gateway, ask: Ask) -> None:
        codes = await ask(
            ["write", at("pump"), "Boolean", True],
            ["write", at("setpoint"), "Double", 21.5],
            ["write", at("setpoint"), "Int32", 22],
            ["write", at("note"), "String", "hi"],
            ["write", at("pump"), "Double", 1.0],
            ["write", at("tank_level"), "Double", 1.0],
            ["write", at("alarm/overflow"), "String", "normal"],
            ["write", "ns=0;i=2258", "Double", 1.0],
            ["read", at("pump")],
            user=("anna", "secret one"),
            encrypted=True,
        )
        assert codes[:4] == ["Good"] * 4
        assert codes[4:8] == ["BadTypeMismatch", *["BadNotWritable"] * 3]
        assert codes[8]["value"] is True
        reading = gateway.live.get("pump")
        assert reading is not None
        assert reading.cause == "server scada anna"
        assert (value(gateway, "setpoint"), gateway.live.get("note").value) == (22.0, "hi")
        for user in (("anna", "other"), ("carl", "secret one"), None):
            with pytest.raises(OpcuaError, match=r"BadUserAccessDenied|find ANONYMOUS"):
                await ask(["read", at("pump")], user=user, encrypted=True)
        with pytest.raises(OpcuaError):  # nothing goes unencrypted
            await ask(["read", at("pump")], user=("anna", "secret one"))

    served(tmp_path, story, USERS)
    key, certificate = tmp_path / "opcua-scada.key", tmp_path / "opcua-scada.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = certificate.read_bytes()

    async def again(gateway: Gateway, ask: Ask) -> None:
        assert certificate.read_bytes() == before  # clients trust it already

    (tmp_path / "client").rename(tmp_path / "first")
    served(tmp_path, again, USERS)


@pytest.mark.peers
def test_without_users_nothing_can_be_written(tmp_path: Path) -> None:
    async def story(gateway: Gateway, ask: Ask) -> None:
        assert await ask(["write", at("pump"), "Boolean", True]) == ["BadNotWritable"]
        assert value(gateway, "pump") == 0.0

    served(tmp_path, story)


def test_users_are_read_at_each_sign_in(tmp_path: Path) -> None:
    file = tmp_path / "users"
    users = Users(file, VirtualClock())
    assert users.get_user(None, "anna", "one") is None  # no file, nobody
    file.write_text("anna:one:two\n\nno colon\nempty:\n")
    assert users.get_user(None, "anna", "one:two").name == "anna"
    for name, password in (("anna", "one"), ("empty", ""), ("", ""), (None, None)):
        assert users.get_user(None, name, password) is None
    file.write_bytes(b"\xff")
    assert users.get_user(None, "anna", "one:two") is None
    assert Users(None, VirtualClock()).get_user(None).name is None


def test_who_tries_many_passwords_waits(tmp_path: Path) -> None:
    file, clock = tmp_path / "users", VirtualClock()
    file.write_text("anna:one\nbert:two\n")
    users = Users(file, clock)
    for _ in range(TRIES):
        assert users.get_user(None, "anna", "guess") is None
    assert users.get_user(None, "anna", "one") is None
    assert users.get_user(None, "bert", "two") is not None
    clock.advance(TRIES_S)
    for _ in range(2 * TRIES):
        assert users.get_user(None, "anna", "one") is not None  # a good one is no try


def test_every_unit_and_status_has_a_code() -> None:
    assert set(BY_UCUM) - set(CODES) == {"KiBy", "MiBy", "GiBy"}
    assert set(STATUS_CODES) == set(Status)
    assert len(set(CODES.values())) == len(CODES)
    assert [unit_id(CODES[u]) for u in ("Cel", "mA", "L/s", "%", "kOhm")] == [
        4408652, 13387, 4666673, 20529, 4338745,
    ]  # fmt: skip
