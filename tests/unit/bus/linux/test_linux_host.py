"""LinuxHost over a /proc of our own, and over the real one."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from wisgate.bus.linux.host import LinuxHost
from wisgate.core.errors import Unavailable


def test_boot_id_is_the_kernels_without_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "proc/sys/kernel/random/boot_id"
    path.parent.mkdir(parents=True)
    path.write_text("6f6a9f1c-7d0b-4bb8-9f0e-0c1f0a1b2c3d\n", encoding="ascii")
    assert LinuxHost(tmp_path).boot_id() == "6f6a9f1c-7d0b-4bb8-9f0e-0c1f0a1b2c3d"


def test_boot_id_of_this_machine_is_one_and_stays() -> None:
    first = LinuxHost().boot_id()
    assert str(uuid.UUID(first)) == first
    assert LinuxHost().boot_id() == first


def test_no_proc(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"boot_id cannot be read.*mount /proc"):
        LinuxHost(tmp_path).boot_id()


def zone(root: Path, number: int, kind: str, temperature: str) -> None:
    folder = root / f"sys/class/thermal/thermal_zone{number}"
    folder.mkdir(parents=True)
    (folder / "type").write_text(f"{kind}\n")
    (folder / "temp").write_text(temperature)


def test_the_temperature_is_that_of_the_processor(tmp_path: Path) -> None:
    zone(tmp_path, 0, "acpitz", "20000\n")
    zone(tmp_path, 1, "cpu-thermal", "48212\n")
    assert LinuxHost(tmp_path).cpu_temperature() == 48.212


def test_no_zone_of_the_processor(tmp_path: Path) -> None:
    zone(tmp_path, 0, "acpitz", "20000\n")
    with pytest.raises(Unavailable, match="no thermal zone of the processor"):
        LinuxHost(tmp_path).cpu_temperature()
