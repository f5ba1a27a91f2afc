"""Plans of one to three boards in every region with every family of chips, and what their files
say, read back by means that know nothing of the generators."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wisgate.catalog.catalog import load
from wisgate.lorawan.channels import ChannelPlan, plan
from wisgate.lorawan.concentrators import Concentrator, placed, seat
from wisgate.lorawan.files.bundle import Bundle, bundle
from wisgate.lorawan.files.target import Target

CATALOG = load()
CARDS = {
    "sx1301": ("rak2247-spi", "rak2247-spi", "rak2247-usb"),
    "sx1302": ("rak2287-spi", "rak2287-spi", "rak2287-usb"),
    "sx1303": ("rak5146-usb", "rak5146-usb", "rak5146-usb"),
    "2g4": ("rak5148", "rak5148", "rak5148"),
}
"""By family of chips, in the order in which boards are added."""


@dataclass(frozen=True)
class Case:
    region: str
    family: str
    boards: int

    def __str__(self) -> str:
        return f"{self.region}-{self.family}-{self.boards}"


CASES = [
    Case(region, family, boards)
    for region in CATALOG.regions
    for boards in (1, 2, 3)
    for family in CARDS
    if (family == "2g4") == (region == "ISM2400")
]


def cards(*names: str) -> list[Concentrator]:
    """Cards in a RAK7391, those on USB plugged in."""
    seated = seat(CATALOG, CATALOG.boards["rak7391"], [("", name) for name in names])
    places = [f"1-1.{n}" for n, c in enumerate(seated) if c.bus == "usb" and c.named]
    links = [f"/dev/serial/by-path/platform-usb-0:{p.partition('-')[2]}:1.0" for p in places]
    return placed(seated, places, links)


def planned(region: str, *names: str, wanted: int | None = None) -> ChannelPlan:
    regions = CATALOG.regions
    return plan(regions[region], regions["ISM2400"], cards(*names), wanted)


def written(found: ChannelPlan) -> Bundle:
    euis = {b.card.name: f"0016c001ff00000{n}" for n, b in enumerate(found.boards, 1)}
    return bundle(found, euis, Target())


def of_case(case: Case) -> tuple[ChannelPlan, Bundle]:
    found = planned(case.region, *CARDS[case.family][: case.boards], wanted=8 * case.boards)
    return found, written(found)


def from_json(text: str) -> Any:
    """A file without its comment."""
    return json.loads(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


def mhz(hertz: int) -> str:
    return f"{hertz / 1e6:.4f}".rstrip("0").rstrip(".")


def rows(case: Case) -> list[str]:
    """What the files for the packet forwarders of a case say: a line per radio, and the notes."""
    found, files = of_case(case)
    out = []
    for name, text in files.files.items():
        slot, _, kind = name.partition("/")
        if kind == "global_conf.json":
            conf = from_json(text)
            heading = re.search(r"set (\w)", text)
            out += [f"  {slot} {heading[0] if heading else ''}", *_radios(conf)]
    notes = [n for n in found.notes if "opens the first SX1301" not in n]
    return out + [f"  note: {n}" for n in notes]


def _radios(conf: dict[str, Any]) -> Iterator[str]:
    if radio := conf.get("radio_conf"):
        channels = [radio[f"chan_{n}"] for n in range(3)]
        listed = " ".join(f"{mhz(c['freq'])}/SF{c['spread_factor']}" for c in channels)
        sends = f"{mhz(radio['tx']['tx_freq_min'])}-{mhz(radio['tx']['tx_freq_max'])}"
        yield f"    {listed} {channels[0]['bandwidth'] // 1000}k sends {sends}"
        return
    sx = conf.get("SX130x_conf") or conf["SX1301_conf"]
    for number in (0, 1):
        radio = sx[f"radio_{number}"]
        own = [
            f"{mhz(radio['freq'] + c['if'])}({c['if'] // 1000:+})"
            for c in (sx[f"chan_multiSF_{n}"] for n in range(8))
            if c["enable"] and c["radio"] == number
        ]
        wide, fsk = sx["chan_Lora_std"], sx["chan_FSK"]
        if wide["enable"] and wide["radio"] == number:
            own.append(
                f"wide {mhz(radio['freq'] + wide['if'])}({wide['if'] // 1000:+}) "
                f"SF{wide['spread_factor']}/{wide['bandwidth'] // 1000}k"
            )
        if fsk["enable"] and fsk["radio"] == number:
            own.append(f"FSK {mhz(radio['freq'] + fsk['if'])}({fsk['if'] // 1000:+})")
        sends = ""
        if radio["tx_enable"]:
            sends = f" sends {mhz(radio['tx_freq_min'])}-{mhz(radio['tx_freq_max'])}"
        yield f"    {mhz(radio['freq'])}: {' '.join(own)}{sends}"


def table() -> str:
    """Every case; families of chips whose files say the same stand together."""
    out = []
    for region in CATALOG.regions:
        for boards in (1, 2, 3):
            alike: dict[tuple[str, ...], list[str]] = {}
            for case in (c for c in CASES if (c.region, c.boards) == (region, boards)):
                alike.setdefault(tuple(rows(case)), []).append(case.family)
            for lines, families in alike.items():
                out += [f"{region}, {boards} × {' '.join(families)}", *lines, ""]
    return "\n".join(out)
