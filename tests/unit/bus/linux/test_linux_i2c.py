"""LinuxI2c against a kernel that decodes its structures."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from fake_ioctl import I2C_RETRIES, I2C_TIMEOUT, READ, FakeIoctl, Seen, Short

from wisgate.bus.linux import faults
from wisgate.bus.linux.i2c import LinuxI2c, why_not
from wisgate.core.errors import (
    ArbitrationLost,
    BusError,
    BusTimeout,
    BusUnavailable,
    NoAcknowledge,
)

OpenBus = Callable[[FakeIoctl], LinuxI2c]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/i2c-1").touch()
    return tmp_path


@pytest.fixture
def opened(root: Path) -> Iterator[OpenBus]:
    with ExitStack() as stack:

        def open_bus(kernel: FakeIoctl) -> LinuxI2c:
            bus: AbstractContextManager[LinuxI2c] = LinuxI2c(1, root=root, ioctl=kernel)
            return stack.enter_context(bus)

        yield open_bus


def bind(root: Path, chip: str, driver: str) -> Path:
    """Give a chip to a driver of the kernel, as sysfs shows it."""
    folder = root / "sys/bus/i2c/devices" / chip
    folder.mkdir(parents=True)
    link = folder / "driver"
    link.symlink_to(f"../../../../bus/i2c/drivers/{driver}")
    return link


def test_register_read_is_a_write_and_a_read_in_one_transaction(opened: OpenBus) -> None:
    kernel = FakeIoctl(b"\x07\xd0")
    assert opened(kernel).transfer(0x41, b"\x01", read=2) == b"\x07\xd0"
    assert kernel.transfers == [[Seen(0x41, 0, 1, b"\x01"), Seen(0x41, READ, 2)]]


def test_empty_halves_are_skipped(opened: OpenBus) -> None:
    kernel = FakeIoctl(b"", b"\x66\x66\x93", b"")
    bus = opened(kernel)
    assert bus.transfer(0x41, b"\x00\x01\x9b") == b""
    assert bus.transfer(0x70, read=3) == b"\x66\x66\x93"
    assert bus.transfer(0x26) == b""
    assert kernel.transfers == [
        [Seen(0x41, 0, 3, b"\x00\x01\x9b")],
        [Seen(0x70, READ, 3)],
        [Seen(0x26, 0, 0)],
    ]


def test_reused_memory_never_mixes_transfers(opened: OpenBus) -> None:
    kernel = FakeIoctl(b"\x11\x22\x33\x44", b"\x55", b"\x66\x77\x88\x99")
    bus = opened(kernel)
    first = bus.transfer(0x10, b"\xaa\xbb", read=4)
    second = bus.transfer(0x10, b"\xcc", read=1)
    third = bus.transfer(0x10, b"\xdd\xee", read=4)
    assert (first, second, third) == (b"\x11\x22\x33\x44", b"\x55", b"\x66\x77\x88\x99")
    assert [t[0].written for t in kernel.transfers] == [b"\xaa\xbb", b"\xcc", b"\xdd\xee"]


def test_more_shapes_than_are_kept(opened: OpenBus) -> None:
    kernel = FakeIoctl()
    bus = opened(kernel)
    for length in range(600):
        bus.transfer(0x3C, bytes(length))
    bus.transfer(0x3C, b"\x01\x02")
    assert [t[0].length for t in kernel.transfers] == [*range(600), 2]
    assert kernel.transfers[-1][0].written == b"\x01\x02"


def test_longest_message(opened: OpenBus) -> None:
    kernel = FakeIoctl(b"", bytes(range(256)) * 32)
    bus = opened(kernel)
    bus.transfer(0x3C, b"\x5a" * 8192)
    assert kernel.transfers[0][0].written == b"\x5a" * 8192
    assert bus.transfer(0x3C, read=8192) == bytes(range(256)) * 32


@pytest.mark.parametrize(("write", "read"), [(b"\x00" * 8193, 0), (b"", 8193), (b"", -1)])
def test_lengths_beyond_the_kernels_are_refused(opened: OpenBus, write: bytes, read: int) -> None:
    kernel = FakeIoctl()
    with pytest.raises(ValueError, match="8192"):
        opened(kernel).transfer(0x3C, write, read)
    assert kernel.transfers == []


@pytest.mark.parametrize("address", [0x80, 0x82, 0x3FF, -1])
def test_addresses_beyond_7_bits_are_refused(opened: OpenBus, address: int) -> None:
    kernel = FakeIoctl()
    with pytest.raises(ValueError, match="7-bit address"):
        opened(kernel).transfer(address, b"\x00")
    assert kernel.transfers == []


def test_timeout_and_retries_are_set_at_open(opened: OpenBus) -> None:
    kernel = FakeIoctl()
    opened(kernel)
    assert kernel.settings == [(I2C_TIMEOUT, 10), (I2C_RETRIES, 0)]


def test_fewer_messages_than_asked_is_a_missing_chip(opened: OpenBus) -> None:
    with pytest.raises(NoAcknowledge, match="0x48"):
        opened(FakeIoctl(Short(1))).transfer(0x48, b"\x00", read=2)


def test_quick_on_a_controller_without_empty_messages_reads_one_byte(opened: OpenBus) -> None:
    kernel = FakeIoctl(errno.EOPNOTSUPP, b"\x99", errno.EOPNOTSUPP, errno.EREMOTEIO)
    bus = opened(kernel)
    assert bus.transfer(0x26) == b""
    assert kernel.transfers[1] == [Seen(0x26, READ, 1)]
    with pytest.raises(NoAcknowledge):
        bus.transfer(0x27)


FAULT_CODES = {
    errno.EAGAIN: ArbitrationLost,
    errno.EBADMSG: BusError,
    errno.EBUSY: BusTimeout,
    errno.EINVAL: BusUnavailable,
    errno.EIO: BusError,
    errno.ENODEV: BusUnavailable,
    errno.ENOMEM: BusError,
    errno.ENXIO: NoAcknowledge,
    errno.EOPNOTSUPP: BusUnavailable,
    errno.EPROTO: BusError,
    errno.EREMOTEIO: NoAcknowledge,
    errno.EPFNOSUPPORT: BusUnavailable,
    errno.ESHUTDOWN: BusError,
    errno.ETIMEDOUT: BusTimeout,
}
"""Documentation/i2c/fault-codes of the kernel, and EREMOTEIO and EPFNOSUPPORT of its drivers."""


@pytest.mark.parametrize("code", FAULT_CODES, ids=lambda code: errno.errorcode[code])
def test_every_fault_code_is_mapped(opened: OpenBus, code: int) -> None:
    assert code in faults.FAULTS
    with pytest.raises(BusError, match="0x41") as raised:
        opened(FakeIoctl(code)).transfer(0x41, b"\x00")
    assert type(raised.value) is FAULT_CODES[code]
    assert "\n" not in str(raised.value)


def test_a_code_from_elsewhere_is_a_bus_error_that_names_it(opened: OpenBus) -> None:
    with pytest.raises(BusError, match="EFAULT"):
        opened(FakeIoctl(errno.EFAULT)).transfer(0x41, b"\x00")


def test_a_chip_of_the_kernel_is_left_alone(opened: OpenBus, root: Path) -> None:
    link = bind(root, "1-0051", "rtc-pcf85063")
    kernel = FakeIoctl()
    bus = opened(kernel)
    with pytest.raises(BusUnavailable, match="0x51 belongs to the kernel driver rtc-pcf85063"):
        bus.transfer(0x51, b"\x00", read=1)
    assert kernel.transfers == []
    link.unlink()
    bus.transfer(0x51, b"\x00")
    assert len(kernel.transfers) == 1


def test_ownership_is_read_once_for_a_free_address(opened: OpenBus, root: Path) -> None:
    kernel = FakeIoctl()
    bus = opened(kernel)
    bus.transfer(0x51, b"\x00")
    bind(root, "1-0051", "rtc-pcf85063")
    bus.transfer(0x51, b"\x00\x01")
    assert len(kernel.transfers) == 2


def test_a_chip_without_driver_or_on_another_bus_is_free(opened: OpenBus, root: Path) -> None:
    (root / "sys/bus/i2c/devices/1-0041").mkdir(parents=True)
    bind(root, "3-0041", "ina2xx")
    kernel = FakeIoctl()
    opened(kernel).transfer(0x41, b"\x00")
    assert len(kernel.transfers) == 1


def test_missing_node_says_how_to_enable_the_bus(tmp_path: Path) -> None:
    with pytest.raises(BusUnavailable, match=r"i2c-1 does not exist.*dtparam=i2c_arm=on"):
        LinuxI2c(1, root=tmp_path, ioctl=FakeIoctl())
    with pytest.raises(BusUnavailable, match=r"i2c-3 does not exist.*dtoverlay=i2c3"):
        LinuxI2c(3, root=tmp_path, ioctl=FakeIoctl())


def test_node_without_permission_names_the_group(root: Path) -> None:
    # Nobody can be refused while tests run as root, so only the sentence is tested.
    text = why_not(root / "dev/i2c-1", 1, PermissionError(errno.EACCES, "Permission denied"))
    assert "dev/i2c-1 may not be opened" in text
    assert "group i2c" in text


def test_node_that_cannot_be_opened_for_another_reason(tmp_path: Path) -> None:
    (tmp_path / "dev/i2c-1").mkdir(parents=True)
    with pytest.raises(BusUnavailable, match="i2c-1 cannot be opened: Is a directory"):
        LinuxI2c(1, root=tmp_path, ioctl=FakeIoctl())


def test_node_that_is_no_i2c_bus(root: Path) -> None:
    # No fake: the real ioctl of a regular file answers ENOTTY.
    with pytest.raises(BusUnavailable, match="is no I2C bus"):
        LinuxI2c(1, root=root)


def test_controller_that_only_does_smbus_is_refused(opened: OpenBus) -> None:
    with pytest.raises(BusUnavailable, match="SMBus"):
        opened(FakeIoctl(functions=0x0EFF0008))


def test_closed_bus(opened: OpenBus) -> None:
    kernel = FakeIoctl()
    bus = opened(kernel)
    bus.transfer(0x41, b"\x00")
    bus.close()
    bus.close()
    with pytest.raises(BusUnavailable, match="i2c-1 is closed"):
        bus.transfer(0x41, b"\x00")
    assert len(kernel.transfers) == 1
