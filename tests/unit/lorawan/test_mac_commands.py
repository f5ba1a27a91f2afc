"""MAC commands, bits against the tables of LoRaWAN 1.0.4, chapter 5."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.lorawan import mac_commands
from wisgate.lorawan.mac_commands import COMMANDS

REQUESTS = [
    ("02 14 03", "LinkCheck", {"margin": 20, "gateways": 3}),
    ("03 52 ff00 61", "LinkADR", {"data_rate": 5, "power": 2, "mask": 0x00FF, "mask_control": 6,
                                  "transmissions": 1}),
    ("04 07", "DutyCycle", {"exponent": 7}),
    ("05 18 d2ad84", "RXParamSetup", {"rx1_offset": 1, "rx2_data_rate": 8,
                                      "frequency_100hz": 8695250}),
    ("06", "DevStatus", {}),
    ("07 03 184f84 50", "NewChannel", {"channel": 3, "frequency_100hz": 8671000,
                                       "highest_data_rate": 5, "lowest_data_rate": 0}),
    ("08 05", "RXTimingSetup", {"delay": 5}),
    ("09 2d", "TXParamSetup", {"downlink_dwell": 1, "uplink_dwell": 0, "eirp": 13}),
    ("0a 01 184f84", "DlChannel", {"channel": 1, "frequency_100hz": 8671000}),
    ("0d 00ca9a3b 80", "DeviceTime", {"gps_seconds": 1_000_000_000, "fraction": 128}),
    ("11 d2ad84 03", "PingSlotChannel", {"frequency_100hz": 8695250, "data_rate": 3}),
    ("13 d2ad84", "BeaconFreq", {"frequency_100hz": 8695250}),
]  # fmt: skip
ANSWERS = [
    ("02", "LinkCheck", {}),
    ("03 05", "LinkADR", {"mask_ok": 1, "data_rate_ok": 0, "power_ok": 1}),
    ("04", "DutyCycle", {}),
    ("05 06", "RXParamSetup", {"frequency_ok": 0, "rx2_data_rate_ok": 1, "rx1_offset_ok": 1}),
    ("06 fe 3b", "DevStatus", {"battery": 254, "margin": -5}),
    ("07 02", "NewChannel", {"frequency_ok": 0, "data_rate_ok": 1}),
    ("08", "RXTimingSetup", {}),
    ("09", "TXParamSetup", {}),
    ("0a 01", "DlChannel", {"frequency_ok": 1, "uplink_ok": 0}),
    ("0d", "DeviceTime", {}),
    ("10 07", "PingSlotInfo", {"period": 7}),
    ("11 03", "PingSlotChannel", {"frequency_ok": 1, "data_rate_ok": 1}),
    ("13 01", "BeaconFreq", {"frequency_ok": 1}),
]


@pytest.mark.parametrize(("rows", "up"), [(REQUESTS, False), (ANSWERS, True)])
def test_each_command_alone_and_all_in_a_row(rows, up):
    sent = [bytes.fromhex(text) for text, _, _ in rows]
    for one, (_, name, fields) in zip(sent, rows, strict=True):
        (found,), rest = mac_commands.decode(one, up=up)
        assert (found.name, found.fields, found.payload, rest) == (name, fields, one[1:], b"")
        assert mac_commands.encode(one[0], up=up, **fields) == one
    found, rest = mac_commands.decode(b"".join(sent), up=up)
    assert ([c.name for c in found], rest) == ([name for _, name, _ in rows], b"")


def test_margins_of_a_battery_report():
    for margin in (-32, -1, 0, 31):
        (found,), _ = mac_commands.decode(
            mac_commands.encode(6, up=True, battery=0, margin=margin), up=True
        )
        assert found.fields["margin"] == margin


@pytest.mark.parametrize("sent", ["80 01 02", "0e 00 00", "03", ""])
def test_nothing_behind_what_nobody_knows(sent):
    """Proprietary, one that only the network sends, one cut short, none."""
    left = bytes.fromhex(sent)
    found, rest = mac_commands.decode(b"\x02" + left, up=True)
    assert ([c.cid for c in found], rest) == ([2], left)


@given(st.binary(max_size=60), st.booleans())
def test_nothing_is_lost(sent, up):
    found, rest = mac_commands.decode(sent, up=up)
    assert b"".join(bytes([c.cid]) + c.payload for c in found) + rest == sent


@pytest.mark.parametrize("cid", COMMANDS)
@pytest.mark.parametrize("up", [True, False])
def test_fields_fill_no_more_than_their_bytes(cid, up):
    shape = COMMANDS[cid][1 if up else 2]
    assert shape is None or sum(f.bits for f in shape.fields) <= 8 * shape.size


@pytest.mark.parametrize(
    ("cid", "up", "fields", "text"),
    [(0x80, False, {}, "0x80"), (0x0E, True, {}, "0x0e in this direction"),
     (8, False, {"delay": 16}, "delay = 16 .* 4 bits"), (8, False, {"dellay": 1}, "dellay"),
     (6, True, {"margin": 32}, "margin = 32"), (6, True, {"margin": -33}, "-33")],
)  # fmt: skip
def test_what_cannot_be_said(cid, up, fields, text):
    with pytest.raises(ValueError, match=text):
        mac_commands.encode(cid, up=up, **fields)
