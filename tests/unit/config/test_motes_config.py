"""What `[[lorawan.device]]` becomes; what is wrong with one stands in tests/golden/config."""

from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.config.load import load
from wisgate.config.model import Config
from wisgate.core.errors import ConfigError
from wisgate.core.points import Kind

HEAD = """
name = "mast"
board = "rak7391"

[lorawan]
region = "EU868"

[[lorawan.device]]
name = "barn"
dev_addr = "26011BDA"
keys_file = "barn.keys"
"""


def loaded(folder: Path, text: str) -> Config:
    (folder / "gateway.toml").write_text(HEAD + text)
    for name in ("barn.keys", "barn.js"):
        (folder / name).write_text("x")
        (folder / name).chmod(0o600)
    return load(folder / "gateway.toml")


def test_points(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        """
codec = "cayenne"
interval = "15min"
points = [
    { name = "level", field = "analog_in_1", scale = 0.01, unit = "m" },
    { name = "open", field = "digital_in_2", type = "bool" },
    { name = "count", type = "int" },
    { name = "rssi", field = "radio.rssi", unit = "" },
]

[[alarm]]
name = "full"
point = "barn_level"
above = "3m"
""",
    )
    assert config.lorawan is not None
    (mote,) = config.lorawan.motes
    assert (mote.name, mote.address, mote.interval) == ("barn", 0x26011BDA, 900.0)
    assert (mote.keys_file, mote.codec, mote.script) == (tmp_path / "barn.keys", "cayenne", None)
    level, opened, count, rssi = mote.points
    assert [p.point.name for p in mote.points] == [
        "barn_level", "barn_open", "barn_count", "barn_rssi",
    ]  # fmt: skip
    assert [p.channel for p in mote.points] == [
        "analog_in_1", "digital_in_2", "count", "radio.rssi",
    ]  # fmt: skip
    assert (level.scale, level.point.unit, level.point.decimals) == ((0.0, 1.0, 0.0, 0.01), "m", 5)
    assert (opened.point.kind, count.point.kind, rssi.scale) == (Kind.BOOL, Kind.INT, None)
    assert {p.point.interval for p in mote.points} == {900.0}
    assert level.point.source == "lorawan/barn_level"
    assert [p.name for p in config.points if p.source.startswith("lorawan/")] == [
        p.point.name for p in mote.points
    ]


def test_a_script_with_variables(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        """
codec = "barn.js"
variables = { depth = "30" }
counter_resets = true
points = [{ name = "level" }]
""",
    )
    assert config.lorawan is not None
    (mote,) = config.lorawan.motes
    assert (mote.script, mote.variables) == (tmp_path / "barn.js", (("depth", "30"),))
    assert (mote.counter_resets, mote.interval) == (True, 3600.0)


def test_keys_that_others_may_read(tmp_path: Path) -> None:
    loaded(tmp_path, 'codec = "none"\npoints = []\n')
    (tmp_path / "barn.keys").chmod(0o640)
    with pytest.raises(ConfigError, match=r"keys_file: .* 0640\); run: chmod 600 barn.keys"):
        load(tmp_path / "gateway.toml")


def test_a_sink_that_is_too_slow_counts_their_points(tmp_path: Path) -> None:
    text = """
codec = "cayenne"
interval = "1s"
points = [{ name = "a" }, { name = "b" }]

[sink.plant]
type = "mqtt"
url = "mqtt://localhost"
points = ["barn_a", "barn_b"]
rate = 1
"""
    with pytest.raises(ConfigError, match=r"rate: 1 is too slow: .* 2 readings/s"):
        loaded(tmp_path, text)
