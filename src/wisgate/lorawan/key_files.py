"""The keys of a session, in a file of their own."""

from __future__ import annotations

import re
from pathlib import Path

from ..core.errors import Unavailable
from .crypto import KEY_SIZE, Keys

_LINE = re.compile(r"\s*(\w+)\s*[=:]\s*[\"']?([0-9A-Fa-f]*)[\"']?\s*")
_NAMES = ("nwk_skey", "app_skey")
_LIKE = "write nwk_skey = … and app_skey = …, 32 hexadecimal digits each"


def read_keys(file: Path) -> Keys:
    """Raises Unavailable, which never repeats what the file holds."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Unavailable(f"{file}: cannot be read ({error.strerror}); {_LIKE}") from None
    except UnicodeDecodeError:
        raise Unavailable(f"{file}: is no text in UTF-8; {_LIKE}") from None
    found: dict[str, bytes] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None or match[1].lower() not in _NAMES or len(match[2]) != 2 * KEY_SIZE:
            raise Unavailable(f"{file}:{number}: is no key; {_LIKE}")
        found[match[1].lower()] = bytes.fromhex(match[2])
    if missing := [name for name in _NAMES if name not in found]:
        raise Unavailable(f"{file}: has no {missing[0]}; {_LIKE}")
    return Keys(found["nwk_skey"], found["app_skey"])
