"""A network server that speaks Semtech's UDP protocol, on loopback."""

from __future__ import annotations

import asyncio
import socket
from binascii import a2b_base64
from typing import Any

from radio_bench import ROOF

from wisgate.lorawan import gwmp
from wisgate.lorawan.packets import Rxpk, Txpk

DOWN = "YKb+agGgAwCSzNbb"


def payload(packet: Rxpk | Txpk) -> bytes:
    return a2b_base64(packet.payload)


class Server:
    """A network server: keeps what it gets, acknowledges it, and sends what the tests want."""

    def __init__(self, port: int = 0) -> None:
        self.pushes: list[gwmp.Push] = []
        self.pulls: list[gwmp.Pull] = []
        self.answers: list[gwmp.Answer] = []
        self.mute = False
        self._addresses: dict[str, Any] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._read)

    def _read(self) -> None:
        datagram, address = self._socket.recvfrom(65536)
        said = gwmp.from_gateway(datagram)
        if isinstance(said, gwmp.Answer):
            self.answers.append(said)
            return
        if isinstance(said, gwmp.Pull):
            self.pulls.append(said)
            self._addresses[said.eui] = address
        else:
            self.pushes.append(said)
        if not self.mute:
            self._socket.sendto(gwmp.acknowledge(datagram), address)

    def send(self, datagram: bytes, eui: str = ROOF) -> None:
        self._socket.sendto(datagram, self._addresses[eui])

    def order(self, token: int, eui: str = ROOF, **changes: Any) -> None:
        values: dict[str, Any] = {
            "freq": 868.1, "modu": "LORA", "datr": "SF7BW125", "codr": "4/5", "ipol": True,
            "ncrc": True, "powe": 14, "payload": DOWN,
        }  # fmt: skip
        self.send(gwmp.pull_resp(2, token, Txpk(**values | changes)), eui)

    @property
    def heard(self) -> list[Rxpk]:
        return [packet for push in self.pushes for packet in push.packets]

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()
