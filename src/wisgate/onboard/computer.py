"""The compute module itself: how warm its processor is."""

from __future__ import annotations

from ..bus.host import Host
from ..config.model import OnboardConfig
from ..core.errors import OutputRefused, Unavailable
from ..core.points import Channel, Group, Reading, Sampling, Status, Value
from ..core.units import Seconds
from .carrier import Carrier

TEMPERATURE = Channel("temperature", unit="Cel", decimals=1, point="cpu_temperature")


class Computer:
    """Threads: lane only."""

    def __init__(self, host: Host, *, interval: Seconds = Seconds(10.0)) -> None:
        self.groups = (Group("computer", (TEMPERATURE,), interval),)
        self._host = host

    @classmethod
    def fit(cls, carrier: Carrier, config: OnboardConfig) -> Computer:
        return cls(carrier.host, interval=Seconds(config.interval))

    def open(self) -> None:
        return None

    def sample(self, group: Group) -> Sampling:
        """A computer that does not tell is no reason to fail: the reading says so."""
        yield from ()  # nothing to wait for
        try:
            celsius = self._host.cpu_temperature()
        except Unavailable:
            return [Reading(TEMPERATURE.name, None, Status.ABSENT)]
        return [Reading(TEMPERATURE.name, celsius)]

    def write(self, channel: str, value: Value) -> None:
        raise OutputRefused(f"computer has no writable channel {channel!r}")

    def close(self) -> None:
        return None
