"""PN532 twin, from UM0701-02 (firmware 1.6) and the modules sheet 5.6; written without looking at
the driver.

World input: `tag`, a tag in the field or None; `look` is called before it is needed. Switched off
(`switch`) the chip is not on the bus. After power-up and in power-down it sleeps: the first address
is not acknowledged and wakes it. Before SAMConfiguration it acknowledges commands of the radio and
never answers them. A tag that refuses what a Type 2 tag can refuse is reported as status 13 (nobody
prints which it is).
Not modelled: IRQ, clock stretching, more than one tag, other modulations than 106 kbit/s type A,
being a target, InAutoPoll, registers and GPIO, timings and further items of RFConfiguration, that
no frame is longer than 264 bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import NamedTuple

from ...core.clock import Clock
from ...registers.pn532 import (
    ACK,
    FOREVER,
    I2C_WAKES,
    IDENTITY,
    NACK,
    READY,
    START,
    SYNTAX_ERROR,
    TO_CHIP,
    TO_HOST,
    Card,
    Command,
    Modulation,
    RfItem,
    SamMode,
    Status,
)
from .nfc_tags import NfcTag, RefusedError

BOOT, WAKE, ACKNOWLEDGE, ANSWER = 2e-3, 1e-3, 1e-3, 2e-3
"""Seconds: after power-up, after the waking address, to the acknowledge, from it to an answer."""
TRY, FOUND, EXCHANGE, SILENCE = 5e-3, 8e-3, 5e-3, 52e-3
"""Seconds: one attempt to find a tag, selecting one, one exchange, waiting for one that is mute."""
KEYS = (Card.KEY_A, Card.KEY_B)
BEFORE_SAM = (Command.GET_FIRMWARE_VERSION, Command.GET_GENERAL_STATUS, Command.SAM_CONFIGURATION,
              Command.POWER_DOWN)  # fmt: skip


class _Syntax(Exception):
    """No such command, or wrong parameters."""


class _Output(NamedTuple):
    due: float
    frame: bytes


class Pn532Twin:
    """Threads: lane only."""

    addresses: tuple[int, ...] = (0x24,)

    def __init__(self, clock: Clock) -> None:
        self.look: Callable[[], None] = lambda: None
        self.never_ready = False
        """A fault: nothing is ever there to be read."""
        self._clock = clock
        self._tag: NfcTag | None = None
        self._on = True
        self.power_cycle()

    @property
    def tag(self) -> NfcTag | None:
        return self._tag

    @tag.setter
    def tag(self, tag: NfcTag | None) -> None:
        if tag is not self._tag and self._tag is not None:
            self._tag.leave()
        self._tag = tag

    def switch(self, on: bool) -> None:
        """The level of RSTPD_N."""
        if on != self._on:
            self._on = on
            self.power_cycle()

    def power_cycle(self) -> None:
        """Nothing configured, nothing selected, asleep."""
        self._outputs: list[_Output] = []
        self._said = b""
        self._until: float | None = None
        self._configured = False
        self._retries = FOREVER
        self._target: NfcTag | None = None
        self._set_field(False)
        self._asleep, self._wakeable = True, True
        self._dozes = False
        self._up_at = self._clock.monotonic() + BOOT

    def addressed(self, address: int, read: bool) -> bool:
        if address not in self.addresses or not self._on:
            return False
        now = self._clock.monotonic()
        if self._asleep and self._wakeable:
            self._asleep = False
            self._up_at = max(self._up_at, now + WAKE)
        return not self._asleep and now >= self._up_at

    def write(self, data: bytes) -> int:
        if data == ACK:
            self._forget()
        elif data == NACK and self._said:
            self._say(ACKNOWLEDGE, self._said)
        elif command := _unframe(data):
            self._forget()
            self._say(ACKNOWLEDGE, ACK)
            self._obey(command)
        return len(data)

    def read(self, count: int) -> bytes:
        self._search()
        now = self._clock.monotonic()
        if self.never_ready or not self._outputs or now < self._outputs[0].due:
            return bytes(count)
        if count == 1:
            return bytes([READY])
        frame = self._outputs.pop(0).frame
        if frame != ACK:
            self._said = frame
            if self._dozes:  # the answer to PowerDown is out
                self._dozes, self._asleep = False, True
        return (bytes([READY]) + frame)[:count].ljust(count, b"\0")

    def stop(self) -> None:
        return None

    def _forget(self) -> None:
        """What was going on ends, what waits to be read is lost."""
        self._outputs.clear()
        self._until = None

    def _say(self, after: float, frame: bytes) -> None:
        self._outputs.append(_Output(self._clock.monotonic() + after, frame))

    def _obey(self, command: bytes) -> None:
        code, body = command[0], command[1:]
        if not self._configured and code in COMMANDS and code not in BEFORE_SAM:
            return
        try:
            act = COMMANDS.get(code)
            if act is None:
                raise _Syntax
            answer = act(self, body)
        except _Syntax:
            self._say(ACKNOWLEDGE + ANSWER, SYNTAX_ERROR)
            return
        if answer is not None:
            after, payload = answer
            self._say(ACKNOWLEDGE + after, _frame(bytes([TO_HOST, code + 1]) + payload))

    def _firmware(self, body: bytes) -> tuple[float, bytes]:
        return ANSWER, IDENTITY

    def _general_status(self, body: bytes) -> tuple[float, bytes]:
        targets = b"\x01\x01\x00\x00\x00" if self._target else b"\x00"
        return ANSWER, bytes([0, self._field]) + targets + b"\x80"

    def _sam(self, body: bytes) -> tuple[float, bytes]:
        if not 1 <= len(body) <= 3 or body[0] not in list(SamMode):
            raise _Syntax
        self._configured = True
        return ANSWER, b""

    def _power_down(self, body: bytes) -> tuple[float, bytes]:
        if not body:
            raise _Syntax
        self._configured = False
        self._set_field(False)
        self._dozes, self._wakeable = True, bool(body[0] & I2C_WAKES)
        return ANSWER, bytes([Status.OK])

    def _rf(self, body: bytes) -> tuple[float, bytes]:
        if not body:
            raise _Syntax
        if body[0] == RfItem.FIELD:
            if len(body) != 2:
                raise _Syntax
            self._set_field(bool(body[1] & 1))
        elif body[0] == RfItem.MAX_RETRIES:
            if len(body) != 4:
                raise _Syntax
            self._retries = body[3]
        return ANSWER, b""

    def _list(self, body: bytes) -> None:
        if len(body) < 2 or body[0] not in (1, 2) or body[1] not in list(Modulation):
            raise _Syntax
        self._target = None
        self._set_field(True)
        self._type_a = body[1] == Modulation.ISO14443A_106
        tries = inf if self._retries == FOREVER else self._retries + 1
        self._until = self._clock.monotonic() + ACKNOWLEDGE + tries * TRY
        self._search()

    def _search(self) -> None:
        """Go on looking for a tag."""
        if self._until is None:
            return
        self.look()
        code = bytes([TO_HOST, Command.IN_LIST_PASSIVE_TARGET + 1])
        tag = self._tag
        if tag is not None and self._type_a:
            tag.select()
            self._target, self._until = tag, None
            found = [tag.sens_res.to_bytes(2, "big"), bytes([tag.sel_res, len(tag.uid)]), tag.uid]
            self._say(ACKNOWLEDGE + FOUND, _frame(code + b"\x01\x01" + b"".join(found)))
        elif self._clock.monotonic() >= self._until:
            self._until = None
            self._say(0.0, _frame(code + b"\x00"))

    def _exchange(self, body: bytes) -> tuple[float, bytes]:
        if len(body) < 2:
            raise _Syntax
        if body[1] in KEYS and len(body) != 13:
            raise _Syntax
        return self._talk(body[1:], known=body[0] == 1)

    def _through(self, body: bytes) -> tuple[float, bytes]:
        return self._talk(body, known=True)

    def _talk(self, command: bytes, *, known: bool) -> tuple[float, bytes]:
        self.look()
        if self._target is None or not known:
            return ANSWER, bytes([Status.NOT_ACCEPTABLE])
        if self._tag is not self._target:
            return SILENCE, bytes([Status.TIME_OUT])
        try:
            return EXCHANGE, bytes([Status.OK]) + self._target.answer(command)
        except RefusedError as refused:
            mute = refused.status == Status.TIME_OUT
            return SILENCE if mute else EXCHANGE, bytes([refused.status])

    def _release(self, body: bytes) -> tuple[float, bytes]:
        if len(body) != 1:
            raise _Syntax
        self._target = None
        return ANSWER, bytes([Status.OK])

    def _set_field(self, on: bool) -> None:
        self._field = on
        if not on:
            self._target = None


COMMANDS: Mapping[int, Callable[[Pn532Twin, bytes], tuple[float, bytes] | None]] = {
    Command.GET_FIRMWARE_VERSION: Pn532Twin._firmware,
    Command.GET_GENERAL_STATUS: Pn532Twin._general_status,
    Command.SAM_CONFIGURATION: Pn532Twin._sam,
    Command.POWER_DOWN: Pn532Twin._power_down,
    Command.RF_CONFIGURATION: Pn532Twin._rf,
    Command.IN_EXCHANGE: Pn532Twin._exchange,
    Command.IN_COMMUNICATE_THRU: Pn532Twin._through,
    Command.IN_LIST_PASSIVE_TARGET: Pn532Twin._list,
    Command.IN_RELEASE: Pn532Twin._release,
}
"""By code: what gives the time that it takes and what follows the code of the answer. The search
for a tag answers by itself."""


def _frame(content: bytes) -> bytes:
    """A normal frame around TFI, code and payload, or an extended one."""
    size = len(content)
    if size > 0xFF:
        length = bytes([0xFF, 0xFF, size >> 8, size & 0xFF, -((size >> 8) + size) & 0xFF])
    else:
        length = bytes([size, -size & 0xFF])
    return START + length + content + bytes([-sum(content) & 0xFF, 0])


def _unframe(data: bytes) -> bytes:
    """Code and parameters of a command, or nothing when the frame is damaged."""
    _before, _start, rest = data.partition(START[1:])
    if rest[:2] == b"\xff\xff":
        header, content = rest[2:5], rest[5:]
    else:
        header, content = rest[:2], rest[2:]
    size = int.from_bytes(header[:-1], "big")
    if sum(header) & 0xFF or len(content) <= size or sum(content[: size + 1]) & 0xFF:
        return b""
    return content[1:size] if content[0] == TO_CHIP else b""
