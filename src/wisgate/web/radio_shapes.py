"""The bodies of the API about LoRaWAN."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class RadioGatewayView(Struct, frozen=True):
    """What the boards of one region are for networks."""

    region: str
    eui: Annotated[str | None, Meta(description="null until the first board names it")]


class RadioBoardView(Struct, frozen=True):
    """A concentrator board behind its forwarder."""

    eui: str
    name: Annotated[str, Meta(description="what the file calls it, else empty")]
    slot: str
    region: str
    silent: Annotated[bool, Meta(description="whether its forwarder has stopped speaking")]
    heard: Annotated[int, Meta(description="copies of frames since the start")]
    sent: Annotated[int, Meta(description="downlinks that it took since the start")]
    last: Annotated[str | None, Meta(description="UTC of the last frame; null before the first")]
    temperature: Annotated[float | None, Meta(description="Cel, as the forwarder told it last")]
    version: str


class UpstreamView(Struct, frozen=True):
    """How a server of a network is served."""

    name: str
    type: str
    connected: bool
    error: str
    since: Annotated[str | None, Meta(description="UTC; since when it is in this state")]
    delivered: Annotated[int, Meta(description="frames since the start")]
    replayed: Annotated[int, Meta(description="those of `delivered` that came late")]
    expired: Annotated[int, Meta(description="join requests that nobody could answer any more")]
    refused: int
    lag: Annotated[int, Meta(description="frames that wait, about")]


class AirTimeView(Struct, frozen=True):
    """What the last hour took of one sub-band."""

    gateway: str
    low: Annotated[int, Meta(description="Hz; the same for `high`")]
    high: int
    used: Annotated[float, Meta(description="seconds of the last hour")]
    allowed: Annotated[float | None, Meta(description="seconds an hour; null for no limit")]


class RadioView(Struct, frozen=True):
    """LoRaWAN as a whole."""

    gateways: list[RadioGatewayView]
    boards: list[RadioBoardView]
    upstreams: list[UpstreamView]
    air_time: list[AirTimeView]
    waiting: Annotated[int, Meta(description="frames that some upstream has not got, about")]
    lost: Annotated[int, Meta(description="frames that found no room before an upstream had them")]
    counters: dict[str, int]
    verdicts: Annotated[
        dict[str, int], Meta(description="what became of downlinks since the start, in words")
    ]


class CopyView(Struct, frozen=True):
    """How one board heard a frame."""

    board: str
    rssi: Annotated[float, Meta(description="dBm")]
    snr: Annotated[float | None, Meta(description="dB; null for FSK")]
    channel: int
    counter: Annotated[int, Meta(description="of the board, µs, when the frame ended")]


class FrameView(Struct, frozen=True):
    """A frame that was heard, or a downlink and what became of it."""

    number: Annotated[int, Meta(description="rises by one with every frame")]
    time: Annotated[str, Meta(description="UTC")]
    up: bool
    gateway: str
    kind: Annotated[str, Meta(description='"join request", "unconfirmed up", … "not LoRaWAN"')]
    phy: Annotated[str, Meta(description="the frame as on the air, hexadecimal")]
    size: Annotated[int, Meta(description="bytes")]
    frequency: Annotated[int, Meta(description="Hz")]
    air_time: Annotated[float | None, Meta(description="seconds; null for what no chip sends")]
    rate: Annotated[int | None, Meta(description="DR of the region; null if it has none")]
    spreading_factor: Annotated[int | None, Meta(description="null for FSK")]
    bandwidth: Annotated[int | None, Meta(description="Hz; null for FSK")]
    bit_rate: Annotated[int | None, Meta(description="of FSK")]
    dev_addr: str | None = None
    dev_eui: str | None = None
    join_eui: str | None = None
    counter: Annotated[int | None, Meta(description="FCnt, 16 bits")] = None
    port: Annotated[int | None, Meta(description="FPort")] = None
    copies: Annotated[list[CopyView], Meta(description="uplinks: the best first")] = []
    upstream: Annotated[str, Meta(description="downlinks: who wanted it")] = ""
    verdict: Annotated[str, Meta(description="downlinks: what became of it, in words")] = ""
    power: Annotated[float | None, Meta(description="downlinks: dBm EIRP")] = None
    board: Annotated[str | None, Meta(description="downlinks: who took it")] = None


class FramesView(Struct, frozen=True):
    frames: list[FrameView]
    missed: Annotated[int, Meta(description="frames before these that are not kept any more")] = 0
