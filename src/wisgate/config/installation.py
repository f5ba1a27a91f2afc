"""Supply, compute module, straps, caps, HAT, surroundings: what the plan must know of the box."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..catalog.boards import Board
from ..catalog.facts import Fitted
from .bench import (
    EnvironmentConfig,
    HatConfig,
    HostConfig,
    JumpersConfig,
    PowerConfig,
    StrapsConfig,
)
from .readers import did_you_mean, in_catalog, shown
from .schema import CORE
from .schema import bench as schema
from .tables import Table


def read_core(top: Table, board: Board | None, boards: Mapping[str, Board]) -> str:
    """The core of a base board. "" without one."""
    name = top.get(CORE)
    if name and _of_form(name, "core", boards) is None:
        cores = [b.id for b in boards.values() if b.form == "core"]
        top.wrong(CORE, f"{shown(name)} is no core of the catalog; {_named(name, cores)}")
        return ""
    if name and board and board.slot("core") is None:
        top.wrong(CORE, f'board "{board.id}" takes no core; remove it')
        return ""
    return name


LOADS = (
    (schema.POWER_12V, "supply"), (schema.POWER_5V, "5V"), (schema.POWER_USB2, "usb2-vbus"),
    (schema.POWER_USB3, "usb3-vbus"), (schema.POWER_HDMI, "hdmi-5v"),
)  # fmt: skip
"""What feeds something outside, and the rail that it hangs on."""


def read_power(table: Table | None, board: Board | None) -> PowerConfig:
    """`[power]`, or nothing said; loads only where the board has an output for them."""
    if table is None:
        return PowerConfig()
    rails = {rail.name for rail in board.rails} if board else set()
    for option, rail in LOADS:
        if board and option.name in table.values and rail not in rails:
            table.wrong(option, f'board "{board.id}" has no such output; remove it')
    return PowerConfig(
        where=table.where(),
        inputs=table.get(schema.POWER_INPUT),
        voltage=table.get(schema.POWER_VOLTAGE),
        poe_class=table.get(schema.POWER_CLASS),
        supply=table.get(schema.POWER_SUPPLY),
        load_12v=table.get(schema.POWER_12V),
        load_5v=table.get(schema.POWER_5V),
        usb2_load=table.get(schema.POWER_USB2),
        usb3_load=table.get(schema.POWER_USB3),
        hdmi_load=table.get(schema.POWER_HDMI),
        battery=table.get(schema.POWER_BATTERY),
        solar=table.get(schema.POWER_SOLAR),
        solar_checked=table.get(schema.POWER_SOLAR_CHECKED),
        supercap_hold=table.get(schema.POWER_HOLD),
    )


def read_host(table: Table | None, board: Board | None) -> HostConfig:
    """`[host]`, or nothing said; a base with a core slot has no computer."""
    if table is None:
        return HostConfig()
    if board and board.slot("core"):
        table.fault(f'board "{board.id}" carries no compute module; remove [host]')
    return HostConfig(
        where=table.where(),
        cm4=table.get(schema.HOST_CM4),
        storage=table.get(schema.HOST_STORAGE),
        type_c=table.get(schema.HOST_TYPE_C),
        rtc_alarm=table.get(schema.HOST_ALARM),
        i2c_clock=table.get(schema.HOST_I2C),
        console=table.get(schema.HOST_CONSOLE),
    )


def read_jumpers(table: Table | None, board: Board | None) -> JumpersConfig:
    """`[jumpers]`; None for what the file does not say."""
    if table is None:
        return JumpersConfig()
    settings = {jumper.setting for jumper in board.jumpers} if board else set()
    for option in schema.JUMPERS.options:
        if board and option.name in table.values and option.name not in settings:
            table.wrong(option, f'board "{board.id}" has no such cap; remove it')
    return JumpersConfig(
        where=table.where(),
        flash=table.get(schema.JUMPER_FLASH),
        eeprom_protect=table.get(schema.JUMPER_EEPROM),
        wifi_off=table.get(schema.JUMPER_WIFI),
        bt_off=table.get(schema.JUMPER_BT),
        wake=table.get(schema.JUMPER_WAKE),
        buzzer=table.get(schema.JUMPER_BUZZER),
        fan=table.get(schema.JUMPER_FAN),
    )


def read_hat(table: Table | None, boards: Mapping[str, Board]) -> HatConfig | None:
    """`[hat]`, which must be in the catalog."""
    if table is None:
        return None
    name = table.get(schema.HAT_BOARD)
    revision = table.get(schema.HAT_REVISION)
    hat = _of_form(name, "hat", boards)
    if name and hat is None:
        hats = [b.id for b in boards.values() if b.form == "hat"]
        table.wrong(
            schema.HAT_BOARD, f"{shown(name)} is no HAT of the catalog; {_named(name, hats)}"
        )
    if hat is None:
        return None
    if revision is not None and revision not in hat.revisions:
        cure = did_you_mean(revision, hat.revisions, "its revisions")
        table.wrong(schema.HAT_REVISION, f"{hat.id} has no revision {shown(revision)}; {cure}")
        return None
    return HatConfig(table.where(), name, revision or next(iter(hat.revisions), ""))


def read_environment(table: Table | None) -> EnvironmentConfig | None:
    """`[environment]`, if it is there."""
    if table is None:
        return None
    ambient = table.get(schema.AMBIENT)
    return None if ambient is None else EnvironmentConfig(table.where(), ambient)


def read_straps(table: Table | None, board: Board | None) -> StrapsConfig:
    """`[straps]`, judged against the strap table of the board."""
    if table is None:
        return StrapsConfig()
    external = table.get(schema.STRAPS_I2C)
    buses = [b.name for b in board.buses] if board else []
    if external is not None and board and external not in buses:
        cure = did_you_mean(external, [b for b in buses if b.startswith("i2c")], "its buses")
        table.wrong(schema.STRAPS_I2C, f'board "{board.id}" has no {external}; {cure}')
    volts = float(table.get(schema.STRAPS_VOLTAGE).removesuffix("V"))
    free = table.get(schema.STRAPS_ID)
    return StrapsConfig(_adc_strap(table, board), external, volts, free, table.where())


def _adc_strap(table: Table, board: Board | None) -> int | None:
    written = table.get(schema.STRAPS_ADC)
    chip = _slot_adc(board) if board else None
    if board is None or written is None:
        return None
    if chip is None or not chip.straps:
        table.wrong(schema.STRAPS_ADC, f'board "{board.id}" has no ADC strap; remove it')
        return None
    possible = [s.address for s in chip.straps]
    address = _address(written)
    if address not in possible:
        listed = ", ".join(f'"0x{a:02x}"' for a in possible)
        table.wrong(
            schema.STRAPS_ADC, f"{shown(written)} is no strap of {chip.ref}; write {listed}"
        )
        return None
    return address


def _of_form(name: str, form: str, boards: Mapping[str, Board]) -> Board | None:
    board = boards.get(name)
    return board if board and board.form == form else None


def _named(name: str, known: list[str]) -> str:
    return did_you_mean(name, known, "there are") if known else in_catalog(name, known)


def _slot_adc(board: Board) -> Fitted | None:
    """The ADC that the analog signals of the slots end on."""
    signals: Iterable[str] = (
        s.chip for slot in board.slots for s in slot.signals if s.ain is not None
    )
    return next((c for ref in signals if (c := board.chip(ref))), None)


def _address(written: object) -> int | None:
    if isinstance(written, str):
        try:
            return int(written, 16) if written.lower().startswith("0x") else None
        except ValueError:
            return None
    return written if isinstance(written, int) and not isinstance(written, bool) else None
