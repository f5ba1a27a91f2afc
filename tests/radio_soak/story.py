"""What happens to a gateway between its motes and two servers, from a seed: six hours without one
of them, and how each of its boots ends. Times are seconds of the world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

HOUR = 3600.0
OUTAGE = (600.0, 600.0 + 6 * HOUR)
"""When the server `cloud` is away."""
AFTERWARDS = 900.0
MOTES = 20
PROMISE_S = {"power": 0.25, "kill": 0.1, "stop": 0.0}
"""How old a frame may be that an end takes with it: 50 ms until its commit, 150 ms until its sync,
and what a commit before it took."""


@dataclass(frozen=True)
class Boot:
    """One life of the gateway."""

    number: int
    begin: float
    machine: float
    """When the computer was started; earlier than `begin` after a mere kill."""
    seconds: float
    end: str
    """"power", "kill" or "stop"."""
    end_bytes: int
    """With a kill or a power cut: the first byte after `seconds` that is not written."""
    utc_ns: int
    """What the computer takes for the time."""
    full: tuple[float, float] | None = None
    """When the disk is full, in seconds after `begin`: over before the end, for what waits in
    memory is not promised to survive."""
    last: bool = False
    """Whether to go on until both servers have everything."""

    def not_before(self, moment: float) -> Boot:
        """Later when the boot before it took longer to its end: until its byte was written."""
        late = max(0.0, moment - self.begin)
        machine = self.machine + (late if self.machine == self.begin else 0.0)
        return replace(self, begin=self.begin + late, machine=machine)


def story(seed: int) -> Iterator[Boot]:
    """The boots of one seed."""
    random = Random(f"radio {seed}")
    now = machine = 0.0
    number = 0
    while now < OUTAGE[1] + AFTERWARDS:
        seconds = max(20.0, random.expovariate(1 / (0.6 * HOUR)))
        seconds = min(seconds, OUTAGE[1] + AFTERWARDS - now)
        if now < OUTAGE[1] < now + seconds:
            seconds = OUTAGE[1] + random.uniform(20.0, 150.0) - now  # while it is replayed
        end = random.choices(("power", "kill", "stop"), (6, 3, 1))[0]
        some = random.choice((1, 10, 100, 1_000, 10_000)) * random.randint(1, 9)
        utc_ns, full = random.randrange(2 * 10**18), _full(random, seconds)
        yield Boot(number, now, machine, seconds, end, some, utc_ns, full)
        number += 1
        now += seconds + 5.0
        if end == "power":
            now += random.uniform(0.0, 0.3 * HOUR)
            machine = now
    yield Boot(number, now, machine, 120.0, "stop", 0, random.randrange(2 * 10**18), last=True)


def _full(random: Random, seconds: float) -> tuple[float, float] | None:
    begin = random.uniform(0.0, 0.6) * seconds
    end = begin + random.uniform(10.0, 600.0)
    return (begin, end) if random.random() < 0.3 and end + 120.0 < seconds else None


def breaks(seed: int, begin: float, end: float) -> list[tuple[float, float]]:
    """When the server `local` is away between two times, which is never for long."""
    random = Random(f"breaks {seed}")
    found, at = [], 0.0
    while at < end:
        at += random.expovariate(1 / 1200)
        lasts = random.choice((0.5, 3.0, 20.0, 120.0))
        if at + lasts > begin:
            found.append((at, at + lasts))
        at += lasts
    return found
