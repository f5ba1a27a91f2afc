"""RAK13005 LIN bus: a TLE7259-3GE on the serial port of the slot. Modules sheet 4.7.

As commander it runs a schedule once per interval. As responder it listens all the time and answers
at once; how long that takes over a USB bridge is measured, and a commander that waits less does not
hear us. As monitor it only listens. EN and WK stay high: a transceiver that sleeps cannot tell over
the port that it was woken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack

from ..bus.lines import Line, LineAt, Output
from ..bus.uart import Uart
from ..config.model import EntryConfig, FrameConfig, ScheduleConfig, SlotConfig
from ..core.clock import Clock
from ..core.errors import ChecksumMismatch, OutputRefused, UnexpectedValue
from ..core.points import (
    Channel,
    Commanding,
    Group,
    Kind,
    Reading,
    Sampling,
    Status,
    Step,
    Value,
)
from ..core.units import Seconds
from ..protocols.lin import IDLE_SLEEP_S, WAKE_READY_S, LinPort
from ..protocols.lin_frames import GO_TO_SLEEP, REQUEST, turn_s
from ..protocols.lin_node import LinFrame
from ..protocols.lin_stream import HeardFrame, LinStream, spelled
from .outputs import not_writable
from .wires import Wires

FRAMES = Channel("frames", kind=Kind.INT, decimals=0)
ERRORS = Channel("errors", kind=Kind.INT, decimals=0)
ASLEEP = Channel("asleep", kind=Kind.BOOL, decimals=0)
FRAME = Channel("frame", kind=Kind.TEXT, decimals=0, event=True)
TURNAROUND = Channel("turnaround", unit="s", decimals=4)

SETTLE_S = 1e-3  # 4.7: EN to normal mode, 150 us
LISTEN_S = 0.02
"""One wait of a responder; others get the port in between."""
KEPT = 256
"""Frames in the log."""
Running = Generator[Step, None, dict[str, Reading]]


class Rak13005:
    """One group: what the bus as a whole does, and every signal of its frames. Signals that the
    gateway publishes are outputs; `initial` of the file is their safe state, and the last thing
    that is sent before the module is closed. Threads: lane only."""

    def __init__(
        self,
        uart: Uart,
        clock: Clock,
        enable: LineAt,
        wake: LineAt,
        frames: Sequence[FrameConfig] = (),
        schedules: Sequence[ScheduleConfig] = (),
        *,
        baud: int = 19200,
        role: str = "commander",
        protocol: str = "2.x",
        log: bool = False,
        interval: Seconds = Seconds(1.0),
    ) -> None:
        self.port = LinPort(uart, clock, baud)
        """For what is no channel: diagnosis, commissioning."""
        self._uart, self._clock, self._baud, self._interval = uart, clock, baud, interval
        self._enable_at, self._wake_at = enable, wake
        self._role, self._logs = role, log
        self._frames = {f.name: LinFrame(f, enhanced=protocol == "2.x") for f in frames}
        self._by_id = {frame.id: frame for frame in self._frames.values()}
        self._by_channel = {c.name: f for f in self._frames.values() for c in f.channels}
        every = tuple(EntryConfig(name, None) for name in self._frames)
        self._schedules = {s.name: s.entries for s in schedules} or {"all frames": every}
        self._schedule = next(iter(self._schedules))
        own = [FRAMES, ERRORS, ASLEEP, *([FRAME] if log else [])]
        own += [TURNAROUND] if role == "responder" else []
        channels = (*own, *(c for f in self._frames.values() for c in f.channels))
        self.groups: tuple[Group, ...] = (Group("lin", channels, interval),)
        self._stream = LinStream({frame.id: frame.size for frame in self._frames.values()})
        self._log: deque[str] = deque(maxlen=KEPT)
        self._events: list[Reading] = []
        self._lines: list[Line] = []
        self._asleep, self._ready_at = False, 0.0

    @classmethod
    def fit(cls, wires: Wires, config: SlotConfig) -> Rak13005:
        """The module in a slot. Raises BusUnavailable."""
        return cls(
            wires.serial(),
            wires.clock,
            wires.lines["IO6"],
            wires.lines["IO5"],
            config.frames,
            config.schedules,
            interval=Seconds(config.interval),
            **dict(config.options),  # type: ignore[arg-type]  # checked against the catalog entry
        )

    def open(self) -> None:
        """Switch the transceiver on; what we publish is what the file calls initial. Raises
        BusError."""
        self._release()
        self._lines = [at.request(Output(True)) for at in (self._wake_at, self._enable_at)]
        self._ready_at = self._clock.monotonic() + SETTLE_S
        self._asleep = False
        for frame in self._frames.values():
            frame.reset()
        self._uart.set_baud(self._baud)
        self._uart.flush()
        self._stream.forget()

    def sample(self, group: Group) -> Sampling:
        """One run of the schedule, or what was heard meanwhile. Raises NoAnswer when the line is
        dead, UnexpectedValue when EN was lost, BusError when the port is gone."""
        yield max(0.0, self._ready_at - self._clock.monotonic())
        if not all(line.get() for line in self._lines):
            raise UnexpectedValue("EN or WK reads low: the expander was reset")
        self._events = []
        if self._role == "commander":
            readings = yield from self._command_bus()
        elif self._role == "responder":
            readings = yield from self._respond()
        else:
            readings = self._take_in(self.port.heard())
        counts = self.port.counts
        counts.parity = self._stream.parity
        return [
            Reading(FRAMES.name, counts.frames),
            Reading(ERRORS.name, counts.errors),
            Reading(ASLEEP.name, self._asleep),
            *self._events,
            *readings.values(),
        ]

    def write(self, channel: str, value: Value) -> None:
        """Change a signal that the gateway publishes; it is sent at the next turn of its frame.
        Raises OutputRefused."""
        frame = self._by_channel.get(channel)
        if frame is None or not frame.published:
            not_writable("rak13005", channel)
        frame.set(channel, value)

    def command(self, name: str, arguments: Mapping[str, Value]) -> Commanding:
        """Raises OutputRefused, NoAnswer, UnexpectedValue, ChecksumMismatch, BusError."""
        yield max(0.0, self._ready_at - self._clock.monotonic())
        match name:
            case "sleep":
                self.port.go_to_sleep()
                self._asleep = True
                return {}
            case "wake":
                self.port.wake_up()
                self._asleep = False
                yield WAKE_READY_S
                return {}
            case "schedule":
                self._choose(str(arguments["table"]))
                return {"schedule": self._schedule}
            case "ask":
                found = self.port.request(
                    int(str(arguments["id"])),
                    int(str(arguments["size"])),
                    enhanced=arguments["checksum"] == "enhanced",
                )
                return {"bytes": None if found is None else found.hex(" ").upper()}
            case _:
                return {"frames": "\n".join(list(self._log)[-int(str(arguments["count"])) :])}

    def close(self) -> None:
        """Send what is safe once more, and switch the transceiver off. Raises BusError."""
        try:
            if self._lines and self._role == "commander" and not self._asleep:
                for frame in self._frames.values():
                    if frame.published:
                        frame.reset()
                        self.port.publish(frame.id, frame.content, enhanced=frame.enhanced)
        finally:
            self._release()

    def _release(self) -> None:
        """EN low, then WK, and let go of both, even when the expander does not answer."""
        lines, self._lines = self._lines, []
        with ExitStack() as every:
            for line in lines:
                every.callback(line.release)
                every.callback(line.set, False)

    def _choose(self, name: str) -> None:
        if name not in self._schedules:
            there = ", ".join(self._schedules)
            raise OutputRefused(f'no schedule "{name}"; there are: {there}')
        self._schedule = name

    def _command_bus(self) -> Running:
        """One run of the schedule; none while the bus sleeps."""
        if self._asleep and not self.port.heard():
            return {}
        if self._asleep:  # a node has woken everybody
            self._asleep = False
            yield WAKE_READY_S
        elif self._clock.monotonic() - self.port.active_at > IDLE_SLEEP_S:
            self.port.wake_up()
            yield WAKE_READY_S
        readings: dict[str, Reading] = {}
        for entry in self._schedules[self._schedule]:
            begin, frame = self._clock.monotonic(), self._frames[entry.frame]
            readings |= {r.name: r for r in self._exchange(frame)}
            delay = turn_s(frame.size, self._baud) if entry.delay is None else entry.delay
            yield max(0.0, begin + delay - self._clock.monotonic())
        return readings

    def _exchange(self, frame: LinFrame) -> list[Reading]:
        """One turn of a frame. What goes wrong with it is its own business; a dead line is not."""
        try:
            if frame.published:
                self.port.publish(frame.id, frame.content, enhanced=frame.enhanced)
                content: bytes | None = frame.content
            else:
                content = self.port.request(frame.id, frame.size, enhanced=frame.enhanced)
        except (ChecksumMismatch, UnexpectedValue) as error:
            self._note(f"{frame.id:02X} {error}")
            return frame.without_value(error.status)
        self._note(spelled(HeardFrame(frame.id, content or b"", frame.enhanced)))
        if content is None:
            return frame.without_value(Status.ABSENT)
        return frame.readings(content)

    def _respond(self) -> Running:
        """Listen for most of the interval, and answer what is asked of us at once."""
        end = self._clock.monotonic() + self._interval - 2 * LISTEN_S
        readings: dict[str, Reading] = {}
        while self._clock.monotonic() < end:
            came = self.port.listen(1, LISTEN_S)
            readings |= self._take_in(came)
            asked = self._by_id.get(-1 if (header := self._stream.header()) is None else header)
            if asked is not None and asked.published:
                readings |= self._answer(asked)
            if not came:
                yield 0.0
        return readings

    def _answer(self, frame: LinFrame) -> dict[str, Reading]:
        self._stream.forget()
        try:
            took = self.port.respond(frame.id, frame.content, enhanced=frame.enhanced)
        except UnexpectedValue as error:
            self._note(f"{frame.id:02X} {error}")
            return {r.name: r for r in frame.without_value(error.status)}
        self._note(spelled(HeardFrame(frame.id, frame.content, frame.enhanced)))
        readings = [*frame.readings(frame.content), Reading(TURNAROUND.name, took)]
        return {r.name: r for r in readings}

    def _take_in(self, came: bytes) -> dict[str, Reading]:
        """What others have said."""
        readings: dict[str, Reading] = {}
        for heard in self._stream.feed(came):
            self._note(spelled(heard))
            self._asleep = heard.identifier == REQUEST and heard.content == GO_TO_SLEEP
            counts, frame = self.port.counts, self._by_id.get(heard.identifier)
            counts.frames += heard.good
            counts.no_response += not heard.content
            counts.checksum += bool(heard.content) and not heard.good
            if frame is not None:
                readings |= {r.name: r for r in _heard(frame, heard)}
        return readings

    def _note(self, text: str) -> None:
        self._log.append(text)
        if self._logs:
            self._events.append(Reading(FRAME.name, text))


def _heard(frame: LinFrame, heard: HeardFrame) -> list[Reading]:
    if not heard.content:
        return frame.without_value(Status.ABSENT)
    if len(heard.content) != frame.size or heard.enhanced is not frame.enhanced:
        return frame.without_value(Status.FAULT)
    return frame.readings(heard.content)
