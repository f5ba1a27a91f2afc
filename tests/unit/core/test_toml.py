"""TOML with lines: the place of every key, proven on generated documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wisgate.core.errors import ConfigError
from wisgate.core.toml import Document, parse


def lines(text: str) -> dict:
    return dict(parse(text, "f.toml").lines)


def test_tables_keys_and_dotted_keys():
    assert lines('a.b = 1\n\n[c]\nd = 2\n[c.e]\n"f.g" = 3\n') == {
        ("a",): 1,
        ("a", "b"): 1,
        ("c",): 3,
        ("c", "d"): 4,
        ("c", "e"): 5,
        ("c", "e", "f.g"): 6,
    }


def test_arrays_of_tables_with_tables_inside():
    found = lines("[[s]]\nn = 1\n[[s.p]]\nk = 1\n[[s.p]]\nk = 2\n[s.t]\nx = 1\n[[s]]\nn = 2\n")
    assert found == {
        ("s",): 1,
        ("s", 0): 1,
        ("s", 0, "n"): 2,
        ("s", 0, "p"): 3,
        ("s", 0, "p", 0): 3,
        ("s", 0, "p", 0, "k"): 4,
        ("s", 0, "p", 1): 5,
        ("s", 0, "p", 1, "k"): 6,
        ("s", 0, "t"): 7,
        ("s", 0, "t", "x"): 8,
        ("s", 1): 9,
        ("s", 1, "n"): 10,
    }


def test_multi_line_values():
    found = lines(
        'a = [ # [not "this"\n  1,\n  # nor ] this\n  { k = "]", m = { n = """\n\n""" } },\n]\n'
        "b = '''\n[no]\nc = 1'''\nd = 2\n"
    )
    assert found == {
        ("a",): 1,
        ("a", 0): 2,
        ("a", 1): 4,
        ("a", 1, "k"): 4,
        ("a", 1, "m"): 4,
        ("a", 1, "m", "n"): 4,
        ("b",): 8,
        ("d",): 11,
    }


@pytest.mark.parametrize(
    "value",
    [
        '[ 1, \'[\', "]\\"" ]',
        "{ k = '}', l = \"\", m.n = '' }",
        '{ k = """ "} """, l = 1 }',
        "[''' ']x' ''', 1]",
        "[1, {k = [2]}, [3] ] # ]",
        '["""\n]"""]',
    ],
)
def test_a_value_ends_where_it_ends(value):
    document = parse(f"a = 0\nb = {value}\nc = 1\n", "f.toml")
    assert document.line(("b",)) == 2
    assert document.line(("c",)) == 3 + value.count("\n")
    assert set(document.lines) >= {("a",), ("b",), ("c",)}


def test_quoted_and_odd_keys():
    found = lines(
        '"a\\"b" . \'c\\d\' = 1\r\n[ "x\\u0041" . y ]\r\n3.14 = 1979-05-27 07:32:00\r\n"" = 1'
    )
    assert found == {
        ('a"b',): 1,
        ('a"b', "c\\d"): 1,
        ("xA",): 2,
        ("xA", "y"): 2,
        ("xA", "y", "3"): 3,
        ("xA", "y", "3", "14"): 3,
        ("xA", "y", ""): 4,
    }


def test_a_key_without_end_is_refused_at_once():
    with pytest.raises(ConfigError) as caught:
        parse("a = 1\n" + "a . " * 250_000 + "a = 1", "f.toml")
    assert str(caught.value) == "f.toml:2: a key of more than 100 parts; write a shorter one"
    assert lines("a." * 99 + "a = 1")


def test_quotes_at_the_end_of_long_texts():
    assert lines("a = \"\"\"x\\\"\"\"\"\"\"\nb = ''''y'''''\nc = \"\"\nd = ''\ne = 1\n") == {
        ("a",): 1,
        ("b",): 2,
        ("c",): 3,
        ("d",): 4,
        ("e",): 5,
    }


def test_line_of_something_that_is_not_there_is_that_of_its_table():
    document = parse("a = 1\n[b]\nc = 1\n", "f.toml")
    assert document.line(("b", "x", 0)) == 2
    assert document.line(("x",)) == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a = 1\nb =\n", "f.toml:2: not TOML at column 4: this is no value; text needs quotes"),
        ("a = 1\n[b\n", "f.toml:2: not TOML at column 3: the table's name is not closed"),
        ("a = {b = 1\n", "f.toml:1: not TOML at column 11: an inline table is not closed"),
        ('a = """x\n\n', "f.toml:1: not TOML at the end of the file: a text is not closed"),
        ('a = "\\q"\n', "f.toml:1: not TOML at column 8: a backslash in a text"),
        ("a = 2026-02-31\n", "f.toml:1: not TOML at column 5: this date or time does not exist"),
        ("a = { b = 1, b = 2 }\n", "f.toml:1: not TOML at column 19: this key was given before"),
        ("a = []\n[[a]]\n", "f.toml:2: not TOML at column 4: this table was closed before"),
        ("a = 1 b = 2\n", "f.toml:1: not TOML at column 7: something follows the value"),
        ("a = 5m # x\n", "f.toml:1: not TOML at column 6: a number with a unit"),
        ("a = 0xZ\n", "f.toml:1: not TOML at column 6: something follows the value"),
        ("a = 'b\n", "f.toml:1: not TOML at the end of the file: a text is not closed"),
        ("a = 'b\x01'\n", "f.toml:1: not TOML at column 7: a control character"),
        ('a = "\\ud800"\n', "f.toml:1: not TOML at column 12: this escape is no character"),
        ("a = " + "9" * 5000, "f.toml:1: a number has too many digits"),
    ],
)  # fmt: skip
def test_faults_in_clear_words(text, fault):
    with pytest.raises(ConfigError) as caught:
        parse(text, "f.toml")
    assert str(caught.value).startswith(fault)


# --- generated documents: the generator knows the lines, because it writes them ------------------

KEYS = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True),
    st.text(st.sampled_from("ab.\"'# =[]{}é\\"), min_size=0, max_size=5),
)
TEXTS = st.text(st.sampled_from("ab\"'#=[]{},\n\\ é"), max_size=8)
SCALARS = st.one_of(
    st.integers(-9, 99), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), TEXTS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
TABLES = st.recursive(
    st.dictionaries(KEYS, VALUES, max_size=3),
    lambda inner: st.dictionaries(
        KEYS, st.one_of(VALUES, inner, st.lists(inner, min_size=1, max_size=2)), max_size=3
    ),
    max_leaves=5,
)


class Writer:
    """Writes a document by hand and notes on which line it put what."""

    def __init__(self, draw) -> None:
        self.draw = draw
        self.text = ""
        self.lines: dict = {}

    def note(self, path) -> None:
        self.lines[path] = self.text.count("\n") + 1

    def key(self, name: str) -> str:
        bare = name and all(c.isascii() and (c.isalnum() or c in "_-") for c in name)
        if bare and self.draw(st.booleans()):
            return name
        if "'" not in name and self.draw(st.booleans()):
            return f"'{name}'"
        return basic(name)

    def blank(self) -> None:
        self.text += self.draw(st.sampled_from(["", "\n", " # ] } = '\"\n", "\t\r\n\n"]))

    def space(self) -> str:
        return self.draw(st.sampled_from(["", " ", "\t"]))

    def value(self, path, value, inline) -> None:
        if isinstance(value, dict):
            self.inline(path, value)
        elif isinstance(value, list):
            self.array(path, value, inline)
        elif isinstance(value, str):
            if "'''" not in value and not value.endswith("'") and self.draw(st.booleans()):
                self.text += f"'''\n{value}'''"
            else:
                self.text += basic(value)
        else:
            self.text += str(value).lower() if isinstance(value, bool) else repr(value)

    def array(self, path, values, inline) -> None:
        self.text += "["
        for place, value in enumerate(values):
            self.blank()
            self.note((*path, place))
            self.value((*path, place), value, inline)
            self.blank()
            self.text += ","
        self.blank()
        self.text += "]"

    def inline(self, path, values) -> None:
        self.text += "{"
        for place, (name, value) in enumerate(values.items()):
            self.text += "," if place else ""
            self.text += self.space()
            self.note((*path, name))
            self.text += self.key(name) + self.space() + "=" + self.space()
            self.value((*path, name), value, True)
            self.text += self.space()
        self.text += "}"

    def table(self, path, header, values) -> None:
        inner = {n: v for n, v in values.items() if is_table(v) and self.draw(st.booleans())}
        for name, value in values.items():
            if name not in inner:
                self.note((*path, name))
                self.text += self.key(name) + self.space() + "=" + self.space()
                self.value((*path, name), value, False)
                self.text += self.draw(st.sampled_from(["\n", " # = [\n", "\r\n\r\n"]))
        for name, value in inner.items():
            here = [*header, name]
            for place, one in enumerate(value) if isinstance(value, list) else [(None, value)]:
                if place in (None, 0):
                    self.note((*path, name))
                if place is not None:
                    self.note((*path, name, place))
                title = (self.space() + "." + self.space()).join(self.key(k) for k in here)
                self.text += f"[{title}]\n" if place is None else f"[[ {title} ]] # [x]\n"
                below = (*path, name) if place is None else (*path, name, place)
                self.table(below, here, one)


def basic(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def is_table(value) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(v, dict) for v in value)
    return isinstance(value, dict)


@given(TABLES, st.data())
def test_every_place_of_a_generated_document(values, data):
    writer = Writer(data.draw)
    writer.table((), [], values)
    if not writer.text.strip():
        return
    document = parse(writer.text, "f.toml")
    assert isinstance(document, Document)
    assert document.values == values
    assert {path: document.line(path) for path in writer.lines} == writer.lines
    assert document.lines.items() <= writer.lines.items()


@given(st.text(max_size=60))
def test_random_text_is_parsed_or_refused_with_its_file(text):
    try:
        told = [parse(text, "f.toml").file + ":"]
    except ConfigError as error:
        told = list(error.faults)
    assert all(line.startswith("f.toml:") for line in told)
