"""TLS towards servers: whom we trust, and by which certificate they know us."""

from __future__ import annotations

import ssl
from pathlib import Path

from .errors import SinkError


def context(
    place: str, ca_file: Path | None, cert_file: Path | None, key_file: Path | None
) -> ssl.SSLContext:
    """What is in the files now; `place` begins every error. Reads files: not on the event loop.
    Raises SinkError, OSError."""
    made = _trusting(place, ca_file)
    if cert_file is not None:
        try:
            made.load_cert_chain(cert_file, key_file, password=_no_password)
        except (ssl.SSLError, ValueError) as error:
            raise SinkError(
                f"{place}: cert_file and key_file are no certificate and its key in PEM,"
                f" without a password ({error})"
            ) from error
    return made


def _trusting(place: str, ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError as error:
        what = f"ca_file holds no certificate in PEM ({error.reason}); name the one of the CA"
        raise SinkError(f"{place}: {what}") from error


def _no_password() -> str:
    """Instead of asking on the terminal."""
    return ""
