"""ECDSA on P-256 for twins. The library is asked for when it is first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

ORDER = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
"""How many points the curve has; a private key is from 1 to below it. FIPS 186-4, D.1.2.3."""


def public_half(private: int) -> bytes:
    """X and Y of a private key, 64 bytes."""
    numbers = _key(private).public_key().public_numbers()
    return _joined(numbers.x, numbers.y)


def sign(private: int, digest: bytes) -> bytes:
    """R and S for a digest of SHA-256, 64 bytes; the nonce follows RFC 6979, so that the same key
    and digest give the same signature."""
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    algorithm = ec.ECDSA(_prehashed(), deterministic_signing=True)
    return _joined(*utils.decode_dss_signature(_key(private).sign(digest, algorithm)))


def matches(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether a signature is that of a digest. Raises ValueError for a public key that is no point
    of the curve."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    key = ec.EllipticCurvePublicNumbers(*_parted(public), ec.SECP256R1()).public_key()
    try:
        key.verify(utils.encode_dss_signature(*_parted(signature)), digest, ec.ECDSA(_prehashed()))
    except InvalidSignature:
        return False
    return True


def _key(private: int) -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.derive_private_key(private, ec.SECP256R1())


def _prehashed() -> Prehashed:
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import SHA256

    return Prehashed(SHA256())


def _joined(first: int, second: int) -> bytes:
    return first.to_bytes(32, "big") + second.to_bytes(32, "big")


def _parted(pair: bytes) -> tuple[int, int]:
    return int.from_bytes(pair[:32], "big"), int.from_bytes(pair[32:], "big")
