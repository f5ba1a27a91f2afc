"""Adapters of a made-up /sys and /dev, by where they are plugged in."""

from __future__ import annotations

from pathlib import Path

from wisgate.board.adapters import plugged_in

STM32, FTDI = (0x0483, 0x5740), (0x0403, 0x6010)


def plug(root: Path, place: str, vendor: int, product: int) -> None:
    node = root / "sys/bus/usb/devices" / place
    node.mkdir(parents=True)
    (node / "idVendor").write_text(f"{vendor:04x}\n")
    (node / "idProduct").write_text(f"{product:04x}\n")


def test_places_are_in_the_order_of_the_ports(tmp_path: Path) -> None:
    for place in ("1-1.10", "1-1.3", "1-1.4"):
        plug(tmp_path, place, *STM32)
    plug(tmp_path, "1-1.2", *FTDI)
    links = tmp_path / "dev/serial/by-path"
    links.mkdir(parents=True)
    (links / "platform-usb-0:1.3:1.0").touch()
    places, names = plugged_in({STM32}, tmp_path)
    assert places == ["1-1.3", "1-1.4", "1-1.10"]
    assert names == (str(links / "platform-usb-0:1.3:1.0"),)
    assert plugged_in({FTDI}, tmp_path)[0] == ["1-1.2"]


def test_a_computer_without_usb_has_none(tmp_path: Path) -> None:
    assert plugged_in({STM32}, tmp_path) == ([], ())
