"""What a mote does when the network tells it to: MAC commands, LoRaWAN 1.0.4, chapter 5."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .. import mac_commands
from ..joining import Accepted, added_frequencies, enabled_channels
from .plans import Plan

LINK_ADR, DUTY_CYCLE, RX_PARAM_SETUP, DEV_STATUS, NEW_CHANNEL = 3, 4, 5, 6, 7
RX_TIMING_SETUP, TX_PARAM_SETUP = 8, 9
STICKY = (RX_PARAM_SETUP, RX_TIMING_SETUP, TX_PARAM_SETUP)
"""Answered in every uplink until a downlink shows that the network has heard it."""
FREQUENCY_STEP_HZ = 100
KEEP = 15
"""DR and power that change nothing."""
OUTSIDE_POWER = 0
"""Of a battery report: an external supply."""
MARGIN_DB = 10
BANKS, ALL_CHANNELS, NO_CHANNELS = 5, 6, 7
"""Values of ChMaskCntl; banks of eight are not followed. RP002-1.0.4, 2.5.5."""
LEAST_POWER = 7
BLOCK, WIDE_FIRST, MOST_WITHOUT_BLOCKS = 16, 64, 16
MOST_OPTIONS = 15


class Settings:
    """What the network may change."""

    def __init__(self, plan: Plan, rate: int) -> None:
        self.frequencies = plan.used
        self.rate = rate
        """DR of uplinks."""
        self.delay = 1
        """Seconds from the end of an uplink to RX1."""
        self.rx1_offset = 0
        self.rx2_frequency, self.rx2_rate = plan.rx2_frequency, plan.rx2_rate
        self.transmissions = 1
        self.power_steps = 0
        """Of 2 dB below the most."""


class Obeying:
    """Follows commands and keeps the answers that are due. What it does not know has no answer."""

    def __init__(self, plan: Plan, settings: Settings) -> None:
        self._plan, self._settings = plan, settings
        self._factory = vars(settings).copy()
        self._known = dict(enumerate(plan.channels))
        """Every channel by its number; masks choose among them."""
        self._due: list[tuple[int, bytes]] = []
        self._follow: dict[int, Callable[[Mapping[str, int]], dict[str, int]]] = {
            LINK_ADR: self._rate,
            DUTY_CYCLE: lambda _: {},
            RX_PARAM_SETUP: self._windows,
            DEV_STATUS: lambda _: {"battery": OUTSIDE_POWER, "margin": MARGIN_DB},
            NEW_CHANNEL: self._channel,
            RX_TIMING_SETUP: self._timing,
            TX_PARAM_SETUP: lambda _: {},
        }

    def joined(self, accepted: Accepted, rate: int) -> None:
        """Begin as the maker left it, with what the answer to a join says; `rate` is the DR of
        the request."""
        settings = self._settings
        vars(settings).update(self._factory)
        settings.rate, settings.delay = rate, accepted.delay or 1
        settings.rx1_offset, settings.rx2_rate = accepted.rx1_offset, accepted.rx2_rate
        added, enabled = (
            added_frequencies(accepted.channels),
            enabled_channels(accepted.channels),
        )
        self._known = dict(enumerate((*self._plan.channels, *added)))
        settings.frequencies = (*settings.frequencies, *added)
        if enabled:
            settings.frequencies = tuple(hz for n, hz in self._known.items() if n in enabled)
        self._due = []

    def heard(self, sent: bytes) -> None:
        """Follow the commands of a downlink."""
        self._due = []
        for command in mac_commands.decode(sent, up=False)[0]:
            follow = self._follow.get(command.cid)
            if follow is not None:
                answer = mac_commands.encode(command.cid, up=True, **follow(command.fields))
                self._due.append((command.cid, answer))

    def answers(self) -> bytes:
        """What goes into the next uplink."""
        found = b""
        for _, answer in self._due:
            if len(found) + len(answer) <= MOST_OPTIONS:
                found += answer
        self._due = [row for row in self._due if row[0] in STICKY]
        return found

    def _windows(self, fields: Mapping[str, int]) -> dict[str, int]:
        settings, rate, offset = self._settings, fields["rx2_data_rate"], fields["rx1_offset"]
        rate_ok, offset_ok = rate in self._plan.rates, offset <= self._plan.greatest_offset
        if rate_ok and offset_ok:
            settings.rx1_offset, settings.rx2_rate = offset, rate
            settings.rx2_frequency = fields["frequency_100hz"] * FREQUENCY_STEP_HZ
        return {"frequency_ok": 1, "rx2_data_rate_ok": rate_ok, "rx1_offset_ok": offset_ok}

    def _channel(self, fields: Mapping[str, int]) -> dict[str, int]:
        """A frequency of 0 switches the channel off."""
        hz = fields["frequency_100hz"] * FREQUENCY_STEP_HZ
        known = {n: old for n, old in self._known.items() if n != fields["channel"]}
        old = self._known.get(fields["channel"])
        kept = tuple(f for f in self._settings.frequencies if f != old)
        self._known = known | ({fields["channel"]: hz} if hz else {})
        self._settings.frequencies = (*kept, hz) if hz else kept
        return {"frequency_ok": 1, "data_rate_ok": 1}

    def _timing(self, fields: Mapping[str, int]) -> dict[str, int]:
        self._settings.delay = fields["delay"] or 1
        return {}

    def _rate(self, fields: Mapping[str, int]) -> dict[str, int]:
        """All or nothing; the answer says which of the three was wrong."""
        settings, rate, power = self._settings, fields["data_rate"], fields["power"]
        chosen = self._masked(fields["mask"], fields["mask_control"])
        rate = settings.rate if rate == KEEP else rate
        rate_ok = rate in self._plan.up
        mask_ok = any(self._plan.usable(hz, rate) for hz in chosen)
        power_ok = power == KEEP or power <= LEAST_POWER
        if mask_ok and rate_ok and power_ok:
            settings.frequencies, settings.rate = chosen, rate
            settings.power_steps = settings.power_steps if power == KEEP else power
            settings.transmissions = fields["transmissions"] or settings.transmissions
        return {"mask_ok": mask_ok, "data_rate_ok": rate_ok, "power_ok": power_ok}

    def _masked(self, mask: int, control: int) -> tuple[int, ...]:
        """The channels that are on afterwards: a mask is for one block of 16, the others stay as
        they are; ChMaskCntl 6 and 7 switch all, or none, of the narrow ones on. None: refused."""
        on = set(self._settings.frequencies)
        many = len(self._known) > MOST_WITHOUT_BLOCKS
        first = WIDE_FIRST if control in (ALL_CHANNELS, NO_CHANNELS) else BLOCK * control
        if control == ALL_CHANNELS and not many:
            return tuple(self._known.values())
        if control > NO_CHANNELS or (control and not many) or control == BANKS:
            return ()
        found = []
        for number, hz in self._known.items():
            if first <= number < first + BLOCK:
                keep = bool(mask >> number - first & 1)
            elif control in (ALL_CHANNELS, NO_CHANNELS):
                keep = control == ALL_CHANNELS
            else:
                keep = hz in on
            if keep:
                found.append(hz)
        return tuple(found)
