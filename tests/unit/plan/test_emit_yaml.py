"""Our YAML, read back by a parser that knows all of YAML 1.1."""

from __future__ import annotations

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from wisgate.plan.emit.order import commented, slug, wrapped
from wisgate.plan.emit.yaml import Noted, scalar, yaml

TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
SCALARS = TEXTS | st.integers() | st.booleans() | st.none()
NESTED = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, NESTED, max_size=4))
def test_what_was_written_is_read(value: dict[str, object]) -> None:
    assert (pyyaml.safe_load(yaml(value)) or {}) == value


@pytest.mark.parametrize(
    "word",
    ["no", "On", "YES", "null", "~", "", "22:22", "1.5", "0x10", "1e3", "2026-11-20", "a: b",
     "a #b", "./", "./.5", "./a",
     "- a", "*a", "&a", "!a", "%a", "@a", "`a", "'a", '"a', "true", "y", ".5", "..", ".nan", ".INF",
     "=", "<<", "/"],
)  # fmt: skip
def test_text_stays_text(word: str) -> None:
    assert pyyaml.safe_load(yaml({"key": word})) == {"key": word}


def test_plain_words_need_no_quotes() -> None:
    assert scalar("unless-stopped") == "unless-stopped"
    assert scalar("./secrets/name") == "./secrets/name"


def test_comments_stand_above_their_key() -> None:
    text = yaml({"a": Noted(("one", "two"), {"b": Noted(("three",), 1)})})
    assert text == "# one\n# two\na:\n  # three\n  b: 1\n"


def test_lists_of_mappings() -> None:
    value = {"a": [{"b": 1, "c": ["d"]}, [1, 2]]}
    assert pyyaml.safe_load(yaml(value)) == value


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("relay: on closes COM to NO", 20, "relay"),
        ("supply of the antenna switch", 16, "supply"),
        ("supply of the antenna switch", 30, "supply-of-the-antenna-switch"),
        ("NRESET, low resets", 20, "nreset"),
        ("extraordinarily", 5, "extra"),
    ],
)
def test_slug(text: str, longest: int, expected: str) -> None:
    assert slug(text, longest) == expected


def test_a_comment_cannot_be_left() -> None:
    assert commented("a */ b\nc") == "a * / b c"


def test_wrapped_lines_fit() -> None:
    lines = wrapped("word " * 60, "# ")
    assert max(len(line) for line in lines) <= 96
    assert " ".join(line.removeprefix("# ") for line in lines).split() == ["word"] * 60
