"""Headers of HTTP requests, as a table of the file."""

from __future__ import annotations

import re

from .readers import Misfit, Reader, shown

Headers = tuple[tuple[str, str], ...]

OURS = re.compile(r"content-.*|host|connection|transfer-encoding|webhook-.*", re.IGNORECASE)
SECRET = re.compile(r".*(?:authorization|cookie|token|secret|password|api-?key).*", re.IGNORECASE)
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def headers() -> Reader[Headers]:
    """Texts by the names of headers; none that the gateway sets itself, and none with a secret."""
    return Reader("a table of texts", _headers)


def _headers(value: object) -> Headers:
    like = 'write { "X-Site" = "north" }'
    if not isinstance(value, dict):
        raise Misfit(f"{shown(value)} is no table; {like}")
    for name, text in value.items():
        if HEADER_NAME.fullmatch(name) is None:
            raise Misfit(f"{shown(name)} is no name of a header; {like}", (name,))
        if OURS.fullmatch(name):
            raise Misfit(f"{shown(name)} is set by the gateway; leave it out", (name,))
        if SECRET.fullmatch(name):
            raise Misfit(f"{shown(name)} holds a secret; put it in headers_file", (name,))
        if not isinstance(text, str) or HEADER_VALUE.fullmatch(text) is None:
            raise Misfit(f"{shown(text)} is no text of a header; {like}", (name,))
    return tuple(value.items())
