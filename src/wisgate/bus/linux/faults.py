"""What a failed system call on a bus means, once.

Source of the codes: kernel, Documentation/i2c/fault-codes. The same codes come back from a GPIO
expander, whose lines are I2C transfers of the kernel.
"""

from __future__ import annotations

import errno

from ...core.errors import ArbitrationLost, BusError, BusTimeout, BusUnavailable, NoAcknowledge

FAULTS: dict[int, tuple[type[BusError], str]] = {
    errno.EAGAIN: (ArbitrationLost, "another controller took the bus"),
    errno.EBADMSG: (BusError, "the packet error code does not match; look for noise on the wires"),
    errno.EBUSY: (BusTimeout, "the bus did not become free; look for a chip that holds SDA low"),
    errno.EINVAL: (BusUnavailable, "the kernel refuses this transfer as invalid"),
    errno.EIO: (BusError, "the transfer broke off, and the controller does not say why"),
    errno.ENODEV: (BusUnavailable, "the kernel has lost the hardware; look at dmesg"),
    errno.ENOMEM: (BusError, "the kernel is out of memory"),
    errno.ENXIO: (NoAcknowledge, ""),
    errno.EOPNOTSUPP: (BusUnavailable, "the controller cannot do this transfer"),
    errno.EPROTO: (BusError, "the chip broke the protocol"),
    # What the CM4's controller says for every missing acknowledge, of an address or of a byte.
    errno.EREMOTEIO: (NoAcknowledge, ""),
    errno.EPFNOSUPPORT: (BusUnavailable, "the controller does not speak this protocol"),
    errno.ESHUTDOWN: (BusError, "the controller is suspended"),
    errno.ETIMEDOUT: (BusTimeout, "the transfer took too long; look for a chip that holds SCL low"),
}
"""Error number: the class to raise, and what to tell."""


_NAMES = {**errno.errorcode, errno.EOPNOTSUPP: "EOPNOTSUPP"}  # Python says ENOTSUP, the same number


def bus_error(subject: str, address: int | None, error: OSError) -> BusError:
    """The error to raise for `error`, met while talking to `subject` ("i2c-1 0x41").

    `address` is the I2C address behind it, None when there is none: then a missing acknowledge is
    a plain BusError.
    """
    code = error.errno or 0
    kind, meaning = FAULTS.get(code, (BusError, error.strerror or "failed"))
    if kind is NoAcknowledge and address is not None:
        return NoAcknowledge(address)
    if kind is NoAcknowledge:
        kind, meaning = BusError, "no answer"
    return kind(f"{subject}: {meaning} ({_NAMES.get(code, code)})")
