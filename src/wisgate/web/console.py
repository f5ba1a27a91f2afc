"""The Unix socket in a gateway's folder: where it is, and who answers there."""

from __future__ import annotations

import os
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROBE_S = 1.0
_UCRED = struct.Struct("3i")
"""Process, user, group."""
LOGIN_HEADER = "x-wisgate-login"
"""In it the command line says who is logged in; whoever may open the socket is believed."""
LOCAL = "local"
"""Who does not say so."""
_LOGIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,31}\$?")


def named(login: str) -> str:
    """A login name as it may stand in a record."""
    return login if _LOGIN.fullmatch(login) else LOCAL


@contextmanager
def address(path: Path) -> Iterator[str]:
    """`path` as a socket address. Linux takes 107 bytes, and folders may be deeper: so the folder
    is named by its descriptor. Raises OSError when there is no such folder."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def connect(path: Path, timeout: float) -> socket.socket:
    """A connection to who listens at `path`. Raises OSError."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout)
        with address(path) as name:
            connection.connect(name)
    except OSError:
        connection.close()
        raise
    return connection


def answers(path: Path) -> bool:
    """Whether somebody listens at `path`; what a killed gateway left behind does not count."""
    try:
        connect(path, PROBE_S).close()
    except OSError:
        return False
    return True


def process_at(path: Path) -> int | None:
    """The process that listens at `path` (SO_PEERCRED, unix(7)); None when nobody does."""
    try:
        connection = connect(path, PROBE_S)
    except OSError:
        return None
    with connection:
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    return int(_UCRED.unpack(credentials)[0])
