"""The PWM of the processor on a tree of files like the kernel's."""

from __future__ import annotations

from pathlib import Path

import pytest

from wisgate.bus.linux.pwm import LinuxPwm
from wisgate.core.errors import BusError, BusUnavailable


def tree(root: Path, device: str = "fe20c000.pwm", *, exported: bool = True) -> Path:
    """Two chips, the second of which is the processor's; returns its channel 1."""
    for name, where in (("pwmchip0", "rp1-fan"), ("pwmchip3", device)):
        (root / "sys/devices" / where).mkdir(parents=True)
        chip = root / "sys/class/pwm" / name
        chip.mkdir(parents=True)
        (chip / "device").symlink_to(root / "sys/devices" / where)
    channel = root / "sys/class/pwm/pwmchip3/pwm1"
    if exported:
        channel.mkdir()
    return channel


def values(channel: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in channel.iterdir()}


@pytest.mark.parametrize(
    ("hertz", "period", "high"),
    [(440.0, "2272727", "1136363"), (10.0, "100000000", "50000000"), (5000.0, "200000", "100000")],
)
def test_a_tone(tmp_path: Path, hertz: float, period: str, high: str) -> None:
    channel = tree(tmp_path)
    LinuxPwm(1, root=tmp_path).play(hertz)
    assert values(channel) == {"period": period, "duty_cycle": high, "enable": "1"}


def test_silence(tmp_path: Path) -> None:
    channel = tree(tmp_path)
    pwm = LinuxPwm(1, root=tmp_path)
    pwm.play(440)
    pwm.stop()
    assert values(channel)["enable"] == "0"


def test_silence_of_a_channel_that_was_never_used(tmp_path: Path) -> None:
    channel = tree(tmp_path, exported=False)
    LinuxPwm(1, root=tmp_path).stop()
    assert not channel.exists()


def test_a_channel_is_exported_when_it_is_needed(tmp_path: Path) -> None:
    channel = tree(tmp_path, exported=False)
    with pytest.raises(BusError):  # nobody makes the folder here
        LinuxPwm(1, root=tmp_path).play(440)
    assert (channel.parent / "export").read_text() == "1"


def test_without_the_overlay(tmp_path: Path) -> None:
    tree(tmp_path, device="someone-else")
    for call in (lambda pwm: pwm.play(440), lambda pwm: pwm.stop()):
        with pytest.raises(BusUnavailable, match=r"dtoverlay=pwm,pin=13,func=4"):
            call(LinuxPwm(1, root=tmp_path))


def test_a_value_that_the_kernel_refuses(tmp_path: Path) -> None:
    channel = tree(tmp_path)
    (channel / "period").mkdir()
    with pytest.raises(BusError, match="period does not take 2272727"):
        LinuxPwm(1, root=tmp_path).play(440)
