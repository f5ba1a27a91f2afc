"""Who may sign in: a file with a scrypt hash per user."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

import msgspec

from ..core.errors import Unavailable
from ..store.files import write_synced

_N, _R, _P = 2**14, 8, 5
"""16 MiB and about a second on the CM4: the OWASP password storage sheet's choice for scrypt with
little memory."""
_MAX_MEMORY = 32 * 1024 * 1024
_KEY_LENGTH = 32


class User(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`salt` and `key` in hex, with the cost they were made with."""

    name: str
    salt: str
    key: str
    n: int = _N
    r: int = _R
    p: int = _P

    def accepts(self, password: str) -> bool:
        made = _derive(password, bytes.fromhex(self.salt), self.n, self.r, self.p)
        return hmac.compare_digest(made, bytes.fromhex(self.key))


class _File(msgspec.Struct, forbid_unknown_fields=True):
    users: list[User]


class Users:
    """The file `users.json`. `check` and `add` take about a second and belong in a thread; one at a
    time. Threads: one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._users = {user.name: user for user in _read(path)}
        self._nobody = User("", secrets.token_hex(16), secrets.token_hex(_KEY_LENGTH))

    @property
    def empty(self) -> bool:
        return not self._users

    def __contains__(self, name: str) -> bool:
        return name in self._users

    def check(self, name: str, password: str) -> bool:
        """Takes as long for a user who does not exist."""
        return self._users.get(name, self._nobody).accepts(password)

    def add(self, name: str, password: str) -> None:
        """Raises Unavailable when the file cannot be written; then nobody was added."""
        salt = secrets.token_bytes(16)
        key = _derive(password, salt, _N, _R, _P)
        users = {**self._users, name: User(name, salt.hex(), key.hex())}
        _write(self._path, list(users.values()))
        self._users = users


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=_KEY_LENGTH
    )


def _read(path: Path) -> list[User]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File).users
    except FileNotFoundError:
        return []
    except (OSError, msgspec.DecodeError) as error:
        raise Unavailable(
            f"{path} cannot be read: {error}; restore it, or delete it to claim the gateway anew"
        ) from error


def _write(path: Path, users: list[User]) -> None:
    """Whole or not at all, readable by the owner only."""
    try:
        write_synced(path, msgspec.json.format(msgspec.json.encode(_File(users))), 0o600)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error}") from error
