"""A mote: class A, LoRaWAN 1.0.4, with real frames and keys. It keeps the rules that a network
relies on; it has no clock and does nothing by itself: `traffic.py` gives it its day."""

from __future__ import annotations

from collections import deque
from random import Random

import msgspec

from .. import crypto, joining
from ..crypto import Keys, widened
from ..frames import Control, Kind, Message, decode
from ..joining import Accepted
from ..radio import Lora, Modulation
from .channel import Antenna, Hearing, Place, Transmission, Tuning
from .obeying import Obeying, Settings
from .plans import EU868, Plan

JOIN_DELAY_US = 5_000_000
SECOND_US = 1_000_000
"""From RX1 to RX2."""
TOLERANCE_US = 20
"""How far from the opening of a window a downlink may begin: what the specification asks of a
network."""
MOST_TRANSMISSIONS = 8
"""Of one confirmed frame."""
POWER_STEP_DB = 2.0
KEPT = 64


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What a maker puts into a mote. Without `key` it has a session instead: ABP."""

    name: str
    dev_eui: int = 0
    join_eui: int = 0
    key: bytes = b""
    address: int = 0
    session: Keys | None = None


class Window(msgspec.Struct, frozen=True, gc=False):
    """When and where it listens after a frame of its own."""

    opens: int
    frequency: int
    modulation: Modulation


class Received(msgspec.Struct, frozen=True, gc=False):
    """A downlink that was meant for it. `window`: 1 or 2."""

    window: int
    counter: int
    port: int | None
    payload: bytes
    options: bytes
    confirmed: bool
    acknowledges: bool


class Mote:
    """Deterministic: the same identity, seed and calls give the same frames."""

    def __init__(
        self,
        identity: Identity,
        place: Place,
        plan: Plan = EU868,
        *,
        rate: int | None = None,
        seed: int = 1,
    ) -> None:
        """`rate` is the DR with which it begins, None the fastest; a join that nobody answers takes
        a lower one."""
        self.identity, self.place, self.plan = identity, place, plan
        rate = plan.rate if rate is None else rate
        self.settings = Settings(plan, rate)
        self.keys: Keys | None = identity.session
        self.address = identity.address
        self.counter_up = self.counter_down = -1
        """The last ones, 32 bits; -1 before the first."""
        self.dev_nonce = 0
        """The next one; rises for the life of the mote."""
        self.received: deque[Received] = deque(maxlen=KEPT)
        self.joins = self.acknowledged = self.refused = 0
        """Answers to joins; confirmed frames that were answered; frames in a window with a wrong
        MIC or an old counter."""
        self._chance = Random(f"{seed}/{identity.name}")
        self._obeying = Obeying(plan, self.settings)
        self._windows: tuple[Window, ...] = ()
        self._join_rates = tuple(r for r in plan.join_rates if r <= rate) or plan.join_rates
        self._join_rate = rate
        self._tries = 0
        self._pending = b""
        self._pending_confirmed = False
        self._transmissions = 0
        self._owes_ack = False

    @property
    def joined(self) -> bool:
        return self.keys is not None

    def join(self, now: int) -> Transmission:
        """A join request at `now`, with the next DevNonce. What there was of a session is over."""
        own = self.identity
        self.keys, self._pending = None, b""
        phy = joining.seal_request(own.join_eui, own.dev_eui, self.dev_nonce, own.key)
        self._join_rate = self._join_rates[self._tries % len(self._join_rates)]
        self._tries, self.dev_nonce = self._tries + 1, self.dev_nonce + 1
        channels = [hz for hz in self.plan.used if self.plan.usable(hz, self._join_rate)]
        frequency = self._chance.choice(channels or self.plan.used)
        return self._sent(now, phy, frequency, self._join_rate, JOIN_DELAY_US)

    def uplink(
        self, now: int, payload: bytes, port: int = 1, *, confirmed: bool = False
    ) -> Transmission:
        """A new frame at `now`; the last one is not repeated any more. Raises ValueError before it
        has joined."""
        if self.keys is None:
            raise ValueError(f"{self.identity.name} has not joined")
        self.counter_up += 1
        control = Control.ADR | (Control.ACK if self._owes_ack else Control.NONE)
        plain = Message(
            kind=Kind.CONFIRMED_UP if confirmed else Kind.UNCONFIRMED_UP,
            address=self.address,
            counter=self.counter_up & 0xFFFF,
            control=control,
            options=self._obeying.answers(),
            port=port,
            payload=payload,
        )
        phy = crypto.seal(plain, self.keys, self.counter_up)
        self._owes_ack = False
        self._pending, self._pending_confirmed, self._transmissions = phy, confirmed, 1
        return self._on_a_channel(now, phy)

    def repeat(self, now: int) -> Transmission | None:
        """The last frame once more, with the same counter: a confirmed one until it is answered,
        any other as often as the network asks. None when that is done."""
        most = MOST_TRANSMISSIONS if self._pending_confirmed else self.settings.transmissions
        if not self._pending or self._transmissions >= most:
            self._pending = b""
            return None
        self._transmissions += 1
        return self._on_a_channel(now, self._pending)

    def antenna(self, sent: Transmission) -> Antenna | None:
        """How it listens, if a window of its own is open when the frame begins."""
        window = self._window(sent)
        if window is None or not isinstance(window.modulation, Lora):
            return None
        found = window.modulation
        tuning = Tuning(window.frequency, found.bandwidth, (found.spreading_factor,))
        return Antenna(self.identity.name, self.place, (tuning,))

    def hear(self, hearing: Hearing) -> None:
        """Take a downlink; what is not for it, or not genuine, changes nothing but `refused`."""
        sent = hearing.transmission
        window = self._window(sent)
        if window is None:
            return
        number = self._windows.index(window) + 1
        if self.joined:
            self._message(sent.phy, number)
        else:
            self._accepted(joining.open_accept(sent.phy, self.identity.key))

    def _window(self, sent: Transmission) -> Window | None:
        for window in self._windows:
            near = abs(sent.begins - window.opens) <= TOLERANCE_US
            if near and (sent.frequency, sent.modulation) == (window.frequency, window.modulation):
                return window
        return None

    def _on_a_channel(self, now: int, phy: bytes) -> Transmission:
        settings = self.settings
        channels = [hz for hz in settings.frequencies if self.plan.usable(hz, settings.rate)]
        frequency = self._chance.choice(channels or settings.frequencies)
        return self._sent(now, phy, frequency, settings.rate, settings.delay * SECOND_US)

    def _sent(self, now: int, phy: bytes, frequency: int, rate: int, delay: int) -> Transmission:
        sent = Transmission(
            sender=self.identity.name,
            place=self.place,
            begins=now,
            phy=phy,
            frequency=frequency,
            modulation=self.plan.rates[rate],
            power=self.plan.power - POWER_STEP_DB * self.settings.power_steps,
        )
        first, first_rate = self.plan.rx1(frequency, rate, self.settings.rx1_offset)
        second, second_rate = self.settings.rx2_frequency, self.settings.rx2_rate
        self._windows = (
            Window(sent.ends + delay, first, self.plan.rates[first_rate]),
            Window(sent.ends + delay + SECOND_US, second, self.plan.rates[second_rate]),
        )
        return sent

    def _accepted(self, accepted: Accepted | None) -> None:
        if accepted is None:
            self.refused += 1
            return
        self.keys = joining.session_keys(self.identity.key, accepted, self.dev_nonce - 1)
        self.address = accepted.address
        self.counter_up = self.counter_down = -1
        self._windows, self._tries = (), 0
        self._obeying.joined(accepted, self._join_rate)
        self.joins += 1

    def _message(self, phy: bytes, window: int) -> None:
        sent, keys = decode(phy), self.keys
        if not isinstance(sent, Message) or sent.up or sent.address != self.address or not keys:
            return
        counter = widened(sent.counter, self.counter_down)
        if not crypto.genuine(phy, sent, keys.network, counter):
            self.refused += 1
            return
        self.counter_down = counter
        self._windows = ()
        acknowledges = Control.ACK in sent.control and self._pending_confirmed
        if acknowledges or not self._pending_confirmed:
            self._pending = b""
        if acknowledges:
            self._pending_confirmed = False
            self.acknowledged += 1
        self._owes_ack = sent.confirmed
        payload = crypto.reveal(sent, keys, counter)
        self._obeying.heard(payload if sent.port == 0 else sent.options)
        self.received.append(
            Received(
                window, counter, sent.port, payload, sent.options, sent.confirmed, acknowledges
            )
        )
