"""MAC commands: what stands in FOpts, or in the payload of port 0. LoRaWAN 1.0.4, chapter 5; those
of 1.1 are marked. A command has no length of its own: who does not know one cannot read on."""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Field(NamedTuple):
    """Bits of the payload, which is one little-endian number; the lowest first."""

    name: str
    bits: int
    signed: bool = False


class Shape(NamedTuple):
    """What a command carries in one direction."""

    size: int
    fields: tuple[Field, ...] = ()


class Command(msgspec.Struct, frozen=True):
    cid: int
    name: str
    """Without Req, Ans, Ind or Conf: the direction says which."""
    payload: bytes
    fields: dict[str, int]


_Both = tuple[str, Shape | None, Shape | None]
_NOTHING = Shape(0)
_RESERVED = ""


def _shape(size: int, *fields: Field | tuple[str, int]) -> Shape:
    return Shape(size, tuple(Field(*field) for field in fields))


_CHANNEL = _shape(
    5, ("channel", 8), ("frequency_100hz", 24), ("lowest_data_rate", 4), ("highest_data_rate", 4)
)
_TWO_CHECKS = _shape(1, ("frequency_ok", 1), ("data_rate_ok", 1))

COMMANDS: dict[int, _Both] = {
    # cid: (name, from the mote, from the network)
    0x01: ("Reset", _shape(1, ("minor", 4)), _shape(1, ("minor", 4))),  # 1.1
    0x02: ("LinkCheck", _NOTHING, _shape(2, ("margin", 8), ("gateways", 8))),
    0x03: (
        "LinkADR",
        _shape(1, ("mask_ok", 1), ("data_rate_ok", 1), ("power_ok", 1)),
        _shape(
            4,
            ("power", 4),
            ("data_rate", 4),
            ("mask", 16),
            ("transmissions", 4),
            ("mask_control", 3),
        ),
    ),
    0x04: ("DutyCycle", _NOTHING, _shape(1, ("exponent", 4))),
    0x05: (
        "RXParamSetup",
        _shape(1, ("frequency_ok", 1), ("rx2_data_rate_ok", 1), ("rx1_offset_ok", 1)),
        _shape(4, ("rx2_data_rate", 4), ("rx1_offset", 3), (_RESERVED, 1), ("frequency_100hz", 24)),
    ),
    0x06: ("DevStatus", _shape(2, ("battery", 8), Field("margin", 6, signed=True)), _NOTHING),
    0x07: ("NewChannel", _TWO_CHECKS, _CHANNEL),
    0x08: ("RXTimingSetup", _NOTHING, _shape(1, ("delay", 4))),
    0x09: (
        "TXParamSetup",
        _NOTHING,
        _shape(1, ("eirp", 4), ("uplink_dwell", 1), ("downlink_dwell", 1)),
    ),
    0x0A: (
        "DlChannel",
        _shape(1, ("frequency_ok", 1), ("uplink_ok", 1)),
        _shape(4, ("channel", 8), ("frequency_100hz", 24)),
    ),
    0x0B: ("Rekey", _shape(1, ("minor", 4)), _shape(1, ("minor", 4))),  # 1.1
    0x0C: ("ADRParamSetup", _NOTHING, _shape(1, ("delay", 4), ("limit", 4))),  # 1.1
    0x0D: ("DeviceTime", _NOTHING, _shape(5, ("gps_seconds", 32), ("fraction", 8))),
    0x0E: (  # 1.1
        "ForceRejoin",
        None,
        _shape(2, ("data_rate", 4), ("type", 3), (_RESERVED, 1), ("retries", 3), ("period", 3)),
    ),
    0x0F: (  # 1.1
        "RejoinParamSetup",
        _shape(1, ("time_ok", 1)),
        _shape(1, ("counts", 4), ("time", 4)),
    ),
    0x10: ("PingSlotInfo", _shape(1, ("period", 3)), _NOTHING),
    0x11: ("PingSlotChannel", _TWO_CHECKS, _shape(4, ("frequency_100hz", 24), ("data_rate", 4))),
    0x12: ("BeaconTiming", _NOTHING, _shape(3, ("delay", 16), ("channel", 8))),
    0x13: ("BeaconFreq", _shape(1, ("frequency_ok", 1)), _shape(3, ("frequency_100hz", 24))),
    0x20: ("DeviceMode", _shape(1, ("class", 8)), _shape(1, ("class", 8))),  # 1.1
}


def decode(sent: bytes, *, up: bool) -> tuple[list[Command], bytes]:
    """The commands from a mote (`up`) or for it, and what is left: behind a command that nobody
    knows, or that is cut short, nothing can be told apart."""
    found: list[Command] = []
    at = 0
    while at < len(sent):
        name, shape = _known(sent[at], up=up)
        if shape is None or at + 1 + shape.size > len(sent):
            break
        payload = sent[at + 1 : at + 1 + shape.size]
        found.append(Command(sent[at], name, payload, _read(payload, shape.fields)))
        at += 1 + shape.size
    return found, sent[at:]


def encode(cid: int, *, up: bool, **fields: int) -> bytes:
    """One command; fields that are left out are 0. Raises ValueError for what does not fit."""
    name, shape = _known(cid, up=up)
    if shape is None:
        raise ValueError(f"no MAC command 0x{cid:02x} in this direction")
    number = shift = 0
    for field in shape.fields:
        value = fields.pop(field.name, 0)
        lowest = -(1 << field.bits - 1) if field.signed else 0
        if not lowest <= value < lowest + (1 << field.bits):
            raise ValueError(f"{name}: {field.name} = {value} does not fit into {field.bits} bits")
        number |= (value & (1 << field.bits) - 1) << shift
        shift += field.bits
    if fields:
        raise ValueError(f"{name} has no field {', '.join(sorted(fields))}")
    return bytes([cid]) + number.to_bytes(shape.size, "little")


def _known(cid: int, *, up: bool) -> tuple[str, Shape | None]:
    name, from_mote, from_network = COMMANDS.get(cid, ("", None, None))
    return name, from_mote if up else from_network


def _read(payload: bytes, fields: tuple[Field, ...]) -> dict[str, int]:
    number = int.from_bytes(payload, "little")
    found = {}
    for field in fields:
        value = number & (1 << field.bits) - 1
        if field.signed and value >> field.bits - 1:
            value -= 1 << field.bits
        if field.name != _RESERVED:
            found[field.name] = value
        number >>= field.bits
    return found
