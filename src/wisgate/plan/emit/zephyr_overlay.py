"""zephyr-overlay: a devicetree overlay of a WisBlock core for Zephyr's board rak4631.

Labels are those of Zephyr's board file (ZE); bindings are named only for chips whose driver Zephyr
has and whose required properties are known here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...catalog.boards import Board
from ...catalog.carrier import CorePin
from ...catalog.facts import Fitted
from .arduino_pins import UART1
from .core_pins import UsedPin, chips, lacking_core, switch, used_pins, uses_bus
from .order import Order, commented

BINDINGS = {
    "shtc3": ('compatible = "sensirion,shtc3", "sensirion,shtcx";', 'measure-mode = "normal";'),
    "ina219": ('compatible = "ti,ina219";', "shunt-milliohm = <100>;", "lsb-microamp = <100>;"),
    "opt3001": ('compatible = "ti,opt3001";',),
    "lps22hb": ('compatible = "st,lps22hb-press";',),
    "bme680": ('compatible = "bosch,bme680";',),
    "lis3dh": ('compatible = "st,lis2dh";',),
    "mcp23017": ('compatible = "microchip,mcp23017";', "gpio-controller;", "#gpio-cells = <2>;",
                 "ngpios = <16>;"),
    "pca9685": ('compatible = "nxp,pca9685-pwm";', "#pwm-cells = <3>;"),
}  # fmt: skip
"""Part: properties of its node."""
SPI = ("SPI", "SPI_CS", "SPI_CLK", "SPI_MISO", "SPI_MOSI")


def lacks(order: Order) -> str:
    """What the plan lacks for this kind; "" when it applies."""
    return lacking_core(order)


def text(order: Order) -> str:
    """The overlay, for boards/rak4631.overlay of an application."""
    core, config = order.core, order.plan.config
    if core is None:
        return ""
    used = list(used_pins(order, core))
    lines = [
        f"/* {config.name}: a {core.id.upper()} on a {order.board.id.upper()}.",
        f" * Written from {commented(config.file)} by `wisgate emit FILE zephyr-overlay`.",
        f" * Save it as boards/{core.id}.overlay of the application. */",
        "",
        *_root(order, core, used),
        *_i2c(order),
        *_adc(used),
        *_buses(order),
    ]
    return "\n".join(lines)


def _root(order: Order, core: Board, used: list[UsedPin]) -> Iterator[str]:
    yield "/ {"
    yield "\tzephyr,user {"
    found = switch(order, core)
    for pin in (u for u in used if not _analog(u)):
        if found is not None and pin.pin == found[1]:
            told = f"{pin.words} ({pin.use.use}): {pin.use.signal} switches {found[0]}; not named"
            yield f"\t\t/* {commented(told)} here, the regulator below takes it */"
            continue
        level = "GPIO_ACTIVE_LOW" if pin.use.active_low else "GPIO_ACTIVE_HIGH"
        yield f"\t\t/* {commented(f'{pin.use.direction}: {pin.use.use}')} */"
        yield f"\t\t{pin.words}-gpios = <{_gpio(pin.pin)} {level}>;"
    channels = [u for u in used if _analog(u)]
    if channels:
        listed = ", ".join(f"<&adc {_channel(u.pin)}>" for u in channels)
        named = ", ".join(f'"{u.words}"' for u in channels)
        yield f"\t\tio-channels = {listed};"
        yield f"\t\tio-channel-names = {named};"
    yield "\t};"
    yield from _supply(order, core)
    yield "};"
    yield ""


def _supply(order: Order, core: Board) -> Iterator[str]:
    found = switch(order, core)
    if found is None:
        return
    rail, pin = found
    yield ""
    yield f"\t/* {rail} is off until {pin.signal or pin.name} is high */"
    yield f"\tswitched_supply: regulator-{rail.lower().replace('_', '-')} {{"
    yield '\t\tcompatible = "regulator-fixed";'
    yield f'\t\tregulator-name = "{rail}";'
    yield f"\t\tenable-gpios = <{_gpio(pin)} GPIO_ACTIVE_HIGH>;"
    yield "\t\tregulator-boot-on;"
    yield "\t};"


def _analog(used: UsedPin) -> bool:
    return used.net.startswith("AIN")


def _gpio(pin: CorePin) -> str:
    """ "P1.02" is <&gpio1 2 …>."""
    port, line = re.findall(r"\d+", pin.port)
    return f"&gpio{port} {int(line)}"


def _channel(pin: CorePin) -> int:
    return int(pin.adc.removeprefix("AIN"))


def _i2c(order: Order) -> Iterator[str]:
    found = [(p, chip, address) for p in order.plan.placements for chip, address in chips(p)]
    if not found:
        return
    yield "/* I2C1 of the slots: P0.13 and P0.14 */"
    yield "&i2c0 {"
    yield '\tstatus = "okay";'
    for placement, chip, address in found:
        yield ""
        yield f"\t/* {placement.slot.name}: {placement.module.id} */"
        yield from _chip(chip, address)
    yield "};"
    yield ""


def _chip(chip: Fitted, address: int) -> Iterator[str]:
    if chip.part not in BINDINGS:
        yield f"\t/* {chip.part} at 0x{address:02x}: no binding named here; use i2c_write_read() */"
        return
    yield f"\t{chip.part}@{address:x} {{"
    yield f"\t\treg = <0x{address:02x}>;"
    for line in BINDINGS[chip.part]:
        yield f"\t\t{line}"
    yield "\t};"


def _adc(used: list[UsedPin]) -> Iterator[str]:
    channels = {_channel(u.pin): u for u in used if _analog(u)}
    if not channels:
        return
    yield "&adc {"
    yield '\tstatus = "okay";'
    yield "\t#address-cells = <1>;"
    yield "\t#size-cells = <0>;"
    for number, pin in sorted(channels.items()):
        yield ""
        yield f"\t/* {pin.net}, {pin.pin.port}; 3.6 V full scale */"
        yield f"\tchannel@{number} {{"
        yield f"\t\treg = <{number}>;"
        yield '\t\tzephyr,gain = "ADC_GAIN_1_6";'
        yield '\t\tzephyr,reference = "ADC_REF_INTERNAL";'
        yield "\t\tzephyr,acquisition-time = <ADC_ACQ_TIME_DEFAULT>;"
        yield f"\t\tzephyr,input-positive = <NRF_SAADC_AIN{number}>;"
        yield "\t\tzephyr,resolution = <12>;"
        yield "\t};"
    yield "};"
    yield ""


def _buses(order: Order) -> Iterator[str]:
    serial = uses_bus(order, UART1)
    if serial:
        named = ", ".join(f"{p.module.id} in {p.slot.name}" for p in serial)
        yield f"/* {named}: UART1 is Zephyr's console on this board; the application must choose"
        yield " * another zephyr,console, for example the USB one (cdc_acm_uart0). */"
        yield "&uart1 {"
        yield '\tstatus = "okay";'
        yield "};"
        yield ""
    spi = uses_bus(order, SPI)
    if spi:
        named = ", ".join(f"{p.module.id} in {p.slot.name}" for p in spi)
        yield f"/* {named}: the SPI of the slots is wisblock_spi of Zephyr's board file. */"
        yield ""
