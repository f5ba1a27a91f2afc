"""Conditions of rules: types, units, positions, three-valued logic."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wisgate.config.conditions import condition
from wisgate.config.expressions import MAX_LENGTH, MAX_NESTING, Expression, evaluate
from wisgate.core.points import Kind, Point

POINTS = {
    p.name: p
    for p in (
        Point("tank_level", "m"),
        Point("sump_level", "mm"),
        Point("pressure", "bar"),
        Point("room", "Cel"),
        Point("outside", "Cel"),
        Point("oven", "K"),
        Point("strokes", "", Kind.INT),
        Point("humidity", "%"),
        Point("pump", kind=Kind.BOOL),
        Point("maintenance", kind=Kind.BOOL),
        Point("recipe", kind=Kind.TEXT),
    )
}


def value(text: str, **values: object) -> object:
    return evaluate(condition(text, POINTS), values.get)


def fault(text: str) -> str:
    with pytest.raises(ValueError, match="at column") as caught:
        condition(text, POINTS)
    return str(caught.value).split(" at column ")[1]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("tank_level > 3.2m", {"tank_level": 3.3}, True),
        ("tank_level > 3.2m", {"tank_level": 3.2}, False),
        ("tank_level > 3.2", {"tank_level": 3.3}, True),
        ("tank_level >= 320cm", {"tank_level": 3.2}, True),
        ("3200 mm < tank_level", {"tank_level": 3.3}, True),
        ("tank_level > sump_level", {"tank_level": 1.0, "sump_level": 999}, True),
        ("tank_level > sump_level", {"tank_level": 1.0, "sump_level": 1001}, False),
        ("sump_level < tank_level", {"tank_level": 1.0, "sump_level": 999}, True),
        ("tank_level + 50cm > 3", {"tank_level": 2.6}, True),
        ("tank_level - sump_level >= 10cm", {"tank_level": 1.0, "sump_level": 850}, True),
        ("tank_level * 2 == 3m", {"tank_level": 1.5}, True),
        ("2 * tank_level == 3m", {"tank_level": 1.5}, True),
        ("tank_level / 2 < 1m", {"tank_level": 1.5}, True),
        ("tank_level / sump_level > 2", {"tank_level": 1.0, "sump_level": 400}, True),
        ("-tank_level < -3m", {"tank_level": 3.5}, True),
        ("room > -5degC", {"room": -4.0}, True),
        ("room < -(5 degC)", {"room": -4.0}, False),
        ("--tank_level > 3m", {"tank_level": 3.5}, True),
        ("1 + 2 * 3 == 7", {}, True),
        ("(1 + 2) * 3 == 9", {}, True),
        ("8 - 4 - 2 == 2", {}, True),
        ("8 / 4 / 2 == 1", {}, True),
        ("1e3 == 1000 and .5 == 0.5 and 5. == 5", {}, True),
        ("room > 300K", {"room": 27.0}, True),
        ("room > 300K", {"room": 26.0}, False),
        ("room > oven", {"room": 27.0, "oven": 300.0}, True),
        ("room - outside > 5K", {"room": 21.0, "outside": 15.0}, True),
        ("room - outside > 5K", {"room": 21.0, "outside": 17.0}, False),
        ("room - oven < 1K", {"room": 27.0, "oven": 300.0}, True),
        ("room + 5K > outside", {"room": 10.0, "outside": 14.0}, True),
        ("room - 5K > 20degC", {"room": 26.0}, True),
        ("room - 9°F > 20°C", {"room": 26.0}, True),
        ("humidity > 80%", {"humidity": 81.0}, True),
        ("humidity > 80 % and pump", {"humidity": 81.0, "pump": True}, True),
        ("strokes == 10", {"strokes": 10}, True),
        ("strokes != 10", {"strokes": 10}, False),
        ("pump and not maintenance", {"pump": True, "maintenance": False}, True),
        ("not pump or maintenance", {"pump": True, "maintenance": False}, False),
        ("pump or maintenance and false", {"pump": True, "maintenance": False}, True),
        ("pump == true", {"pump": True}, True),
        ("pump != maintenance", {"pump": True, "maintenance": True}, False),
        ("recipe == 'brine'", {"recipe": "brine"}, True),
        ('recipe != "brine"', {"recipe": "brine"}, False),
        ("true", {}, True),
    ],
)
def test_values(text, values, expected):
    assert value(text, **values) is expected


T, F, U = True, False, None


@pytest.mark.parametrize(
    ("one", "two", "both", "either"),
    [
        (T, T, T, T), (T, F, F, T), (T, U, U, T),
        (F, T, F, T), (F, F, F, F), (F, U, F, U),
        (U, T, U, T), (U, F, F, U), (U, U, U, U),
    ],
)  # fmt: skip
def test_three_valued_logic(one, two, both, either):
    values = {"pump": one, "maintenance": two}
    assert value("pump and maintenance", **values) is both
    assert value("pump or maintenance", **values) is either
    assert value("not pump", **values) is (None if one is None else not one)


@pytest.mark.parametrize(
    "text",
    [
        "tank_level > 3",
        "tank_level != 3",
        "not tank_level > 3",
        "-tank_level < 3",
        "tank_level + 1m > 3m",
        "tank_level > sump_level",
        "recipe == 'brine'",
        "1 / 0 > 3",
        "1e308 * 10 > 3",
        "1 / (2 - 2) == 1",
    ],
)
def test_unknown(text):
    assert value(text, sump_level=1.0) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tank_levl > 3.2", '1: no point "tank_levl"; did you mean "tank_level"?'),
        ("pump and x", '10: no point "x"; points: tank_level, '),
        ("tank_level > 3.2bar", '14: "3.2bar" is a pressure, a length is expected; write it in m'),
        ("tank_level > pressure", '14: "pressure" is a pressure, a length is expected'),
        ("3bar < tank_level", '1: "3bar" is a pressure, a length is expected; write it in m'),
        ("strokes > 3m", '11: "3m" is a length, a number without a unit is expected'),
        ("tank_level > strokes", '14: "strokes" has no unit, a length is expected'),
        ("tank_level + 1s > 3", '14: "1s" is a time, a length is expected'),
        ("tank_level > 3.2metres", '17: unknown unit "metres"'),
        ("room > 20decC", '10: unknown unit "decC"; did you mean "degC"?'),
        ("tank_level", "1: this is a number; a condition is expected"),
        ("recipe", "1: this is a text; a condition is expected"),
        ("tank_level and pump", '1: "tank_level" is a number where true or false is expected'),
        ("pump or recipe", '9: "recipe" is a text where true or false is expected'),
        ("not tank_level + 1 or pump", "5: this is a number where true or false is expected"),
        ("pump + 1 > 2", '1: "pump" is true or false where a number is expected'),
        ("tank_level > pump", '14: "pump" is true or false beside a number'),
        ("pump == 1", "9: this is a number beside true or false"),
        ("pump < maintenance", '6: "<" is for numbers; write "==" or "!="'),
        ("recipe == brine", '11: no point "brine"'),
        ("tank_level * pressure > 3", "14: multiply with a number without a unit only"),
        ("3 / tank_level > 3", "5: divide by a number without a unit only"),
        ("tank_level = 3", '12: "=" is not known; write "=="'),
        ("pump && maintenance", '6: "&&" is not known; write "and"'),
        ("pump || maintenance", '6: "||" is not known; write "or"'),
        ("!pump", '1: "!" is not known; write "not"'),
        ("strokes <> 3", '9: "<>" is not known; write "!="'),
        ("1 < strokes < 3", '13: a second "<"; join two comparisons with "and"'),
        ("(pump", '6: the "(" before is not closed; add ")"'),
        ("pump)", '5: ")" without "("; remove it'),
        ("pump maintenance", '6: "maintenance" follows without "and", "or" or an operator'),
        ("pump and", "9: the end where a point or a number is expected"),
        ("and pump", '1: "and" where a point or a number is expected'),
        ("", "1: the end where a point or a number is expected"),
        ("recipe == 'brine", "11: a text is not closed"),
        ("pump ? 1", "6: '?' has no place here"),
        ("1e999 > 1", "1: this number is too large"),
        ("pump " * 300, f"{MAX_LENGTH + 1}: longer than {MAX_LENGTH} characters"),
        ("(" * 60 + "pump" + ")" * 60, f"{MAX_NESTING + 2}: nested deeper than {MAX_NESTING}"),
        ("not " * 60 + "pump", "nested deeper than"),
        ("-" * 60 + "1 > 2", "nested deeper than"),
        ("1" + "+1" * 60 + " > 2", f"more than {MAX_NESTING} operators in a row"),
    ],
)
def test_faults(text, told):
    found = fault(text)
    assert found.startswith(told) if told[0].isdigit() else told in found


def test_fault_shows_the_beginning_of_a_long_text():
    text = "x > 1 and " + "pump and " * 20 + "pump"
    with pytest.raises(ValueError, match="at column 1: ") as caught:
        condition(text, POINTS)
    assert str(caught.value).startswith(f'"{text[:60]}…" at column 1')


def test_names_in_order_of_appearance():
    found = condition("pump and tank_level > 3.2m and not pump or recipe == 'room'", POINTS)
    assert found.names == ("pump", "tank_level", "recipe")


def test_many_conditions_in_a_row_are_fine():
    text = " and ".join(["pump"] * 100)
    assert value(text, pump=True) is True


def read(text: str) -> Expression | str:
    try:
        return condition(text, POINTS)
    except ValueError as error:
        return str(error)


WORDS = st.sampled_from(
    [*POINTS, "and", "or", "not", "true", "false", "(", ")", "<", ">=", "==", "!=", "+", "-", "*",
     "/", "3", "3.2m", "5K", "80%", "1e308", "'a'", "0", "4 mA", "bogus"]
)  # fmt: skip
VALUES = st.one_of(
    st.none(), st.booleans(), st.text(max_size=3), st.integers(), st.floats(allow_nan=True)
)


@given(st.text(max_size=200))
@example("\x00")
@example("²")
@example("٣ > 1")
def test_random_text_is_read_or_refused(text):
    assert isinstance(read(text), Expression) or "at column" in str(read(text))


@example(["pump"], {"pump": 3})
@given(st.lists(WORDS, max_size=12), st.dictionaries(st.sampled_from(list(POINTS)), VALUES))
def test_random_words_are_evaluated_or_refused(words, values):
    found = read(" ".join(words))
    if isinstance(found, Expression):
        assert evaluate(found, values.get) is None or isinstance(evaluate(found, values.get), bool)
