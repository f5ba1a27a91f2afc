"""A forwarder that the gateway starts: a tiny program that reads the file which it finds in its
folder, and tells of itself by UDP, as a packet forwarder does."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from wisgate.bus.lane import InlineLane, ThreadLane
from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.addresses import Listen
from wisgate.config.load import load
from wisgate.config.radios import LorawanConfig
from wisgate.core.clock import SystemClock
from wisgate.gateway.forwarders import supervise
from wisgate.lorawan.boards import Boards
from wisgate.lorawan.fronts.udp import UdpFront
from wisgate.lorawan.fronts.udp_socket import UdpSocket
from wisgate.lorawan.hub import Hub
from wisgate.lorawan.radio import Downlink, Heard, Result, Uplink
from wisgate.lorawan.supervisor import Phase, Supervisor

CATALOG = load_catalog()
EUI = "0016c001ff000001"
DEADLINE_S = 20.0
PROGRAM = """\
#!{python}
import json, re, socket, time
text = re.sub(r"/\\*.*?\\*/", "", open("global_conf.json").read())
conf = json.loads(text)["gateway_conf"]
there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
there.connect((conf["server_address"], conf["serv_port_up"]))
head = bytes([2, 0, 1, 0]) + bytes.fromhex(conf["gateway_ID"])
told = json.dumps({{"stat": {{"time": "2026-01-01 00:00:00 GMT", "rxnb": 0, "rxok": 0}}}}).encode()
while True:
    there.send(head + told)
    time.sleep(0.05)
"""


@dataclass
class Lines:
    """The GPIO chip of the host; what is done to its lines."""

    log: list[Any] = field(default_factory=list)
    interrupts: bool = False

    def request(self, offset: int, settings: object, consumer: str) -> Lines:
        self.log.append(offset)
        return self

    def set(self, value: bool) -> None:
        self.log.append(value)

    def release(self) -> None:
        self.log.append("release")


def never(gateway: str, region: str, uplinks: tuple[Uplink, ...]) -> Heard:
    raise AssertionError("nobody sends frames here")


async def nothing(downlink: Downlink) -> Result:
    raise AssertionError("nobody sends frames here")


def box(folder: Path, port: int, *, virtual: bool = False) -> Any:
    """What of a gateway counts here."""
    program = folder / "fwd"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    (folder / "gateway.toml").write_text(
        'name = "roof"\nboard = "rak7391"\n'
        '[[slot]]\nslot = "mpcie-1"\nmodule = "rak2287-spi"\n'
        f'[lorawan]\nregion = "EU868"\nudp = "127.0.0.1:{port}"\n'
        f'[[lorawan.board]]\nslot = "mpcie-1"\neui = "{EUI}"\n'
        f'[[lorawan.forwarder]]\nslot = "mpcie-1"\nprogram = "{program}"\n'
    )
    board = SimpleNamespace(
        lanes=(InlineLane("gpiochip0"),), ends=SimpleNamespace(host_lines=Lines())
    )
    return SimpleNamespace(
        config=load(folder / "gateway.toml"), virtual=virtual, folder=folder, board=board,
        clock=SystemClock(),
    )  # fmt: skip


def hub_of(lorawan: LorawanConfig) -> Hub:
    return Hub(Boards(lorawan), SystemClock(), never, nothing)


async def phase(supervisor: Supervisor, wanted: Phase) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while supervisor.states[0].phase is not wanted:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


def test_it_is_reset_started_heard_of_and_ended(tmp_path: Path) -> None:
    async def main() -> None:
        clock = SystemClock()
        udp = UdpSocket(Listen("127.0.0.1", 0), clock)
        gateway = box(tmp_path, 1700)
        hub = hub_of(gateway.config.lorawan)
        await udp.open(UdpFront(hub, clock, 1, udp.send_to).take)
        gateway = box(tmp_path, udp.port)
        lane = ThreadLane("files")
        supervisor = await supervise(gateway, CATALOG, hub, lane, tmp_path)
        assert supervisor is not None
        async with asyncio.TaskGroup() as group:
            group.create_task(supervisor.run())
            await phase(supervisor, Phase.RUNNING)
            assert gateway.board.ends.host_lines.log == [17, False, True, False, "release"]
            supervisor.stop()
        hub.close()
        udp.close()
        await lane.close()
        assert supervisor.states[0].phase is Phase.STOPPED

    asyncio.run(main())
    assert (tmp_path / "forwarders/mpcie-1/global_conf.json").exists()


def test_a_virtual_board_starts_none(tmp_path: Path) -> None:
    async def main() -> None:
        gateway = box(tmp_path, 1700, virtual=True)
        hub = hub_of(gateway.config.lorawan)
        assert await supervise(gateway, CATALOG, hub, InlineLane("files"), tmp_path) is None
        assert hub.on_status == []

    asyncio.run(main())
    assert not (tmp_path / "forwarders").exists()
