"""The files of a TLS connection: which servers we trust, and by which certificate they know us."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .files import named_file
from .tables import Option, Table
from .wording import FILE

FileOption = Option[str | None]


@dataclass(frozen=True)
class TlsFiles:
    """Absolute paths, read at every connect and never before."""

    ca_file: Path | None
    cert_file: Path | None
    """Of the client certificate; together with `key_file`."""
    key_file: Path | None


def ca_option(server: str, needs: str) -> FileOption:
    """`server`: what a user calls it ("broker"); `needs`: what has to be written for TLS."""
    return Option(
        "ca_file",
        FILE,
        f"File with the certificates that may sign the {server}'s, in PEM; with `{needs}` only.",
        '"plant-ca.pem"',
        None,
        otherwise="those of the system",
    )


def tls_options(server: str, scheme: str) -> tuple[FileOption, FileOption, FileOption]:
    """CA, certificate and key, for a server that may want a certificate of its clients. `scheme`:
    the one that means TLS."""
    cert = Option[str | None](
        "cert_file",
        FILE,
        f"File with the certificate by which the {server} knows us (and its chain), in PEM; with "
        f"`{scheme}` only.",
        '"gateway.pem"',
        None,
        otherwise="no certificate",
    )
    key = Option[str | None](
        "key_file",
        FILE,
        "File with the key of our certificate, in PEM and without a password; only its owner may "
        "read it (mode 0600).",
        '"gateway.key"',
        None,
        otherwise="no certificate",
    )
    return ca_option(server, scheme), cert, key


def read_tls(
    table: Table, folder: Path, ca: FileOption, cert: FileOption, key: FileOption
) -> TlsFiles:
    """The files that are named. `folder` is where paths of files begin."""
    return TlsFiles(
        ca_file=named_file(table, ca, folder),
        cert_file=named_file(table, cert, folder),
        key_file=named_file(table, key, folder, secret=True),
    )


def refuse_without_tls(table: Table, scheme: str, *options: FileOption) -> None:
    """Fault what a `url` with another scheme leaves without effect."""
    for option in options:
        if table.has(option):
            table.wrong(option, f"has no effect without TLS; write {scheme}:// in url")


def demand_both(table: Table, cert: FileOption, key: FileOption) -> None:
    """Fault a certificate without its key, and a key without its certificate."""
    for one, other in ((cert, key), (key, cert)):
        if table.has(one) and not table.has(other):
            table.wrong(one, f'stands without "{other.name}"; add {other.name} = {other.example}')
