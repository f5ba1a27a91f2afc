"""How a mote joins: request, answer, and the keys that both sides make of it. LoRaWAN 1.0.4,
6.2; of 1.1 only how its session keys are made (6.1.1.3, 6.2.5)."""

from __future__ import annotations

from hmac import compare_digest

import msgspec

from .crypto import BLOCK, Keys, cmac, decrypt_blocks, encrypt_blocks
from .frames import MIC_SIZE, JoinAccept, JoinRequest, Kind, decode, encode

_NETWORK_KEY, _APPLICATION_KEY = 0x01, 0x02
_INTEGRITY_KEY_11, _ENCRYPTION_KEY_11, _JOIN_ENCRYPTION_11, _JOIN_INTEGRITY_11 = 3, 4, 5, 6
_CHANNEL_LIST_SIZE = 16
_FREQUENCIES, _MASKS = 0, 1  # CFListType, the last byte
_FREQUENCY_STEP_HZ = 100
_ADDED_CHANNELS = 5


class Accepted(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a network answers. The defaults are those of most: RX1 as the uplink, a second later."""

    join_nonce: int
    net_id: int
    address: int
    rx1_offset: int = 0
    rx2_rate: int = 0
    """DR of RX2."""
    delay: int = 1
    """Seconds from the end of an uplink to RX1; 0 means 1."""
    version_11: bool = False
    """OptNeg: the network speaks LoRaWAN 1.1 with this mote."""
    channels: bytes = b""
    """CFList: nothing, or 16 bytes."""


class Keys11(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Of a session of LoRaWAN 1.1. None of them is ever shown."""

    application: bytes
    forwarding: bytes
    """FNwkSIntKey."""
    serving: bytes
    """SNwkSIntKey."""
    encryption: bytes
    """NwkSEncKey."""

    def __repr__(self) -> str:
        return "Keys11(…)"


def seal_request(join_eui: int, dev_eui: int, dev_nonce: int, key: bytes) -> bytes:
    """The frame with which a mote asks; `key` is its AppKey (NwkKey in 1.1)."""
    body = encode(JoinRequest(join_eui=join_eui, dev_eui=dev_eui, dev_nonce=dev_nonce))
    body = body[:-MIC_SIZE]
    return body + cmac(key, body)[:MIC_SIZE]


def genuine_request(phy: bytes, key: bytes) -> bool:
    """Whether a join request was made with this key."""
    return compare_digest(cmac(key, phy[:-MIC_SIZE])[:MIC_SIZE], phy[-MIC_SIZE:])


def seal_accept(accepted: Accepted, key: bytes) -> bytes:
    """The frame with which a network answers. Raises ValueError for numbers that do not fit."""
    settings = accepted.version_11 << 7 | accepted.rx1_offset << 4 | accepted.rx2_rate
    first = Kind.JOIN_ACCEPT << 5
    try:
        body = b"".join(
            (
                bytes([first]),
                accepted.join_nonce.to_bytes(3, "little"),
                accepted.net_id.to_bytes(3, "little"),
                accepted.address.to_bytes(4, "little"),
                bytes([settings, accepted.delay]),
                accepted.channels,
            )
        )
    except OverflowError as error:
        raise ValueError(f"a number of this answer does not fit: {error}") from error
    if len(accepted.channels) not in (0, _CHANNEL_LIST_SIZE):
        raise ValueError(f"{len(accepted.channels)} bytes of channels; a CFList has 0 or 16")
    # A mote needs only the encrypting half of AES when the network uses the decrypting one.
    return body[:1] + decrypt_blocks(key, body[1:] + cmac(key, body)[:MIC_SIZE])


def open_accept(phy: bytes, key: bytes) -> Accepted | None:
    """What a network answered; None when it is no answer, or was not made with this key."""
    frame = decode(phy)
    if not isinstance(frame, JoinAccept):
        return None
    plain = encrypt_blocks(key, frame.encrypted)
    body, code = plain[:-MIC_SIZE], plain[-MIC_SIZE:]
    if not compare_digest(cmac(key, phy[:1] + body)[:MIC_SIZE], code):
        return None
    settings = body[10]
    return Accepted(
        join_nonce=int.from_bytes(body[:3], "little"),
        net_id=int.from_bytes(body[3:6], "little"),
        address=int.from_bytes(body[6:10], "little"),
        version_11=bool(settings & 0x80),
        rx1_offset=settings >> 4 & 7,
        rx2_rate=settings & 0x0F,
        delay=body[11],
        channels=body[12:],
    )


def session_keys(key: bytes, accepted: Accepted, dev_nonce: int) -> Keys:
    """LoRaWAN 1.0.x: both from the AppKey."""
    seed = (
        accepted.join_nonce.to_bytes(3, "little")
        + accepted.net_id.to_bytes(3, "little")
        + dev_nonce.to_bytes(2, "little")
    )
    return Keys(_derived(key, _NETWORK_KEY, seed), _derived(key, _APPLICATION_KEY, seed))


def session_keys_11(
    app_key: bytes, network_key: bytes, accepted: Accepted, join_eui: int, dev_nonce: int
) -> Keys11:
    """LoRaWAN 1.1, OptNeg set."""
    seed = (
        accepted.join_nonce.to_bytes(3, "little")
        + join_eui.to_bytes(8, "little")
        + dev_nonce.to_bytes(2, "little")
    )
    return Keys11(
        application=_derived(app_key, _APPLICATION_KEY, seed),
        forwarding=_derived(network_key, _NETWORK_KEY, seed),
        serving=_derived(network_key, _INTEGRITY_KEY_11, seed),
        encryption=_derived(network_key, _ENCRYPTION_KEY_11, seed),
    )


def join_server_keys_11(network_key: bytes, dev_eui: int) -> tuple[bytes, bytes]:
    """JSIntKey and JSEncKey, which last as long as the mote. LoRaWAN 1.1, 6.1.1.3."""
    seed = dev_eui.to_bytes(8, "little")
    integrity = _derived(network_key, _JOIN_INTEGRITY_11, seed)
    return integrity, _derived(network_key, _JOIN_ENCRYPTION_11, seed)


def _derived(key: bytes, first: int, seed: bytes) -> bytes:
    return encrypt_blocks(key, (bytes([first]) + seed).ljust(BLOCK, b"\0"))


def added_frequencies(channels: bytes) -> tuple[int, ...]:
    """The frequencies in Hz that a CFList adds to the default channels; none if it holds masks."""
    if len(channels) != _CHANNEL_LIST_SIZE or channels[-1] != _FREQUENCIES:
        return ()
    found = (
        int.from_bytes(channels[3 * n : 3 * n + 3], "little") * _FREQUENCY_STEP_HZ
        for n in range(_ADDED_CHANNELS)
    )
    return tuple(hz for hz in found if hz)


def enabled_channels(channels: bytes) -> frozenset[int] | None:
    """The channels that the masks of a CFList leave on; None if it holds none."""
    if len(channels) != _CHANNEL_LIST_SIZE or channels[-1] != _MASKS:
        return None
    bits = int.from_bytes(channels[:12], "little")
    return frozenset(n for n in range(96) if bits >> n & 1)
