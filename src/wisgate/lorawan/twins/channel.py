"""What becomes of a frame between two antennas: path loss, noise, collisions and capture.

A frame is heard when a channel of the receiver fits and the signal is above the limit of its
spreading factor. Two frames of one spreading factor and polarity whose bandwidths overlap damage
each other unless one is 6 dB stronger; other spreading factors do not disturb. A board that sends
hears nothing. Path loss grows with the logarithm of the distance; each path has an offset of its
own (shadowing) and each frame a little more (fading), both from the seed.

Not modelled: how many demodulators a chip has, preambles that were found before a stronger frame
came, damaged frames that a board hands on, drift of frequency.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from math import hypot, log10
from random import Random

import msgspec

from ...virtual.radio import CAPTURE_DB
from ...virtual.radio_format import LIMIT_DB, milliwatts, noise
from ..radio import Lora, Modulation

NEAREST_M = 1.0
LOSS_AT_1_M_DB = 31.2
"""Free space at 868 MHz."""
BEST_SNR_DB = 14.0
"""More than that no demodulator tells."""
FSK_LIMIT_DB = 10.0
FSK_BANDWIDTH = 125_000
"""Hz. LoRaWAN's FSK channel: 50 kbit/s, 25 kHz deviation."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """In metres from anywhere."""

    x: float = 0.0
    y: float = 0.0

    def distance(self, other: Place) -> float:
        return max(NEAREST_M, hypot(self.x - other.x, self.y - other.y))


class Transmission(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A frame on the air. Times are µs of the loop that carries it; `power` is dBm EIRP."""

    sender: str
    """Name of the mote, EUI of the board."""
    place: Place
    begins: int
    phy: bytes
    frequency: int
    modulation: Modulation
    power: float
    inverted: bool = False
    """A downlink of LoRaWAN is, an uplink is not."""
    preamble: int = 8
    crc: bool = True
    implicit_header: bool = False

    @cached_property
    def ends(self) -> int:
        seconds = self.modulation.airtime(
            len(self.phy),
            preamble=self.preamble,
            crc=self.crc,
            implicit_header=self.implicit_header,
        )
        return self.begins + round(seconds * 1e6)

    @property
    def bandwidth(self) -> int:
        found = self.modulation
        return found.bandwidth if isinstance(found, Lora) else FSK_BANDWIDTH

    def overlaps(self, other: Transmission) -> bool:
        """In time."""
        return self.begins < other.ends and other.begins < self.ends


class Tuning(msgspec.Struct, frozen=True, gc=False):
    """What one channel of a receiver takes. No spreading factors: FSK."""

    frequency: int
    bandwidth: int = 125_000
    spreading_factors: tuple[int, ...] = tuple(range(5, 13))

    def fits(self, sent: Transmission) -> bool:
        if abs(sent.frequency - self.frequency) > self.bandwidth / 4:
            return False
        if not isinstance(sent.modulation, Lora):
            return not self.spreading_factors
        return (
            sent.modulation.bandwidth == self.bandwidth
            and sent.modulation.spreading_factor in self.spreading_factors
        )


class Antenna(msgspec.Struct, frozen=True):
    """Where somebody listens, and to what. `channels` are in the order of their numbers."""

    name: str
    place: Place
    channels: tuple[Tuning, ...]
    gain: float = 0.0
    """dB."""


class Hearing(msgspec.Struct, frozen=True, gc=False):
    """How a frame arrived."""

    transmission: Transmission
    receiver: str
    channel: int
    rssi: float
    """dBm in the channel, noise included."""
    snr: float | None
    """dB; None for FSK."""


class Channel:
    """The paths between all of them; the same for the same seed. `exponent` 2 is free space, 3 a
    town; `shadowing` and `fading` are standard deviations in dB."""

    def __init__(
        self, seed: int, *, exponent: float = 2.7, shadowing: float = 4.0, fading: float = 1.0
    ) -> None:
        self._seed, self._exponent = seed, exponent
        self._shadowing, self._fading = shadowing, fading
        self._shadows: dict[tuple[str, str], float] = {}

    def signal(self, sent: Transmission, antenna: Antenna) -> float:
        """What arrives, in dBm."""
        distance = sent.place.distance(antenna.place)
        loss = LOSS_AT_1_M_DB + 10 * self._exponent * log10(distance)
        chance = Random(f"{self._seed}/{sent.sender}/{sent.begins}/{antenna.name}")
        faded = chance.gauss(0.0, self._fading)
        return sent.power + antenna.gain - loss - self._shadow(sent.sender, antenna.name) + faded

    def hearing(
        self, sent: Transmission, antenna: Antenna, others: Iterable[Transmission]
    ) -> Hearing | None:
        """How a frame arrives beside `others`; None if not. `others` may hold `sent` itself."""
        number = next((n for n, c in enumerate(antenna.channels) if c.fits(sent)), None)
        if number is None:
            return None
        floor, signal = noise(sent.bandwidth), self.signal(sent, antenna)
        if signal - floor < _limit(sent.modulation):
            return None
        for other in others:
            if other is sent or not other.overlaps(sent):
                continue
            if other.sender == antenna.name:
                return None
            if _disturbs(other, sent) and self.signal(other, antenna) > signal - CAPTURE_DB:
                return None
        lora = isinstance(sent.modulation, Lora)
        return Hearing(
            transmission=sent,
            receiver=antenna.name,
            channel=number,
            rssi=round(10 * log10(milliwatts(signal) + milliwatts(floor)), 1),
            snr=round(min(signal - floor, BEST_SNR_DB), 1) if lora else None,
        )

    def _shadow(self, one: str, other: str) -> float:
        """The same both ways."""
        ends = (one, other) if one < other else (other, one)
        found = self._shadows.get(ends)
        if found is None:
            chance = Random(f"{self._seed}/{ends[0]}/{ends[1]}")
            found = self._shadows[ends] = chance.gauss(0.0, self._shadowing)
        return found


def _limit(modulation: Modulation) -> float:
    if isinstance(modulation, Lora):
        return LIMIT_DB[modulation.spreading_factor]
    return FSK_LIMIT_DB


def _disturbs(other: Transmission, sent: Transmission) -> bool:
    apart = abs(other.frequency - sent.frequency)
    return (
        apart < (other.bandwidth + sent.bandwidth) / 2
        and other.inverted == sent.inverted
        and _chirp(other.modulation) == _chirp(sent.modulation)
    )


def _chirp(modulation: Modulation) -> int:
    return modulation.spreading_factor if isinstance(modulation, Lora) else 0
