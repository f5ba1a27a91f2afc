"""What would refuse downlinks, or send louder than the law: limits of frequency, tables of power,
listen before talk, antenna gain, beacons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...catalog.regions import Region
from .part import Part, mhz, shown
from .spectrum import Listened

MOST_GAINS = 16
MOST_LBT = 16
SCAN_US = (128, 5000)
LOUDEST = 30


def judge_sending(conf: Part, region: Region | None, new: bool) -> None:
    """The radios that send, with their tables."""
    sending = [
        radio
        for number in (0, 1)
        if (radio := conf.part(f"radio_{number}")) and radio.flag("enable")
        and radio.flag("tx_enable")
    ]  # fmt: skip
    if not sending and not must_listen(region):
        conf.wrong("radio_0", "no radio sends, so no downlink can; set tx_enable = true in radio_0")
    for radio in sending:
        judge_range(radio, region, str(radio.path[-1]))
    if new:
        for radio in sending:
            _judge_gains(radio, "tx_gain_lut", new=True)
    elif sending:
        _judge_old_gains(conf)


def judge_range(radio: Part, region: Region | None, name: str) -> None:
    """`tx_freq_min` and `tx_freq_max`."""
    ends = []
    for key in ("tx_freq_min", "tx_freq_max"):
        if not radio.has(key):
            radio.fault(f"{name} has no {key}, so that every downlink is refused; write it")
        ends.append(radio.hertz(key))
    low, high = ends
    if low is None or high is None:
        return
    if low >= high:
        radio.wrong(
            "tx_freq_min",
            f"{name}: tx_freq_min {mhz(low)} is not below tx_freq_max {mhz(high)}, so that every "
            f"downlink is refused; swap or mend them",
        )
    elif region is not None:
        _against_windows(radio, region, name, low, high)


def _against_windows(radio: Part, region: Region, name: str, low: int, high: int) -> None:
    rx2 = region.rx2.frequency
    first = tuple(region.rx1_rule.downlinks or region.channels)
    refused = [f for f in first if not low <= f <= high]
    key = "tx_freq_min" if (refused or [rx2])[0] < low else "tx_freq_max"
    if len(refused) == len(first):
        radio.wrong(
            key,
            f"{name}: sends from {mhz(low)} to {mhz(high)} only, which refuses every downlink in "
            f"RX1 of {region.id} ({mhz(first[0])} …); widen it",
        )
    elif refused:
        radio.wrong(
            key,
            f"{name}: sends from {mhz(low)} to {mhz(high)} only, which refuses downlinks in RX1 at "
            f"{mhz(refused[0])}; widen it",
        )
    if not low <= rx2 <= high:
        radio.wrong(
            "tx_freq_min" if rx2 < low else "tx_freq_max",
            f"{name}: sends from {mhz(low)} to {mhz(high)} only, which refuses every downlink in "
            f"RX2 of {region.id}, {mhz(rx2)}; widen it",
        )


def _judge_gains(radio: Part, key: str, *, new: bool) -> None:
    table = radio.values.get(key)
    if not isinstance(table, list) or not table:
        radio.fault(
            f"{radio.path[-1]} sends and has no {key}, so that no power but the built-in one is "
            f"known; write the table of the card's maker"
        )
        return
    if len(table) > MOST_GAINS:
        radio.wrong(key, f"{key} has {len(table)} rows, {MOST_GAINS} are read; remove some")
    rows = list(radio.parts(key))
    for row in rows:
        _row(row, "pwr_idx" if new else "mix_gain")
    _rising(rows)


def _judge_old_gains(conf: Part) -> None:
    """`tx_lut_0` to `tx_lut_15`, or a list as Basics Station has it."""
    rows = [row for n in range(MOST_GAINS) if (row := conf.part(f"tx_lut_{n}"))]
    if not rows:
        conf.fault(
            "a radio sends and there is no tx_lut_0, so that no power but the built-in one is "
            "known; write the table of the card's maker"
        )
    for row in rows:
        _row(row, "mix_gain")
    _rising(rows)


def _row(row: Part, step: str) -> None:
    ends = {"rf_power": (-10, LOUDEST), "pa_gain": (0, 3), "mix_gain": (5, 15), "pwr_idx": (0, 22),
            "dig_gain": (0, 3), "dac_gain": (0, 3)}  # fmt: skip
    for key in ("rf_power", "pa_gain", step):
        if not row.has(key):
            row.fault(f"a row of the table of power has no {key}; write it")
    for key, (low, high) in ends.items():
        row.number(key, low, high)


def _rising(rows: Sequence[Part]) -> None:
    before: object = None
    for row in rows:
        power = row.values.get("rf_power")
        if isinstance(before, int | float) and isinstance(power, int | float) and power <= before:
            row.wrong(
                "rf_power",
                f"rf_power {shown(power)} after {shown(before)}: the table must rise; put the rows "
                f"into order",
            )
        before = power


def judge_antenna(part: Part, key: str = "antenna_gain") -> None:
    gain = part.number(key, 0, 15, unit="dBi")
    if gain is not None and gain != round(gain):
        cure = f"write {round(gain + 0.5)}"
        part.wrong(key, f"{key} = {gain:g} is cut to {int(gain)}, which sends too loud; {cure}")


def must_listen(region: Region | None) -> bool:
    """Whether a card that cannot listen before it talks may only receive."""
    return region is not None and region.lbt is not None and region.lbt.required


def sends(conf: Part) -> bool:
    radios = [conf.values.get(f"radio_{number}") for number in (0, 1)]
    return any(isinstance(r, Mapping) and r.get("tx_enable") is True for r in radios)


def judge_lbt(conf: Part, region: Region | None, heard: Sequence[Listened]) -> None:
    sx1261 = conf.part("sx1261_conf")
    lbt = (sx1261 or conf).part("lbt" if sx1261 else "lbt_cfg")
    on = lbt is not None and lbt.flag("enable")
    rule = region.lbt if region else None
    if region and must_listen(region) and not on and sends(conf):
        (lbt or conf).fault(
            f"{region.id} demands listen before talk, which is off; switch lbt of sx1261_conf on, "
            f"or tx_enable off if the card has no SX1261"
        )
    if not on or lbt is None:
        return
    target = lbt.number("rssi_target", -128, 0, unit="dBm")
    if rule and target is not None and target > rule.threshold:
        lbt.wrong(
            "rssi_target",
            f"rssi_target = {target:g} dBm is above the {rule.threshold:g} dBm of "
            f"{region.id if region else ''}; write {rule.threshold:g}",
        )
    _lbt_channels(lbt, region, heard)


def _lbt_channels(lbt: Part, region: Region | None, heard: Sequence[Listened]) -> None:
    key = "channels" if lbt.has("channels") else "chan_cfg"
    rows = list(lbt.parts(key))
    if not rows:
        lbt.wrong(
            key, "lbt is on and has no channels, so that every downlink is refused; list them"
        )
        return
    if len(rows) > MOST_LBT:
        lbt.wrong(key, f"lbt lists {len(rows)} channels, {MOST_LBT} are read; remove some")
    listed = set()
    for row in rows:
        frequency = row.hertz("freq_hz")
        if frequency is None and not row.has("freq_hz"):
            row.fault("a channel of lbt has no freq_hz; write it")
        if frequency in listed:
            row.wrong("freq_hz", f"lbt lists {mhz(frequency or 0)} twice; remove one")
        listed.add(frequency)
        row.choice("bandwidth", 125_000, 250_000)
        row.choice("scan_time_us", *SCAN_US)
        row.number("transmit_time_ms", 100, 4000, unit="ms")
    if region is None or None in listed:
        return
    sent = [] if region.rx1_rule.downlinks else [c.frequency for c in heard if c.kind == "plain"]
    for frequency in (*sent, region.rx2.frequency):
        if frequency not in listed:
            lbt.wrong(
                key, f"lbt does not list {mhz(frequency)}, so that downlinks there are refused; "
                f"add it"
            )  # fmt: skip


def judge_beacon(server: Part, region: Region | None) -> None:
    """Beacons of class B, which are off without a period."""
    period = server.values.get("beacon_period", 0)
    if not period:
        return
    if period != 128:
        server.wrong("beacon_period", f"beacon_period = {shown(period)}; write 128, or 0 for none")
    if not server.values.get("gps_tty_path"):
        server.wrong(
            "beacon_period",
            "beacons need the time of a GPS; write gps_tty_path, or beacon_period 0",
        )
    frequency = server.hertz("beacon_freq_hz")
    power = server.number("beacon_power", -10, LOUDEST, unit="dBm")
    if region is None or frequency is None:
        return
    band = region.subband(frequency)
    if band is None:
        server.wrong(
            "beacon_freq_hz", f"beacons at {mhz(frequency)} are outside of {region.id}; move them"
        )
    elif power is not None and power > band.power:
        server.wrong(
            "beacon_power",
            f"beacon_power = {power:g} dBm is more than the {band.power:g} dBm of {region.id} at "
            f"{mhz(frequency)}; write {int(band.power)}",
        )
