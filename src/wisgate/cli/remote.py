"""Asks a running gateway over the Unix socket in its folder: the same API as over HTTP."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from ..core.errors import RemoteError, Unavailable
from ..core.points import Value
from ..web.console import LOGIN_HEADER, answers, connect
from .options import state_folder

TIMEOUT_S = 10.0
PATIENCE_S = 120.0
"""For a command, which may wait for somebody."""
EXAMINED_S = 90.0
"""An examination looks at everything some times."""
STILL_S = 30.0
"""A stream says something every 10 s."""
CONTROL = "control.sock"
"""The socket in the gateway's folder that answers read, write and history."""


class _SocketConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path, self._timeout = path, timeout

    def connect(self) -> None:
        self.sock = connect(self._path, self._timeout)


class Remote:
    """A running gateway."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def folder(self) -> Path:
        """Of its store and secrets."""
        return self._path.parent

    def points(self) -> list[dict[str, Any]]:
        """Every point with its last reading. Raises RemoteError."""
        found: list[dict[str, Any]] = self._ask("GET", "/api/v1/points")["points"]
        return found

    def sample(self, point: str) -> dict[str, Any]:
        """Read it now, between its samples. Raises RemoteError."""
        return self._ask("POST", f"/api/v1/points/{quote(point)}/sample", timeout=PATIENCE_S)

    def write(self, point: str, value: Value) -> dict[str, Any]:
        """Raises RemoteError with the gateway's reason."""
        return self._ask("PUT", f"/api/v1/points/{quote(point)}", {"value": value})

    def commands(self) -> list[dict[str, Any]]:
        """Every command of every module. Raises RemoteError."""
        found: list[dict[str, Any]] = self._ask("GET", "/api/v1/commands")["commands"]
        return found

    def perform(self, place: str, name: str, arguments: dict[str, Value]) -> dict[str, Any]:
        """Let a module do a command. Raises RemoteError with the gateway's reason."""
        path = f"/api/v1/commands/{quote(place)}/{quote(name)}"
        body = {"arguments": arguments}
        result: dict[str, Any] = self._ask("POST", path, body, PATIENCE_S)["result"]
        return result

    def history(self, point: str, **query: Any) -> dict[str, Any]:
        """Raises RemoteError."""
        asked = urlencode({key: value for key, value in query.items() if value is not None})
        return self._ask("GET", f"/api/v1/points/{quote(point)}/history?{asked}")

    def alarm_history(self, alarm: str, start: float, end: float) -> dict[str, Any]:
        """Its changes; seconds since 1970. Raises RemoteError."""
        asked = urlencode({"from": start, "to": end})
        return self._ask("GET", f"/api/v1/alarms/{quote(alarm, safe='')}/history?{asked}")

    def alarms(self) -> list[dict[str, Any]]:
        """Every alarm and its state. Raises RemoteError."""
        found: list[dict[str, Any]] = self._ask("GET", "/api/v1/alarms")["alarms"]
        return found

    def acknowledge(self, alarm: str) -> dict[str, Any]:
        """Raises RemoteError with the gateway's reason."""
        return self._ask("POST", f"/api/v1/alarms/{quote(alarm, safe='')}/acknowledge")

    def shelve(self, alarm: str, seconds: float, reason: str) -> dict[str, Any]:
        """For so long; 0 ends it. Raises RemoteError with the gateway's reason."""
        body = {"for": seconds, "reason": reason}
        return self._ask("POST", f"/api/v1/alarms/{quote(alarm, safe='')}/shelve", body)

    def doctor(self) -> dict[str, Any]:
        """An examination of its box, beside its work. Raises RemoteError."""
        return self._ask("GET", "/api/v1/doctor", timeout=EXAMINED_S)

    def scan(self) -> dict[str, Any]:
        """Who answers on its I2C bus. Raises RemoteError."""
        return self._ask("GET", "/api/v1/scan", timeout=EXAMINED_S)

    def problems(self) -> list[str]:
        """What is wrong, in words; nothing when all is well. Raises RemoteError."""
        told = self._answer("GET", "/healthz")[1]
        found: list[str] = told.get("problems", [])
        return found

    def events(self, path: str, end: float | None) -> Iterator[tuple[str, bytes]]:
        """Server-sent events, by name, until `end` of the monotonic clock or the end of the
        gateway. Raises RemoteError."""
        connection = _SocketConnection(self._path, STILL_S)
        try:
            connection.request("GET", path, headers={LOGIN_HEADER: _login()})
            response = connection.getresponse()
            if response.status >= 400:
                raise RemoteError(str(msgspec.json.decode(response.read())["error"]))
            name = ""
            while _patient(connection, end) and (line := response.readline()):
                key, _, value = line.strip().partition(b": ")
                if key == b"event":
                    name = value.decode()
                elif key == b"data":
                    yield name, value
        except (OSError, HTTPException, msgspec.DecodeError) as error:
            if end is None or time.monotonic() < end:
                text = f"{self._path}: the gateway does not answer: {error}"
                raise RemoteError(text) from error
        finally:
            connection.close()

    def claim_code(self) -> str:
        """A new one. Raises RemoteError when there is a user already."""
        return str(self._ask("POST", "/api/v1/claim/renew")["code"])

    def _ask(
        self, method: str, path: str, body: object = None, timeout: float = TIMEOUT_S
    ) -> dict[str, Any]:
        status, answer = self._answer(method, path, body, timeout)
        if status >= 400:
            raise RemoteError(str(answer.get("error", f"status {status}")))
        return answer

    def _answer(
        self, method: str, path: str, body: object = None, timeout: float = TIMEOUT_S
    ) -> tuple[int, dict[str, Any]]:
        connection = _SocketConnection(self._path, timeout)
        try:
            sent = None if body is None else msgspec.json.encode(body)
            headers = {"Content-Type": "application/json", LOGIN_HEADER: _login()}
            connection.request(method, path, sent, headers)
            response = connection.getresponse()
            answer: dict[str, Any] = msgspec.json.decode(response.read())
        except (OSError, HTTPException, msgspec.DecodeError) as error:
            raise RemoteError(f"{self._path}: the gateway does not answer: {error}") from error
        finally:
            connection.close()
        return response.status, answer


def _patient(connection: HTTPConnection, end: float | None) -> bool:
    """Have reads end in time. False when that is over."""
    left = STILL_S if end is None else end - time.monotonic()
    if left > 0:
        connection.sock.settimeout(min(left, STILL_S))
    return left > 0


def _login() -> str:
    """Who is logged in, "" when nobody knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in a container
        return ""


def find(data: Path | None) -> Remote | None:
    """The running gateway: of the folder `data`, or the only one under the state folder. None when
    nothing runs there. Raises Unavailable when several do."""
    if data is not None:
        path = data / CONTROL
        return Remote(path) if answers(path) else None
    running = [path for path in sorted(state_folder().glob(f"*/{CONTROL}")) if answers(path)]
    if len(running) > 1:
        names = ", ".join(path.parent.name for path in running)
        raise Unavailable(f"several gateways run here: {names}; choose one with --data DIR")
    return Remote(running[0]) if running else None
