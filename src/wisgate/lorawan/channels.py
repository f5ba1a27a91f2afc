"""Which board listens to which channels: centre frequencies of the two radios of each card, and the
distance of every channel from them (IF) inside of what the chip can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from ..catalog.regions import ChannelSet, Region
from ..core.errors import CatalogError
from .concentrators import Concentrator, Family

REACH = {125_000: 400_000, 250_000: 375_000, 500_000: 300_000}
"""By bandwidth in Hz: how far a channel may be from the centre of its radio, which hears ± 462.5,
500 and 550 kHz. Source: lora_gateway and sx1302_hal, loragw_hal.c, LGW_RF_RX_BANDWIDTH_*."""
PER_BOARD = 8
GRID = 100_000
GHZ24_FACTORS = (12, 9, 7)
"""Spreading factors of the first, second and third card at 2.4 GHz: each of its channels has one of
them."""


@dataclass(frozen=True)
class Channel:
    frequency: int
    radio: int
    bandwidth: int = 125_000
    spreading_factor: int = 0
    """0: all at once, or FSK."""

    def offset(self, centre: int) -> int:
        return self.frequency - centre


@dataclass(frozen=True)
class BoardPlan:
    """What one card listens to. Frequencies in Hz."""

    card: Concentrator
    region: Region
    set: str
    """Name of the set of channels in the catalog."""
    centres: tuple[int, ...]
    """Of radio 0 and 1; none at 2.4 GHz, where each channel is a radio."""
    channels: tuple[Channel, ...]
    wide: Channel | None = None
    fsk: Channel | None = None
    lowest_tx: int = 0
    highest_tx: int = 0

    @property
    def sends(self) -> bool:
        """False where the law demands to listen before, and the card cannot."""
        rule = self.region.lbt
        return rule is None or not rule.required or self.card.listens

    def offset(self, channel: Channel) -> int:
        """IF."""
        return channel.offset(self.centres[channel.radio])


@dataclass(frozen=True)
class ChannelPlan:
    boards: tuple[BoardPlan, ...]
    notes: tuple[str, ...]
    """What did not fit, and what to know."""

    @property
    def regions(self) -> tuple[Region, ...]:
        """Each is a gateway of its own."""
        return tuple({b.region.id: b.region for b in self.boards}.values())


def plan(
    region: Region, ghz24: Region, cards: Sequence[Concentrator], wanted: int | None = None
) -> ChannelPlan:
    """Channels for cards: those below 1 GHz are in `region`, those of 2.4 GHz in `ghz24`. `wanted`:
    how many channels below 1 GHz; None is as many as there are boards for."""
    low = [c for c in cards if c.family is not Family.GHZ24]
    high = [c for c in cards if c.family is Family.GHZ24]
    notes: list[str] = []
    boards: list[BoardPlan] = []
    if region.id == ghz24.id:
        notes += [
            f"{c.name}: {c.module} does not hear 2.4 GHz; it needs another region" for c in low
        ]
    else:
        boards += _sub_ghz(region, low, wanted, notes)
    boards += [_at_2g4(ghz24, card, place) for place, card in enumerate(high)]
    if len(high) > 1:
        notes.append("boards at 2.4 GHz hear the same channels, each with its spreading factor")
    if boards and high and low and region.id != ghz24.id:
        notes.append(f"{ghz24.id} is a gateway of its own, with an EUI of its own")
    if len(nameless := [c.name for c in cards if not c.named]) > 1:
        notes.append(
            f"{' and '.join(nameless)}: their forwarder opens the first SX1301 that it finds on "
            f"USB, so that only one of them works"
        )
    order = [c.name for c in cards]
    return ChannelPlan(tuple(sorted(boards, key=lambda b: order.index(b.card.name))), tuple(notes))


def _sub_ghz(
    region: Region, cards: Sequence[Concentrator], wanted: int | None, notes: list[str]
) -> Iterator[BoardPlan]:
    sets = _sets(region, len(cards), wanted, notes)
    for place, card in enumerate(cards):
        chosen = sets[place] if place < len(sets) else sets[0]
        board = place_channels(region, card, chosen, notes)
        if place >= len(sets):
            notes.append(
                f"{card.name}: listens to set {chosen.name} as well, as a second pair of ears"
            )
        elif chosen.condition:
            notes.append(f"{card.name}: set {chosen.name}: {chosen.condition}")
        if not board.sends:
            why = f"{region.id} demands listen before talk, which it cannot"
            notes.append(f"{card.name}: receives only: {why}")
        yield board


def _sets(
    region: Region, boards: int, wanted: int | None, notes: list[str]
) -> tuple[ChannelSet, ...]:
    """One for each board as far as there are some."""
    free = tuple(s for s in region.sets if s.everywhere or (wanted or 0) > PER_BOARD)
    asked = boards if wanted is None else -(-wanted // PER_BOARD)
    if asked > boards > 0:
        notes.append(f"{wanted} channels need {asked} boards below 1 GHz, not {boards}")
    if min(asked, boards) > len(free):
        hidden = [s for s in region.sets if s not in free]
        why = f"set {hidden[0].name} {hidden[0].condition}" if hidden else region.no_more_sets
        cure = "; ask for --channels 16 where it is so" if hidden else ""
        count = sum(len(s.channels) for s in free)
        notes.append(f"{region.id}: {count} channels at most: {why}{cure}")
    return free[: max(1, asked)]


def _at_2g4(region: Region, card: Concentrator, place: int) -> BoardPlan:
    chosen = region.sets[0]
    factor = GHZ24_FACTORS[place % len(GHZ24_FACTORS)]
    bandwidth = region.uplinks[0].bandwidth
    return BoardPlan(
        card, region, chosen.name, (),
        tuple(Channel(f, n, bandwidth, factor) for n, f in enumerate(chosen.channels)),
        lowest_tx=region.lowest, highest_tx=region.highest,
    )  # fmt: skip


def place_channels(
    region: Region, card: Concentrator, chosen: ChannelSet, notes: list[str]
) -> BoardPlan:
    """A set of channels on the two radios of a card; what does not fit besides the eight is left
    out and said. Raises CatalogError when the eight do not fit."""
    one = chosen.wide
    wide = Channel(one.frequency, 0, one.bandwidth, one.spreading_factor) if one else None
    fsk = Channel(chosen.fsk, 0) if chosen.fsk else None
    plain = [Channel(f, 0) for f in sorted(chosen.channels)]
    tries = (_layouts(plain, wide, fsk), _layouts(plain, wide, None), _layouts(plain, None, None))
    best = next((max(found, key=_worth) for t in tries if (found := list(t))), None)
    if best is None:
        raise CatalogError(f"{region.id}: set {chosen.name} does not fit on two radios")
    notes += [
        f"{card.name}: {what} at {left.frequency / 1e6:g} MHz does not fit on its radios"
        for what, left, got in (("the wide channel", wide, best.wide), ("FSK", fsk, best.fsk))
        if left and not got
    ]
    low, high = _transmits(region)
    return BoardPlan(
        card, region, chosen.name, best.centres, best.channels, best.wide, best.fsk, low, high
    )


def _transmits(region: Region) -> tuple[int, int]:
    """Where downlinks are sent."""
    down = region.rx1_rule.downlinks
    if down is None:
        return region.lowest, region.highest
    used = (*down, region.rx2.frequency)
    return min(used) - down.bandwidth // 2, max(used) + down.bandwidth // 2


def _worth(layout: _Layout) -> tuple[int, int]:
    return layout.worth


@dataclass(frozen=True)
class _Layout:
    centres: tuple[int, int]
    channels: tuple[Channel, ...]
    wide: Channel | None
    fsk: Channel | None
    worth: tuple[int, int]
    """Even halves count most, then the gap between them."""


def _layouts(plain: list[Channel], wide: Channel | None, fsk: Channel | None) -> Iterator[_Layout]:
    """Every way to give the lower channels to radio 0 and the rest to radio 1."""
    for cut, wide_on, fsk_on in product(range(1, len(plain)), (0, 1), (0, 1)):
        lower, upper = plain[:cut], [replace(c, radio=1) for c in plain[cut:]]
        wide_put = wide and replace(wide, radio=wide_on)
        fsk_put = fsk and replace(fsk, radio=fsk_on)
        besides = [c for c in (wide_put, fsk_put) if c]
        centres = [
            _centre([*half, *(c for c in besides if c.radio == radio)])
            for radio, half in enumerate((lower, upper))
        ]
        if centres[0] and centres[1]:
            worth = (-abs(len(lower) - len(upper)), upper[0].frequency - lower[-1].frequency)
            yield _Layout((centres[0], centres[1]), (*lower, *upper), wide_put, fsk_put, worth)


def _centre(channels: Sequence[Channel]) -> int | None:
    """In the middle of all of them, on a grid of 100 kHz from the first; None when one radio does
    not reach them."""
    low = max(c.frequency - REACH[c.bandwidth] for c in channels)
    high = min(c.frequency + REACH[c.bandwidth] for c in channels)
    start = channels[0].frequency
    middle = (min(c.frequency for c in channels) + max(c.frequency for c in channels)) / 2
    first = start + -(-(low - start) // GRID) * GRID
    grid = range(first, high + 1, GRID)
    return min(grid, default=None, key=lambda f: (abs(f - middle), -f))
