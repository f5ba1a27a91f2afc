"""Whatever a server answers, and whatever stands in files of a sink, is understood or refused."""

from __future__ import annotations

import math
from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from wisgate.config.addresses import Url
from wisgate.config.headers import HEADER_NAME, HEADER_VALUE
from wisgate.config.model import Where
from wisgate.config.requests import RequestConfig
from wisgate.core.clock import VirtualClock
from wisgate.gateway.sinks.http import parsed_headers, secret_key
from wisgate.gateway.sinks.influx import bad_lines
from wisgate.gateway.sinks.posting import Answer, Endpoint, rest

ANY = st.text(st.characters(max_codepoint=0x17F), max_size=60)
DATE_LIKE = st.from_regex(
    r"(\w{3}, )?\d{1,3} \w{3} \d{1,6} \d{1,3}:\d{1,3}(:\d{1,3})?( ([-+]\d{1,6}|\w{1,4}))?",
    fullmatch=True,
)


@given(asked=ANY | DATE_LIKE)
@example(asked="Thu, 01 Jan 0000 00:00:00 GMT")
@example(asked="Fri, 31 Dec 9999 23:59:59 -2359")
@example(asked="1 Jan 70 00:00:00 +99999999")
def test_any_retry_after_is_seconds(asked: str) -> None:
    seconds = rest(asked, 1_767_225_600.0)
    assert math.isfinite(seconds)
    assert seconds >= 0


@given(text=ANY | st.from_regex(r'\{"data": ?\[(\{"line_number": ?-?\d{1,4}\},?){0,4}\]\}'))
def test_any_answer_names_lines_that_were_sent(text: str) -> None:
    found = bad_lines(Answer(False, 400, text), 20)
    assert all(1 <= one.line_number <= 20 for one in found)


@given(text=st.text(max_size=80))
def test_any_file_of_headers_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        for name, value in parsed_headers(text):
            assert HEADER_NAME.fullmatch(name)
            assert HEADER_VALUE.fullmatch(value)


@given(text=st.text(max_size=40) | st.from_regex(r"whsec_[A-Za-z0-9+/=]{0,20}", fullmatch=True))
def test_any_secret_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(secret_key(text), bytes)


@given(text=st.text(max_size=600))
def test_what_a_server_says_is_told_in_a_short_line(text: str) -> None:
    why = Answer(False, 400, text).why
    assert why.startswith("refused with 400")
    assert len(why) < 250
    assert why.isprintable()


def test_the_path_of_a_url_is_never_told() -> None:
    url = Url("https", "hooks.example", 443, "/services/T0/B0/secret")
    config = RequestConfig(Where("gateway.toml", 1), "hook", "http", (), url=url)
    assert Endpoint(config, VirtualClock()).place == "hook: hooks.example:443"
