"""The Modbus server: judged by pymodbus' client and by mbpoll, over real connections."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from gateways import wisgate
from peers import free_port, program
from pymodbus.client import AsyncModbusTcpClient
from running import running

from wisgate.config.modbus_map import mapped
from wisgate.config.model import Where
from wisgate.config.servers.modbus import ModbusServerConfig
from wisgate.core.clock import SystemClock, VirtualClock
from wisgate.core.errors import BusTimeout, OutputRefused, Unavailable, WisgateError
from wisgate.core.points import Kind, Point, Reading, Status, Value
from wisgate.gateway.live import Live
from wisgate.gateway.outputs import TooSoon
from wisgate.gateway.servers.modbus import ModbusServer

POINTS = (
    Point("level", "m", Kind.FLOAT, interval=1.0),
    Point("count", "", Kind.INT, interval=1.0),
    Point("label", "", Kind.TEXT),
    Point("pump", "", Kind.BOOL, writable=True),
    Point("setpoint", "m", Kind.FLOAT, writable=True),
    Point("steps", "", Kind.INT, writable=True),
)
LEVEL, COUNT, PUMP, SETPOINT, STEPS = 0, 4, 8, 12, 16
CONFIG = ModbusServerConfig(
    Where("gateway.toml", 1), "scada", "modbus", (), commands=True,
    host="127.0.0.1", port=0, clients=(), idle=30.0, rows=mapped(POINTS, {}),
)  # fmt: skip
Story = Callable[["Plant", AsyncModbusTcpClient], Awaitable[None]]


@dataclass
class Plant:
    """What the server shows; `refusal` is raised by the next write."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    written: list[tuple[str, Value, str]] = field(default_factory=list)
    refusal: WisgateError | None = None
    port: int = 0
    config: Any = None
    alarms: Any = None

    def __post_init__(self) -> None:
        self.live = Live(POINTS, self.clock)

    def show(self, name: str, value: Value, status: Status = Status.GOOD) -> None:
        self.live.put(Reading(name, value, status, self.clock.utc_ns()))

    async def write(self, point: str, value: Value, cause: str) -> Reading:
        if self.refusal is not None:
            raise self.refusal
        self.written.append((point, value, cause))
        return Reading(point, value)


@asynccontextmanager
async def served(plant: Plant, config: ModbusServerConfig) -> AsyncIterator[ModbusServer]:
    server = ModbusServer(config, plant)
    await server.open()
    plant.port = server.port
    try:
        yield server
    finally:
        await server.close()


def told(story: Story, config: ModbusServerConfig = CONFIG) -> Plant:
    """`story` with a client of pymodbus that is connected to a server."""
    plant = Plant()

    async def main() -> None:
        async with served(plant, config):
            client = AsyncModbusTcpClient("127.0.0.1", port=plant.port, retries=0, timeout=10)
            assert await client.connect()
            try:
                await story(plant, client)
            finally:
                client.close()

    asyncio.run(main())
    return plant


def as_float(words: list[int]) -> float:
    return float(struct.unpack(">f", struct.pack(">HH", *words))[0])


def code(answer: Any) -> int:
    assert answer.isError(), answer
    return int(answer.exception_code)


def test_each_point_is_a_block_of_value_status_and_age() -> None:
    async def story(plant: Plant, client: AsyncModbusTcpClient) -> None:
        plant.show("level", 1.75)
        plant.show("count", -70_000, Status.UNCERTAIN)
        plant.clock.advance(2.5)
        plant.show("pump", True)
        for read in (client.read_input_registers, client.read_holding_registers):
            words = (await read(0, count=20)).registers
            assert as_float(words[0:2]) == 1.75
            assert words[2:4] == [0, 2]
            assert struct.unpack(">i", struct.pack(">HH", *words[4:6])) == (-70_000,)
            assert words[6:8] == [1, 2]
            assert words[8:12] == [0, 1, 0, 0]
            assert math.isnan(as_float(words[12:14]))
            assert words[14:16] == [6, 65535]  # never read
            assert words[16:20] == [0x8000, 0, 6, 65535]

    told(story)


@pytest.mark.parametrize(
    ("status", "number"),
    [(Status.SATURATED, 3), (Status.ABSENT, 4), (Status.FAULT, 5)],
)
def test_a_fault_is_a_status_and_never_a_number(status: Status, number: int) -> None:
    async def story(plant: Plant, client: AsyncModbusTcpClient) -> None:
        for point in ("level", "count", "pump"):
            plant.show(point, None, status)
        words = (await client.read_input_registers(0, count=12)).registers
        assert math.isnan(as_float(words[0:2]))
        assert words[4:6] == words[8:10] == [0x8000, 0]
        assert [words[n] for n in (2, 6, 10)] == [number] * 3
        assert (await client.read_coils(PUMP, count=2)).bits[:2] == [False, False]

    told(story)


def test_what_grows_old_is_stale_and_tells_its_age() -> None:
    async def story(plant: Plant, client: AsyncModbusTcpClient) -> None:
        plant.show("level", 1.0)
        plant.clock.advance(60.0)
        assert (await client.read_input_registers(2, count=2)).registers == [2, 60]
        plant.clock.advance(100_000.0)
        assert (await client.read_input_registers(2, count=2)).registers == [2, 65535]

    told(story)


def test_what_a_register_cannot_carry_is_saturated() -> None:
    async def story(plant: Plant, client: AsyncModbusTcpClient) -> None:
        plant.show("level", 1e300)
        plant.show("count", 2**31)
        words = (await client.read_input_registers(0, count=8)).registers
        assert words == [0x7FC0, 0, 3, 0, 0x8000, 0, 3, 0]

    told(story)


def test_part_of_a_block_can_be_read() -> None:
    async def story(plant: Plant, client: AsyncModbusTcpClient) -> None:
        plant.show("level", 1.75)
        plant.show("count", 7)
        assert (await client.read_input_registers(1, count=5)).registers == [0, 0, 0, 0, 7]

    told(story)


def test_a_switch_is_a_coil_and_a_discrete_input() -> None:
    async def story(plant: Plant, client: AsyncModbusTcpClient) -> None:
        plant.show("pump", True)
        for read in (client.read_coils, client.read_discrete_inputs):
            assert (await read(PUMP, count=2)).bits[:2] == [True, True]
            assert code(await read(PUMP + 2, count=1)) == 2
            assert code(await read(LEVEL, count=1)) == 2
        plant.show("pump", False)
        assert (await client.read_coils(PUMP, count=2)).bits[:2] == [False, True]

    told(story)


def test_outputs_are_written_by_coil_and_by_value() -> None:
    async def story(plant: Plant, client: AsyncModbusTcpClient) -> None:
        assert not (await client.write_coil(PUMP, True)).isError()
        assert not (await client.write_coils(PUMP, [False])).isError()
        assert not (await client.write_registers(PUMP, [0, 1])).isError()
        assert not (await client.write_registers(SETPOINT, [0x3FE0, 0])).isError()
        assert not (await client.write_registers(STEPS, [0xFFFF, 0xFFFE])).isError()

    plant = told(story)
    cause = "server scada 127.0.0.1"
    assert plant.written == [
        ("pump", True, cause), ("pump", False, cause), ("pump", True, cause),
        ("setpoint", 1.75, cause), ("steps", -2, cause),
    ]  # fmt: skip


def test_what_cannot_be_written_is_refused_with_the_right_exception() -> None:
    async def story(plant: Plant, client: AsyncModbusTcpClient) -> None:
        assert code(await client.write_registers(LEVEL, [0, 0])) == 2  # no output
        assert code(await client.write_register(SETPOINT, 1)) == 2  # half of a value
        assert code(await client.write_registers(SETPOINT, [0, 0, 0])) == 2
        assert code(await client.write_registers(SETPOINT + 1, [0, 0])) == 2
        assert code(await client.write_coil(SETPOINT, True)) == 2
        assert code(await client.write_coils(PUMP, [True, True])) == 2
        assert code(await client.write_registers(SETPOINT, [0x7FC0, 0])) == 3  # not a number
        assert code(await client.write_registers(PUMP, [0, 2])) == 3
        plant.refusal = TooSoon("pump was switched off 3 s ago", 17.0)
        assert code(await client.write_coil(PUMP, True)) == 6
        for refusal in (OutputRefused("locked"), BusTimeout("the bus")):
            plant.refusal = refusal
            assert code(await client.write_coil(PUMP, True)) == 4

    assert told(story).written == []


def test_without_commands_nothing_is_written() -> None:
    async def story(plant: Plant, client: AsyncModbusTcpClient) -> None:
        assert code(await client.write_coil(PUMP, True)) == 1
        assert code(await client.write_registers(SETPOINT, [0, 0])) == 1

    assert told(story, replace(CONFIG, commands=False)).written == []


def test_addresses_beyond_the_map_are_illegal() -> None:
    async def story(plant: Plant, client: AsyncModbusTcpClient) -> None:
        assert code(await client.read_input_registers(20, count=1)) == 2
        assert code(await client.read_input_registers(16, count=5)) == 2
        assert code(await client.read_coils(0xFFFF, count=1)) == 2

    told(story)


def test_a_gap_in_the_map_is_illegal_and_parts_nothing_else() -> None:
    rows = mapped(POINTS, {"level": 100, "gone": 104})

    async def story(plant: Plant, client: AsyncModbusTcpClient) -> None:
        plant.show("level", 1.0)
        assert (await client.read_input_registers(100, count=2)).registers == [0x3F80, 0]
        assert code(await client.read_input_registers(100, count=5)) == 2  # "gone" is no more
        assert not (await client.read_input_registers(108, count=16)).isError()

    told(story, replace(CONFIG, rows=rows))


async def ended(reader: asyncio.StreamReader) -> bool:
    """Whether the server closed the connection."""
    with contextlib.suppress(ConnectionError):
        return await reader.read() == b""
    return True


def raw(config: ModbusServerConfig, story: Callable[[Plant], Awaitable[None]]) -> None:
    plant = Plant()

    async def main() -> None:
        async with served(plant, config), asyncio.timeout(20):
            await story(plant)

    asyncio.run(main())


@pytest.mark.parametrize("sent", ["00 01 00 01 00 06 01 03 00 00 00 01", "GET / HTTP/1.1\r\n\r\n"])
def test_who_speaks_something_else_is_hung_up_on(sent: str) -> None:
    octets = bytes.fromhex(sent) if sent[0] == "0" else sent.encode()

    async def story(plant: Plant) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", plant.port)
        writer.write(octets)
        assert await ended(reader)
        writer.close()

    raw(CONFIG, story)


def test_who_says_nothing_is_hung_up_on() -> None:
    async def story(plant: Plant) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", plant.port)
        writer.write(bytes.fromhex("00 01 00 00 00"))  # not even a whole head
        assert await ended(reader)
        writer.close()

    raw(replace(CONFIG, idle=0.05), story)


def test_no_more_clients_than_wanted() -> None:
    async def story(plant: Plant) -> None:
        ask = bytes.fromhex("00 01 00 00 00 06 01 04 00 02 00 01")
        first = await asyncio.open_connection("127.0.0.1", plant.port)
        first[1].write(ask)
        assert len(await first[0].readexactly(11)) == 11
        second = await asyncio.open_connection("127.0.0.1", plant.port)
        assert await ended(second[0])
        first[1].write(ask)
        assert len(await first[0].readexactly(11)) == 11
        first[1].close()
        second[1].close()

    raw(replace(CONFIG, connections=1), story)


@pytest.mark.parametrize(("clients", "in_vain"), [(("10.0.0.0/8",), True), (("127.0.0.1",), False)])
def test_only_those_who_are_named_may_connect(clients: tuple[str, ...], in_vain: bool) -> None:
    async def story(plant: Plant) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", plant.port)
        writer.write(bytes.fromhex("00 01 00 00 00 06 01 04 00 02 00 01"))
        assert await ended(reader) if in_vain else await reader.readexactly(11)
        writer.close()

    raw(replace(CONFIG, clients=clients), story)


def test_requests_that_come_together_are_answered_in_order() -> None:
    async def story(plant: Plant) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", plant.port)
        for n in range(1, 4):
            writer.write(n.to_bytes(2, "big") + bytes.fromhex("00 00 00 06 11 04 00 02 00 01"))
        for n in range(1, 4):
            answer = await reader.readexactly(11)
            assert answer == n.to_bytes(2, "big") + bytes.fromhex("00 00 00 05 11 04 02 00 06")
        writer.close()

    raw(CONFIG, story)


def is_served() -> bool:
    """Whether a server has begun to care for a client, or is about to."""
    return any("ModbusServer._connected" in repr(task) for task in asyncio.all_tasks())


def test_who_just_comes_while_it_closes_is_hung_up_on() -> None:
    async def story(plant: Plant) -> None:
        server = ModbusServer(CONFIG, plant)
        await server.open()
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            while not is_served():  # noqa: ASYNC110  # no event tells
                await asyncio.sleep(0)
            await server.close()
            reader, writer = await asyncio.open_connection(sock=client)
            assert await ended(reader)
            writer.close()

    raw(CONFIG, story)


def test_a_port_that_is_taken_says_so() -> None:
    async def story(plant: Plant) -> None:
        other = ModbusServer(replace(CONFIG, port=plant.port), plant)
        with pytest.raises(Unavailable, match=rf"server scada: 127.0.0.1:{plant.port} .*; choose"):
            await other.open()
        await other.close()

    raw(CONFIG, story)


FILE = """
name = "plant"
board = "rak7391"
[[virtual]]
name = "maintenance"
type = "bool"
initial = false
[[virtual]]
name = "setpoint"
type = "float"
initial = 3.5
[server.scada]
type = "modbus"
listen = "127.0.0.1:{port}"
points = ["maintenance", "setpoint"]
commands = true
"""


async def mbpoll(port: int, options: str, *values: str) -> str:
    """What mbpoll prints; it writes `values`, if there are any."""
    command = [program("mbpoll", "mbpoll"), "-m", "tcp", "-p", str(port), "-a", "1", "-0", "-1"]
    process = await asyncio.create_subprocess_exec(
        *command, *options.split(), "127.0.0.1", *values,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return printed.decode(errors="replace")


@pytest.mark.peers
def test_mbpoll_reads_and_writes_a_running_gateway(tmp_path: Path) -> None:
    port = free_port()

    async def main() -> None:
        async with running(FILE.format(port=port), tmp_path, SystemClock()) as gateway:
            ready = asyncio.Event()
            gateway.live.listen(lambda reading: None if reading.cause else ready.set())
            await asyncio.wait_for(ready.wait(), 20)  # the first sample comes after the servers
            seen = await mbpoll(port, "-r 4 -c 1 -t 3:float -B")
            assert re.search(r"\[4\]:\s+3\.5", seen), seen
            await mbpoll(port, "-r 4 -t 4:float -B", "21.25")
            await mbpoll(port, "-r 0 -t 0", "1")
            reading = gateway.live.get("setpoint")
            assert reading is not None
            assert (reading.value, reading.cause) == (21.25, "server scada 127.0.0.1")
            seen = await mbpoll(port, "-r 0 -c 2 -t 1")
            assert re.search(r"\[0\]:\s+1\s+\[1\]:\s+1", seen), seen
            seen = await mbpoll(port, "-r 8 -c 1 -t 3")
            assert "Illegal data address" in seen

    asyncio.run(main())


def test_a_gateway_whose_server_cannot_listen_does_not_run(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        file = tmp_path / "gateway.toml"
        file.write_text(FILE.format(port=port))
        done = wisgate("run", file, "--virtual", "--data", tmp_path / "data", state=tmp_path)
    assert done.returncode == 1
    assert f"server scada: 127.0.0.1:{port} cannot be listened on" in done.stderr
    assert "Traceback" not in done.stderr
