"""DER of keys and signatures, against the `cryptography` package."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from wisgate.protocols.ecdsa import (
    key_from_der,
    key_to_der,
    signature_from_der,
    signature_to_der,
)

numbers = st.one_of(
    st.integers(1, 2**256 - 1), st.integers(0, 2**16), st.integers(2**255 - 3, 2**255 + 3)
)


def pair(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@given(r=numbers, s=numbers)
def test_signatures(r, s):
    der = utils.encode_dss_signature(r, s)
    assert signature_to_der(pair(r, s)) == der
    assert signature_from_der(der) == pair(r, s)


def test_keys():
    for _ in range(20):
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        point = public.public_numbers()
        assert key_to_der(pair(point.x, point.y)) == der
        assert key_from_der(der) == pair(point.x, point.y)


def test_a_key_on_another_curve_is_none():
    public = ec.generate_private_key(ec.SECP384R1()).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(ValueError, match="no public key on P-256"):
        key_from_der(der)


@pytest.mark.parametrize("cut", [0, 1, 26, 27, 90])
def test_half_a_key_is_none(cut):
    with pytest.raises(ValueError, match="no public key"):
        key_from_der(key_to_der(bytes(64))[:cut])


@pytest.mark.parametrize(
    "der",
    ["", "30", "30 00", "31 06 02 01 01 02 01 01", "30 05 02 01 01 02 01 01",
     "30 06 02 01 01 03 01 01", "30 03 02 01 01", "30 06 02 01 01 02 02 01",
     "30 09 02 01 01 02 01 01 02 01 01", "30 27 02 21 01" + " 00" * 32 + " 02 02 01 00"],
)  # fmt: skip
def test_what_is_no_signature(der):
    with pytest.raises(ValueError, match=r"DER|at most on P-256"):
        signature_from_der(bytes.fromhex(der))
