"""What happens to a box in its life, from a seed: outages, noise, heat, full disks, clocks that
jump, and how each of its boots ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from wisgate.core.clock import VIRTUAL_START_NS

HOUR, DAY = 3600.0, 86400.0
PROMISE_S = {"power": 0.2, "kill": 0.05, "stop": 0.0}
"""How old a reading may be that an end of the box takes with it: what README promises."""


@dataclass(frozen=True)
class Wish:
    """What a life is to be like; times in seconds."""

    seconds: float
    life: float
    """Of one boot, about."""
    outage: float
    """The longest of the broker."""
    readings: float
    """Per second."""
    rate: float | None
    """What the broker takes per second at most; None for all that comes."""
    cuts_only: bool
    """Whether every boot ends with a power cut after exactly `life`."""


@dataclass(frozen=True)
class Span:
    """Something that lasts, in seconds since the story began."""

    begin: float
    end: float
    event: str
    """Lines of a scenario."""


@dataclass(frozen=True)
class Boot:
    """One life of the box; times are seconds after its start."""

    number: int
    start_ns: int
    """UTC."""
    board_seed: int
    """The same again after a mere kill: the machine did not boot anew."""
    seconds: float
    scenario: str
    end: str
    """"power", "kill" or "stop"."""
    end_bytes: int
    """With a kill or a power cut: the first byte after `seconds` that is not written."""
    full: tuple[tuple[float, float], ...] = ()
    """When the disk is full, from and to."""
    jumps: tuple[tuple[float, float], ...] = ()
    """When the wall clock is set, and by how many seconds."""
    drain: bool = False
    """Whether to go on until the broker has everything."""


def story(seed: int, wish: Wish) -> Iterator[Boot]:
    """The boots of one seed."""
    random = Random(f"soak {seed}")
    spans = list(_spans(random, wish))
    now, number, board_seed = 0.0, 0, seed * 1000
    while now < wish.seconds:
        lasts = wish.life if wish.cuts_only else max(20.0, random.expovariate(1 / wish.life))
        lasts = min(lasts, wish.seconds - now + 1)
        end = "power" if wish.cuts_only else random.choices(("power", "kill", "stop"), (6, 3, 1))[0]
        full = () if wish.cuts_only else _full(random, lasts)
        yield Boot(
            number, VIRTUAL_START_NS + round(now * 1e9), board_seed, lasts, _scenario(spans, now),
            end, random.choice((1, 100, 5_000, 50_000, 300_000)) * random.randint(1, 9), full,
            tuple(_jumps(random, lasts)),
        )  # fmt: skip
        number += 1
        board_seed += end != "kill"
        now += lasts + (random.uniform(5.0, wish.life / 10 + 10) if end == "power" else 5.0)
    yield Boot(
        number, VIRTUAL_START_NS + round(now * 1e9), board_seed, 60.0, "", "stop", 0, drain=True
    )


def _spans(random: Random, wish: Wish) -> Iterator[Span]:
    broker, life = 'fault = "broker-gone"\ntarget = "broker"', wish.life
    begin = random.uniform(0, 0.3) * wish.seconds
    yield Span(begin, begin + wish.outage, broker)
    for event, every, lasts in (
        (broker, life, life / 20),
        ('set = { "room.temperature" = "50Cel" }', life / 2, life / 40 + 30),
        ('fault = "serial-noise"\ntarget = "wisblock-1"\nparameters = { rate = 0.02 }', life, 90.0),
        ('fault = "serial-silence"\ntarget = "wisblock-1"', 2 * life, 60.0),
        ('fault = "module-pulled"\ntarget = "wisblock-2"', 2 * life, 60.0),
        ('fault = "no-acknowledge"\ntarget = "climate"', 2 * life, 40.0),
    ):
        at = random.uniform(0, every)
        while at < wish.seconds:
            end = at + random.uniform(0.5, 1.5) * lasts
            yield Span(at, end, event)
            at = end + random.expovariate(1 / every) + 60.0


def _scenario(spans: list[Span], now: float) -> str:
    """What of the spans lies ahead, as a scenario that begins now."""
    return "\n".join(
        f'[[at]]\ntime = "{max(0.0, s.begin - now):.3f}s"\n{s.event}\n'
        f'for = "{s.end - max(s.begin, now):.3f}s"\n'
        for s in spans
        if s.end > now + 1.0
    )


def _full(random: Random, lasts: float) -> tuple[tuple[float, float], ...]:
    """Over before the boot ends: what waits in memory is not promised to survive."""
    if random.random() > 0.3 or lasts < 60.0:
        return ()
    begin = random.uniform(0.1, 0.5) * lasts
    return ((begin, begin + min(2.5 * HOUR, random.uniform(0.05, 0.3) * lasts)),)


def _jumps(random: Random, lasts: float) -> Iterator[tuple[float, float]]:
    if random.random() < 0.3:
        yield random.uniform(0, lasts), random.choice((-HOUR, -30.0, -0.5, 0.7, 45.0, 2 * HOUR))


def written(boot: Boot, folder: Path) -> Path | None:
    """The scenario as a file; None when nothing happens."""
    if not boot.scenario:
        return None
    file = folder / f"scenario-{boot.number}.toml"
    file.write_text(boot.scenario)
    return file
