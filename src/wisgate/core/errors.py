"""Every error this package raises.

WisgateError
├─ ConfigError          the user's file is wrong: file, line, what, cure       exit 2
├─ CatalogError         our own data contradicts itself
├─ PlanConflict         two claims on one resource                             exit 3
├─ BusError             the wire failed                                        retryable
│  ├─ NoAcknowledge     nobody answered at this address
│  ├─ NoAnswer          a peer on a serial line or behind a network stayed silent
│  │  └─ Unreachable    there is no connection to a host of the network
│  ├─ ArbitrationLost   another controller took the bus
│  ├─ BusTimeout        the bus did not become free, or a transfer took too long
│  └─ BusUnavailable    no such device node, no permission, or the kernel owns the chip
├─ ChipError            the chip answered, and it is wrong
│  ├─ WrongIdentity     another chip is at this address
│  ├─ ChecksumMismatch  the bytes were damaged on the way                      retryable
│  ├─ UnexpectedValue   a code that the datasheet calls reserved
│  ├─ NotReady          the conversion is still running                        retryable
│  ├─ Saturated         the input is beyond the range
│  └─ UnitRefused       a Modbus unit answered with an exception
├─ OutputRefused        a write to an output that its rules forbid
├─ StoreError           the store cannot take or give records                  retryable
├─ SinkError            a destination did not acknowledge                      retryable
│  └─ SinkRefused       a destination will never take these records
├─ RemoteError          a running gateway refused a request of the command line
├─ ReplayDiffers        a recording and what the program does now are not the same
└─ Unavailable          something the host lacks: a port in use, no such folder
   └─ InUse             another process of wisgate uses the folder
"""

from collections.abc import Sequence
from typing import ClassVar

from .points import Status


class WisgateError(Exception):
    """Base of all. `retryable` says whether doing the same again can help, `status` what a
    point shows that could not be read because of it."""

    retryable: ClassVar[bool] = False
    status: ClassVar[Status] = Status.FAULT
    exit_code: ClassVar[int] = 1


class ConfigError(WisgateError):
    """One or more faults of the user's file, in file order, each a line `file:line: what; cure`."""

    exit_code = 2

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class CatalogError(WisgateError): ...


class PlanConflict(WisgateError):
    exit_code = 3


class BusError(WisgateError):
    retryable = True


class NoAcknowledge(BusError):
    status = Status.ABSENT

    def __init__(self, address: int) -> None:
        super().__init__(f"no acknowledge from {address:#04x}")
        self.address = address


class NoAnswer(BusError):
    status = Status.ABSENT


class Unreachable(NoAnswer): ...


class ArbitrationLost(BusError): ...


class BusTimeout(BusError): ...


class BusUnavailable(BusError):
    retryable = False


class ChipError(WisgateError): ...


class WrongIdentity(ChipError): ...


class ChecksumMismatch(ChipError):
    retryable = True


class UnexpectedValue(ChipError): ...


class NotReady(ChipError):
    retryable = True


class Saturated(ChipError):
    status = Status.SATURATED


class UnitRefused(ChipError):
    """A Modbus exception. `code` is the exception code of the unit (1 illegal function,
    2 illegal address, 3 illegal value, 4 failure, 6 busy)."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class OutputRefused(WisgateError): ...


class StoreError(WisgateError):
    retryable = True


class SinkError(WisgateError):
    """`rest_s`: seconds for which the other side asked to be left alone; 0 when it did not."""

    retryable = True

    def __init__(self, message: str, rest_s: float = 0.0) -> None:
        super().__init__(message)
        self.rest_s = rest_s


class SinkRefused(SinkError):
    """The other side will never take the records numbered `seqs`; the others were taken."""

    retryable = False

    def __init__(self, message: str, seqs: Sequence[int]) -> None:
        super().__init__(message)
        self.seqs = tuple(seqs)


class RemoteError(WisgateError): ...


class ReplayDiffers(WisgateError): ...


class Unavailable(WisgateError): ...


class InUse(Unavailable): ...
