"""LinuxHost over a tree of our own: what the kernel of a RAK7391 tells, and what it may lack."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from wisgate.bus.host import (
    ClockChip,
    Container,
    DefaultRoute,
    Drive,
    Interface,
    Measuring,
    Modem,
    PciUnit,
    SerialPort,
    Throttling,
    UsbUnit,
)
from wisgate.bus.linux import modems, timekeeping
from wisgate.bus.linux.host import LinuxHost
from wisgate.core.errors import Unavailable


def put(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def link(root: Path, name: str, target: str) -> Path:
    """A link as sysfs has them: from a class to the place in the tree of hardware."""
    path, end = root / name, root / target
    end.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(os.path.relpath(end, path.parent))
    return end


# A machine with nothing in /sys has nothing, and says so.


def test_an_empty_tree(tmp_path: Path) -> None:
    host = LinuxHost(tmp_path)
    assert host.clock_chip() is None
    assert host.throttling() is None
    assert host.driver_of(1, 0x51) == ""
    assert (host.measuring(), host.serial_ports(), host.usb(), host.pci()) == ((), (), (), ())
    assert (host.mounts(), host.drives()) == ((), ())
    assert (host.interfaces(), host.default_routes()) == ((), ())
    assert host.containers() is None


# The kernel's chips


def test_who_owns_an_address(tmp_path: Path) -> None:
    link(tmp_path, "sys/bus/i2c/devices/1-0051/driver", "sys/bus/i2c/drivers/rtc-pcf85063")
    (tmp_path / "sys/bus/i2c/devices/1-0041").mkdir()  # known to the kernel, driven by nobody
    host = LinuxHost(tmp_path)
    assert host.driver_of(1, 0x51) == "rtc-pcf85063"
    assert host.driver_of(1, 0x41) == ""
    assert host.driver_of(3, 0x51) == ""


@pytest.mark.parametrize(
    ("since_epoch", "time"), [("1767225600\n", 1767225600.0), (None, None)], ids=["good", "stopped"]
)
def test_the_clock_chip(tmp_path: Path, since_epoch: str | None, time: float | None) -> None:
    end = link(tmp_path, "sys/class/rtc/rtc0", "sys/devices/soc/i2c-1/1-0051/rtc/rtc0")
    (end / "name").write_text("rtc-pcf85063 1-0051\n")
    if since_epoch:  # a clock that stood still refuses to be read
        (end / "since_epoch").write_text(since_epoch)
    found = LinuxHost(tmp_path).clock_chip()
    assert found == ClockChip("rtc-pcf85063 1-0051", "1-0051", time)


def test_hwmon_in_si_units_and_iio_by_name(tmp_path: Path) -> None:
    fan = link(tmp_path, "sys/class/hwmon/hwmon2", "sys/devices/soc/i2c-1/1-002f/hwmon/hwmon2")
    put(fan, {"name": "emc2301\n", "fan1_input": "2870\n", "temp1_input": "41500\n",
              "fan1_fault": "0\n", "pwm1": "128\n", "in0_input": "nonsense\n"})  # fmt: skip
    adc = link(
        tmp_path, "sys/bus/iio/devices/iio:device0", "sys/devices/soc/i2c-1/1-004b/iio:device0"
    )
    put(adc, {"name": "ads1015\n"})
    assert LinuxHost(tmp_path).measuring() == (
        Measuring("emc2301", "1-002f", {"fan1": 2870.0, "temp1": 41.5}),
        Measuring("ads1015", "1-004b"),
    )


THROTTLED = "sys/devices/platform/soc/soc:firmware/get_throttled"


@pytest.mark.parametrize(
    ("told", "meaning"),
    [
        ("0", Throttling()),
        ("50005", Throttling(True, True, True, True)),
        ("50000", Throttling(False, False, True, True)),
        ("1", Throttling(undervoltage=True)),
        ("8", Throttling(throttled=True)),
        ("80000", Throttling(throttled_seen=True)),
    ],
)
def test_throttling(tmp_path: Path, told: str, meaning: Throttling) -> None:
    put(tmp_path, {THROTTLED: f"{told}\n"})
    assert LinuxHost(tmp_path).throttling() == meaning


def test_a_kernel_that_tells_of_the_voltage_alone(tmp_path: Path) -> None:
    put(tmp_path, {"sys/class/hwmon/hwmon1/name": "rpi_volt\n",
                   "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n"})  # fmt: skip
    assert LinuxHost(tmp_path).throttling() == Throttling(True, False, True, False)


# What is plugged in


def test_usb_by_place_without_root_hubs_and_interfaces(tmp_path: Path) -> None:
    base = "sys/bus/usb/devices"
    for path, vendor, product in (
        ("usb1", "1d6b", "0002"), ("1-1.10", "1a86", "7523"), ("1-1.4", "1a86", "7523"),
        ("1-1", "1a40", "0101"), ("1-1.4:1.0", "1a86", "7523"),
    ):  # fmt: skip
        ids = {"idVendor": vendor, "idProduct": product}
        put(tmp_path, {f"{base}/{path}/{name}": f"{value}\n" for name, value in ids.items()})
    put(tmp_path, {f"{base}/1-1/product": "USB 2.0 Hub\n", f"{base}/1-2/idVendor": "0000\n"})
    assert LinuxHost(tmp_path).usb() == (
        UsbUnit("1-1", 0x1A40, 0x0101, "USB 2.0 Hub"),
        UsbUnit("1-1.4", 0x1A86, 0x7523),
        UsbUnit("1-1.10", 0x1A86, 0x7523),
    )


def test_pci(tmp_path: Path) -> None:
    base = "sys/bus/pci/devices/0000:04:00.0"
    put(tmp_path, {f"{base}/vendor": "0x10ec\n", f"{base}/device": "0x8125\n",
                   f"{base}/class": "0x020000\n"})  # fmt: skip
    assert LinuxHost(tmp_path).pci() == (PciUnit("0000:04:00.0", 0x10EC, 0x8125, 0x0200),)


@pytest.mark.parametrize("number", [1, 7])
def test_a_serial_port_has_the_place_of_its_adapter_whatever_its_number(
    tmp_path: Path, number: int
) -> None:
    place = f"sys/devices/pci/usb1/1-1/1-1.4/1-1.4:1.0/ttyUSB{number}/tty/ttyUSB{number}"
    port = link(tmp_path, f"sys/class/tty/ttyUSB{number}", place)
    (port / "device").mkdir()
    own = link(tmp_path, "sys/class/tty/ttyAMA0", "sys/devices/soc/serial/tty/ttyAMA0")
    (own / "device").mkdir()
    link(tmp_path, "sys/class/tty/tty1", "sys/devices/virtual/tty/tty1")
    ports = LinuxHost(tmp_path).serial_ports()
    assert set(ports) == {SerialPort(f"ttyUSB{number}", "1-1.4"), SerialPort("ttyAMA0")}


# Drives


def test_mounts_with_their_drive_and_options(tmp_path: Path) -> None:
    (tmp_path / "boot/my firmware").mkdir(parents=True)
    link(tmp_path, "sys/class/block/mmcblk0p2", "sys/devices/mmc/block/mmcblk0/mmcblk0p2")
    (tmp_path / "sys/class/block/mmcblk0p2/partition").write_text("2\n")
    put(tmp_path, {"proc/mounts":
        "proc /proc proc rw 0 0\n"
        "/dev/mmcblk0p2 / ext4 rw,noatime 0 0\n"
        "/dev/mmcblk0p2 /var/lib/docker ext4 rw,noatime 0 0\n"
        "/dev/sda /boot/my\\040firmware vfat ro,relatime 0 0\n"
        "/dev/sdb1 /gone ext4 rw 0 0\n"})  # fmt: skip
    root, boot = LinuxHost(tmp_path).mounts()
    assert (root.place, root.drive, root.kind, root.read_only) == ("/", "mmcblk0", "ext4", False)
    assert (boot.place, boot.drive, boot.read_only) == ("/boot/my firmware", "sda", True)
    size = os.statvfs(tmp_path)
    assert root.total == size.f_blocks * size.f_frsize
    assert 0 < root.free <= root.total


def test_drives_and_their_age(tmp_path: Path) -> None:
    put(tmp_path, {
        "sys/block/mmcblk0/device/type": "MMC\n", "sys/block/mmcblk0/device/name": "BJTD4R\n",
        "sys/block/mmcblk0/device/life_time": "0x01 0x03\n",
        "sys/block/mmcblk0/device/pre_eol_info": "0x02\n",
        "sys/block/mmcblk0boot0/ro": "1\n", "sys/block/loop0/ro": "0\n",
        "sys/block/mmcblk1/device/type": "SD\n", "sys/block/mmcblk1/device/name": "SC16G\n",
        "sys/block/nvme0n1/device/model": "WD Red SN700\n",
        "sys/block/mmcblk2/device/type": "MMC\n",
        "sys/block/mmcblk2/device/life_time": "0x00 0x00\n",
    })  # fmt: skip
    assert set(LinuxHost(tmp_path).drives()) == {
        Drive("mmcblk0", "BJTD4R", "emmc", 0.3, "warning"),
        Drive("mmcblk1", "SC16G", "sd"),
        Drive("mmcblk2", "", "emmc"),
        Drive("nvme0n1", "WD Red SN700", "nvme"),
    }


# Network

ROUTE = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wwan0\t00000000\t00000000\t0001\t0\t0\t700\t00000000\t0\t0\t0
eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
"""
TRIE = """\
Local:
  +-- 0.0.0.0/0 3 0 5
     |-- 127.0.0.1
        /32 host LOCAL
     |-- 192.168.1.17
        /32 host LOCAL
     |-- 192.168.1.255
        /32 link BROADCAST
"""
IF_INET6 = (
    "fe800000000000000000000000000001 02 40 20 80     eth0\n"
    "20010db8000000000000000000000017 02 40 00 80     eth0\n"
)
IPV6_ROUTE = (
    f"{'0' * 32} 00 {'0' * 32} 00 fe800000000000000000000000000099 00000400 00000001 00000000"
    f" 00450003     eth0\n"
    f"{'0' * 32} 00 {'0' * 32} 00 {'0' * 32} ffffffff 00000001 00000000 00200200       lo\n"
)


def test_interfaces_with_hardware_behind_them(tmp_path: Path) -> None:
    for name, carrier in (("eth0", "1"), ("eth1", "0"), ("lo", "1"), ("docker0", "1")):
        put(tmp_path, {f"sys/class/net/{name}/carrier": f"{carrier}\n"})
    for name in ("eth0", "eth1", "wlan0"):  # wlan0 is down: its carrier cannot be read
        (tmp_path / f"sys/class/net/{name}/device").mkdir(parents=True)
    put(tmp_path, {"proc/net/route": ROUTE, "proc/net/fib_trie": TRIE,
                   "proc/net/if_inet6": IF_INET6})  # fmt: skip
    assert set(LinuxHost(tmp_path).interfaces()) == {
        Interface("eth0", True, ("192.168.1.17", "2001:db8::17")),
        Interface("eth1", False),
        Interface("wlan0", False),
    }


def test_default_routes_by_metric(tmp_path: Path) -> None:
    put(tmp_path, {"proc/net/route": ROUTE, "proc/net/ipv6_route": IPV6_ROUTE})
    assert LinuxHost(tmp_path).default_routes() == (
        DefaultRoute("eth0", "192.168.1.1"),
        DefaultRoute("wwan0", ""),
        DefaultRoute("eth0", "fe80::99"),
    )


def test_this_machine_has_the_shapes_we_read() -> None:
    host = LinuxHost()
    assert all(m.total >= m.free >= 0 for m in host.mounts())
    assert all(i.name for i in host.interfaces())
    assert isinstance(host.default_routes(), tuple)
    assert timekeeping.synchronized() in (True, False, None)


# Modems

PATH = "/org/freedesktop/ModemManager1/Modem/0"
TOLD = {"modem": {
    "3gpp": {"operator-name": "Example Net"},
    "generic": {
        "state": "connected", "manufacturer": "Quectel", "model": "EC25",
        "access-technologies": ["lte"], "state-failed-reason": "--",
        "signal-quality": {"recent": "yes", "value": "67"},
    },
}}  # fmt: skip


def asked(answers: dict[str, object]) -> modems.Ask:
    def ask(words: Sequence[str]) -> str:
        assert words[0] == "mmcli"
        assert words[-1] == "-J"
        answer = answers.get(words[-2])
        return "" if answer is None else json.dumps(answer)

    return ask


def test_a_modem() -> None:
    found = modems.modems(asked({"-L": {"modem-list": [PATH]}, PATH: TOLD}))
    assert found == (Modem("Quectel EC25", "connected", 0.67, "Example Net", "lte"),)


def test_a_modem_without_sim() -> None:
    generic = {"state": "failed", "state-failed-reason": "sim-missing",
               "signal-quality": {"value": "--"}, "model": "EC25"}  # fmt: skip
    found = modems.modems(
        asked({"-L": {"modem-list": [PATH]}, PATH: {"modem": {"generic": generic}}})
    )
    assert found == (Modem("EC25", "failed", failure="sim-missing"),)


def test_no_modem_and_no_modem_service() -> None:
    assert modems.modems(asked({"-L": {"modem-list": []}})) == ()
    assert modems.modems(asked({})) is None


def test_a_program_that_is_not_there_or_fails_says_nothing() -> None:
    assert modems.ask(["wisgate-is-not-mmcli"]) == ""
    assert modems.ask(["false"]) == ""
    assert modems.ask(["echo", "this"]) == "this\n"


# Containers


def docker(root: Path, answer: bytes) -> threading.Thread:
    """One answer on Docker's socket."""
    (root / "run").mkdir()
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(root / "run/docker.sock"))
    server.listen()

    def serve() -> None:
        with server, server.accept()[0] as connection:
            assert connection.recv(4096).startswith(b"GET /containers/json?all=1 ")
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def http(body: object, status: str = "200 OK") -> bytes:
    text = json.dumps(body).encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text


def labelled(service: str, state: str, status: str) -> dict[str, object]:
    return {
        "Labels": {"com.docker.compose.service": service}, "State": state, "Status": status,
    }  # fmt: skip


def test_containers_of_compose(tmp_path: Path) -> None:
    served = docker(tmp_path, http([
        labelled("mosquitto", "running", "Up 2 hours (healthy)"),
        labelled("grafana", "running", "Up 9 seconds (health: starting)"),
        labelled("influxdb", "exited", "Exited (137) 3 minutes ago"),
        {"Labels": {}, "State": "running", "Status": "Up 1 second"},
    ]))  # fmt: skip
    assert LinuxHost(tmp_path).containers() == (
        Container("mosquitto", "running", "healthy"),
        Container("grafana", "running", "starting"),
        Container("influxdb", "exited"),
    )
    served.join()


@pytest.mark.parametrize("answer", [b"nonsense", http({"message": "no"}, "500 Error"), http({})])
def test_a_docker_that_does_not_say(tmp_path: Path, answer: bytes) -> None:
    served = docker(tmp_path, answer)
    assert LinuxHost(tmp_path).containers() is None
    served.join()


def test_an_alarm_of_the_kernels_clock(tmp_path: Path) -> None:
    alarm = tmp_path / "sys/class/rtc/rtc0/wakealarm"
    host = LinuxHost(tmp_path)
    with pytest.raises(Unavailable, match="has no alarm"):
        host.wake_at(1_767_225_600.4)
    alarm.parent.mkdir(parents=True)
    alarm.write_text("")
    host.wake_at(1_767_225_600.4)
    assert alarm.read_text() == "1767225600\n"
    host.wake_at(None)
    assert alarm.read_text() == "0\n"
    alarm.unlink()
    alarm.mkdir()
    with pytest.raises(Unavailable, match="only the superuser"):
        host.wake_at(None)
