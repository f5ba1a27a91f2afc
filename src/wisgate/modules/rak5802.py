"""RAK5802 RS485: a serial line with Modbus RTU units behind it.

The transceiver turns to sending by itself; nobody switches a direction line, least of all RTS.
Source: modules sheet 4.2.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..bus.uart import Uart
from ..config.model import SlotConfig, UnitConfig
from ..core.clock import Clock
from ..core.points import Group, Sampling, Value
from ..protocols.modbus import ModbusRtu
from ..protocols.modbus_unit import ModbusUnit
from .outputs import not_writable
from .wires import Wires


class Rak5802:
    """One group per unit, one channel per register, called `<unit>_<register>`. Outputs have no
    safe state of ours: they are in the units, which must know by themselves what to do when nobody
    talks to them. Threads: lane only."""

    def __init__(
        self,
        uart: Uart,
        clock: Clock,
        units: Sequence[UnitConfig],
        *,
        baud: int = 9600,
        protocol: str = "modbus-rtu",
    ) -> None:
        if protocol != "modbus-rtu":
            raise ValueError(f'protocol "{protocol}" is unknown; write "modbus-rtu"')
        self.client = ModbusRtu(uart, clock)
        """For what is no channel: diagnosis, commissioning."""
        self._uart, self._baud = uart, baud
        self._units = {unit.name: ModbusUnit(self.client, unit, clock) for unit in units}
        self._by_channel = {
            channel.name: unit for unit in self._units.values() for channel in unit.group.channels
        }
        self.groups: tuple[Group, ...] = tuple(unit.group for unit in self._units.values())

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak5802:
        """The module in a slot: UART1 of the connector. Raises BusUnavailable."""
        return cls(
            wires.serial(),
            wires.clock,
            config.units,
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Set the baud rate and forget what came before. A silent unit is no reason to fail: it is
        the business of its group. Raises BusError when the port is gone."""
        self._uart.set_baud(self._baud)
        self._uart.flush()

    def sample(self, group: Group) -> Sampling:
        """Read the unit of `group`, a step per request, so that writes get in between. Raises
        NoAnswer when this unit is silent, BusError when the port is gone."""
        return self._units[group.name].sample()

    def write(self, channel: str, value: Value) -> None:
        """Set a coil or holding register of a unit. Raises OutputRefused, UnitRefused, BusError."""
        unit = self._by_channel.get(channel)
        if unit is None:
            not_writable("rak5802", channel)
        unit.write(channel, value)

    def close(self) -> None:
        """Nothing to switch off and nothing to let go: the line rests when nobody sends."""
