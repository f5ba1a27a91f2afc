"""ZOE-M8Q GNSS receiver over I2C (u-blox UBX-13003221; modules sheet 6.11).

The receiver is a stream of bytes: a message goes in, and what comes out is looked through until its
answer is there. A verb is a generator of the seconds before the next look, in which the bus is
free, and returns what came. All of them raise BusError, NotReady (no answer), ChecksumMismatch,
UnexpectedValue.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ..bus.i2c import I2c
from ..core.errors import ChecksumMismatch, NotReady, UnexpectedValue, WrongIdentity
from ..core.points import Conversation
from ..core.units import Seconds
from ..registers.zoe_m8q import (
    COUNT_HIGH,
    DDC_PORT,
    FIX_OK,
    PORT,
    PVT,
    STREAM,
    SYNC,
    UBX,
    Fix,
    Message,
)

ADDRESS = 0x42
LOOK_S, LOOKS = 0.05, 20  # an answer within a second
READ = 200  # bytes in one read: 18 ms at 100 kHz
MOST = 0x2000  # more than a receiver ever keeps
MODE = ADDRESS << 1  # in CFG-PRT: the address on the bus
POSITIONED = (Fix.DEAD_RECKONING, Fix.TWO_D, Fix.THREE_D, Fix.COMBINED)
WITH_HEIGHT = (Fix.THREE_D, Fix.COMBINED)
DEGREES, MILLI = 1e-7, 1e-3  # NAV-PVT: of latitude and longitude, of lengths and speeds
VERSION_BYTES = 40  # MON-VER: software and hardware, extensions follow


@dataclass(frozen=True)
class Position:
    """Degrees north and east, metres above the sea (None of a position without height), metres per
    second over ground, and the metres by which all that may be wrong."""

    latitude: float
    longitude: float
    altitude: float | None
    speed: float
    accuracy: float


@dataclass(frozen=True)
class Solution:
    """What the receiver makes of the sky; `position` is None until it believes in one."""

    fix: Fix
    satellites: int
    position: Position | None


class ZoeM8q:
    """One receiver on `bus`. Threads: lane only."""

    def __init__(self, bus: I2c, address: int = ADDRESS) -> None:
        self._bus, self._address = bus, address

    def drain(self) -> Conversation[None]:
        """Throw away what waits: sentences that nobody fetched, for which the receiver drops what
        comes after them."""
        while count := self._waiting():
            self._bus.transfer(self._address, bytes([STREAM]), min(count, READ))
            yield Seconds(0.0)

    def identify(self) -> Conversation[str]:
        """The version of its firmware. Raises WrongIdentity for a chip that is no stream."""
        answer = yield from self._ask(Message.MON_VER)
        if len(answer) < VERSION_BYTES:
            raise WrongIdentity(
                f"{self._address:#04x} tells its version in {len(answer)} bytes,"
                f" {VERSION_BYTES} expected"
            )
        return answer[:30].split(b"\0")[0].decode("ascii", "replace")

    def configure(self) -> Conversation[None]:
        """Silence the sentences that it sends by itself: UBX in, UBX out. Lost without supply."""
        payload = struct.pack(PORT, DDC_PORT, 0, 0, MODE, 0, UBX, UBX, 0, 0)
        self._send(Message.CFG_PRT, payload)
        about = Message.CFG_PRT.to_bytes(2, "big")
        message, answer = yield from self._await((Message.ACK_ACK, Message.ACK_NAK))
        if message is Message.ACK_NAK or answer != about:
            raise UnexpectedValue(
                f"ZOE-M8Q: CFG-PRT is answered by {message.name} of {answer.hex(' ')}"
            )

    def solve(self) -> Conversation[Solution]:
        """What it makes of the sky now."""
        answer = yield from self._ask(Message.NAV_PVT)
        return solution(answer)

    def _ask(self, message: Message) -> Conversation[bytes]:
        self._send(message, b"")
        _, answer = yield from self._await((message,))
        return answer

    def _send(self, message: Message, payload: bytes) -> None:
        summed = message.to_bytes(2, "big") + len(payload).to_bytes(2, "little") + payload
        self._bus.transfer(self._address, SYNC + summed + _sums(summed))

    def _await(self, wanted: tuple[Message, ...]) -> Conversation[tuple[Message, bytes]]:
        """The first of these messages in the stream."""
        heard = bytearray()
        for _ in range(LOOKS):
            yield Seconds(LOOK_S)
            while count := self._waiting():
                heard += self._bus.transfer(self._address, bytes([STREAM]), min(count, READ))
                for message in wanted:
                    if (answer := _find(bytes(heard), message)) is not None:
                        return message, answer
                if count <= READ:
                    break
                yield Seconds(0.0)  # others may use the bus between two reads
        names = " or ".join(message.name for message in wanted)
        raise NotReady(f"ZOE-M8Q at {self._address:#04x}: no {names} within {LOOK_S * LOOKS:g} s")

    def _waiting(self) -> int:
        """Bytes that wait in the stream."""
        count = int.from_bytes(self._bus.transfer(self._address, bytes([COUNT_HIGH]), 2), "big")
        if count > MOST:
            raise WrongIdentity(
                f"{self._address:#04x} says that {count} bytes wait, which a ZOE-M8Q never does"
            )
        return count


def solution(payload: bytes) -> Solution:
    """What a NAV-PVT says. Raises UnexpectedValue."""
    if len(payload) != struct.calcsize(PVT):
        raise UnexpectedValue(f"ZOE-M8Q: a NAV-PVT of {len(payload)} bytes, 92 expected")
    fields = struct.unpack(PVT, payload)
    code, flags, satellites = fields[10], fields[11], fields[13]
    longitude, latitude, sea, accuracy = fields[14], fields[15], fields[17], fields[18]
    try:
        fix = Fix(code)
    except ValueError:
        raise UnexpectedValue(f"ZOE-M8Q: a NAV-PVT of fix {code}, which does not exist") from None
    if not flags & FIX_OK or fix not in POSITIONED:
        return Solution(fix, satellites, None)
    altitude = sea * MILLI if fix in WITH_HEIGHT else None
    position = Position(
        latitude * DEGREES, longitude * DEGREES, altitude, fields[23] * MILLI, accuracy * MILLI
    )
    if abs(position.latitude) > 90 or abs(position.longitude) > 180:
        raise UnexpectedValue(f"ZOE-M8Q: there is no {latitude} {longitude} (1e-7 degrees)")
    return Solution(fix, satellites, position)


def _find(heard: bytes, wanted: Message) -> bytes | None:
    """The payload of the first such message, whatever stands around it. Raises ChecksumMismatch
    when it came damaged."""
    begin = heard.find(SYNC + wanted.to_bytes(2, "big"))
    if begin < 0:
        return None
    rest = heard[begin + len(SYNC) :]  # class, number, length, payload, sums
    size = int.from_bytes(rest[2:4], "little")
    summed, sums = rest[: 4 + size], rest[4 + size : 6 + size]
    if len(sums) < 2:
        return None
    if _sums(summed) != sums:
        raise ChecksumMismatch(f"ZOE-M8Q: {wanted.name} came damaged")
    return summed[4:]


def _sums(summed: bytes) -> bytes:
    """8 bit Fletcher, as in RFC 1145."""
    a = b = 0
    for byte in summed:
        a = a + byte & 0xFF
        b = b + a & 0xFF
    return bytes([a, b])
