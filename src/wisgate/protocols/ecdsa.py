"""Keys and signatures of P-256 as others write them: DER (RFC 5480 for keys, RFC 3279 2.2.3 for
signatures), beside the plain numbers of a chip (X and Y, R and S, 32 bytes each)."""

from __future__ import annotations

HALF = 32
_KEY_HEAD = bytes.fromhex("3059301306072A8648CE3D020106082A8648CE3D030107034200 04")
"""SubjectPublicKeyInfo of an uncompressed point on P-256, up to X."""
_SEQUENCE, _INTEGER = 0x30, 0x02


def key_to_der(key: bytes) -> bytes:
    """The public key X, Y as SubjectPublicKeyInfo."""
    return _KEY_HEAD + key


def key_from_der(der: bytes) -> bytes:
    """X and Y of a SubjectPublicKeyInfo. Raises ValueError for anything but a point on P-256."""
    if not der.startswith(_KEY_HEAD) or len(der) != len(_KEY_HEAD) + 2 * HALF:
        raise ValueError("no public key on P-256 in DER")
    return der[len(_KEY_HEAD) :]


def signature_to_der(signature: bytes) -> bytes:
    """The signature R, S as a sequence of two integers."""
    body = _integer(signature[:HALF]) + _integer(signature[HALF:])
    return bytes([_SEQUENCE, len(body)]) + body


def signature_from_der(der: bytes) -> bytes:
    """R and S of a sequence of two integers. Raises ValueError for anything else."""
    if len(der) < 2 or der[0] != _SEQUENCE or der[1] != len(der) - 2:
        raise ValueError("no signature in DER")
    first, rest = _split(der[2:])
    second, rest = _split(rest)
    if rest:
        raise ValueError("more than a signature in DER")
    return first + second


def _integer(number: bytes) -> bytes:
    """As short as it goes, with a zero before a high bit, which would be a sign."""
    short = number.lstrip(b"\x00") or b"\x00"
    body = b"\x00" + short if short[0] & 0x80 else short
    return bytes([_INTEGER, len(body)]) + body


def _split(der: bytes) -> tuple[bytes, bytes]:
    """The first integer, and what follows."""
    if len(der) < 2 or der[0] != _INTEGER or len(der) < 2 + der[1]:
        raise ValueError("no integer in DER")
    number = der[2 : 2 + der[1]].lstrip(b"\x00")
    if len(number) > HALF:
        raise ValueError(f"an integer of {len(number)} bytes; {HALF} at most on P-256")
    return number.rjust(HALF, b"\x00"), der[2 + der[1] :]
