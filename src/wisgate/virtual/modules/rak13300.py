"""RAK13300 in a slot: an SX1262, and a node in the garden that it speaks with. Modules sheet 5.5.

IO3 supplies the antenna switch, IO4 is NRESET, IO5 BUSY, IO6 DIO1. The node has the settings of the
module. It sends every ten seconds, as text, its number, temperature and humidity ("12 21.3 45"),
and answers anything else that it hears with "ack " and the same. Modules in two slots hear each
other as well, 40 dB apart. Not modelled: two antennas on one feeder, duty cycle of the node.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...registers.sx1262 import BANDWIDTH_HZ
from ..chips.sx1262 import Sx1262Twin
from ..faults import FaultKind
from ..plant.radio import Path
from ..radio_format import Format
from ..radio_station import Beacon, Station
from ..slot import Attached, Options, SlotSide
from ..world import World

PROCESSES = (Path,)
ANTENNA_IO, RESET_IO, BUSY_IO, EVENT_IO = 3, 4, 5, 6
PERIOD_S = 10.0
ACKNOWLEDGE = b"ack "
SYNC_WORDS = {"private": 0x1424, "public": 0x3444}
LONG_SYMBOL_S = 16.38e-3
"""From here on the low data rate optimisation is on. Modules sheet 5.5."""


def attach(slot: SlotSide, world: World, options: Options) -> Attached:
    """Put the module into a slot. Options as the catalog names them; `tcxo` in volts is what the
    oscillator of this unit needs."""
    twin = Sx1262Twin(slot.clock, slot.air, name=slot.name, tcxo_v=float(options.get("tcxo", 1.8)))
    front = _Front(slot, world, twin)
    station = Station(slot.air, slot.clock, f"garden of {slot.name}", _form(options))
    node = Beacon(
        slot.air, slot.clock, station, PERIOD_S, lambda n: _weather(world, n), answer=_acknowledge
    )
    slot.air.near.add(slot.name)
    slot.spi.twin = front
    ends = [
        slot.watch(ANTENNA_IO, front.supply_antenna),
        slot.watch(RESET_IO, lambda level: twin.drive("reset", level)),
        slot.before_reading(front.look),
    ]
    front.supply_antenna(True)
    twin.drive("reset", slot.level(RESET_IO))

    def hang(on: bool, parameters: Mapping[str, Any]) -> None:
        twin.stuck = on

    def fall_silent(on: bool, parameters: Mapping[str, Any]) -> None:
        node.silent = on

    def detach() -> None:
        for end in ends:
            end()
        node.leave()
        slot.air.near.discard(slot.name)
        slot.spi.twin = None
        for io in (BUSY_IO, EVENT_IO):
            slot.drive(io, None)

    return Attached(
        effects={FaultKind.NEVER_READY: hang, FaultKind.NOBODY_THERE: fall_silent},
        power_cycle=twin.power_cycle,
        detach=detach,
    )


class _Front:
    """The twin behind the chip select and its lines."""

    def __init__(self, slot: SlotSide, world: World, twin: Sx1262Twin) -> None:
        self._slot, self._world, self._twin = slot, world, twin

    def transfer(self, data: bytes) -> bytes:
        self._see()
        return self._twin.transfer(data)

    def look(self) -> None:
        """What the lines show now."""
        self._see()
        self._slot.drive(BUSY_IO, self._twin.level("busy"))
        self._slot.drive(EVENT_IO, self._twin.level("dio1"))

    def supply_antenna(self, _level: bool) -> None:
        """A weak pull-up does not feed the switch."""
        self._twin.antenna = self._slot.driven(ANTENNA_IO)

    def _see(self) -> None:
        self._slot.air.loss_db = self._world.observe("radio.loss")


def _form(options: Options) -> Format:
    factor = int(options.get("spreading_factor", 7))
    wanted = float(options.get("bandwidth", 125e3))
    bandwidth = min(BANDWIDTH_HZ.values(), key=lambda hertz: abs(hertz - wanted))
    return Format(
        float(options.get("frequency", 868.1e6)),
        bandwidth,
        factor,
        int(options.get("coding_rate", 5)) - 4,
        low_rate=(1 << factor) / bandwidth >= LONG_SYMBOL_S,
        preamble=int(options.get("preamble", 8)),
        sync_word=SYNC_WORDS[str(options.get("sync_word", "private"))],
    )


def _weather(world: World, number: int) -> bytes:
    temperature = world.observe("room.temperature")
    humidity = 100 * world.observe("room.humidity")
    return f"{number} {temperature:.1f} {humidity:.0f}".encode()


def _acknowledge(heard: bytes) -> bytes | None:
    return None if heard.startswith(ACKNOWLEDGE) else ACKNOWLEDGE + heard
