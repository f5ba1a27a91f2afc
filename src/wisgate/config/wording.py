"""Readers that several declarations share."""

from __future__ import annotations

from .readers import Reader, duration, text

RESERVED = ("state", "batch", "alarm", "gap")
"""Names that topics and records use for something else."""

_RESERVED_PATTERN = rf"(?!(?:{'|'.join(RESERVED)})$)"


LONGEST_NAME = 63
"""Characters; as much as a label of a host name holds."""

INTERVAL = duration("10ms", "1d")


def point_name() -> Reader[str]:
    reserved = ", ".join(RESERVED)
    return text(
        f"a lower-case letter first, then letters, digits and _ (reserved: {reserved})",
        _RESERVED_PATTERN + r"[a-z][a-z0-9_]*",
        "tank_level",
        LONGEST_NAME,
    )


def name_part(example: str) -> Reader[str]:
    """Part of the name of a point; the whole of it cannot be a reserved one."""
    expects = "a lower-case letter first, then letters, digits and _"
    return text(expects, r"[a-z][a-z0-9_]*", example, LONGEST_NAME)


def short_name(example: str) -> Reader[str]:
    return text(
        "a lower-case letter or digit first, then letters, digits and -",
        r"[a-z0-9][a-z0-9-]*",
        example,
        LONGEST_NAME,
    )


def any_text(expects: str, example: str) -> Reader[str]:
    return text(expects, r"[^\x00-\x1f\x7f]+", example)


FILE = any_text("the path of a file", "mqtt.secret")
