"""RAK5802 RS485: a serial line with Modbus RTU units behind it, or one that is left as it is.

The transceiver turns to sending by itself; nobody switches a direction line, least of all RTS.
Source: modules sheet 4.2.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from ..bus.uart import Uart
from ..config.model import SlotConfig, UnitConfig
from ..core.clock import Clock
from ..core.errors import OutputRefused
from ..core.points import Channel, Commanding, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from ..protocols.modbus import ModbusRtu
from ..protocols.modbus_unit import ModbusUnit
from ..protocols.serial_raw import RawLine
from .outputs import not_writable
from .wires import Wires

RECEIVED = Channel("received", kind=Kind.TEXT, decimals=0, event=True)
COUNT = Channel("count", kind=Kind.INT, decimals=0)


class Rak5802:
    """With Modbus RTU one group per unit, one channel per register, called `<unit>_<register>`.
    Outputs have no safe state of ours: they are in the units, which must know by themselves what to
    do when nobody talks to them. With the protocol "raw" one group: what came. Threads: lane
    only."""

    def __init__(
        self,
        uart: Uart,
        clock: Clock,
        units: Sequence[UnitConfig],
        *,
        baud: int = 9600,
        protocol: str = "modbus-rtu",
        cut: str = "silence",
        interval: Seconds = Seconds(5.0),
    ) -> None:
        if protocol not in ("modbus-rtu", "raw"):
            raise ValueError(f'protocol "{protocol}" is unknown; write "modbus-rtu" or "raw"')
        self.client = ModbusRtu(uart, clock)
        """For what is no channel: diagnosis, commissioning."""
        self._uart, self._baud, self._raw = uart, baud, protocol == "raw"
        self._line = RawLine(uart, lines=cut == "lines")
        self._units = {unit.name: ModbusUnit(self.client, unit, clock) for unit in units}
        self._by_channel = {
            channel.name: unit for unit in self._units.values() for channel in unit.group.channels
        }
        self.groups: tuple[Group, ...] = tuple(unit.group for unit in self._units.values())
        if self._raw:
            self.groups = (Group("raw", (RECEIVED, COUNT), interval),)

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak5802:
        """The module in a slot: UART1 of the connector. Raises BusUnavailable."""
        return cls(
            wires.serial(),
            wires.clock,
            config.units,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Set the baud rate and forget what came before. A silent unit is no reason to fail: it is
        the business of its group. Raises BusError when the port is gone."""
        self._uart.set_baud(self._baud)
        self._uart.flush()
        self._line.forget()

    def sample(self, group: Group) -> Sampling:
        """Read the unit of `group`, a step per request, so that writes get in between. Raises
        NoAnswer when this unit is silent, BusError when the port is gone."""
        return self._heard() if self._raw else self._units[group.name].sample()

    def write(self, channel: str, value: Value) -> None:
        """Set a coil or holding register of a unit. Raises OutputRefused, UnitRefused, BusError."""
        unit = self._by_channel.get(channel)
        if unit is None:
            not_writable("rak5802", channel)
        deque(unit.write(channel, value), maxlen=0)  # its steps wait for nothing but the line

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """Send bytes on a raw line, or wait for some; what comes is an answer here and no event.
        Raises OutputRefused, BusError."""
        yield 0.0
        seconds = float(str(arguments["wait"]))
        if name == "send":
            content = _content(arguments)
            if seconds:
                self._uart.flush()  # what came before is no answer
            self._uart.write(content)
        heard = self._line.wait(seconds) if seconds else b""
        return {"received": heard.hex(" ").upper()}

    def close(self) -> None:
        """Nothing to switch off and nothing to let go: the line rests when nobody sends."""

    def _heard(self) -> Sampling:
        yield from ()  # nothing to wait for
        events = [Reading(RECEIVED.name, text) for text in self._line.take()]
        return [*events, Reading(COUNT.name, self._line.count)]


def _content(arguments: Mapping[str, Value]) -> bytes:
    text, written = arguments["text"], arguments["bytes"]
    if (text is None) == (written is None):
        raise OutputRefused('say what is to be sent: text = "…", or bytes = "DE AD"')
    if text is not None:
        return str(text).replace("\\r", "\r").replace("\\n", "\n").encode()
    try:
        return bytes.fromhex(str(written))
    except ValueError:
        raise OutputRefused(
            f'"{written}" is no row of bytes; write two hexadecimal digits each: "DE AD"'
        ) from None
