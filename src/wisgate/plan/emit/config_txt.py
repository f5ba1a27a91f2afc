"""config-txt: what the firmware of the Raspberry Pi must be told for this plan.

Sources are named as in the fact sheets: P8 and P10 are RAKPiOS 0.8 and 0.10, RPI is the README of
the overlays in the kernel of Raspberry Pi."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..resources import Placement
from .order import Order, expanders, has_host, spidev, wrapped

NEW_SYSTEM = "0.10"
"""From here on RAKPiOS finds its board itself and keeps a block of config.txt for it."""
UART0 = "uart-0"
BUZZER = 13
"""GPIO of the buzzer, ALT0 of which is PWM0_1."""
POWER_FAULT = "dtoverlay=gpio-key,gpio=16,active_low=1,gpio_pull=up,label=power-fault,keycode=148"


@dataclass(frozen=True)
class Setting:
    """Lines of config.txt with the reason for them."""

    lines: tuple[str, ...]
    why: str
    source: str


def lacks(order: Order) -> str:
    """What the plan lacks for this kind; "" when it applies."""
    return "" if has_host(order) else "a board with a Raspberry Pi"


def text(order: Order) -> str:
    """The section [all] with every line that the plan needs."""
    config = order.plan.config
    found = [
        f"# {config.name} on {order.board.id}, RAKPiOS {order.system}. Append to",
        "# /boot/firmware/config.txt and remove the lines that it repeats; then restart.",
        "",
        "[all]",
    ]
    for setting in _settings(order):
        source = f" [{setting.source}]" if setting.source else ""
        found += ["", *wrapped(setting.why + source, "# "), *setting.lines]
    return "\n".join([*found, ""])


def _settings(order: Order) -> Iterator[Setting]:
    yield from _i2c(order)
    yield _spi(order)
    yield from _uart(order)
    yield from _soldered(order)
    if expanders(order.board):
        yield from _carrier(order)
    yield from _pictures(order)


def _i2c(order: Order) -> Iterator[Setting]:
    clock = order.plan.config.host.i2c_clock
    rate = f"{clock:.0f}" if clock else ""
    lines = ["dtparam=i2c_arm=on"]
    if rate:
        lines.append(f"dtparam=i2c_arm_baudrate={rate}")
    chips = "every chip of the board" if order.board.chips else "the modules"
    yield Setting(tuple(lines), f"i2c-1: {chips}, the slots and the header.", "P8; P10")
    if order.plan.config.straps.external_i2c == "i2c-3":
        yield Setting(
            ("dtoverlay=i2c3,pins_4_5" + (f",baudrate={rate}" if rate else ""),),
            "i2c-3 on GPIO4 and GPIO5: the resistors were moved, slots and header are there now.",
            "S3; RPI",
        )


def _spi(order: Order) -> Setting:
    speaking = [p for p in order.plan.placements if _speaks_spi(order, p)]
    driving = [p for p in order.plan.placements if _drives_spi_lines(order, p)]
    if driving:
        named = " and ".join(f"{p.module.id} in {p.slot.name}" for p in driving)
        why = f"SPI off: {named} drives its lines as plain GPIO."
        return Setting(("dtparam=spi=off",), why, "modules sheet 2.4")
    if speaking:
        named = ", ".join(
            f"{p.module.id} in {p.slot.name} (/dev/{spidev(order, p)})" for p in speaking
        )
        return Setting(("dtparam=spi=on",), f"SPI: {named}.", "P8; P10; N7")
    why = "SPI: nothing of the plan uses it; RAKPiOS has it on, so it stays free for a probe."
    return Setting(("dtparam=spi=on",), why, "P8; P10")


def _speaks_spi(order: Order, placement: Placement) -> bool:
    bus = any(u.signal.startswith("SPI") and u.shared for u in order.uses(placement))
    return bus or "spi" in placement.module.needs


def _drives_spi_lines(order: Order, placement: Placement) -> bool:
    return not _speaks_spi(order, placement) and any(
        u.signal in ("SPI_CLK", "SPI_MOSI") and not u.shared for u in order.uses(placement)
    )


def _uart(order: Order) -> Iterator[Setting]:
    users = [p for p in order.plan.placements if _uses_uart0(order, p)]
    if not users:
        return
    named = ", ".join(f"{p.module.id} in {p.slot.name}" for p in users)
    lines = ["enable_uart=1"]
    why = (
        f"UART0 on GPIO14 and GPIO15: {named}. The kernel's console is on these lines too, unless"
        " console=serial0,115200 is taken out of cmdline.txt."
    )
    if order.plan.config.jumpers.bt_off:
        lines.append("dtoverlay=disable-bt")
        why += " Bluetooth is off by its cap, so the better UART is free for them."
    yield Setting(tuple(lines), why, "N7; P8 stage1; RPI")


def _uses_uart0(order: Order, placement: Placement) -> bool:
    signals = {u.signal for u in order.uses(placement)}
    names = signals & {"UART0", "UART1", "TXD0", "RXD0", "TXD1", "RXD1"}
    if "uart" in placement.module.needs:
        names |= {"UART0", "UART1"}
    paired = {name[-1] for name in names}
    found = (order.signal(placement, f"UART{number}") for number in paired)
    return any(signal is not None and signal.uart == UART0 for signal in found)


def _soldered(order: Order) -> Iterator[Setting]:
    for chip in order.board.chips:
        if chip.kernel_driver == "rtc-pcf85063":
            why = f"The real-time clock at 0x{chip.address:02x} belongs to the kernel."
            yield Setting((f"dtoverlay=i2c-rtc,{chip.part}",), why, "P8; P10")


def _carrier(order: Order) -> Iterator[Setting]:
    """What only the RAK7391 has: expanders, the fault signal, USB host mode, antennas."""
    chips = expanders(order.board)
    listed = " and ".join(f"0x{c.address:02x}" for c in chips)
    if order.system == NEW_SYSTEM:
        yield Setting(
            ("# BEGIN RAK BOARD", "dtoverlay=rak7391", POWER_FAULT, "# END RAK BOARD"),
            f"The expanders at {listed} and the fault signal of the supply on GPIO16 belong to the"
            " kernel. rak-board-detect keeps what stands between the two marks; these are the"
            " lines that it writes for this board. The gateway watches the supply through the key"
            " that the kernel makes of GPIO16: its user must be in the group input.",
            "P10 rak-board-detect",
        )
        yield Setting(("otg_mode=1",), "The USB port of the compute module is a host.", "P10")
    else:
        # The vendor's order: the one that stands last becomes the chip with the lower number.
        lines = tuple(f"dtoverlay=pca953x,addr=0x{c.address:02x},pca9555" for c in chips)
        why = f"The expanders at {listed} belong to the kernel."
        yield Setting(lines, why, "P8 CHANGELOG 0.6.0")
        why = "The USB port of the compute module is a host, with the hub behind it."
        yield Setting(("dtoverlay=dwc2,dr_mode=host",), why, "P8")
    yield from _antenna(order)
    yield from _buzzer(order)
    yield Setting(
        (),
        "No overlay for the fan controller at 0x2f, the ADC and the OLED (i2c-fan, ads1115,"
        " ssd1306): the gateway drives them itself, and a chip has one owner.",
        "boards sheet A4",
    )


def _buzzer(order: Order) -> Iterator[Setting]:
    if any(function.name == "buzzer" for function in order.plan.config.onboard):
        why = "The buzzer at GPIO13 needs a square wave: PWM0_1."
        yield Setting((f"dtoverlay=pwm,pin={BUZZER},func=4",), why, "boards sheet A14; RPI")


def _antenna(order: Order) -> Iterator[Setting]:
    jumpers = order.plan.config.jumpers
    if jumpers.wifi_off and jumpers.bt_off:
        return
    meaning = {"ant1": "on its board", "ant2": "at its connector", "noant": "none"}
    why = f"Antenna of the compute module's radio: {meaning[order.antenna]}."
    yield Setting((f"dtparam={order.antenna}",), why, "P8; P10")


def _pictures(order: Order) -> Iterator[Setting]:
    yield Setting(
        ("dtoverlay=vc4-kms-v3d", "max_framebuffers=2", "display_auto_detect=1"),
        "HDMI, and a DSI display that tells what it is.",
        "P8; P10",
    )
    if not order.cameras:
        return
    # cam1 is what the overlay does without a parameter.
    overlays = {"cam0": "dtoverlay=imx219,cam0", "cam1": "dtoverlay=imx219"}
    lines = ["camera_auto_detect=0", *(overlays[c] for c in sorted(set(order.cameras)))]
    why = f"Camera with an IMX219 at {' and '.join(sorted(set(order.cameras)))}; no cap needed."
    if len(set(order.cameras)) > 1:
        why += " Both at once need the vendor's dt-blob.bin beside this file."
    yield Setting(tuple(lines), why, "P8 config.txt; RPI imx219")
