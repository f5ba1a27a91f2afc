"""A network server that speaks the LNS protocol, on loopback, and how it puts frames together."""

from __future__ import annotations

import json
import struct
from contextlib import AbstractAsyncContextManager
from typing import Any

from recorded import LNS
from websockets.asyncio.server import Server, ServerConnection, serve

CONFIG = next(e["msg"] for e in LNS if e["msg"].get("msgtype") == "router_config")
UPLINKS = ("jreq", "updf", "propdf")


def phy_of(told: dict[str, Any]) -> bytes:
    """The frame that a message takes apart, as Basics Station's documentation puts it together."""
    match told["msgtype"]:
        case "jreq":
            euis = [bytes.fromhex(told[e].replace("-", ""))[::-1] for e in ("JoinEui", "DevEui")]
            head = bytes([told["MHdr"]]) + b"".join(euis)
            return head + struct.pack("<Hi", told["DevNonce"], told["MIC"])
        case "updf":
            head = struct.pack("<BiBH", told["MHdr"], told["DevAddr"], told["FCtrl"], told["FCnt"])
            port = bytes([told["FPort"]]) if told["FPort"] >= 0 else b""
            body = bytes.fromhex(told["FOpts"]) + port + bytes.fromhex(told["FRMPayload"])
            return head + body + struct.pack("<i", told["MIC"])
    return bytes.fromhex(told["FRMPayload"])


class Lns:
    """Keeps what stations tell. Use `serving` as a context."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        """Uplinks."""
        self.told: list[dict[str, Any]] = []
        """Everything else."""
        self._traffic: ServerConnection | None = None

    def serving(self) -> AbstractAsyncContextManager[Server]:
        return serve(self._serve, "127.0.0.1", 0)

    async def order(self, **message: Any) -> None:
        """A dnmsg."""
        assert self._traffic is not None
        await self._traffic.send(json.dumps({"msgtype": "dnmsg"} | message))

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        if connection.request.path == "/router-info":
            asked = json.loads(await connection.recv())
            uri = f"ws://{connection.request.headers['Host']}/traffic"
            await connection.send(json.dumps({"router": asked["router"], "uri": uri}))
            return
        self._traffic = connection
        async for text in connection:
            told = json.loads(text)
            (self.heard if told["msgtype"] in UPLINKS else self.told).append(told)
            if told["msgtype"] == "version":
                await connection.send(json.dumps(CONFIG))
