"""What the hub keeps from one start to the next, in a small file: the EUIs of its gateways, and
which sessions of boards there were."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ..core.errors import StoreError
from ..store.files import write_synced
from .radio import Eui

FILE = "lorawan.json"
SESSIONS = 1 << 16
"""Numbers that one start of this program may use."""
_MOST = 1 << 32


class _Content(msgspec.Struct):
    session: int = 0
    gateways: dict[str, Eui] = {}


class Kept:
    """Threads: one at a time."""

    def __init__(self, folder: Path) -> None:
        """Take up the file, and take sessions that no start before has used. Raises StoreError."""
        self._path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._content = msgspec.json.decode(self._path.read_bytes(), type=_Content)
        except FileNotFoundError:
            self._content = _Content()
        except (OSError, ValueError) as error:
            cure = "write the EUI of the gateway as gateway_id, and remove the file"
            raise StoreError(f"{self._path}: {error}; {cure}") from error
        self._content.session = (self._content.session + SESSIONS) % _MOST
        self._write()

    @property
    def session(self) -> int:
        """The first of this start."""
        return self._content.session

    @property
    def gateways(self) -> dict[str, Eui]:
        """By region."""
        return dict(self._content.gateways)

    def keep(self, region: str, gateway: Eui) -> None:
        """Store it, on the disk when this returns. Raises StoreError."""
        self._content.gateways[region] = gateway
        self._write()

    def _write(self) -> None:
        try:
            write_synced(self._path, msgspec.json.encode(self._content), 0o600)
        except OSError as error:
            raise StoreError(f"{self._path}: {error}") from error
