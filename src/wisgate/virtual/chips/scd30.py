"""SCD30 twin, from Sensirion's SCD30 interface description 1.0; written without looking at the
driver.

World inputs: `co2_ppm`, `temperature` in °C, `humidity` from 0 to 1; `look` is called before they
are sampled, when a measurement ends. The first CO2 value after a start or a boot is 0 (modules
sheet 6.7). An answer is there 3 ms after its command, in a transaction of its own; before that,
and when nothing was measured, a read is refused: the datasheet only forbids it. `stretch` is how
long the chip holds the clock at each read.
Not modelled: noise, warm-up, what pressure, altitude and calibration do to the CO2 value, the PWM
output, Modbus.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from math import inf

from ...core.clock import Clock
from ...registers.scd30 import (
    ANSWER_AFTER_S,
    BOOT_S,
    INTERVALS_S,
    PRESSURES_MBAR,
    RANGE_PPM,
    RECALIBRATIONS_PPM,
    Command,
)
from .sensirion import checked

FIRMWARE = 0x0342
DELIVERED: dict[int, int] = {
    Command.INTERVAL: 2,
    Command.SELF_CALIBRATION: 0,
    Command.TEMPERATURE_OFFSET: 0,
    Command.ALTITUDE: 0,
}
"""What is kept without power, as it comes from the factory."""
RECALIBRATED_PPM = 400
"""What RECALIBRATION answers after power-up."""
ARGUMENTS = {
    Command.START: range(PRESSURES_MBAR[0], PRESSURES_MBAR[1] + 1),
    Command.INTERVAL: range(INTERVALS_S[0], INTERVALS_S[1] + 1),
    Command.SELF_CALIBRATION: range(2),
    Command.RECALIBRATION: range(RECALIBRATIONS_PPM[0], RECALIBRATIONS_PPM[1] + 1),
    Command.TEMPERATURE_OFFSET: range(0x10000),
    Command.ALTITUDE: range(0x10000),
}
"""What each command takes; anything else is acknowledged and changes nothing."""


class Scd30Twin:
    """Threads: lane only."""

    addresses: tuple[int, ...] = (0x61,)

    def __init__(self, clock: Clock) -> None:
        self.co2_ppm = 420.0
        self.temperature = 25.0
        self.humidity = 0.5
        self.look: Callable[[], None] = lambda: None
        self.never_ready = False
        """A fault: no measurement ever ends."""
        self.stretch = 0.0
        """Seconds: 0.03 are usual, 0.15 happen once a day."""
        self._clock = clock
        self._kept: dict[int, int] = dict(DELIVERED)
        self._measuring = False
        self._open: bool
        self.power_cycle()

    def addressed(self, address: int, read: bool) -> bool:
        now = self._clock.monotonic()
        if address not in self.addresses or now < self._ready_at:
            return False
        if read and (self._open or not self._answer or now < self._answer_at):
            return False
        self._open = True
        return True

    def write(self, data: bytes) -> int:
        if len(data) < 2:
            return len(data)
        self._answer = b""
        command = data[0] << 8 | data[1]
        if command not in set(Command):
            return 1
        if len(data) < 5:
            self._obey(Command(command))
            return len(data)
        argument = data[2] << 8 | data[3]
        if data[2:5] != checked(argument):
            return 4
        self._store(Command(command), argument)
        return 5

    def read(self, count: int) -> bytes:
        self._clock.sleep(self.stretch)
        answer, self._answer = self._answer, b""
        return answer[:count].ljust(count, b"\xff")

    def stop(self) -> None:
        self._open = False

    def power_cycle(self) -> None:
        """Everything but what is kept is lost; a chip that measured goes on with it."""
        self._ready_at = self._clock.monotonic() + BOOT_S
        self._recalibrated = RECALIBRATED_PPM
        self._result = self._answer = b""
        self._open = False
        self._begin(self._ready_at if self._measuring else inf)

    @property
    def ready(self) -> bool:
        """The level of the RDY pin: a measurement waits that nobody has read."""
        self._measure()
        return bool(self._result)

    def _begin(self, at: float) -> None:
        """Measure from `at` on; inf for not at all."""
        self._first = True
        self._due = at + self._kept[Command.INTERVAL]

    def _obey(self, command: Command) -> None:
        """A command without an argument."""
        self._measure()
        if command is Command.STOP:
            self._measuring = False
            self._begin(inf)
        elif command is Command.SOFT_RESET:
            self.power_cycle()
        elif command is Command.READY:
            self._reply(checked(int(bool(self._result))))
        elif command is Command.READ:
            self._reply(self._result)
            self._result = b""
        elif command is Command.FIRMWARE:
            self._reply(checked(FIRMWARE))
        elif command is Command.RECALIBRATION:
            self._reply(checked(self._recalibrated))
        elif command in self._kept:
            self._reply(checked(self._kept[command]))

    def _store(self, command: Command, argument: int) -> None:
        self._measure()
        if command is Command.START and argument in (0, *ARGUMENTS[command]):
            if not self._measuring:
                self._measuring = True
                self._begin(self._clock.monotonic())
        elif argument not in ARGUMENTS.get(command, ()):
            return
        elif command is Command.RECALIBRATION:
            self._recalibrated = argument
        else:
            self._kept[command] = argument

    def _reply(self, answer: bytes) -> None:
        self._answer = answer
        self._answer_at = self._clock.monotonic() + ANSWER_AFTER_S

    def _measure(self) -> None:
        """Finish what is finished by now."""
        now = self._clock.monotonic()
        if self.never_ready or now < self._due:
            return
        self.look()
        interval = self._kept[Command.INTERVAL]
        co2 = 0.0 if self._first and now < self._due + interval else self.co2_ppm
        offset = self._kept[Command.TEMPERATURE_OFFSET] / 100
        self._result = b"".join(
            _words(value)
            for value in (
                max(RANGE_PPM[0], min(RANGE_PPM[1], co2)),
                max(-40.0, min(70.0, self.temperature - offset)),
                max(0.0, min(100.0, self.humidity * 100)),
            )
        )
        self._first = False
        self._due += ((now - self._due) // interval + 1) * interval


def _words(value: float) -> bytes:
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    return checked(high) + checked(low)
