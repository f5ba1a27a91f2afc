"""What the file says about points: alarms, calculated points, interlocks, rules.

One scene holds the past that their expressions ask for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from ..config.expressions import Expression
from ..config.model import Config
from ..core.clock import Clock
from ..core.points import Reading
from .alarms import Alarms
from .calculates import Calculates
from .interlocks import Interlocks
from .live import Live
from .outputs import Outputs
from .rules import Rules
from .scene import Scene


class Logic:
    """Threads: the event loop only."""

    def __init__(
        self,
        config: Config,
        live: Live,
        outputs: Outputs,
        clock: Clock,
        append: Callable[[Reading], None],
        made: Callable[[Reading], None],
    ) -> None:
        scene = Scene(live, clock, list(expressions(config)))
        self.alarms = Alarms(config.alarms, live, scene, clock, append)
        self.rules = Rules(config.rules, live, outputs, clock, scene, self.alarms.raised_by)
        self.interlocks = Interlocks(config, outputs, live, scene, clock)
        self.calculates = Calculates(config.calculates, live, scene, clock, made)
        self.alarms.changed.append(lambda _view: self.rules.wake())

    def tasks(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What runs as long as the gateway, by name."""
        return {
            "interlocks": self.interlocks.run,
            "calculates": self.calculates.run,
            "alarms": self.alarms.run,
            "rules": self.rules.run,
        }


def expressions(config: Config) -> Iterator[Expression]:
    """Every expression of a file that is about points."""
    yield from (rule.when for rule in config.rules)
    yield from (alarm.when for alarm in config.alarms if alarm.when is not None)
    yield from (calculate.value for calculate in config.calculates)
    yield from (interlock.allows for interlock in config.interlocks)
