"""Modbus units, resolved: their registers, and the line or host they are behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .where import Where

if TYPE_CHECKING:
    from .model import PointConfig


@dataclass(frozen=True, slots=True)
class RegisterConfig:
    """A register of a Modbus unit."""

    where: Where
    name: str
    address: int
    """0-based, as on the wire."""
    table: str
    """`kind` in the file: "coil", "discrete", "input" or "holding"."""
    encoding: str
    """`type` in the file: "bool", "uint16", "int16", "uint32", "int32", "float32", each wide one
    big-endian, word-swapped with suffix "_swapped"."""
    scale: float
    unit: str
    writable: bool = False
    over: str = ""
    """The register of the same unit that it is divided by."""


@dataclass(frozen=True)
class UnitConfig:
    """A Modbus unit on a serial line or behind a host."""

    where: Where
    id: int
    name: str
    interval: float
    timeout: float
    registers: tuple[RegisterConfig, ...]


@dataclass(frozen=True)
class ModbusHostConfig:
    """A host of the network with Modbus units behind it."""

    where: Where
    host: str
    port: int
    units: tuple[UnitConfig, ...]
    points: tuple[PointConfig, ...]

    @property
    def name(self) -> str:
        """As logs and sources of points call it: "10.0.0.5:502"."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
