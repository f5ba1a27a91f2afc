"""What is in a PHYPayload, and back. LoRaWAN 1.0.4, chapters 4 to 6; 1.1 for rejoin requests.

A hub that only wants to know whose frame it is asks `kind`, then `address`, `counter`, `join_eui`,
`dev_eui` or `dev_nonce`, which look at a few bytes and check nothing. `decode` takes all of it
apart. Nothing here knows a key: `crypto.py`.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from struct import Struct
from struct import error as StructError

import msgspec

MIC_SIZE = 4
LONGEST = 255
_MAJOR, _RESERVED, _TYPE_SHIFT = 0b11, 0b11100, 5
_SHORTEST_FRAME = 12  # MHDR, DevAddr, FCtrl, FCnt, MIC
_JOIN_REQUEST_SIZE = 23
_JOIN_ACCEPT_SIZES = (17, 33)  # without and with a CFList
_OPTIONS_SIZE = 0x0F

_ADDRESS = Struct("<I")
_COUNTER = Struct("<H")
_HEADER = Struct("<BIBH")
_EUI = Struct("<Q")
_JOIN = Struct("<BQQH")


class Kind(IntEnum):
    """MType, the highest three bits of a frame."""

    JOIN_REQUEST = 0
    JOIN_ACCEPT = 1
    UNCONFIRMED_UP = 2
    UNCONFIRMED_DOWN = 3
    CONFIRMED_UP = 4
    CONFIRMED_DOWN = 5
    REJOIN_REQUEST = 6
    PROPRIETARY = 7


_KINDS = tuple(Kind)
UP = frozenset({Kind.JOIN_REQUEST, Kind.UNCONFIRMED_UP, Kind.CONFIRMED_UP, Kind.REJOIN_REQUEST})
"""What motes send; PROPRIETARY goes either way."""
MESSAGES_UP = frozenset({Kind.UNCONFIRMED_UP, Kind.CONFIRMED_UP})
MESSAGES = frozenset(
    {Kind.UNCONFIRMED_UP, Kind.UNCONFIRMED_DOWN, Kind.CONFIRMED_UP, Kind.CONFIRMED_DOWN}
)
"""What has a DevAddr and a counter."""
_IS_MESSAGE = tuple(kind in MESSAGES for kind in Kind)


class Control(IntFlag):
    """FCtrl without the size of the options. CLASS_B is an uplink's, PENDING a downlink's."""

    NONE = 0
    ADR = 0x80
    ADR_ACK_REQUEST = 0x40
    ACK = 0x20
    CLASS_B = 0x10
    PENDING = 0x10


class Message(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A frame with DevAddr, up or down. `payload` is as on the air: encrypted."""

    kind: Kind
    address: int
    counter: int
    """FCnt: the lower 16 bits."""
    control: Control = Control.NONE
    options: bytes = b""
    """FOpts: MAC commands, `mac_commands.py`."""
    port: int | None = None
    """FPort; None if there is neither port nor payload. 0: the payload is MAC commands."""
    payload: bytes = b""
    mic: bytes = bytes(MIC_SIZE)
    reserved: int = 0
    """Bits 4 to 2 of the first byte, which a receiver ignores."""

    @property
    def up(self) -> bool:
        return self.kind in UP

    @property
    def confirmed(self) -> bool:
        return self.kind in (Kind.CONFIRMED_UP, Kind.CONFIRMED_DOWN)


class JoinRequest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    join_eui: int
    dev_eui: int
    dev_nonce: int
    mic: bytes = bytes(MIC_SIZE)
    reserved: int = 0


class JoinAccept(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`encrypted`: everything behind the first byte, the MIC with it; `joining.py` opens it."""

    encrypted: bytes
    reserved: int = 0


class RejoinRequest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """LoRaWAN 1.1, 6.2.4: types 0 and 2 name the network, type 1 the JoinEUI."""

    type: int
    net_id: int | None = None
    join_eui: int | None = None
    dev_eui: int
    counter: int
    """RJcount0 or RJcount1."""
    mic: bytes = bytes(MIC_SIZE)
    reserved: int = 0


class Proprietary(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Only its first byte is LoRaWAN's; `major` is its lowest two bits, which may be anything."""

    payload: bytes
    major: int = 0
    reserved: int = 0


Frame = Message | JoinRequest | JoinAccept | RejoinRequest | Proprietary


def kind(phy: bytes) -> Kind | None:
    """Of a frame whose size fits its kind; None for what is not LoRaWAN."""
    size = len(phy)
    if not size or size > LONGEST:
        return None
    first = phy[0]
    number = first >> _TYPE_SHIFT
    found = _KINDS[number]
    if _IS_MESSAGE[number]:  # most often
        fits = size >= _SHORTEST_FRAME and size >= _SHORTEST_FRAME + (phy[5] & _OPTIONS_SIZE)
    elif found is Kind.PROPRIETARY:
        return found
    elif found is Kind.JOIN_REQUEST:
        fits = size == _JOIN_REQUEST_SIZE
    elif found is Kind.JOIN_ACCEPT:
        fits = size in _JOIN_ACCEPT_SIZES
    else:
        fits = size > 1 and size == _REJOIN_SIZES.get(phy[1])
    return found if fits and not first & _MAJOR else None


def address(phy: bytes) -> int:
    """DevAddr, of a frame whose kind is one of `MESSAGES`."""
    number: int = _ADDRESS.unpack_from(phy, 1)[0]
    return number


def counter(phy: bytes) -> int:
    """FCnt as on the air, 16 bits, of a frame whose kind is one of `MESSAGES`."""
    number: int = _COUNTER.unpack_from(phy, 6)[0]
    return number


def join_eui(phy: bytes) -> int:
    """Of a join request."""
    number: int = _EUI.unpack_from(phy, 1)[0]
    return number


def dev_eui(phy: bytes) -> int:
    """Of a join request."""
    number: int = _EUI.unpack_from(phy, 9)[0]
    return number


def dev_nonce(phy: bytes) -> int:
    """Of a join request."""
    number: int = _COUNTER.unpack_from(phy, 17)[0]
    return number


def decode(phy: bytes) -> Frame | None:
    """None for what is not LoRaWAN. Whatever it returns, `encode` makes the same bytes of it."""
    found = kind(phy)
    if found is None:
        return None
    reserved = (phy[0] & _RESERVED) >> 2
    match found:
        case Kind.JOIN_REQUEST:
            _, joining, own, nonce = _JOIN.unpack_from(phy)
            return JoinRequest(
                join_eui=joining, dev_eui=own, dev_nonce=nonce, mic=phy[-4:], reserved=reserved
            )
        case Kind.JOIN_ACCEPT:
            return JoinAccept(encrypted=phy[1:], reserved=reserved)
        case Kind.REJOIN_REQUEST:
            return _rejoin(phy, reserved)
        case Kind.PROPRIETARY:
            return Proprietary(payload=phy[1:], major=phy[0] & _MAJOR, reserved=reserved)
        case _:
            return _message(found, phy, reserved)


def _message(found: Kind, phy: bytes, reserved: int) -> Message:
    _, address, control, counter = _HEADER.unpack_from(phy)
    end = 8 + (control & _OPTIONS_SIZE)
    body = phy[end:-MIC_SIZE]
    return Message(
        kind=found,
        address=address,
        counter=counter,
        control=Control(control & ~_OPTIONS_SIZE),
        options=phy[8:end],
        port=body[0] if body else None,
        payload=body[1:],
        mic=phy[-MIC_SIZE:],
        reserved=reserved,
    )


_REJOIN_SIZES = {0: 19, 1: 24, 2: 19}


def _rejoin(phy: bytes, reserved: int) -> RejoinRequest:
    number = phy[1]
    names_network = number != 1
    network, joining = (
        (int.from_bytes(phy[2:5], "little"), None)
        if names_network
        else (None, int.from_bytes(phy[2:10], "little"))
    )
    rest = phy[5:] if names_network else phy[10:]
    return RejoinRequest(
        type=number,
        net_id=network,
        join_eui=joining,
        dev_eui=int.from_bytes(rest[:8], "little"),
        counter=int.from_bytes(rest[8:10], "little"),
        mic=phy[-MIC_SIZE:],
        reserved=reserved,
    )


def encode(frame: Frame) -> bytes:
    """The bytes on the air. Raises ValueError for what does not fit into a frame."""
    try:
        phy = _encoded(frame)
    except (OverflowError, StructError) as exc:
        raise ValueError(f"a number of this frame does not fit: {exc}") from exc
    if kind(phy) is None:
        raise ValueError(f"{len(phy)} bytes are not the size of such a frame")
    return phy


def _encoded(frame: Frame) -> bytes:
    match frame:
        case Message():
            head = _HEADER.pack(
                _first(frame.kind, frame.reserved),
                frame.address,
                frame.control | len(frame.options),
                frame.counter,
            )
            if len(frame.options) > _OPTIONS_SIZE:
                raise ValueError(f"{len(frame.options)} bytes of options; a frame has at most 15")
            if frame.port is None and frame.payload:
                raise ValueError("a payload without a port")
            port = b"" if frame.port is None else bytes([frame.port])
            return head + frame.options + port + frame.payload + frame.mic
        case JoinRequest():
            first = _first(Kind.JOIN_REQUEST, frame.reserved)
            return _JOIN.pack(first, frame.join_eui, frame.dev_eui, frame.dev_nonce) + frame.mic
        case JoinAccept():
            return bytes([_first(Kind.JOIN_ACCEPT, frame.reserved)]) + frame.encrypted
        case RejoinRequest():
            if frame.type == 1:
                named = (frame.join_eui or 0).to_bytes(8, "little")
            else:
                named = (frame.net_id or 0).to_bytes(3, "little")
            head = bytes([_first(Kind.REJOIN_REQUEST, frame.reserved), frame.type])
            rest = _EUI.pack(frame.dev_eui) + _COUNTER.pack(frame.counter)
            return head + named + rest + frame.mic
        case Proprietary():
            first = _first(Kind.PROPRIETARY, frame.reserved) | frame.major
            return bytes([first]) + frame.payload


def _first(kind: Kind, reserved: int) -> int:
    return kind << _TYPE_SHIFT | reserved << 2
