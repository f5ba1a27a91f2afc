"""RAK13006 CAN and CAN FD bus: an MCP2518FD, polled.

The controller keeps 16 frames between two samplings; what comes beyond is lost, and counted. The
kernel cannot drive it on this board, because the interrupt ends on an expander.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

from ..bus.spi import Spi
from ..chips.can_frames import CanFrame
from ..chips.mcp2518fd import FIFO_OBJECTS, Mcp2518fd
from ..config.model import SlotConfig
from ..core.errors import ConfigError, OutputRefused
from ..core.points import Channel, Commanding, Group, Kind, Reading, Sampling, Step, Value
from ..core.units import Seconds
from ..registers.mcp2518fd import ErrorCounts
from .can_text import understood, written
from .changes import Changes
from .outputs import not_writable
from .wires import Wires

SPI_HZ = 8_000_000  # the chip takes 17 MHz
LOOK_S, LOOKS = 1e-3, 100  # for a frame to be acknowledged; one takes 1 ms at 125 kbit/s

FRAME = Channel("frame", kind=Kind.TEXT, decimals=0, event=True)
RECEIVED = Channel("received", kind=Kind.INT, decimals=0, event=True)
SENT = Channel("sent", kind=Kind.INT, decimals=0, event=True)
LOST = Channel("lost", kind=Kind.INT, decimals=0, event=True)
TRANSMIT_ERRORS = Channel("transmit_errors", kind=Kind.INT, decimals=0, event=True)
RECEIVE_ERRORS = Channel("receive_errors", kind=Kind.INT, decimals=0, event=True)
STATE = Channel("state", kind=Kind.TEXT, decimals=0, event=True)


class Rak13006:
    """Options as the catalog names them, rates in bits per second. Raises ValueError for a rate
    that the oscillator cannot give. Threads: lane only."""

    def __init__(
        self,
        spi: Spi,
        *,
        interval: Seconds = Seconds(0.1),
        bitrate: float = 500e3,
        payload_bitrate: float = 2e6,
        fd: bool = True,
    ) -> None:
        self.groups = (
            Group(
                "bus",
                (FRAME, RECEIVED, SENT, LOST, TRANSMIT_ERRORS, RECEIVE_ERRORS, STATE),
                interval,
            ),
        )
        self._chip = Mcp2518fd(spi, bitrate=bitrate, payload_bitrate=payload_bitrate, fd=fd)
        self._classic = not fd
        self._running = False
        self._changes = Changes()
        self._received = self._sent = self._lost = 0

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak13006:
        """The module in a slot: chip select and nothing else (modules sheet 6.8). Raises
        ConfigError."""
        try:
            return cls(
                wires.selected(SPI_HZ),
                interval=Seconds(config.interval),
                **dict(config.options),  # type: ignore[arg-type]  # checked against the entry
            )
        except ValueError as refused:
            raise ConfigError([f"{config.where}: {refused}"]) from refused

    def open(self) -> None:
        """The controller is set up by the first sampling or command."""
        self._running = False

    def sample(self, group: Group) -> Sampling:
        """The frames that have come, oldest first, and what changed of the rest. Raises BusError,
        ChipError, above all UnexpectedValue when it was reset."""
        yield from self._ready()
        readings = []
        for _ in range(FIFO_OBJECTS + 1):  # those that waited, and no more
            arrival = self._chip.receive()
            self._lost += arrival.lost
            if arrival.frame is None:
                break
            self._received += 1
            readings.append(Reading(FRAME.name, written(arrival.frame)))
        errors = self._chip.errors()
        return readings + self._changes.news(
            {
                RECEIVED.name: self._received,
                SENT.name: self._sent,
                LOST.name: self._lost,
                TRANSMIT_ERRORS.name: errors.transmit,
                RECEIVE_ERRORS.name: errors.receive,
                STATE.name: state_of(errors),
            }
        )

    def write(self, channel: str, value: Value) -> None:
        not_writable("rak13006", channel)

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """`send`: one frame; it is thrown away when nobody acknowledges it. Raises OutputRefused,
        BusError, ChipError."""
        frame = understood(str(arguments["frame"]))
        if frame.fd and self._classic:
            raise OutputRefused("a frame of CAN FD, and the option fd is false")
        yield from self._ready()
        yield from self._send(frame)
        self._sent += 1
        return {"frame": written(frame), "sent": self._sent}

    def close(self) -> None:
        """Take no part in the bus any more. Raises BusError."""
        if self._running:
            self._running = False
            self._chip.stop()

    def _ready(self) -> Generator[Step, None, None]:
        """Set the controller up unless it runs, as it must have since."""
        if self._running:
            self._running = False  # until it is seen to, whatever happens
            self._chip.verify()
        else:
            yield from self._chip.start()
            self._changes.forget()
        self._running = True

    def _send(self, frame: CanFrame) -> Generator[Step, None, None]:
        self._chip.send(frame)
        for _ in range(LOOKS):
            yield LOOK_S
            if not self._chip.pending():
                return
        errors = self._chip.errors()
        yield from self._chip.abandon()
        raise OutputRefused(
            f"{written(frame)}: not acknowledged within {LOOK_S * LOOKS:g} s, {errors.transmit}"
            f" transmit errors, {state_of(errors)}; look at the wires, the other nodes and the bit"
            " rate"
        )


def state_of(errors: ErrorCounts) -> str:
    """What ISO 11898-1 calls a controller with these counts."""
    if errors.bus_off:
        return "bus-off"
    if errors.transmit_passive or errors.receive_passive:
        return "passive"
    return "warning" if errors.warning else "active"
