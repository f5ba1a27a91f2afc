"""A fingerprint reader, from the modules sheet 6.9 and the ZFM-20 user manual, whose protocol it
is; written without looking at the client.

World inputs: `finger`, the number of the finger that lies on the window, or 0; `smeared`, an image
too messy to be used; `look` is called before an image is taken. The library is kept without power,
the two buffers are not. A command is one packet per call; what is damaged is answered as such, what
is for another address not at all.
Not modelled: templates and images themselves, their transfer, how well two images match, the
packets of more than one piece, another baud rate, setting the password.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

HEADER = b"\xef\x01"
COMMAND, ANSWER = 0x01, 0x07
CAPTURE, TO_BUFFER, SEARCH, COMBINE, STORE = 0x01, 0x02, 0x04, 0x05, 0x06
DELETE, EMPTY, PARAMETERS, VERIFY, COUNT = 0x0C, 0x0D, 0x0F, 0x13, 0x1D
OK, PACKET_ERROR, NO_FINGER, TOO_MESSY, NOT_FOUND = 0x00, 0x01, 0x02, 0x06, 0x09
COMBINE_FAILED, OUT_OF_RANGE, WRONG_PASSWORD, NO_IMAGE = 0x0A, 0x0B, 0x13, 0x15
FLASH_ERROR, NOT_VERIFIED = 0x18, 0x21
SECONDS = {CAPTURE: 0.15, TO_BUFFER: 0.3, SEARCH: 0.2, STORE: 0.1, DELETE: 0.1, EMPTY: 0.2}
"""How long a command takes; the others answer at once. Nobody prints it: of the order that optical
readers of this protocol show."""
AT_ONCE = 0.02
ROOM, LEVEL, KIND = 127, 3, 0x0009
SCORE = 100
BAUD = 57600


class FingerprintReader:
    """One reader on a serial line. Threads: lane only."""

    def __init__(
        self, *, address: int = 0xFFFF_FFFF, password: int = 0, baud: int = BAUD, room: int = ROOM
    ) -> None:
        self.finger, self.smeared = 0.0, 0.0
        self.look: Callable[[], None] = lambda: None
        self.worn = False
        """A fault: the flash takes nothing any more."""
        self.library: dict[int, int] = {}
        """Which finger each page knows."""
        self._address, self._password, self._baud = address.to_bytes(4, "big"), password, baud
        self._room = room
        self.power_cycle()

    @property
    def baud(self) -> int | None:
        return self._baud

    def power_cycle(self) -> None:
        """Image and buffers are gone, the library is not."""
        self._image: float | None = None
        self._buffers: dict[int, int] = {}
        self._verified = self._password == 0

    def received(self, data: bytes) -> Sequence[tuple[float, bytes]]:
        at = data.find(HEADER)
        packet = data[at:]
        if at < 0 or len(packet) < 12 or packet[2:6] != self._address:
            return ()
        end = 9 + int.from_bytes(packet[7:9], "big")
        content = packet[6:end]
        intact = len(packet) >= end > 11 and content[0] == COMMAND
        if not intact or sum(content[:-2]) & 0xFFFF != int.from_bytes(content[-2:], "big"):
            return ((AT_ONCE, self._packet(bytes([PACKET_ERROR]))),)
        code, body = content[3], content[4:-2]
        return ((SECONDS.get(code, AT_ONCE), self._packet(self._obey(code, body))),)

    def _packet(self, payload: bytes) -> bytes:
        content = bytes([ANSWER]) + (len(payload) + 2).to_bytes(2, "big") + payload
        check = (sum(content) & 0xFFFF).to_bytes(2, "big")
        return HEADER + self._address + content + check

    def _obey(self, code: int, body: bytes) -> bytes:
        length, act = COMMANDS.get(code, (None, None))
        if act is None or len(body) != length:
            return bytes([PACKET_ERROR])
        if code != VERIFY and not self._verified:
            return bytes([NOT_VERIFIED])
        answer = act(self, body)
        return bytes([answer]) if isinstance(answer, int) else answer

    def _verify(self, body: bytes) -> int:
        self._verified = int.from_bytes(body, "big") == self._password
        return OK if self._verified else WRONG_PASSWORD

    def _capture(self, body: bytes) -> int:
        self.look()
        self._image = self.finger or None
        self._messy = self.smeared >= 0.5
        return OK if self._image else NO_FINGER

    def _to_buffer(self, body: bytes) -> int:
        if self._image is None:
            return NO_IMAGE
        if self._messy:
            return TOO_MESSY
        self._buffers[1 if body[0] == 1 else 2] = int(self._image)
        return OK

    def _combine(self, body: bytes) -> int:
        first, second = self._buffers.get(1), self._buffers.get(2)
        return OK if first is not None and first == second else COMBINE_FAILED

    def _search(self, body: bytes) -> bytes:
        wanted = self._buffers.get(1 if body[0] == 1 else 2)
        first, count = _number(body[1:3]), _number(body[3:5])
        pages = (page for page in sorted(self.library) if first <= page < first + count)
        for page in pages:
            if self.library[page] == wanted:
                return bytes([OK]) + page.to_bytes(2, "big") + SCORE.to_bytes(2, "big")
        return bytes([NOT_FOUND, 0, 0, 0, 0])

    def _store(self, body: bytes) -> int:
        page, finger = _number(body[1:3]), self._buffers.get(1 if body[0] == 1 else 2)
        if page >= self._room:
            return OUT_OF_RANGE
        if self.worn or finger is None:
            return FLASH_ERROR
        self.library[page] = finger
        return OK

    def _delete(self, body: bytes) -> int:
        first, count = _number(body[:2]), _number(body[2:4])
        if first + count > self._room:
            return OUT_OF_RANGE
        for page in range(first, first + count):
            self.library.pop(page, None)
        return OK

    def _empty(self, body: bytes) -> int:
        self.library.clear()
        return OK

    def _parameters(self, body: bytes) -> bytes:
        words = (0, KIND, self._room, LEVEL)
        begin = b"".join(word.to_bytes(2, "big") for word in words)
        packet_size, rate = 2, self._baud // 9600
        end = packet_size.to_bytes(2, "big") + rate.to_bytes(2, "big")
        return bytes([OK]) + begin + self._address + end

    def _count(self, body: bytes) -> bytes:
        return bytes([OK]) + len(self.library).to_bytes(2, "big")


COMMANDS: dict[int, tuple[int, Callable[[FingerprintReader, bytes], int | bytes]]] = {
    VERIFY: (4, FingerprintReader._verify),
    CAPTURE: (0, FingerprintReader._capture),
    TO_BUFFER: (1, FingerprintReader._to_buffer),
    COMBINE: (0, FingerprintReader._combine),
    SEARCH: (5, FingerprintReader._search),
    STORE: (3, FingerprintReader._store),
    DELETE: (4, FingerprintReader._delete),
    EMPTY: (0, FingerprintReader._empty),
    PARAMETERS: (0, FingerprintReader._parameters),
    COUNT: (0, FingerprintReader._count),
}
"""By code: how many bytes follow it, and what gives the answer."""


def _number(field: bytes) -> int:
    return int.from_bytes(field, "big")
