"""Containers, asked of Docker over its socket: one request, which changes nothing.

Source: Docker Engine API, GET /containers/json; labels of the Compose specification.
"""

from __future__ import annotations

import json
import re
import socket
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from ..host import Container

LONGEST_S = 3.0
SERVICE = "com.docker.compose.service"


class _Docker(HTTPConnection):
    """HTTP over Docker's Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=LONGEST_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(LONGEST_S)
        self.sock.connect(str(self._path))


def containers(root: Path) -> tuple[Container, ...] | None:
    """Every container of compose, stopped ones too; None when Docker does not answer."""
    docker = _Docker(root / "run/docker.sock")
    try:
        docker.request("GET", "/containers/json?all=1")
        answer = docker.getresponse()
        listed = json.loads(answer.read()) if answer.status == 200 else None
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        docker.close()
    if not isinstance(listed, list):
        return None
    return tuple(_container(told) for told in listed if SERVICE in told.get("Labels", {}))


def _container(told: dict[str, Any]) -> Container:
    """The health stands in brackets at the end of the status: "Up 2 hours (healthy)"."""
    found = re.search(r"\((?:health: )?(\w+)\)$", told.get("Status", ""))
    health = found[1] if found and not found[1].isdigit() else ""
    return Container(told["Labels"][SERVICE], told.get("State", ""), health)
