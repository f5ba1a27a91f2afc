"""What a set of channels says of its region, and whether it fits there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...catalog.regions import Region
from .part import Part, mhz

_HINT = re.compile(r"[A-Z]{2,3}\d{3,4}(-\d)?")
LISTENED = 8


@dataclass(frozen=True)
class Listened:
    """A channel that a file switches on."""

    part: Part
    key: str | int
    frequency: int
    bandwidth: int = 125_000
    spreading_factor: int = 0
    kind: str = "plain"
    """"plain", "wide" or "fsk"."""

    @property
    def name(self) -> str:
        if isinstance(self.key, int):
            return f"channel {self.key + 1}"
        return f"{self.part.path[-1]}"

    def wrong(self, text: str, *, doubtful: bool = False) -> None:
        self.part.wrong(self.key, text, doubtful=doubtful)


def named(regions: Mapping[str, Region], text: str) -> Region | None:
    """The region that is named in a text, by its id or another name of it."""
    for region in regions.values():
        if text.upper() in (region.id, region.station, *map(str.upper, region.aliases)):
            return region
    return None


def hinted(regions: Mapping[str, Region], first_line: str) -> Region | None:
    """The region in the comment that our own files begin with."""
    match = _HINT.search(first_line) if first_line.startswith(("/*", "#", "//")) else None
    return regions.get(match[0]) if match else None


def guessed(regions: Mapping[str, Region], frequencies: Sequence[int]) -> Region | None:
    """The region whose channels these are; None when they are of none."""
    best = max(regions.values(), key=lambda region: _points(region, frequencies))
    return best if _points(best, frequencies) else None


def _points(region: Region, frequencies: Sequence[int]) -> int:
    """First channels count most, then those of its sets; of a plan with fixed channels any."""
    fixed = region.rx1_rule.downlinks is not None
    own = set(region.channels)
    planned = {f for s in region.sets for f in s.channels}
    return sum((1 if fixed else 3) * (f in own) + 2 * (f in planned) for f in frequencies)


def judge_channels(heard: Sequence[Listened], region: Region | None) -> None:
    """Duplicates, what is outside of the region, and what of it is not heard."""
    seen: dict[tuple[int, str], Listened] = {}
    for channel in heard:
        other = seen.setdefault((channel.frequency, channel.kind), channel)
        if other is not channel:
            channel.wrong(
                f"{channel.name}: {mhz(channel.frequency)} is that of {other.name} as well; "
                f"give it another frequency or switch it off"
            )
    if region is None:
        return
    for channel in heard:
        _inside(channel, region)
        if channel.kind == "wide":
            _wide(channel, region)
    if heard:
        _first_channels(heard, region)


def _inside(channel: Listened, region: Region) -> None:
    band = region.subband(channel.frequency)
    if not region.lowest <= channel.frequency <= region.highest:
        ends = f"{mhz(region.lowest)} to {mhz(region.highest)}"
        channel.wrong(
            f"{channel.name}: {mhz(channel.frequency)} is outside of {region.id}, {ends}; "
            f"move it or switch it off"
        )
    elif band is None or not band.holds(channel.frequency, channel.bandwidth):
        channel.wrong(
            f"{channel.name}: {mhz(channel.frequency)} with {channel.bandwidth // 1000} kHz is not "
            f"inside of a sub-band of {region.id}; move it or switch it off"
        )


def _wide(channel: Listened, region: Region) -> None:
    wanted = [(r.spreading_factor, r.bandwidth) for r in region.rates if r.up and r.bandwidth]
    if (channel.spreading_factor, channel.bandwidth) in wanted:
        return
    wider = [f"SF{sf} with {bw // 1000} kHz" for sf, bw in wanted if bw > 125_000]
    cure = f"write {wider[0]}, or switch it off" if wider else "switch it off"
    channel.wrong(
        f"{channel.name}: {region.id} has no SF{channel.spreading_factor} with "
        f"{channel.bandwidth // 1000} kHz; {cure}"
    )


def _first_channels(heard: Sequence[Listened], region: Region) -> None:
    """End devices that join use the first channels of their region."""
    plain = {c.frequency for c in heard if c.kind == "plain"}
    if any(plain == set(s.channels) for s in region.sets):
        return
    first = heard[0]
    if region.rx1_rule.downlinks is None:
        missing = [f for f in region.channels if f not in plain]
        if missing:
            listed = _listed(missing)
            first.part.wrong(
                first.key,
                f"{region.id}: {listed} {'is' if len(missing) == 1 else 'are'} not heard, where "
                f"end devices join; add {'it' if len(missing) == 1 else 'them'}, unless another "
                f"board hears {'it' if len(missing) == 1 else 'them'}",
                doubtful=True,
            )
        return
    groups = {region.channels.index(f) // LISTENED for f in plain if f in region.channels}
    if len(groups) > 1:
        listed = " and ".join(str(g) for g in sorted(groups))
        first.wrong(
            f"{region.id}: channels of the groups {listed} are mixed; networks switch whole groups "
            f"of eight on, so use one",
            doubtful=True,
        )


def _listed(frequencies: Iterable[int]) -> str:
    names = [mhz(f) for f in frequencies]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
