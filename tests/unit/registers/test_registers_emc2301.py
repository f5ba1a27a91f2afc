"""The EMC2301 map against the boards sheet A8 and the datasheet, written out a second time."""

from dataclasses import asdict

import pytest

from wisgate.registers import emc2301
from wisgate.registers.emc2301 import (
    EDGES,
    FAIL_UPDATES,
    MULTIPLIER,
    SPIN_LEVEL,
    SPIN_S,
    UPDATE_S,
    Edges,
    FailCount,
    PwmBase,
    Range,
    SpinLevel,
    SpinTime,
    Update,
)

WORDS = {  # name: address, reset, writable
    "Configuration": (0x20, 0x40, True),
    "FanStatus": (0x24, 0x00, False),
    "StallStatus": (0x25, 0x00, False),
    "SpinStatus": (0x26, 0x00, False),
    "DriveFailStatus": (0x27, 0x00, False),
    "InterruptEnable": (0x29, 0x00, True),
    "PwmPolarity": (0x2A, 0x00, True),
    "PwmOutput": (0x2B, 0x00, True),
    "PwmFrequency": (0x2D, 0x00, True),
    "FanSetting": (0x30, 0x00, True),
    "PwmDivide": (0x31, 0x01, True),
    "FanConfiguration1": (0x32, 0x2B, True),
    "FanConfiguration2": (0x33, 0x28, True),
    "Gain": (0x35, 0x2A, True),
    "SpinUp": (0x36, 0x19, True),
    "MaximumStep": (0x37, 0x10, True),
    "MinimumDrive": (0x38, 0x66, True),
    "ValidTachCount": (0x39, 0xF5, True),
    "DriveFailBandLow": (0x3A, 0x00, True),
    "DriveFailBandHigh": (0x3B, 0x00, True),
    "TachTargetLow": (0x3C, 0xF8, True),
    "TachTargetHigh": (0x3D, 0xFF, True),
    "TachReadingHigh": (0x3E, 0xFF, False),
    "TachReadingLow": (0x3F, 0xF8, False),
    "SoftwareLock": (0xEF, 0x00, True),
    "ProductId": (0xFD, 0x37, False),
    "ManufacturerId": (0xFE, 0x5D, False),
    "Revision": (0xFF, 0x80, False),
}

FLAGS = {
    "Configuration": {
        "mask": 7, "no_timeout": 6, "watchdog": 5, "clock_out": 1, "external_clock": 0,
    },
    "FanStatus": {"watchdog": 7, "drive_fail": 2, "spin_fail": 1, "stalled": 0},
    "StallStatus": {"stalled": 0},
    "SpinStatus": {"spin_fail": 0},
    "DriveFailStatus": {"drive_fail": 0},
    "InterruptEnable": {"fan": 0},
    "PwmPolarity": {"inverted": 0},
    "PwmOutput": {"push_pull": 0},
    "FanConfiguration2": {"ramp": 6, "glitch_filter": 5},
    "SoftwareLock": {"locked": 0},
}  # fmt: skip

FIELDS = {  # (word, field): high bit, low bit
    ("PwmFrequency", "base"): (1, 0),
    ("FanSetting", "drive"): (7, 0),
    ("PwmDivide", "divisor"): (7, 0),
    ("FanConfiguration1", "range"): (6, 5),
    ("FanConfiguration1", "edges"): (4, 3),
    ("FanConfiguration1", "update"): (2, 0),
    ("FanConfiguration2", "derivative"): (4, 3),
    ("FanConfiguration2", "error_range"): (2, 1),
    ("Gain", "derivative"): (5, 4),
    ("Gain", "integral"): (3, 2),
    ("Gain", "proportional"): (1, 0),
    ("SpinUp", "fail_count"): (7, 6),
    ("SpinUp", "level"): (4, 2),
    ("SpinUp", "time"): (1, 0),
    ("MaximumStep", "step"): (5, 0),
    ("MinimumDrive", "drive"): (7, 0),
    ("ValidTachCount", "high"): (7, 0),
    ("DriveFailBandLow", "low"): (7, 3),
    ("DriveFailBandHigh", "high"): (7, 0),
    ("TachTargetLow", "low"): (7, 3),
    ("TachTargetHigh", "high"): (7, 0),
    ("TachReadingHigh", "high"): (7, 0),
    ("TachReadingLow", "low"): (7, 3),
    ("ProductId", "code"): (7, 0),
    ("ManufacturerId", "code"): (7, 0),
    ("Revision", "code"): (7, 0),
}


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    word = getattr(emc2301, name)
    assert (word.address, word.reset, word.writable) == WORDS[name]
    assert word.width == 8


@pytest.mark.parametrize("name", FLAGS)
def test_flags(name):
    word = getattr(emc2301, name)
    for flag in FLAGS[name]:
        for other, at in FLAGS[name].items():
            assert getattr(word.decode(1 << at), flag) is (other == flag)


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_fields(name, field):
    high, low = FIELDS[name, field]
    word = getattr(emc2301, name)
    top = (1 << high - low + 1) - 1
    assert getattr(word.decode(top << low), field) == top
    assert getattr(word.decode(0xFF ^ top << low), field) == 0


def test_two_more_flags():
    assert emc2301.FanConfiguration1.decode(0x80).automatic
    assert not emc2301.FanConfiguration1.decode(0x7F).automatic
    assert emc2301.SpinUp.decode(0x20).no_kick
    assert not emc2301.SpinUp.decode(0xDF).no_kick


def test_as_it_comes_up():
    assert asdict(emc2301.FanConfiguration1.decode(0x2B)) == {
        "automatic": False, "range": Range.RPM1000, "edges": Edges.EDGES5, "update": Update.MS400,
    }  # fmt: skip
    assert asdict(emc2301.SpinUp.decode(0x19)) == {
        "fail_count": FailCount.NEVER, "no_kick": False, "level": SpinLevel.PERCENT60,
        "time": SpinTime.MS500,
    }  # fmt: skip


def test_codes_and_their_numbers():
    assert [base.name for base in map(PwmBase, range(4))] == [
        "HZ26000", "HZ19531", "HZ4882", "HZ2441",
    ]  # fmt: skip
    assert [(r.name, MULTIPLIER[r]) for r in map(Range, range(4))] == [
        ("RPM500", 1), ("RPM1000", 2), ("RPM2000", 4), ("RPM4000", 8),
    ]  # fmt: skip
    assert [(e.name, EDGES[e]) for e in map(Edges, range(4))] == [
        ("EDGES3", 3), ("EDGES5", 5), ("EDGES7", 7), ("EDGES9", 9),
    ]  # fmt: skip
    assert [(c.name, FAIL_UPDATES[c]) for c in map(FailCount, range(4))] == [
        ("NEVER", 0), ("AFTER_16", 16), ("AFTER_32", 32), ("AFTER_64", 64),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "milliseconds"), list(enumerate([100, 200, 300, 400, 500, 800, 1200, 1600]))
)
def test_update_times(code, milliseconds):
    assert Update(code).name == f"MS{milliseconds}"
    assert UPDATE_S[Update(code)] == milliseconds / 1000


@pytest.mark.parametrize(("code", "percent"), list(enumerate(range(30, 70, 5))))
def test_spin_levels(code, percent):
    assert SpinLevel(code).name == f"PERCENT{percent}"
    assert SPIN_LEVEL[SpinLevel(code)] == percent / 100


@pytest.mark.parametrize(("code", "milliseconds"), list(enumerate([250, 500, 1000, 2000])))
def test_spin_times(code, milliseconds):
    assert SpinTime(code).name == f"MS{milliseconds}"
    assert SPIN_S[SpinTime(code)] == milliseconds / 1000


def test_numbers():
    assert emc2301.TACH_HZ == 32768
    assert emc2301.STOPPED == 0x1FFF
    assert emc2301.COUNT_SHIFT == 3
    assert emc2301.WATCHDOG_S == 4


def test_what_the_lock_locks():
    assert {word.address for word in emc2301.LOCKED} == {
        0x20, 0x33, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3A, 0x3B, 0xEF,
    }  # fmt: skip
