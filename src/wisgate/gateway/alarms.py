"""Alarms: what is wrong, since when, and who has seen it.

    normal ──► pending ──► active ──► acknowledged ──► normal
                             │                            ▲
                             └──► cleared (latched) ──────┘   acknowledging ends it

An alarm is pending while its condition holds and `after` is not over. Unknown for a while, its
condition changes nothing: an alarm neither comes nor goes because its point has no value (`status`
is the alarm for that). A shelved alarm is followed and not told until its time is over. Every
change is a record of the store, so that a restart takes up where it was: an alarm fires once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ..board.virtual_time import RESOLUTION_S
from ..config.expressions import evaluate
from ..config.model import AlarmConfig
from ..core.clock import Clock
from ..core.errors import OutputRefused
from ..core.points import Reading, Status, Value
from ..store.records import ALARM, AlarmState, Phase
from .live import Live
from .scene import AGAIN_S, Scene, moves
from .waking import woken

log = logging.getLogger(__name__)

LONGEST_SHELF_S = 30 * 86400.0
RAISED = (Phase.ACTIVE, Phase.ACKNOWLEDGED, Phase.CLEARED)
"""What `alarm(name)` in an expression calls true."""


@dataclass
class _Alarm:
    config: AlarmConfig
    phase: Phase = Phase.NORMAL
    since_ns: int = 0
    begun: float | None = None
    """When its condition came to hold, monotonic seconds."""
    value: Value = None
    cause: str = ""
    shelved_until_ns: int = 0
    raised_by: set[str] = field(default_factory=set)
    """Rules that hold it."""

    @property
    def told(self) -> Phase:
        return Phase.SHELVED if self.shelved_until_ns else self.phase


@dataclass(frozen=True)
class AlarmView:
    """One alarm for people. `since_ns` is UTC of its last change, `shelved_until_ns` 0 when it is
    not shelved."""

    config: AlarmConfig
    phase: Phase
    since_ns: int
    value: Value
    cause: str
    shelved_until_ns: int


class Alarms:
    """Threads: the event loop only."""

    def __init__(
        self,
        alarms: Sequence[AlarmConfig],
        live: Live,
        scene: Scene,
        clock: Clock,
        store: Callable[[Reading], None],
    ) -> None:
        self._alarms = {a.name: _Alarm(a) for a in alarms}
        self._live, self._scene, self._clock, self._store = live, scene, clock, store
        self._names = {n for a in alarms for n in (a.point, *(a.when.names if a.when else ())) if n}
        self._wake = asyncio.Event()
        self.changed: list[Callable[[AlarmView], None]] = []
        """Who hears of every change."""
        scene.alarm_holds = self.holds
        for alarm in alarms:
            if alarm.rising is not None or alarm.falling is not None:
                scene.watch(alarm.point, alarm.within)

    @property
    def empty(self) -> bool:
        return not self._alarms

    def all(self) -> list[AlarmView]:
        """Every alarm, in file order."""
        return [_view(alarm) for alarm in self._alarms.values()]

    def phase(self, name: str) -> Phase:
        """The state of an alarm, as it is told."""
        return self._alarms[name].told

    def holds(self, name: str) -> bool:
        """Whether an alarm is raised, acknowledged or not, shelved or not."""
        alarm = self._alarms.get(name)
        return alarm is not None and alarm.phase in RAISED

    def restore(self, name: str, state: AlarmState, time_ns: int) -> None:
        """Take up what the store says of an alarm, before `run`."""
        alarm = self._alarms.get(name)
        if alarm is None:
            return
        alarm.phase = Phase.NORMAL if state.phase is Phase.PENDING else state.phase
        alarm.since_ns, alarm.value = time_ns, state.value
        alarm.shelved_until_ns = state.shelved_until_ns
        if state.phase is Phase.SHELVED:
            alarm.phase = state.behind or Phase.NORMAL
        if alarm.phase in (Phase.ACTIVE, Phase.ACKNOWLEDGED):
            alarm.begun = self._clock.monotonic()

    def acknowledge(self, name: str, who: str) -> AlarmView:
        """Somebody has seen it. Raises OutputRefused when there is nothing to acknowledge."""
        alarm = self._known(name)
        if alarm.phase is Phase.ACTIVE:
            self._go(alarm, Phase.ACKNOWLEDGED, who)
        elif alarm.phase is Phase.CLEARED:
            self._go(alarm, Phase.NORMAL, who)
        else:
            raise OutputRefused(f"{name} is {alarm.told}: there is nothing to acknowledge")
        return _view(alarm)

    def shelve(self, name: str, seconds: float, who: str) -> AlarmView:
        """Nobody hears of it for so long; 0 ends that now. Raises OutputRefused."""
        alarm = self._known(name)
        if not 0 <= seconds <= LONGEST_SHELF_S:
            raise OutputRefused(f"{name} can be shelved for 30 days at most")
        if not seconds and not alarm.shelved_until_ns:
            raise OutputRefused(f"{name} is not shelved")
        alarm.shelved_until_ns = self._clock.utc_ns() + round(seconds * 1e9) if seconds else 0
        self._tell(alarm, who)
        self._wake.set()
        return _view(alarm)

    def raised_by(self, rule: str, names: Iterable[str], holds: bool) -> None:
        """A rule holds these alarms, or does no more."""
        for name in names:
            held = self._alarms[name].raised_by
            if (rule in held) is not holds:
                (held.add if holds else held.discard)(rule)
                self._wake.set()

    async def run(self) -> None:
        """Look at every alarm at each change of what it watches, and when a time is over."""
        if not self._alarms:
            return
        end = self._live.listen(self._heard, self._names)
        try:
            while True:
                self._wake.clear()
                pauses = [self.step(alarm) for alarm in self._alarms.values()]
                pauses += [self._live.stale_in(name) for name in self._names]
                await woken(self._wake, pauses)
        finally:
            end()

    def step(self, alarm: _Alarm) -> float | None:
        """Bring one alarm up to now; returns after how many seconds to look again."""
        pause = self._unshelve(alarm)
        truth = self._condition(alarm)
        now = self._clock.monotonic()
        if truth is False:
            alarm.begun = None
            self._over(alarm)
        elif truth and alarm.begun is None:
            alarm.begun = now
        if truth and alarm.phase in (Phase.NORMAL, Phase.PENDING, Phase.CLEARED):
            left = alarm.config.after - (now - (alarm.begun or now))
            if left > RESOLUTION_S:
                if alarm.phase is Phase.NORMAL:
                    self._go(alarm, Phase.PENDING, "")
                pause = left if pause is None else min(pause, left)
            else:
                self._go(alarm, Phase.ACTIVE, "")
        if self._moves(alarm):
            pause = AGAIN_S if pause is None else min(pause, AGAIN_S)
        return pause

    def _over(self, alarm: _Alarm) -> None:
        """The condition does not hold any more."""
        if alarm.phase in (Phase.PENDING, Phase.ACKNOWLEDGED):
            self._go(alarm, Phase.NORMAL, "")
        elif alarm.phase is Phase.ACTIVE:
            self._go(alarm, Phase.CLEARED if alarm.config.latch else Phase.NORMAL, "")

    def _condition(self, alarm: _Alarm) -> bool | None:
        """Whether it holds; None while that is unknown."""
        if alarm.raised_by:
            return True
        config = alarm.config
        if config.when is not None:
            found = evaluate(config.when, self._scene)
            return found if isinstance(found, bool) else None
        if not config.point:
            return False
        reading = self._live.get(config.point)
        if reading is None:
            return None
        alarm.value = reading.value
        if config.statuses and reading.status in config.statuses:
            return True
        found = _limits(config, reading.value, alarm.phase in (Phase.ACTIVE, Phase.ACKNOWLEDGED))
        slope = self._slope(config)
        if found or slope:
            return True
        if found is None or slope is None:
            return None
        return False

    def _slope(self, config: AlarmConfig) -> bool | None:
        if config.rising is None and config.falling is None:
            return False
        change = self._scene.watch(config.point, config.within).change(self._clock.monotonic())
        if change is None:
            return None
        rising = config.rising is not None and change > config.rising
        return rising or (config.falling is not None and -change > config.falling)

    def _moves(self, alarm: _Alarm) -> bool:
        config = alarm.config
        slopes = config.rising is not None or config.falling is not None
        return slopes or (config.when is not None and moves(config.when))

    def _unshelve(self, alarm: _Alarm) -> float | None:
        if not alarm.shelved_until_ns:
            return None
        left = (alarm.shelved_until_ns - self._clock.utc_ns()) / 1e9
        if left > RESOLUTION_S:
            return left
        alarm.shelved_until_ns = 0
        self._tell(alarm, "time is over")
        return None

    def _go(self, alarm: _Alarm, phase: Phase, cause: str) -> None:
        alarm.phase = phase
        if phase is Phase.ACTIVE and not alarm.shelved_until_ns:
            log.warning("alarm %s: %s", alarm.config.name, alarm.config.text or "active")
        self._tell(alarm, cause)

    def _tell(self, alarm: _Alarm, cause: str) -> None:
        now = self._clock.utc_ns()
        alarm.since_ns, alarm.cause = now, cause
        state = AlarmState(
            alarm.told,
            alarm.config.severity,
            alarm.value,
            alarm.config.text,
            alarm.shelved_until_ns,
            alarm.phase if alarm.shelved_until_ns else None,
        )
        self._store(Reading(ALARM + alarm.config.name, state.encoded(), Status.GOOD, now, cause))
        view = _view(alarm)
        for tell in tuple(self.changed):
            tell(view)

    def _known(self, name: str) -> _Alarm:
        alarm = self._alarms.get(name)
        if alarm is None:
            there = ", ".join(self._alarms) or "none"
            raise OutputRefused(f'there is no alarm "{name}"; there are: {there}')
        return alarm

    def _heard(self, reading: Reading) -> None:
        self._wake.set()


def _limits(config: AlarmConfig, value: Value, raised: bool) -> bool | None:
    """Whether a limit is passed; a raised alarm holds until the value is back at `clear`."""
    if config.above is None and config.below is None:
        return False
    if value is None or isinstance(value, str | bool):
        return None
    above, below = config.above, config.below
    if raised and config.clear is not None:
        above, below = (config.clear if above is not None else None,
                        config.clear if below is not None else None)  # fmt: skip
    return (above is not None and value > above) or (below is not None and value < below)


def _view(alarm: _Alarm) -> AlarmView:
    return AlarmView(
        alarm.config, alarm.told, alarm.since_ns, alarm.value, alarm.cause, alarm.shelved_until_ns
    )
