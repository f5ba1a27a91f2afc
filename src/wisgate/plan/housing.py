"""Compute module, storage, caps, voltage of the pins, temperature, polarity. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..catalog.carrier import Jumper, Limit
from ..core.quantities import parse
from .findings import Cure, Edit, Finding, Severity
from .limits import against
from .resources import Placement, Wiring

POLARITY_SOURCE = "S0 prints pin 1 as positive (CONN_5V), RD prints pin 1 as GND"
FLUSH_S = 5.0
"""What the gateway needs to make outputs safe, flush and send a last message."""


def host_findings(wiring: Wiring, placements: Sequence[Placement]) -> Iterator[Finding]:
    """Lite and eMMC against SD and Type-C flashing; caps; pins at 1.8 V."""
    yield from _storage(wiring, placements)
    yield from _flashing(wiring)
    yield from _pins(wiring, placements)
    yield from _alarm(wiring)
    yield from _silent_buzzer(wiring)


def _storage(wiring: Wiring, placements: Sequence[Placement]) -> Iterator[Finding]:
    host, board = wiring.config.host, wiring.board
    said = f'[host] cm4 = "{host.cm4}", storage = "{host.storage}"', str(host.where)
    wrong = {("lite", "emmc"): "sd", ("emmc", "sd"): "emmc"}.get(
        (host.cm4 or "", host.storage or "")
    )
    if wrong:
        fact = f"{board.id}: the SD socket is used with CM4 Lite only, which has no eMMC", "S3"
        cure = Cure(f"start from {wrong}", (Edit("host", "storage", wrong),))
        text = f"a CM4 of the kind {host.cm4} cannot start from {host.storage}"
        yield against(Severity.CONFLICT, "storage", text, said, fact, cure)
    if host.storage == "nvme" and not any(p.slot.name == "m2" for p in placements):
        fact = f"{board.id}: NVMe drives go into the M.2 socket", "S3"
        said = '[host] storage = "nvme"', str(host.where)
        drive = Edit("slot m2", "module", "nvme-b-key")
        cures = (
            Cure('fit a B-key NVMe drive and add [[slot]] slot = "m2"', (drive,)),
            Cure("start from elsewhere", (Edit("host", "storage", None),)),
        )
        yield against(Severity.CONFLICT, "storage", "the M.2 socket is empty", said, fact, *cures)


def _flashing(wiring: Wiring) -> Iterator[Finding]:
    host, jumpers, board = wiring.config.host, wiring.config.jumpers, wiring.board
    cap = _cap(wiring, "flash")
    if jumpers.flash and cap:
        said = "[jumpers] flash = true", str(jumpers.where)
        lite = " and a CM4 Lite has nothing to flash" if host.cm4 == "lite" else ""
        fact = f"{board.id}: {_place(cap)} forces USB boot{lite}", cap.source
        cure = Cure(f"take the cap off {_place(cap)}", (Edit("jumpers", "flash", False),))
        text = "with this cap the computer waits for an image and starts no gateway"
        yield against(Severity.CONFLICT, _place(cap), text, said, fact, cure)
    if host.type_c and host.cm4 == "lite":
        said = '[host] type_c = true, cm4 = "lite"', str(host.where)
        fact = f"{board.id}: Type-C flashes the eMMC of a CM4 that has one", "S3"
        cure = Cure("unplug the Type-C cable", (Edit("host", "type_c", False),))
        text = "a CM4 Lite has no eMMC to flash, and the cable switches the USB 2.0 hub off"
        yield against(Severity.CONFLICT, "Type-C socket", text, said, fact, cure)
    elif host.type_c:
        said = "[host] type_c = true", str(host.where)
        fact = f"{board.id}: a Type-C cable switches the USB 2.0 hub off", "S3"
        cure = Cure("unplug the Type-C cable", (Edit("host", "type_c", False),))
        text = "both slot UARTs, slot USB and mPCIe USB are gone while the cable is plugged"
        yield against(Severity.WARNING, "Type-C socket", text, said, fact, cure)


def _pins(wiring: Wiring, placements: Sequence[Placement]) -> Iterator[Finding]:
    straps, board = wiring.config.straps, wiring.board
    if straps.io_voltage == 3.3 or not (placements or wiring.hat):
        return
    said = f"[straps] io_voltage = {straps.io_voltage:g} V", str(straps.where)
    fact = f"{board.id}: expanders, slots and header keep 3.3 V", "S3; boards sheet F20"
    cure = Cure("move R12 back to R11", (Edit("straps", "io_voltage", 3.3),))
    text = "pins at 1.8 V meet modules at 3.3 V: they are damaged or not understood"
    yield against(Severity.CONFLICT, "voltage of the CM4 pins", text, said, fact, cure)


def _alarm(wiring: Wiring) -> Iterator[Finding]:
    host, jumpers = wiring.config.host, wiring.config.jumpers
    cap = _cap(wiring, "wake")
    if host.rtc_alarm and jumpers.wake and cap:
        said = f"[host] rtc_alarm = true, [jumpers] wake = true ({jumpers.where})", str(host.where)
        place = _place(cap)
        told = f"{wiring.board.id}: with {place} an alarm of the clock resets a running CM4"
        cures = (
            Cure(f"take the cap off {place}", (Edit("jumpers", "wake", False),)),
            Cure("set no alarms", (Edit("host", "rtc_alarm", False),)),
        )
        text = "an alarm that goes off while the gateway runs resets it"
        yield against(Severity.WARNING, place, text, said, (told, cap.source), *cures)


def _silent_buzzer(wiring: Wiring) -> Iterator[Finding]:
    config, cap = wiring.config, _cap(wiring, "buzzer")
    function = next((f for f in config.onboard if f.name == "buzzer"), None)
    if function is None or cap is None or config.jumpers.buzzer is not False:
        return
    place = _place(cap)
    said = f"[onboard.buzzer], [jumpers] buzzer = false ({config.jumpers.where})"
    told = f"{wiring.board.id}: {place} connects the buzzer to GPIO13", cap.source
    cure = Cure(f"put a cap on {place}", (Edit("jumpers", "buzzer", True),))
    text = "it is used, and not connected"
    yield against(Severity.WARNING, place, text, (said, str(function.where)), told, cure)


def _cap(wiring: Wiring, setting: str) -> Jumper | None:
    """The place on the board that a key of `[jumpers]` is about."""
    return next((j for j in wiring.board.jumpers if j.setting == setting), None)


def _place(cap: Jumper) -> str:
    """ "J39 9-10"."""
    return f"{cap.header.upper()} {'-'.join(str(pin) for pin in cap.pins)}"


def place_findings(wiring: Wiring, placements: Sequence[Placement]) -> Iterator[Finding]:
    """Temperature, polarity of a solar panel, hold-up time, ID pins under a HAT."""
    yield from _temperature(wiring, placements)
    yield from _polarity(wiring)
    yield from _hold(wiring)
    config = wiring.config
    if config.hat and wiring.hat and config.straps.id_pins == "board":
        said = f'[hat] board = "{wiring.hat.id}"', str(config.hat.where)
        fact = f"{wiring.board.id}: ID_SD and ID_SC are tied on board by R711, R712", "S3"
        cure = Cure("remove R711 and R712", (Edit("straps", "id_pins", "free"),))
        text = "the EEPROM of the HAT may not be read"
        yield against(Severity.WARNING, "ID pins of the header", text, said, fact, cure)


def _temperature(wiring: Wiring, placements: Sequence[Placement]) -> Iterator[Finding]:
    around = wiring.config.environment
    if around is None:
        return
    low, high = around.ambient
    said = f"[environment] ambient = {low:g} °C to {high:g} °C", str(around.where)
    for subject, limit, source, severity in _ranges(wiring, placements):
        least, most = limit
        if least <= low and high <= most:
            continue
        inside = (min(max(low, least), most), max(min(high, most), least))
        edit = Edit("environment", "ambient", inside)
        cure = Cure(f"keep it within {inside[0]:g} °C to {inside[1]:g} °C", (edit,))
        fact = f"{subject}: {least:g} °C to {most:g} °C", source
        text = f"it is made for {least:g} °C to {most:g} °C"
        yield against(severity, f"temperature of {subject}", text, said, fact, cure)


def _ranges(
    wiring: Wiring, placements: Sequence[Placement]
) -> Iterator[tuple[str, tuple[float, float], str, Severity]]:
    config = wiring.config
    for limit in wiring.board.limits:
        if limit.quantity != "temperature" or not (limit.minimum and limit.maximum):
            continue
        part = limit.subject
        if "buzzer" in part and config.jumpers.buzzer is False:
            continue
        whole = part in ("board", wiring.board.id) or "board" in part
        severity = Severity.CONFLICT if whole else Severity.WARNING
        yield f"{wiring.board.id} {part}", _celsius(limit), limit.source, severity
    for placement in placements:
        if placement.module.temperature:
            low, high = (parse(t, "temperature").si for t in placement.module.temperature)
            source = placement.module.source
            yield placement.title, (low, high), source, Severity.CONFLICT


def _celsius(limit: Limit) -> tuple[float, float]:
    return parse(limit.minimum, "temperature").si, parse(limit.maximum, "temperature").si


def _polarity(wiring: Wiring) -> Iterator[Finding]:
    power = wiring.config.power
    used = "solar" in power.inputs or power.solar is not None
    if not used or power.solar_checked or not any(i.name == "solar" for i in wiring.board.inputs):
        return
    said = "[power] a solar panel", str(power.where)
    fact = f"{wiring.board.id}: two editions print the pins the other way round", POLARITY_SOURCE
    cure = Cure(
        "measure the plug against the silkscreen, then write solar_checked = true",
        (Edit("power", "solar_checked", True),),
    )
    text = "the vendor printed its polarity in two ways; a reversed panel damages the board"
    yield against(Severity.WARNING, "solar connector", text, said, fact, cure)


def _hold(wiring: Wiring) -> Iterator[Finding]:
    power = wiring.config.power
    if power.supercap_hold is not None and power.supercap_hold < FLUSH_S:
        said = f"[power] supercap_hold = {power.supercap_hold:g} s", str(power.where)
        fact = f"the gateway takes up to {FLUSH_S:g} s to go down in order", "power-fail order"
        edit = Edit("power", "supercap_hold", FLUSH_S)
        cure = Cure(f"take loads off until it holds {FLUSH_S:g} s", (edit,))
        text = f"{power.supercap_hold:g} s are too few to make outputs safe and tell anybody"
        yield against(Severity.WARNING, "hold-up time", text, said, fact, cure)
