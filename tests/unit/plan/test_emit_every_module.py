"""Every module of the catalog in a slot that takes it: each kind that applies writes sound text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wisgate.catalog.catalog import load as load_catalog
from wisgate.config.load import load
from wisgate.plan.emit.gpio_names import NAME_LENGTH
from wisgate.plan.emit.kinds import KINDS
from wisgate.plan.emit.order import Order
from wisgate.plan.plan import make

CATALOG = load_catalog()
UNIT = """
[[slot.unit]]
id = 1
name = "meter"
registers = [{ name = "level", address = 0, kind = "input", type = "uint16" }]
"""
BASES = {
    "rak7391": ("wisblock-2", "wisblock-io", ""),
    "rak6421": ("io-1", "wisblock-io", ""),
    "rak5005-o": ("io", "wisblock-io", 'core = "rak4631"\n'),
}
PLACES = [
    (board, slot, module.id, core)
    for board, (slot, connector, core) in BASES.items()
    for module in CATALOG.modules.values()
    if module.connector == connector and module.form == "io"
] + [
    ("rak5005-o", "sensor-a", module.id, 'core = "rak4631"\n')
    for module in CATALOG.modules.values()
    if module.connector == "wisblock-sensor"
]


def order(place: tuple[str, str, str, str], folder: Path) -> Order:
    board, slot, module, core = place
    unit = UNIT if CATALOG.modules[module].units else ""
    file = folder / "gateway.toml"
    file.write_text(
        f'name = "every"\nboard = "{board}"\n{core}\n'
        f'[[slot]]\nslot = "{slot}"\nmodule = "{module}"\n{unit}'
    )
    return Order(make(load(file), CATALOG, cures=False))


@pytest.mark.parametrize("place", PLACES, ids="-".join)
def test_every_kind_that_applies(place: tuple[str, str, str, str], tmp_path: Path) -> None:
    asked = order(place, tmp_path)
    written = {n: kind.text(asked) for n, kind in KINDS.items() if not kind.lacks(asked)}
    assert len(written) >= 2
    for name, text in written.items():
        assert text.endswith("\n"), name
        assert "None" not in text, name
    names = re.findall(r'^\t{5}"(.+)"', written.get("gpio-names", ""), re.MULTILINE)
    assert len(names) == len(set(names))
    assert all(len(n) <= NAME_LENGTH and re.fullmatch(r"[\w.-]+", n) for n in names)
    macros = re.findall(r"^#define (\w+)", written.get("arduino-pins", ""), re.MULTILINE)
    assert len(macros) == len(set(macros))
    properties = re.findall(r"^\t\t(\S+) =", written.get("zephyr-overlay", ""), re.MULTILINE)
    user = [p for p in properties if p.endswith("-gpios") and p != "enable-gpios"]
    assert len(user) == len(set(user))
    assert all(len(p) <= 63 for p in user)


def test_there_are_many() -> None:
    assert len(PLACES) >= 60
