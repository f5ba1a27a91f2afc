"""RAK17000 motor driver: a DRV8833 with two bridges, for two DC motors or one stepper.
Modules sheet 4.11.

Four inputs say what the bridges do:

    xIN1 xIN2            one stepper, two phases on, forward:  AIN1 AIN2 BIN1 BIN2
     0    0   coast                                             1    0    1    0
     0    1   backward                                          0    1    1    0
     1    0   forward                                           0    1    0    1
     1    1   brake                                             1    0    0    1

One of them is behind an I2C expander, so there is no PWM that deserves the name: a motor runs,
coasts or brakes. nSLEEP low lets both bridges float, which is the safe state; what the chip says of
an over-current is not on the connector.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from ..bus.lines import Line, LineAt, Output
from ..config.model import SlotConfig
from ..core.errors import BusUnavailable, OutputRefused, UnexpectedValue
from ..core.points import Channel, Commanding, Group, Kind, Reading, Sampling, Value
from ..core.units import Seconds
from .outputs import not_writable
from .wires import Wires

MOTOR_A = Channel("motor_a", unit="%", decimals=0, writable=True, safe=0.0)
MOTOR_B = Channel("motor_b", unit="%", decimals=0, writable=True, safe=0.0)
POSITION = Channel("position", kind=Kind.INT, decimals=0)

INPUTS = {"AIN1": "SPI_CLK", "AIN2": "SPI_CS", "BIN1": "IO3", "BIN2": "SPI_MOSI"}
"""Input of the chip: signal of the connector."""
SLEEP = "IO6"
WAKE = Seconds(1e-3)  # nSLEEP to the first input that counts
COAST, FORWARD, BACKWARD, BRAKE = (False, False), (True, False), (False, True), (True, True)
PHASES = (
    (True, False, True, False),
    (False, True, True, False),
    (False, True, False, True),
    (True, False, False, True),
)
"""Full steps with both phases on, forward: AIN1, AIN2, BIN1, BIN2."""
MOST_STEPS = 2000
"""Of one command; a command keeps other samplings of the module waiting."""
LONGEST_S = 20.0


class Rak17000:
    """With `drive` "dc" the channels `motor_a` and `motor_b`: -100, 0 or 100 %; with "stepper" the
    channel `position`, and commands that move. Threads: lane only."""

    def __init__(
        self,
        inputs: Mapping[str, LineAt],
        sleep: LineAt,
        *,
        interval: Seconds = Seconds(10.0),
        drive: str = "dc",
        stop: str = "coast",
        motor_supply: str = "terminal",
    ) -> None:
        """`inputs` by the names of the chip ("AIN1"). `stop` is what 0 % does: "coast" or "brake".
        `motor_supply` matters to the plan alone."""
        self._stepper = drive == "stepper"
        channels = (POSITION,) if self._stepper else (MOTOR_A, MOTOR_B)
        self.groups = (Group("motors", channels, interval),)
        self._inputs_at, self._sleep_at = inputs, sleep
        self._stopped = BRAKE if stop == "brake" else COAST
        self._inputs: dict[str, Line] = {}
        self._sleep: Line | None = None
        self._commanded = {MOTOR_A.name: 0.0, MOTOR_B.name: 0.0}
        self._position = 0
        self._awake = False

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak17000:
        """The module in a slot. The SPI of the board must be off."""
        return cls(
            {name: wires.lines[signal] for name, signal in INPUTS.items()},
            wires.lines[SLEEP],
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Take the lines with the driver asleep and every input low. Raises BusError."""
        self.close()
        self._sleep = self._sleep_at.request(Output(False))  # first: a pull-up may hold it awake
        for name, at in self._inputs_at.items():
            self._inputs[name] = at.request(Output(False))
        self._commanded = dict.fromkeys(self._commanded, 0.0)
        self._awake = False

    def sample(self, group: Group) -> Sampling:
        """Read back what was commanded. Raises BusError, UnexpectedValue when nSLEEP says
        otherwise."""
        yield from ()  # nothing to wait for
        awake = self._line().get()
        if awake is not self._awake:
            raise UnexpectedValue(
                f"nSLEEP reads {'high' if awake else 'low'}, commanded was"
                f" {'high' if self._awake else 'low'}: the expander was reset"
            )
        if self._stepper:
            return [Reading(POSITION.name, self._position)]
        return [Reading(name, value) for name, value in self._commanded.items()]

    def write(self, channel: str, value: Value) -> None:
        """Run, or stop, one motor. Raises OutputRefused, BusError."""
        if self._stepper or channel not in self._commanded:
            not_writable("rak17000", channel)
        if value not in (-100, 0, 100) or isinstance(value, bool):
            raise OutputRefused(
                f"{channel} takes -100, 0 or 100, not {value!r}: there is no PWM behind an expander"
            )
        number = float(value)
        inputs = {-100.0: BACKWARD, 0.0: self._stopped, 100.0: FORWARD}[number]
        self._drive(channel, inputs)
        self._commanded[channel] = number
        self._wake(any(self._commanded.values()) or self._stopped is BRAKE)

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """`coast` and `brake` both motors; `step` the stepper, `release` its coils. Raises
        OutputRefused, BusError."""
        if name == "step":
            return (yield from self._step(int(arguments["steps"] or 0), arguments))
        yield from ()
        if name == "release":
            self._release()
            return {"position": self._position}
        inputs = BRAKE if name == "brake" else COAST
        for motor in self._commanded:
            self._drive(motor, inputs)
            self._commanded[motor] = 0.0
        self._wake(name == "brake")  # awake it brakes, asleep both float
        return {}

    def close(self) -> None:
        """Driver asleep, every input low, lines let go, each whatever became of the others. Raises
        BusError."""
        sleep, self._sleep = self._sleep, None
        inputs, self._inputs = self._inputs, {}
        self._commanded = dict.fromkeys(self._commanded, 0.0)
        with ExitStack() as last_first:
            for line in (*inputs.values(), *((sleep,) if sleep else ())):
                last_first.callback(line.release)
                last_first.callback(line.set, False)

    def _step(self, steps: int, arguments: Mapping[str, Value]) -> Commanding:
        """One phase after the other, slower at begin and end where `ramp` says so."""
        pause = 1 / float(arguments["rate"] or 1.0)
        ramp = int(arguments["ramp"] or 0)
        if abs(steps) > MOST_STEPS or abs(steps) * pause > LONGEST_S:
            raise OutputRefused(
                f"step: {steps} steps at {1 / pause:g} a second take too long; {MOST_STEPS} steps"
                f" and {LONGEST_S:g} s are the most of one command"
            )
        self._wake(True)
        yield WAKE
        direction = 1 if steps > 0 else -1
        for done in range(abs(steps)):
            self._position += direction
            self._phase()
            edge = min(done, abs(steps) - 1 - done)
            yield pause * (1 + max(0, ramp - edge) / ramp if ramp else 1)
        if not arguments["hold"]:
            self._release()
        return {"position": self._position}

    def _phase(self) -> None:
        levels = PHASES[self._position % len(PHASES)]
        for line, level in zip(self._inputs.values(), levels, strict=True):
            line.set(level)

    def _release(self) -> None:
        self._wake(False)
        for line in self._inputs.values():
            line.set(False)

    def _drive(self, motor: str, inputs: tuple[bool, bool]) -> None:
        bridge = motor[-1].upper()
        self._line()
        for number, level in enumerate(inputs, 1):
            self._inputs[f"{bridge}IN{number}"].set(level)

    def _wake(self, awake: bool) -> None:
        self._line().set(awake)
        self._awake = awake

    def _line(self) -> Line:
        if self._sleep is None:
            raise BusUnavailable("the lines of the motor driver are not open")
        return self._sleep
