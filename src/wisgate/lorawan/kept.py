"""The EUIs of the gateways that boards form, kept in a small file from one start to the next."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ..core.errors import StoreError
from ..store.files import write_synced
from .radio import Eui

FILE = "lorawan.json"


class _Content(msgspec.Struct):
    gateways: dict[str, Eui] = {}


class Kept:
    """Threads: one at a time."""

    def __init__(self, folder: Path) -> None:
        """Take up the file. Raises StoreError for one that is damaged."""
        self._path = folder / FILE
        try:
            self._content = msgspec.json.decode(self._path.read_bytes(), type=_Content)
        except FileNotFoundError:
            self._content = _Content()
        except (OSError, ValueError) as error:
            cure = "write the EUI of the gateway as gateway_id, and remove the file"
            raise StoreError(f"{self._path}: {error}; {cure}") from error

    @property
    def gateways(self) -> dict[str, Eui]:
        """By region."""
        return dict(self._content.gateways)

    def keep(self, region: str, gateway: Eui) -> None:
        """Store it, on the disk when this returns. Raises StoreError."""
        self._content.gateways[region] = gateway
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_synced(self._path, msgspec.json.encode(self._content), 0o600)
        except OSError as error:
            raise StoreError(f"{self._path}: {error}") from error
