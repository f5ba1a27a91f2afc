"""Arguments of commands: what people write, in base units, or a refusal that says what is wrong."""

import pytest

from wisgate.catalog.settings import Argument, Command
from wisgate.config.arguments import read_arguments
from wisgate.core.errors import OutputRefused
from wisgate.core.points import Kind, Value

SEND = Command(
    name="send",
    title="Send",
    source="test",
    arguments=(
        Argument(name="payload", title="What", maximum=4, example='"abc"', source="test"),
        Argument(name="after", title="When", dimension="time", default="2s", source="test"),
        Argument(name="power", title="dBm", kind=Kind.INT, required=False, minimum=-9, maximum=22,
                 source="test"),
        Argument(name="gain", title="G", kind=Kind.FLOAT, default=1, source="test"),
        Argument(name="way", title="W", choices=("up", "down"), default="up", source="test"),
        Argument(name="ack", title="A", kind=Kind.BOOL, default=False, source="test"),
    ),
)  # fmt: skip


def test_defaults_stand_in_and_quantities_become_base_units() -> None:
    assert read_arguments(SEND, {"payload": "abc"}) == {
        "payload": "abc", "after": 2.0, "power": None, "gain": 1.0, "way": "up", "ack": False,
    }  # fmt: skip
    given = {"payload": "", "after": "1min", "power": -9, "gain": 2, "way": "down", "ack": True}
    assert read_arguments(SEND, given) == {**given, "after": 60.0, "gain": 2.0}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, 'send needs "payload": What, such as "abc"'),
        ({"payload": "abc", "poer": 1}, 'send has no argument "poer"; did you mean "power"?'),
        ({"payload": 3}, "send: payload: 3 does not fit; write a text"),
        ({"payload": "abcde"}, 'send: payload: "abcde" is out of range'),
        ({"payload": "a", "power": 23}, "send: power: 23 is out of range: -9 to 22"),
        ({"payload": "a", "power": 2.5}, "send: power: 2.5 does not fit; write a whole number"),
        ({"payload": "a", "power": True}, "send: power: true does not fit; write a whole number"),
        ({"payload": "a", "after": 3}, 'send: after: 3 has no unit; write "10s"'),
        ({"payload": "a", "way": "left"}, 'send: way: "left" is not possible; possible are'),
        ({"payload": "a", "gain": float("nan")}, "send: gain: nan does not fit; write a number"),
        ({"payload": "a", "ack": "yes"}, 'send: ack: "yes" does not fit; write true or false'),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, Value], told: str) -> None:
    with pytest.raises(OutputRefused) as refused:
        read_arguments(SEND, given)
    assert str(refused.value).startswith(told)
