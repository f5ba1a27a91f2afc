"""The PWM of the processor, through sysfs.

Sources: kernel, Documentation/driver-api/pwm.rst (sysfs interface: export, period and duty_cycle in
nanoseconds, enable) and Documentation/ABI/testing/sysfs-class-pwm; README of the overlays in the
kernel of Raspberry Pi: pwm.
"""

from __future__ import annotations

from pathlib import Path

from ...core.errors import BusError, BusUnavailable

CHIPS = ("fe20c000.pwm", "3f20c000.pwm")
"""PWM0 of the BCM2711, and of the generation before."""
OVERLAY = "dtoverlay=pwm,pin=13,func=4"


class LinuxPwm:
    """One channel of PWM0: GPIO13 is channel 1. Opens nothing until it is used. Threads: lane
    only."""

    def __init__(self, channel: int, *, root: Path = Path("/")) -> None:
        self._channel, self._chips = channel, root / "sys/class/pwm"

    def play(self, hertz: float) -> None:
        """See `Pwm.play`."""
        node = self._node()
        period = round(1e9 / hertz)
        # A period must never be shorter than the time that the output is high.
        self._put(node / "duty_cycle", "0")
        self._put(node / "period", str(period))
        self._put(node / "duty_cycle", str(period // 2))
        self._put(node / "enable", "1")

    def stop(self) -> None:
        """See `Pwm.stop`; one that was never exported makes no sound."""
        node = self._find() / f"pwm{self._channel}"
        if node.exists():
            self._put(node / "enable", "0")

    def _node(self) -> Path:
        chip = self._find()
        node = chip / f"pwm{self._channel}"
        if not node.exists():
            self._put(chip / "export", str(self._channel))
        return node

    def _find(self) -> Path:
        for chip in sorted(self._chips.glob("pwmchip*")):
            if any(part in CHIPS for part in (chip / "device").resolve().parts):
                return chip
        raise BusUnavailable(
            f"the kernel has no PWM of the processor; put {OVERLAY} into config.txt and restart"
        )

    def _put(self, path: Path, value: str) -> None:
        try:
            path.write_text(value, encoding="ascii")
        except PermissionError as error:
            raise BusUnavailable(
                f"{path} cannot be written; add the user to the group gpio"
            ) from error
        except OSError as error:
            raise BusError(f"{path} does not take {value}: {error.strerror}") from error
