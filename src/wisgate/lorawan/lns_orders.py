"""What a server of the LNS protocol wants sent, as shots."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import lns
from .lns_frames import Rates
from .radio import (
    FSK_PREAMBLE,
    LORA_PREAMBLE,
    After,
    AtGps,
    Due,
    Fsk,
    Immediately,
    Modulation,
    Shot,
)

CLASS_A, CLASS_B, CLASS_C = 0, 1, 2
SECOND_US = 1_000_000
DEFAULT_POWER = 14.0
"""dBm, where a server says nothing (s2e.c)."""
STRONG_EUROPE = range(869_400_000, 869_650_001)
STRONG_POWER = 27.0
"""What a station sends with in that part of EU863 (s2e.c)."""

At = Callable[[int, int], After | None]
"""A time, from an xtime and a delay in µs; None for one that cannot be any more."""


class Orders:
    """Reads orders with the data rates and the power of a router_config."""

    def __init__(self, config: lns.RouterConfig, rates: Rates, at: At) -> None:
        self._rates, self._at = rates, at
        self._europe = config.region in ("EU863", "EU868")
        self._power = DEFAULT_POWER if config.max_eirp is None else config.max_eirp

    def shots(self, order: lns.Downlink) -> tuple[Shot, ...]:
        """In the order of trying; none for an order that cannot be carried out any more. Raises
        ValueError for one that makes no sense."""
        phy = _bytes(order.pdu)
        return tuple(
            self._shot(phy, rate, frequency, due, order.preamble, order.checksum)
            for rate, frequency, due in self._ways(order)
        )

    def planned(self, order: lns.Planned) -> Shot | None:
        """One of a schedule; None for the past. Raises ValueError."""
        gps_ms = order.gpstime // 1000 or order.ontime * 1000
        due: Due | None = AtGps(gps_ms) if gps_ms else self._at(order.xtime, 0)
        if due is None:
            return None
        return self._shot(_bytes(order.pdu), order.rate, order.frequency, due)

    def _ways(self, order: lns.Downlink) -> Iterator[tuple[int, int, Due]]:
        """Data rate, frequency, time."""
        if order.kind == CLASS_B:
            if order.rate is None or not order.frequency or not order.gpstime:
                raise ValueError("a ping slot without DR, Freq or gpstime")
            yield order.rate, order.frequency, AtGps(order.gpstime // 1000)
            return
        windows = (
            (order.rx1_rate, order.rx1_frequency, 0),
            (order.rx2_rate, order.rx2_frequency, SECOND_US),
        )
        if not any(rate is not None and frequency for rate, frequency, _ in windows):
            raise ValueError("neither RX1 nor RX2")
        delay = (order.delay or 1) * SECOND_US
        for rate, frequency, later in windows:
            due: Due | None = self._at(order.xtime, delay + later) if order.xtime else None
            if order.kind == CLASS_C and (later or not order.xtime):
                due = Immediately()
            if rate is not None and frequency and due is not None:
                yield rate, frequency, due

    def _shot(
        self, phy: bytes, rate: int, frequency: int, due: Due, preamble: int | None = None,
        checksum: int | None = None,
    ) -> Shot:  # fmt: skip
        """A station sends FSK with a preamble of its own, whatever it is told (ral_lgw.c). End
        devices look for a checksum behind FSK, and for none behind LoRa (SetRxConfig in
        RegionEU868.c of LoRaMac-node)."""
        modulation = self._modulation(rate)
        fsk = isinstance(modulation, Fsk)
        strong = self._europe and frequency in STRONG_EUROPE
        return Shot(
            phy=phy,
            frequency=frequency,
            modulation=modulation,
            power=STRONG_POWER if strong else self._power,
            due=due,
            preamble=FSK_PREAMBLE if fsk else preamble or LORA_PREAMBLE,
            crc=fsk if checksum is None else bool(checksum),
        )

    def _modulation(self, rate: int) -> Modulation:
        found = self._rates[rate] if rate < len(self._rates) else None
        if found is None:
            raise ValueError(f"DR{rate} is none")
        return found


def _bytes(pdu: str) -> bytes:
    found = bytes.fromhex(pdu)
    if not 0 < len(found) <= 255:
        raise ValueError(f"{len(found)} bytes are no frame")
    return found
