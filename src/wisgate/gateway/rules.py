"""Rules: when an expression over points holds long enough, outputs and virtual points are set.

A rule acts once when its condition comes to hold, and again when it held, broke and holds again.
Where a minimum time of an output is in the way, it keeps trying while it holds. When a condition is
unknown (a point has no value) for `UNKNOWN_S`, the outputs that this rule may set, and that a rule
set last, go to their safe state: a pump does not run on because its level is unknown. Unknown for
less is no break: a single failed reading has no rule act a second time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from ..board.virtual_time import RESOLUTION_S
from ..config.expressions import evaluate
from ..config.model import RuleConfig
from ..core.clock import Clock
from ..core.errors import BusError, ChipError, OutputRefused, WisgateError
from ..core.points import Reading, Value
from .live import Live
from .outputs import Outputs, TooSoon
from .scene import AGAIN_S, Scene, moves
from .waking import woken

log = logging.getLogger(__name__)

UNKNOWN_S = 10.0
RETRY_S = 1.0
ROUND_S = 0.02
"""Rules that set each other off go round this often at most, and leave time for everything else."""


@dataclass
class _Rule:
    config: RuleConfig
    holds: bool = False
    """What the condition was when it was known last."""
    since: float = 0.0
    unknown_since: float | None = None
    done: bool = False
    pending: dict[str, Value] = field(default_factory=dict)
    refused: bool = False
    """Whether the log says already that an output does not take its value."""

    def begin(self, holds: bool, now: float) -> None:
        self.holds, self.since = holds, now
        self.done, self.pending = False, {}


def _nobody(rule: str, alarms: Sequence[str], holds: bool) -> None:
    """Where there are no alarms."""


class Rules:
    """Threads: the event loop only."""

    def __init__(
        self,
        rules: Sequence[RuleConfig],
        live: Live,
        outputs: Outputs,
        clock: Clock,
        scene: Scene,
        raised_by: Callable[[str, Sequence[str], bool], None] = _nobody,
    ) -> None:
        """`raised_by` is told whether a rule holds its alarms."""
        self._rules = [_Rule(r) for r in rules]
        self._names = {n for r in rules for n in r.when.names}
        self._live, self._outputs, self._clock = live, outputs, clock
        self._scene, self._raised_by = scene, raised_by
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Evaluate at every change of a point that some rule uses, and when a delay is over."""
        if not self._rules:
            return
        end = self._live.listen(self._changed, self._names)
        try:
            while True:
                self._wake.clear()
                pauses = [await self._step(rule) for rule in self._rules]
                pauses += [AGAIN_S for rule in self._rules if moves(rule.config.when)]
                pauses += [self._live.stale_in(name) for name in self._names]
                if self._wake.is_set():
                    await asyncio.sleep(ROUND_S)
                await woken(self._wake, pauses)
        finally:
            end()

    def rearm(self, names: Collection[str]) -> None:
        """These outputs were made safe behind the rules' back: who sets them and holds acts
        again."""
        for rule in self._rules:
            if any(name in names for name, _value in rule.config.set):
                rule.done, rule.pending = False, {}
                self._wake.set()

    def _changed(self, reading: Reading) -> None:
        self._wake.set()

    def wake(self) -> None:
        """Something that no point tells has changed: an alarm."""
        self._wake.set()

    async def _step(self, rule: _Rule) -> float | None:
        """Look at one rule; returns after how many seconds to look again, None for any change."""
        now = self._clock.monotonic()
        truth = evaluate(rule.config.when, self._scene)
        if not isinstance(truth, bool):
            return await self._unknown(rule, now)
        was_unknown, rule.unknown_since = rule.unknown_since is not None, None
        if truth is not rule.holds or (was_unknown and not rule.done):
            rule.begin(truth, now)
        if not truth:
            self._raised_by(rule.config.name, rule.config.raises, False)
        if not truth or (rule.done and not rule.pending):
            return None
        left = rule.config.after - (now - rule.since)
        if left > RESOLUTION_S:
            return left
        if not rule.done:
            rule.done, rule.pending = True, dict(rule.config.set)
            self._raised_by(rule.config.name, rule.config.raises, True)
        return await self._act(rule)

    async def _unknown(self, rule: _Rule, now: float) -> float | None:
        if rule.unknown_since is None:
            rule.unknown_since = now
        left = UNKNOWN_S - (now - rule.unknown_since)
        if left > RESOLUTION_S:
            return left
        rule.begin(False, now)  # what comes back after so long is news
        return None if await self._make_safe(rule) else RETRY_S

    async def _act(self, rule: _Rule) -> float | None:
        again: float | None = None
        for name, value in tuple(rule.pending.items()):
            try:
                await self._outputs.write(name, value, rule.config.name)
                del rule.pending[name]
                rule.refused = False
            except TooSoon as error:
                again = min(again or error.wait, error.wait)
            except (OutputRefused, BusError, ChipError) as error:
                self._complain(rule, error)
                again = RETRY_S
        return again

    async def _make_safe(self, rule: _Rule) -> bool:
        """Whether every output is safe that a rule set last."""
        names, safe = {r.config.name for r in self._rules}, True
        for name, _value in rule.config.set:
            if self._outputs.is_output(name) and self._outputs.causes.get(name) in names:
                try:
                    await self._outputs.make_safe(name, f"{rule.config.name}: a point has no value")
                except (OutputRefused, BusError, ChipError) as error:
                    self._complain(rule, error)
                    safe = False
        if safe:
            rule.refused = False
        return safe

    def _complain(self, rule: _Rule, error: WisgateError) -> None:
        """Once, however often it is tried: until an output took what the rule wants."""
        if not rule.refused:
            log.warning("%s: %s; trying on", rule.config.name, error)
        rule.refused = True
