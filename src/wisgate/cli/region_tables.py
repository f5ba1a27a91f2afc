"""Columns of the tables that `wisgate catalog show` prints of a region, after `sections._BOARD`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Column = tuple[str, str | Callable[[Any], str]]


def mhz(hertz: int) -> str:
    """As people write it: 868.1, 865.0625."""
    return f"{hertz / 1e6:.4f}".rstrip("0").removesuffix(".") + (".0" if hertz % 10**6 == 0 else "")


def _range(row: Any) -> str:
    return f"{mhz(row.low)} to {mhz(row.high)}"


def _channels(row: Any) -> str:
    step = f", {row.count} at {row.step / 1000:g} kHz" if row.count > 1 else ""
    return f"from {mhz(row.first)}{step}" if step else mhz(row.first)


def _rates(row: Any) -> str:
    return f"DR{row.rates[0]} to DR{row.rates[1]}"


def _modulation(row: Any) -> str:
    if row.spreading_factor:
        return f"SF{row.spreading_factor} {row.bandwidth // 1000} kHz {row.coding_rate}"
    return f"FSK {row.bit_rate // 1000} kbit/s"


def _ways(row: Any) -> str:
    return "both" if row.up and row.down else "up" if row.up else "down"


def _dwelt(row: Any) -> str:
    return "" if row.payload_dwell is None else str(row.payload_dwell)


def _duty(row: Any) -> str:
    return f"{row.duty_cycle * 100:g} %" if row.duty_cycle < 1 else "no limit"


def _always(row: Any) -> str:
    return "always" if row.always else "when the network says so"


def _required(row: Any) -> str:
    return "everywhere" if row.required else "in some countries"


def _answers(row: Any) -> str:
    return "\n".join(
        f"DR{n}: {' '.join(f'DR{a}' for a in offsets)}" for n, offsets in enumerate(row.table)
        if offsets
    )  # fmt: skip


def _down(row: Any) -> str:
    return "that of the uplink" if row.downlinks is None else _channels(row.downlinks)


def _listed(row: Any) -> str:
    return " ".join(map(mhz, row.channels))


def _besides(row: Any) -> str:
    found = []
    if row.wide:
        wide = row.wide
        found.append(
            f"{mhz(wide.frequency)} SF{wide.spreading_factor} {wide.bandwidth // 1000} kHz"
        )
    if row.fsk:
        found.append(f"{mhz(row.fsk)} FSK")
    return ", ".join(found)


REGION: dict[str, tuple[tuple[str, str, tuple[Column, ...]], ...]] = {
    "channels": (
        ("uplinks", "Channels from the start", (("MHz", _channels), ("Rates", _rates))),
        ("sets", "Sets for one board each", (("Set", "name"), ("MHz", _listed),
         ("Besides", _besides), ("Only if", "condition"))),
    ),
    "rates": (("rates", "Data rates", (("DR", "number"), ("", _modulation), ("", _ways),
              ("Payload", "payload"), ("with dwell time", _dwelt))),),
    "windows": (
        ("rx1_rule", "RX1", (("Frequency", _down), ("By offset", _answers))),
        ("rx2", "RX2", (("MHz", lambda row: mhz(row.frequency)),
         ("Rate", lambda row: f"DR{row.rate}"))),
    ),
    "rules": (
        ("subbands", "Sub-bands", (("", "name"), ("MHz", _range), ("Duty cycle", _duty),
         ("dBm EIRP", "power"))),
        ("dwell", "Dwell time", (("", "direction"), ("Seconds", "limit"), ("", _always))),
        ("lbt", "Listen before talk", (("", _required), ("dBm", "threshold"),
         ("Seconds", "listen"))),
    ),
}  # fmt: skip
