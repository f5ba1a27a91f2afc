"""Hosts that speak Modbus TCP, from the file to live values: on twins in virtual time, and against
pymodbus' server in real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from peers import free_port
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from running import eventually, running

from wisgate.board.twins import Twins
from wisgate.board.virtual_time import run
from wisgate.core.clock import SystemClock, VirtualClock
from wisgate.core.errors import NoAnswer
from wisgate.core.points import Reading, Status, Value
from wisgate.gateway.gateway import Gateway
from wisgate.gateway.sampler import QUIET_S

HEAD = 'name = "plant"\nboard = "rak7391"\n'
METER = """
[[modbus]]
host = "{host}"
port = {port}
interval = "{interval}"
[[modbus.unit]]
id = 42
name = "meter"
timeout = "{timeout}"
registers = [
    {{ name = "humidity", address = 0, kind = "holding", unit = "%" }},
    {{ name = "air", address = 1, kind = "holding", type = "int16", scale = 0.01, unit = "Cel" }},
    {{ name = "spare", address = 5, kind = "holding" }},
    {{ name = "target", address = 100, kind = "holding", type = "float32", writable = true }},
    {{ name = "serial", address = 20, kind = "input", type = "uint32_swapped" }},
    {{ name = "door", address = 1, kind = "discrete" }},
    {{ name = "led", address = 0, kind = "coil", writable = true }},
]
"""


def meter(host: str = "10.0.0.5", port: int = 502, interval: str = "1s") -> str:
    return METER.format(host=host, port=port, interval=interval, timeout="500ms")


def many(hosts: int, units: int) -> str:
    """Hosts with units, each of which has one register."""
    text = HEAD
    for host in range(hosts):
        text += f'[[modbus]]\nhost = "10.0.0.{host}"\n'
        for unit in range(units):
            row = '{ name = "level", address = 7, kind = "holding" }'
            text += f'[[modbus.unit]]\nid = {unit}\nname = "u{host}_{unit}"\nregisters = [{row}]\n'
    return text


def on_twins(text: str, folder: Path, story: Callable[[Gateway], Awaitable[None]]) -> None:
    clock = VirtualClock()

    async def main() -> None:
        async with running(text, folder, clock) as gateway:
            await asyncio.sleep(0.01)
            await story(gateway)

    run(main(), clock)


def values(gateway: Gateway, prefix: str) -> dict[str, Value]:
    found = {r.name: r.value for r in gateway.live.all() if r.name.startswith(prefix)}
    return {name.removeprefix(prefix): value for name, value in found.items()}


def reading(gateway: Gateway, name: str) -> Reading:
    found = gateway.live.get(name)
    assert found is not None, f"{name} was never read"
    return found


def faults(gateway: Gateway) -> Twins:
    assert isinstance(gateway.board.surroundings, Twins)
    return gateway.board.surroundings


def test_a_twin_follows_the_world_and_takes_writes(tmp_path: Path) -> None:
    async def story(gateway: Gateway) -> None:
        faults(gateway).board.world.set("room.temperature", 23.5)
        faults(gateway).board.world.set("room.humidity", 0.61)
        await asyncio.sleep(2)
        expected = {"humidity": 61, "air": 23.5, "spare": 5, "serial": 20, "door": True}
        assert values(gateway, "meter_") == expected | {"target": 100.0, "led": False}
        assert reading(gateway, "meter_air").time_ns == pytest.approx(
            gateway.clock.utc_ns(), abs=2_000_000_000
        )
        await gateway.write("meter_target", 21.25, "user anna")
        await gateway.write("meter_led", True, "user anna")
        await asyncio.sleep(2)
        assert values(gateway, "meter_") == expected | {"target": 21.25, "led": True}
        view = gateway.plan_view()["hosts"]
        assert [(h["name"], h["state"], h["points"][0]) for h in view] == [
            ("10.0.0.5:502", "ok", "meter_humidity")
        ]
        assert gateway.health().ok

    on_twins(HEAD + meter(), tmp_path, story)


def test_a_dead_host_takes_nobody_with_it_and_comes_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(gateway: Gateway) -> None:
        await asyncio.sleep(3)
        faults(gateway).inject("host-gone", "10.0.0.1:502")
        late = gateway.counters["late"]
        await asyncio.sleep(30)
        dead = {f"u1_{n}_level" for n in range(40)}
        statuses = {r.name: r.status for r in gateway.live.all() if r.name.startswith("u")}
        assert {n for n, s in statuses.items() if s is Status.ABSENT} == dead
        assert {s for n, s in statuses.items() if n not in dead} == {Status.GOOD}
        assert gateway.counters["late"] == late
        (problem,) = gateway.health().problems
        assert problem == "10.0.0.1:502: 10.0.0.1:502: no connection: it is switched off"
        faults(gateway).board.faults.clear("host-gone", "10.0.0.1:502")
        await asyncio.sleep(1.1)
        assert {r.status for r in gateway.live.all() if r.name in dead} == {Status.GOOD}
        assert gateway.health().ok
        assert "wisblock" not in caplog.text
        assert caplog.text.count("no connection") == 1  # for 40 units
        assert caplog.text.count("answers again") == 1

    assert QUIET_S > 30
    on_twins(many(3, 40), tmp_path, story)


def test_a_silent_unit_behind_a_gateway_delays_no_other_of_it(tmp_path: Path) -> None:
    async def story(gateway: Gateway) -> None:
        host = faults(gateway).board.hosts["10.0.0.0:502"]
        unit = host.units.pop(3)  # the gateway says that it does not reach it
        late = gateway.counters["late"]
        await asyncio.sleep(10)
        found = {r.name: r.status for r in gateway.live.all() if r.name.startswith("u")}
        assert [n for n, s in found.items() if s is not Status.GOOD] == ["u0_3_level"]
        assert found["u0_3_level"] is Status.ABSENT
        assert gateway.counters["late"] == late
        host.units[3] = unit
        await asyncio.sleep(60)
        assert reading(gateway, "u0_3_level").value == 7

    on_twins(many(1, 50), tmp_path, story)


@asynccontextmanager
async def pymodbus(port: int) -> AsyncIterator[ModbusTcpServer]:
    """Unit 42 by pymodbus."""

    def registers(address: int, words: list[int]) -> SimData:
        return SimData(address, values=words, datatype=DataType.REGISTERS)

    def bits(address: int, states: list[bool]) -> SimData:
        return SimData(address, values=states, datatype=DataType.BITS)

    unit = SimDevice(
        id=42,
        simdata=(
            [bits(0, [False] * 16)],
            [bits(0, [False, True] + [False] * 14)],
            [registers(0, [60, 0xF6A8]), registers(5, [9]), registers(100, [0x41B8, 0])],
            [registers(20, [0x5678, 0x1234])],
        ),
    )
    server = ModbusTcpServer(unit, address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    try:
        yield server
    finally:
        await server.shutdown()


@pytest.mark.peers
def test_a_foreign_server_is_read_written_lost_and_found(tmp_path: Path) -> None:
    port = free_port()
    text = HEAD + meter("127.0.0.1", port, "50ms")
    expected: dict[str, Value] = {
        "humidity": 60, "air": -23.92, "spare": 9, "serial": 0x12345678, "door": True,
    }  # fmt: skip

    async def main() -> None:
        async with running(text, tmp_path, SystemClock()) as gateway:
            async with pymodbus(port):
                await eventually(
                    gateway,
                    lambda: values(gateway, "meter_") == expected | {"target": 23.0, "led": False},
                    "all registers",
                )
                await gateway.write("meter_target", -1.5, "user anna")
                await gateway.write("meter_led", True, "user anna")
                await eventually(
                    gateway,
                    lambda: values(gateway, "meter_") == expected | {"target": -1.5, "led": True},
                    "what was written",
                )
            await eventually(
                gateway,
                lambda: reading(gateway, "meter_air").status is Status.ABSENT,
                "its absence",
            )
            assert "no connection" in gateway.health().problems[0]
            with pytest.raises(NoAnswer):
                await gateway.write("meter_led", True, "user anna")
            async with pymodbus(port):
                await eventually(
                    gateway, lambda: reading(gateway, "meter_air").value == -23.92, "its return"
                )

    asyncio.run(main())
