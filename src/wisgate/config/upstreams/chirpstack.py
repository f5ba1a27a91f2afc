"""`type = "chirpstack"`: the MQTT topics by which ChirpStack v4 speaks to gateways."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..brokers import BROKER, BrokerConfig, read_broker
from ..extras import demand_extra
from ..naming import Names
from ..radios import UpstreamConfig
from ..readers import choice, text
from ..tables import Option, Section, Shape, Table

IDS = {
    "EU868": "eu868", "AS923-1": "as923", "AS923-2": "as923_2", "AS923-3": "as923_3",
    "AS923-4": "as923_4", "KR920": "kr920", "IN865": "in865", "RU864": "ru864", "EU433": "eu433",
    "ISM2400": "ism2400",
}  # fmt: skip
"""The topic prefixes of the regions as ChirpStack's own files have them (`region_eu868.toml` …),
where there is only one."""
PARTS = {"US915": "us915_1", "AU915": "au915_1", "CN470": "cn470_10"}
"""Of regions with a file for each block of channels: an example."""

_LEVELS = r"[^+#/\s$][^+#/\s]*(?:/[^+#/\s]+)*"
PREFIX = Option(
    "prefix",
    text("one or more levels without + # and spaces", _LEVELS, "eu868"),
    "First level of every topic: `topic_prefix` in ChirpStack's file of the region. For one region "
    "only.",
    '"us915_1"',
    "",
    otherwise="ChirpStack's own name of the region, such as `eu868`",
)
ENCODING = Option(
    "encoding",
    choice("protobuf", "json"),
    "How messages are written, as ChirpStack's file of the region says: `json = true` or not.",
    '"json"',
    "protobuf",
    otherwise='"protobuf"',
)
SECTION = Section(
    "lorawan.upstream",
    Shape.LIST,
    "ChirpStack v4, through its MQTT broker.",
    (*BROKER, PREFIX, ENCODING),
    variant="chirpstack",
)


@dataclass(frozen=True)
class ChirpstackConfig(BrokerConfig, UpstreamConfig):
    prefixes: tuple[tuple[str, str], ...] = ()
    """Region and first level of its topics."""
    encoding: str = "protobuf"
    """Or "json"."""


def read(table: Table, common: UpstreamConfig, folder: Path, names: Names) -> ChirpstackConfig:
    demand_extra(table, "lorawan", "google.protobuf")
    return ChirpstackConfig(
        **vars(common),
        **vars(read_broker(table, folder)),
        prefixes=_prefixes(table, common.regions),
        encoding=table.get(ENCODING),
    )


def _prefixes(table: Table, regions: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """One for each region."""
    written = table.get(PREFIX)
    if table.has(PREFIX) and len(regions) > 1:
        cure = f'add regions = ["{regions[0]}"], and a table for each other region'
        table.wrong(PREFIX, f"is for one region, and this gets {', '.join(regions)}; {cure}")
    for region in regions:
        if region in PARTS and not table.has(PREFIX):
            what = f"{table.label}: ChirpStack has {region} in several parts"
            table.fault(f'{what}; add prefix = "{PARTS[region]}", or that of your part')
    return tuple((region, written or IDS.get(region, "")) for region in regions)
