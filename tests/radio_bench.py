"""Uplinks, boards and configurations for the tests of the radio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wisgate.config.addresses import Listen
from wisgate.config.model import Where
from wisgate.config.radios import LorawanConfig, RadioConfig
from wisgate.lorawan.radio import Crc, Frame, Heard, Lora, Moment, Shot, Uplink, Verdict

ROOF, SHED = "0016c001ff000001", "0016c001ff000002"
DATA = bytes.fromhex("40010000268001000201" + "a2b2c31122331344")
"""An unconfirmed uplink of 26000001."""
JOIN = bytes.fromhex("00" + "0100000000000000" + "010000d07ed5b370" + "0500" + "11223344")


def radio_config(**changes: Any) -> LorawanConfig:
    config = LorawanConfig(
        Where("gateway.toml", 1),
        "EU868",
        "",
        Listen("127.0.0.1", 0),
        Listen("127.0.0.1", 0),
        64_000_000,
        86400.0,
    )
    return replace(config, **changes)


def radio(eui: str, region: str = "EU868") -> RadioConfig:
    return RadioConfig(Where("gateway.toml", 1), eui, "", "", region)


def uplink(board: str = ROOF, phy: bytes = DATA, **changes: Any) -> Uplink:
    values: dict[str, Any] = {
        "moment": Moment(board, 1, 1_000_000),
        "at_ns": 0,
        "phy": phy,
        "frequency": 868_100_000,
        "modulation": Lora(7, 125_000),
        "rssi": -60.0,
        "snr": 8.0,
        "crc": Crc.OK,
    }
    return Uplink(**values | changes)


def heard(phy: bytes = DATA, region: str = "EU868", **changes: Any) -> Heard:
    return Heard(1, ROOF, region, (uplink(phy=phy, **changes),))


def numbered(frames: Sequence[Frame], known: int = 0) -> list[Heard]:
    """As a queue returns them that holds `known` frames."""
    return [Heard(number, *frame) for number, frame in enumerate(frames, known + 1)]


class ScriptedBoard:
    """A board that answers what it is told to, and keeps what it was given."""

    def __init__(
        self, eui: str, verdict: Verdict = Verdict.QUEUED, *, silent: bool = False
    ) -> None:
        self.eui, self.verdict, self.silent = eui, verdict, silent
        self.sent: list[tuple[Shot, Moment | None]] = []

    async def send(self, shot: Shot, moment: Moment | None) -> Verdict:
        self.sent.append((shot, moment))
        return self.verdict

    def now(self) -> Moment | None:
        return None if self.silent else Moment(self.eui, 1, 0)
