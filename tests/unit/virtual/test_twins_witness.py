"""Every section of every transcript, played to the twin of its chip."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan

import pytest
from spi_transcript import replay_spi
from spi_twins import SPI_TWINS
from transcript import HERE, load, replay, titles

from wisgate.core.clock import VirtualClock
from wisgate.virtual.chips.adc121c021 import Adc121c021Twin
from wisgate.virtual.chips.ads1115 import Ads1115Twin
from wisgate.virtual.chips.ads7830 import Ads7830Twin
from wisgate.virtual.chips.atecc608a import Atecc608aTwin
from wisgate.virtual.chips.bme680 import Bme680Twin
from wisgate.virtual.chips.cat24c32 import Cat24c32Twin
from wisgate.virtual.chips.emc2301 import Emc2301Twin
from wisgate.virtual.chips.ina219 import Ina219Twin
from wisgate.virtual.chips.lps22hb import Lps22hbTwin
from wisgate.virtual.chips.ltr_390uv import Ltr390uvTwin
from wisgate.virtual.chips.mcp23017 import Mcp23017Twin
from wisgate.virtual.chips.nfc_tags import tag_of
from wisgate.virtual.chips.opt3001 import Opt3001Twin
from wisgate.virtual.chips.pca9685 import Pca9685Twin
from wisgate.virtual.chips.pcf85063a import Pcf85063aTwin
from wisgate.virtual.chips.pn532 import Pn532Twin
from wisgate.virtual.chips.scd30 import Scd30Twin
from wisgate.virtual.chips.sgm58031 import Sgm58031Twin
from wisgate.virtual.chips.shtc3 import Shtc3Twin
from wisgate.virtual.chips.ssd1306 import Ssd1306Twin
from wisgate.virtual.chips.tpt29555 import Tpt29555Twin
from wisgate.virtual.chips.zoe_m8q import ZoeM8qTwin
from wisgate.virtual.i2c import PoweredTwin, VirtualI2c

RFC_6979_KEY = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
"""A.2.5, the private key x of the curve P-256."""

TWINS: dict[str, Callable[[VirtualClock], PoweredTwin]] = {
    "adc121c021": lambda clock: Adc121c021Twin(clock, addresses=(0x55,)),
    "atecc608a": lambda clock: Atecc608aTwin(clock, keys={0: RFC_6979_KEY}),
    "bme680": lambda clock: Bme680Twin(clock, addresses=(0x76,)),
    "cat24c32": Cat24c32Twin,
    "emc2301": Emc2301Twin,
    "ina219": lambda clock: Ina219Twin(clock, addresses=(0x41,), shunt_ohm=0.1),
    "lps22hb": lambda clock: Lps22hbTwin(clock, addresses=(0x5C,)),
    "ltr_390uv": Ltr390uvTwin,
    "opt3001": lambda clock: Opt3001Twin(clock, addresses=(0x44,)),
    "pn532": Pn532Twin,
    "scd30": Scd30Twin,
    "pcf85063a": Pcf85063aTwin,
    "ads1115": lambda clock: Ads1115Twin(clock, addresses=(0x48,)),
    "ads7830": lambda clock: Ads7830Twin(addresses=(0x48,)),
    "mcp23017": lambda clock: Mcp23017Twin(addresses=(0x20,)),
    "pca9685": lambda clock: Pca9685Twin(clock, addresses=(0x40,)),
    "sgm58031": lambda clock: Sgm58031Twin(clock, addresses=(0x4B,)),
    "shtc3": Shtc3Twin,
    "ssd1306": lambda clock: Ssd1306Twin(),
    "tpt29555": lambda clock: Tpt29555Twin(addresses=(0x26,)),
    "zoe_m8q": ZoeM8qTwin,
}

SECTIONS = [(chip, title) for chip in TWINS for title in titles(chip)]


@pytest.mark.parametrize(("chip", "title"), SECTIONS)
def test_twin_speaks_the_transcript(chip: str, title: str) -> None:
    clock = VirtualClock()
    twin = TWINS[chip](clock)
    bus = VirtualI2c(clock)
    bus.twins.append(twin)
    clock.advance(0.001)  # every chip has come up by then

    def world(name: str, value: float | str) -> None:
        if isinstance(twin, Mcp23017Twin | Tpt29555Twin):
            assert isinstance(value, float)
            twin.drive(int(name.removeprefix("pin")), None if isnan(value) else value != 0)
        elif isinstance(twin, Pn532Twin):
            assert isinstance(value, str)
            twin.tag = tag_of(value)
        else:
            assert hasattr(twin, name), f"{chip} has no world input {name!r}"
            setattr(twin, name, value)

    replay(chip, title, bus, world, clock.advance)


@pytest.mark.parametrize(
    ("chip", "title"), [(chip, title) for chip in SPI_TWINS for title in titles(chip)]
)
def test_twin_behind_a_chip_select_speaks_the_transcript(chip: str, title: str) -> None:
    clock = VirtualClock()
    bench = SPI_TWINS[chip](clock)
    clock.advance(0.005)  # every chip has come up by then
    replay_spi(chip, load(chip, title), bench.twin, bench.peer, bench.world, clock.advance)


def test_every_transcript_has_a_twin() -> None:
    assert {path.stem for path in HERE.glob("*.txt")} == {*TWINS, *SPI_TWINS}
