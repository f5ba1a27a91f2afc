"""Frames, signals and schedules of the file, as the rest of the gateway sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.catalog.catalog import load
from wisgate.config.lin import decimals, kind_of, span_of
from wisgate.config.load import read
from wisgate.config.model import Config, SignalConfig
from wisgate.config.where import Where
from wisgate.core import toml
from wisgate.core.points import Kind

EXAMPLE = Path(__file__).parents[3] / "examples" / "air-duct.toml"


def config(text: str) -> Config:
    return read(toml.parse(text, "gateway.toml"), Path(), load())


def signal(length: int = 8, *, signed: bool = False, scale: float = 1.0, offset: float = 0.0,
           initial: float = 0.0) -> SignalConfig:  # fmt: skip
    where = Where("gateway.toml", 1)
    return SignalConfig(where, "x", 0, length, signed, scale, offset, "", initial)


def test_the_example() -> None:
    (slot,) = config(EXAMPLE.read_text()).slots
    duct, order, damper = slot.frames
    assert (duct.id, duct.size, duct.published, duct.checksum) == (0x10, 3, False, "enhanced")
    assert (order.id, order.size, order.published, order.checksum) == (0x11, 1, True, None)
    assert damper.size == 2
    assert [(s.bit, s.length, s.signed, s.scale) for s in duct.signals] == [
        (0, 16, True, 0.01), (16, 8, False, 1.0)
    ]  # fmt: skip
    normal, short = slot.schedules
    assert [(e.frame, e.delay) for e in normal.entries] == [
        ("order", None), ("damper", None), ("duct", 0.02)
    ]  # fmt: skip
    assert short.name == "damper-only"


def test_points_of_signals() -> None:
    points = {p.channel: p.point for p in config(EXAMPLE.read_text()).slots[0].points}
    assert list(points)[3:] == [
        "duct_temperature", "duct_humidity", "order_position", "damper_position", "damper_moving"
    ]  # fmt: skip
    temperature, order = points["duct_temperature"], points["order_position"]
    assert (temperature.unit, temperature.kind, temperature.decimals) == ("Cel", Kind.FLOAT, 2)
    assert (temperature.writable, temperature.safe, temperature.interval) == (False, None, 0.5)
    assert (order.writable, order.safe, order.kind) == (True, 100, Kind.INT)
    assert points["damper_moving"].kind is Kind.BOOL
    assert order.source == "wisblock-1/order_position"


@pytest.mark.parametrize(
    ("described", "kind", "places"),
    [
        (signal(1), Kind.BOOL, 0),
        (signal(8), Kind.INT, 0),
        (signal(8, scale=10.0, offset=-40.0), Kind.INT, 0),
        (signal(8, scale=0.5), Kind.FLOAT, 1),
        (signal(8, scale=0.25), Kind.FLOAT, 2),
        (signal(8, scale=1.0, offset=0.125), Kind.FLOAT, 3),
        (signal(8, scale=0.1, offset=-40.0), Kind.FLOAT, 1),
        (signal(8, scale=1e-12), Kind.FLOAT, 9),
    ],
)
def test_kinds(described: SignalConfig, kind: Kind, places: int) -> None:
    assert (kind_of(described), decimals(described)) == (kind, places)


@pytest.mark.parametrize(
    ("described", "low", "high"),
    [
        (signal(1), 0, 1),
        (signal(8), 0, 255),
        (signal(8, signed=True), -128, 127),
        (signal(16, signed=True, scale=0.01), -327.68, 327.67),
        (signal(8, scale=-0.5, offset=40.0), -87.5, 40),
        (signal(32), 0, 2**32 - 1),
    ],
)
def test_what_the_bits_can_say(described: SignalConfig, low: float, high: float) -> None:
    assert span_of(described) == pytest.approx((low, high))
