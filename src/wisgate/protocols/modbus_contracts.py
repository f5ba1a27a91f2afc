"""What a Modbus unit, its registers and the client that asks it must offer."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, Protocol

from ..core.points import Step, Writing
from .modbus_spans import Located
from .modbus_tables import Table


class Register(Located, Protocol):
    """What a register must say of itself; the file's own registers do."""

    @property
    def name(self) -> str: ...

    @property
    def scale(self) -> float: ...

    @property
    def unit(self) -> str: ...

    @property
    def writable(self) -> bool: ...

    @property
    def over(self) -> str: ...


class Unit(Protocol):
    """What a unit must say of itself. `interval` and `timeout` in seconds."""

    @property
    def id(self) -> int: ...

    @property
    def name(self) -> str: ...

    @property
    def interval(self) -> float: ...

    @property
    def timeout(self) -> float: ...

    @property
    def registers(self) -> Sequence[Register]: ...


class Client(Protocol):
    """What asks a unit; every exchange raises NoAnswer, UnitRefused, BusError. `timeout` in
    seconds."""

    def reading(
        self, unit: int, table: Table, address: int, count: int, timeout: float
    ) -> Generator[Step, Any, bytes]:
        """`count` coils or registers from `address`, as they lie in the answer."""
        ...

    def writing(
        self,
        unit: int,
        table: Table,
        address: int,
        values: Sequence[int],
        *,
        single: bool,
        timeout: float,
    ) -> Writing:
        """Set coils or holding registers; `single` with functions 5 and 6, otherwise with 15 and
        16."""
        ...
