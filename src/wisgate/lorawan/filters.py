"""What an upstream gets of what was heard."""

from __future__ import annotations

from collections.abc import Callable

from ..config.radios import FilterConfig
from . import frames
from .addresses import block, oui
from .frames import MESSAGES_UP, Kind
from .radio import Heard

Wanted = Callable[[Heard], bool]


def only(config: FilterConfig) -> Wanted:
    """Whether an upstream gets a frame. What is not LoRaWAN nobody gets, nor what is no uplink: the
    answers of other gateways are heard, too."""
    prefixes = [(first >> 32 - bits, 32 - bits) for first, bits in _blocks(config)]
    regions = frozenset(config.regions)

    def wanted(heard: Heard) -> bool:
        if regions and heard.region not in regions:
            return False
        phy = heard.uplinks[0].phy
        kind = frames.kind(phy)
        if kind in MESSAGES_UP:
            if not prefixes:
                return True
            address = frames.address(phy)
            for prefix, shift in prefixes:  # noqa: SIM110  # a generator takes twice as long
                if address >> shift == prefix:
                    return True
            return False
        if kind is Kind.JOIN_REQUEST:
            return _joins(config, frames.join_eui(phy), frames.dev_eui(phy))
        if kind is Kind.REJOIN_REQUEST:
            return _rejoins(config, phy)
        return kind is Kind.PROPRIETARY and config.proprietary

    return wanted


def _blocks(config: FilterConfig) -> list[tuple[int, int]]:
    return [*(block(net_id) for net_id in config.net_ids), *config.dev_addrs]


def _joins(config: FilterConfig, join_eui: int, dev_eui: int) -> bool:
    if config.join_euis and not any(low <= join_eui <= high for low, high in config.join_euis):
        return False
    return not config.ouis or oui(dev_eui) in config.ouis


def _rejoins(config: FilterConfig, phy: bytes) -> bool:
    """Types 0 and 2 name their network, type 1 its JoinEUI (LoRaWAN 1.1, 6.2.4)."""
    frame = frames.decode(phy)
    if not isinstance(frame, frames.RejoinRequest):
        return False
    if frame.join_eui is not None:
        return _joins(config, frame.join_eui, frame.dev_eui)
    if config.net_ids and frame.net_id not in config.net_ids:
        return False
    return not config.ouis or oui(frame.dev_eui) in config.ouis
