"""What a rehearsal tells: each event as it comes, then what they come to. A rule that chatters for
a year makes millions of them, and none is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import click
import msgspec

from ..config.model import Config
from ..gateway.alarms import RAISED
from ..gateway.payloads import time_text
from ..gateway.rehearsal import Event
from ..store.records import Phase


@dataclass
class Raised:
    """An alarm: how often it became active, for how many seconds it was raised until the last time
    that it ended, since when it is, and its state."""

    times: int = 0
    seconds: float = 0.0
    since_ns: int | None = None
    state: Phase = Phase.NORMAL

    def take(self, state: Phase, time_ns: int) -> None:
        self.state = state
        self.times += state is Phase.ACTIVE
        if state in RAISED and self.since_ns is None:
            self.since_ns = time_ns
        elif state not in RAISED and self.since_ns is not None:
            self.seconds, self.since_ns = self.until(time_ns), None

    def until(self, time_ns: int) -> float:
        """For how many seconds in all it was raised up to a time."""
        return self.seconds + (0 if self.since_ns is None else (time_ns - self.since_ns) / 1e9)


class Totals:
    """What the events of a file come to."""

    def __init__(self, config: Config) -> None:
        self.alarms = {alarm.name: Raised() for alarm in config.alarms}
        self.acts = Counter({rule.name: 0 for rule in config.rules})
        """How often each rule, and whatever else sets outputs, did so."""

    def take(self, event: Event) -> None:
        if event.phase is None:
            self.acts[event.name] += 1
        else:
            self.alarms[event.name].take(event.phase, event.time_ns)


@dataclass
class Rehearsed:
    """A rehearsal from one time up to another, UTC in nanoseconds."""

    begin_ns: int
    end_ns: int
    totals: Totals
    missing: list[str]
    """Points that are asked for and of which nothing is stored."""
    readings: int = 0
    on: dict[str, Any] = field(default_factory=dict)
    """Outputs that are not in their safe state at the end."""


Say = Callable[[str], None]
"""Prints a line."""


class Form(Protocol):
    """How it is told."""

    def begin(self, found: Rehearsed) -> None: ...
    def event(self, event: Event) -> None: ...
    def end(self, found: Rehearsed) -> None: ...


class Lines:
    """For people."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def begin(self, found: Rehearsed) -> None:
        """They know what they asked for."""

    def event(self, event: Event) -> None:
        if event.phase is None:
            what = f"{event.point} = {_text(event.value)}"
            self._say(f"{time_text(event.time_ns)}  {event.name}: {what}")
        elif event.phase is not Phase.PENDING:
            value = "" if event.value is None else f"  {_text(event.value)}"
            state = click.style(event.phase, fg="red" if event.phase in RAISED else "green")
            self._say(f"{time_text(event.time_ns)}  alarm {event.name} {state}{value}")

    def end(self, found: Rehearsed) -> None:
        hours = (found.end_ns - found.begin_ns) / 3.6e12
        self._say(f"{found.readings} readings of {hours:.4g} h")
        for name, alarm in found.totals.alarms.items():
            still = "" if alarm.state is Phase.NORMAL else f"; {alarm.state} at the end"
            raised = alarm.until(found.end_ns) / 3600
            self._say(f"alarm {name}: {alarm.times} times active, {raised:.4g} h in all{still}")
        for name, count in found.totals.acts.items():
            self._say(f"{name}: {count} times")
        if found.on:
            rest = ", ".join(f"{name} = {_text(value)}" for name, value in found.on.items())
            self._say(f"not in the safe state at the end: {rest}")
        if found.missing:
            click.echo(f"nothing was stored of {', '.join(found.missing)}", err=True)


class Json:
    """One object, an event a line."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._held = ""
        """The last event: what stands behind it depends on whether another comes."""

    def begin(self, found: Rehearsed) -> None:
        span = {"from": time_text(found.begin_ns), "to": time_text(found.end_ns)}
        self._say(_formatted(span).removesuffix("\n}") + ',\n  "events": [')

    def event(self, event: Event) -> None:
        if self._held:
            self._say(f"{self._held},")
        self._held = f"    {msgspec.json.encode(_plain(event)).decode()}"

    def end(self, found: Rehearsed) -> None:
        rest = {
            "readings": found.readings,
            "alarms": [
                {
                    "name": name,
                    "times": alarm.times,
                    "seconds": round(alarm.until(found.end_ns), 3),
                    "state": alarm.state,
                }
                for name, alarm in found.totals.alarms.items()
            ],
            "acts": found.totals.acts,
            "outputs_at_end": found.on,
            "missing": found.missing,
        }
        if self._held:
            self._say(self._held)
        self._say("  ],\n" + _formatted(rest).removeprefix("{\n"))


def _formatted(body: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(body)).decode()


def _plain(event: Event) -> dict[str, Any]:
    at = {"time": time_text(event.time_ns)}
    if event.phase is None:
        return at | {"cause": event.name, "point": event.point, "value": event.value}
    return at | {"alarm": event.name, "state": event.phase, "value": event.value}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
