"""Keys, integrity codes and encryption of LoRaWAN 1.0.x, 4.3.3 and 4.4. The library is asked for
when it is first needed."""

from __future__ import annotations

from hmac import compare_digest
from struct import Struct

import msgspec

from .frames import MIC_SIZE, Message, encode

KEY_SIZE = BLOCK = 16
_BLOCK = Struct("<B4xBIIxB")  # first byte, direction, DevAddr, FCnt, length or number
_MIC_BLOCK, _CIPHER_BLOCK = 0x49, 0x01
_UP, _DOWN = 0, 1


class Keys(msgspec.Struct, frozen=True, gc=False):
    """Of one session. Neither is ever shown."""

    network: bytes
    """NwkSKey: integrity, and what is on port 0."""
    application: bytes
    """AppSKey: every other payload."""

    def __repr__(self) -> str:
        return "Keys(…)"


def encrypt_blocks(key: bytes, blocks: bytes) -> bytes:
    """AES-128 of whole blocks, each by itself."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    # Each block is used once, as a key stream or a key: this is what the specification asks for.
    return Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(blocks)


def decrypt_blocks(key: bytes, blocks: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.ECB()).decryptor().update(blocks)


def cmac(key: bytes, message: bytes) -> bytes:
    """AES-CMAC, RFC 4493: 16 bytes."""
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.cmac import CMAC

    code = CMAC(AES(key))
    code.update(message)
    return code.finalize()


def mic(key: bytes, body: bytes, *, up: bool, address: int, counter: int) -> bytes:
    """Of a message whose bytes before the MIC are `body`; `counter` has 32 bits."""
    direction = _UP if up else _DOWN
    start = _BLOCK.pack(_MIC_BLOCK, direction, address, counter, len(body))
    return cmac(key, start + body)[:MIC_SIZE]


def crypt(key: bytes, payload: bytes, *, up: bool, address: int, counter: int) -> bytes:
    """Encrypts, and decrypts what is encrypted; `counter` has 32 bits."""
    direction = _UP if up else _DOWN
    count = -(-len(payload) // BLOCK)
    blocks = b"".join(
        _BLOCK.pack(_CIPHER_BLOCK, direction, address, counter, number + 1)
        for number in range(count)
    )
    stream = encrypt_blocks(key, blocks)[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(
        len(payload), "big"
    )


def seal(plain: Message, keys: Keys, counter: int) -> bytes:
    """The bytes on the air of a message whose payload is plain; of `counter` the lower 16 bits are
    sent. Raises ValueError for what does not fit into a frame."""
    hidden = _crypted(plain, keys, counter)
    unsigned = msgspec.structs.replace(
        plain, counter=counter & 0xFFFF, payload=hidden, mic=bytes(MIC_SIZE)
    )
    body = encode(unsigned)[:-MIC_SIZE]
    return body + mic(keys.network, body, up=plain.up, address=plain.address, counter=counter)


def genuine(phy: bytes, sent: Message, key: bytes, counter: int) -> bool:
    """Whether NwkSKey and the whole counter fit the MIC of a message."""
    due = mic(key, phy[:-MIC_SIZE], up=sent.up, address=sent.address, counter=counter)
    return compare_digest(due, sent.mic)


def reveal(sent: Message, keys: Keys, counter: int) -> bytes:
    """The plain payload of a message that is `genuine`."""
    return _crypted(sent, keys, counter)


def _crypted(message: Message, keys: Keys, counter: int) -> bytes:
    key = keys.application if message.port else keys.network
    return crypt(key, message.payload, up=message.up, address=message.address, counter=counter)


def widened(low: int, last: int) -> int:
    """The lowest counter above `last` whose lower 16 bits are `low`."""
    counter = (last & ~0xFFFF) | low
    return counter if counter > last else counter + 0x10000
