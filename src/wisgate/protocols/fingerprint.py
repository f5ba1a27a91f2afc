"""Fingerprint readers of the R30x and ZFM kind: packets on a serial line, one command, one answer.

Templates never leave the reader: no verb here asks for one. Source: modules sheet 6.9, 9.2; ZFM-70
user manual, sections 4 to 6 (the R307 speaks the same).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import NoReturn

from ..bus.uart import Uart
from ..core.clock import Clock
from ..core.errors import ChecksumMismatch, NoAnswer, UnexpectedValue, WrongIdentity

BROADCAST = 0xFFFF_FFFF  # the address of every reader as delivered; 4.6
START = b"\xef\x01"
HEAD = 9  # start, address, kind, length
LONGEST = 256 + 2  # the largest packet of data and its checksum; 4.3.3
_BITS = 10  # start, eight data bits, stop


class Kind(IntEnum):
    """What a packet is; 5.1. The other two carry images and templates, which stay in the reader."""

    COMMAND = 0x01
    ANSWER = 0x07


class Command(IntEnum):
    """List 0.4 of the manual, what is used of it."""

    CAPTURE = 0x01
    EXTRACT = 0x02
    SEARCH = 0x04
    COMBINE = 0x05
    STORE = 0x06
    DELETE = 0x0C
    EMPTY = 0x0D
    PARAMETERS = 0x0F
    VERIFY_PASSWORD = 0x13
    COUNT = 0x1D


class Code(IntEnum):
    """How a command ended; list 0.5 of the manual."""

    OK = 0x00
    PACKET_DAMAGED = 0x01
    NO_FINGER = 0x02
    CAPTURE_FAILED = 0x03
    TOO_MESSY = 0x06
    TOO_FEW_FEATURES = 0x07
    NO_MATCH = 0x08
    NOT_FOUND = 0x09
    COMBINE_FAILED = 0x0A
    NO_SUCH_PAGE = 0x0B
    WRONG_PASSWORD = 0x13
    FLASH_ERROR = 0x18


class Capture(Enum):
    """What the reader saw."""

    NO_FINGER = "no finger"
    TAKEN = "taken"
    FAILED = "failed"


@dataclass(frozen=True)
class Packet:
    kind: int
    payload: bytes
    address: int = BROADCAST

    def encode(self) -> bytes:
        """The bytes on the line; the sum of kind, length and payload ends them."""
        size = (len(self.payload) + 2).to_bytes(2, "big")
        summed = bytes([self.kind]) + size + self.payload
        return START + self.address.to_bytes(4, "big") + summed + _sum(summed)


@dataclass(frozen=True)
class Parameters:
    """What the reader tells of itself: pages of its library, security 1 (lax) to 5 (strict)."""

    capacity: int
    security: int


@dataclass(frozen=True)
class Match:
    """The page of the library that matches, and how well: the higher, the better."""

    page: int
    score: int


def parse(heard: bytes) -> Packet | int:
    """The first whole packet in what came, whatever stands before it, or how many more bytes to
    await. Raises ChecksumMismatch."""
    begin = heard.find(START)
    while begin >= 0:
        rest = heard[begin:]
        if len(rest) < HEAD:
            return HEAD - len(rest)
        length = int.from_bytes(rest[7:9], "big")
        if 2 <= length <= LONGEST:
            break
        begin = heard.find(START, begin + len(START))
    else:
        return HEAD - heard.endswith(START[:1])
    if len(rest) < HEAD + length:
        return HEAD + length - len(rest)
    summed, check = rest[6 : HEAD + length - 2], rest[HEAD + length - 2 : HEAD + length]
    if _sum(summed) != check:
        raise ChecksumMismatch(
            f"fingerprint reader: the answer {rest[: HEAD + length].hex(' ')} is damaged;"
            " check the wire and the baud rate"
        )
    return Packet(rest[6], summed[3:], int.from_bytes(rest[2:6], "big"))


def _sum(summed: bytes) -> bytes:
    return (sum(summed) & 0xFFFF).to_bytes(2, "big")


class FingerprintReader:
    """One reader. `timeout` is what it may take to begin its answer, in seconds: an image takes
    half a second, a search a whole one.

    Each call is one exchange and raises NoAnswer (silence), ChecksumMismatch (damaged either way),
    UnexpectedValue (a refusal) or BusError (the port is gone). ValueError is a mistake of the
    caller. Threads: lane only.
    """

    def __init__(
        self, uart: Uart, clock: Clock, *, address: int = BROADCAST, timeout: float = 1.5
    ) -> None:
        self._uart, self._clock = uart, clock
        self._address, self._timeout = address, timeout

    def verify_password(self, password: int = 0) -> None:
        """Tell it the password, 32 bits, 0 as delivered. Raises WrongIdentity when it has
        another."""
        code, _ = self._ask(Command.VERIFY_PASSWORD, password.to_bytes(4, "big"))
        if code == Code.WRONG_PASSWORD:
            raise WrongIdentity("fingerprint reader: it has another password; set it to 0 again")
        _expect(Command.VERIFY_PASSWORD, code)

    def parameters(self) -> Parameters:
        """What it tells of itself; 6.2.5."""
        answer = self._obey(Command.PARAMETERS, size=16)
        return Parameters(int.from_bytes(answer[4:6], "big"), int.from_bytes(answer[6:8], "big"))

    def count(self) -> int:
        """Templates in its library; 6.2.7."""
        return int.from_bytes(self._obey(Command.COUNT, size=2), "big")

    def capture(self) -> Capture:
        """Take an image of the finger, if one is there; 6.3.1."""
        code, _ = self._ask(Command.CAPTURE)
        if code == Code.NO_FINGER:
            return Capture.NO_FINGER
        if code == Code.CAPTURE_FAILED:
            return Capture.FAILED
        _expect(Command.CAPTURE, code)
        return Capture.TAKEN

    def extract(self, buffer: int) -> bool:
        """Look for features in the image, into buffer 1 or 2; False when the image is too poor."""
        code, _ = self._ask(Command.EXTRACT, bytes([_checked_buffer(buffer)]))
        if code in (Code.TOO_MESSY, Code.TOO_FEW_FEATURES):
            return False
        _expect(Command.EXTRACT, code)
        return True

    def combine(self) -> bool:
        """Make one template of both buffers; False when they show different fingers."""
        code, _ = self._ask(Command.COMBINE)
        if code == Code.COMBINE_FAILED:
            return False
        _expect(Command.COMBINE, code)
        return True

    def store(self, page: int) -> None:
        """Keep the template under a page of the library, in place of what is there; 6.3.15."""
        self._obey(Command.STORE, b"\x01" + _word(page))

    def search(self, capacity: int) -> Match | None:
        """Look for buffer 1 in the first `capacity` pages; 6.3.20."""
        code, answer = self._ask(Command.SEARCH, b"\x01" + _word(0) + _word(capacity))
        if code == Code.NOT_FOUND:
            return None
        _expect(Command.SEARCH, code)
        answer = _sized(Command.SEARCH, answer, 4)
        return Match(int.from_bytes(answer[:2], "big"), int.from_bytes(answer[2:4], "big"))

    def delete(self, page: int, count: int = 1) -> None:
        """Forget `count` templates from a page on; 6.3.17."""
        self._obey(Command.DELETE, _word(page) + _word(count))

    def empty(self) -> None:
        """Forget every template; 6.3.18."""
        self._obey(Command.EMPTY)

    def _obey(self, command: Command, arguments: bytes = b"", *, size: int = 0) -> bytes:
        code, answer = self._ask(command, arguments)
        _expect(command, code)
        return _sized(command, answer, size)

    def _ask(self, command: Command, arguments: bytes = b"") -> tuple[int, bytes]:
        """The code and what follows it."""
        request = Packet(Kind.COMMAND, bytes([command]) + arguments, self._address).encode()
        self._uart.flush()
        self._uart.write(request)
        packet = self._listen(command)
        if packet.kind != Kind.ANSWER or packet.address != self._address or not packet.payload:
            raise UnexpectedValue(
                f"fingerprint reader: {_title(command)} is answered by a packet of kind"
                f" {packet.kind:#04x} from {packet.address:#010x}; look for a second reader"
            )
        code, answer = packet.payload[0], packet.payload[1:]
        if code == Code.PACKET_DAMAGED:
            raise ChecksumMismatch(
                f"fingerprint reader: {_title(command)} arrived damaged; check the wire"
            )
        return code, answer

    def _listen(self, command: Command) -> Packet:
        on_wire = (HEAD + LONGEST) * _BITS / self._uart.baud
        deadline = self._clock.monotonic() + self._timeout + on_wire
        heard = b""
        while isinstance(found := parse(heard), int):
            patience = deadline - self._clock.monotonic()
            came = self._uart.read(found, patience) if patience > 0 else b""
            if not came:
                _silent(command, heard, self._timeout)
            heard += came
        return found


def _silent(command: Command, heard: bytes, timeout: float) -> NoReturn:
    if START in heard:
        raise ChecksumMismatch(
            f"fingerprint reader: the answer to {_title(command)} ends in the middle"
        )
    raise NoAnswer(
        f"fingerprint reader: no answer to {_title(command)} within {timeout:g} s;"
        " check the supply and that it talks at 57600 baud"
    )


def _title(command: Command) -> str:
    return f'"{command.name.lower().replace("_", " ")}"'


def _expect(command: Command, code: int) -> None:
    if code != Code.OK:
        known = {c.value: c.name.lower().replace("_", " ") for c in Code}
        reason = known.get(code, "unknown reason")
        raise UnexpectedValue(f"fingerprint reader: {_title(command)}: {reason} ({code:#04x})")


def _sized(command: Command, answer: bytes, size: int) -> bytes:
    if len(answer) < size:
        raise UnexpectedValue(
            f"fingerprint reader: {_title(command)} is answered by {len(answer)} bytes,"
            f" {size} expected"
        )
    return answer


def _word(number: int) -> bytes:
    if not 0 <= number <= 0xFFFF:
        raise ValueError(f"page {number}; pages are 0 to 65535")
    return number.to_bytes(2, "big")


def _checked_buffer(buffer: int) -> int:
    if buffer not in (1, 2):
        raise ValueError(f"no buffer {buffer}; there are 1 and 2")
    return buffer
