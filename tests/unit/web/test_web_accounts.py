"""Claim code, users, sessions and rate limits, each by itself."""

import stat

import pytest

from wisgate.core.clock import VirtualClock
from wisgate.core.errors import Unavailable
from wisgate.core.rate_limit import RateLimit
from wisgate.web.claim import ClaimCode
from wisgate.web.sessions import LIFETIME_S, Sessions
from wisgate.web.users import Users


def test_a_claim_code_is_read_as_people_type_it():
    claim = ClaimCode(VirtualClock())
    code = claim.renew()
    assert len(code) == 9
    assert not set(code) & set("01OI")
    assert claim.matches(code.lower().replace("-", " "))
    assert not claim.matches(code[:-1])
    assert not claim.matches("é" * 8)


def test_a_claim_code_works_for_15_minutes():
    clock = VirtualClock()
    claim = ClaimCode(clock)
    code = claim.renew()
    clock.advance(899.0)
    assert claim.matches(code)
    clock.advance(1.0)
    assert not claim.matches(code)
    assert claim.shown == ""


def test_a_spent_or_renewed_code_works_no_more():
    claim = ClaimCode(VirtualClock())
    first = claim.renew()
    second = claim.renew()
    assert not claim.matches(first)
    assert claim.matches(second)
    claim.spend()
    assert not claim.matches(second)
    assert not claim.matches("")


def test_users_survive_in_a_file_that_only_the_owner_reads(tmp_path):
    path = tmp_path / "users.json"
    Users(path).add("anna", "correct horse")
    again = Users(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"correct horse" not in path.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["users.json"]
    assert not again.empty
    assert again.check("anna", "correct horse")
    assert not again.check("anna", "correct house")
    assert not again.check("bert", "correct horse")


def test_a_damaged_file_of_users_is_named_and_nobody_gets_in(tmp_path):
    path = tmp_path / "users.json"
    path.write_text('{"users": [{"name": "anna"}]}')
    with pytest.raises(Unavailable, match=r"users\.json cannot be read: .*claim the gateway anew"):
        Users(path)


def test_a_user_that_cannot_be_written_was_not_added(tmp_path):
    users = Users(tmp_path / "gone" / "users.json")
    with pytest.raises(Unavailable, match="cannot be written"):
        users.add("anna", "correct horse")
    assert users.empty


def test_a_session_lasts_12_hours_and_ends_when_asked():
    clock = VirtualClock()
    sessions = Sessions(clock)
    kept, ended = sessions.begin("anna"), sessions.begin("bert")
    sessions.end(ended)
    assert sessions.user(ended) is None
    clock.advance(LIFETIME_S - 1)
    assert sessions.user(kept) == "anna"
    clock.advance(1)
    assert sessions.user(kept) is None
    assert sessions.user("made up") is None


def test_the_oldest_session_gives_way_when_there_are_too_many():
    sessions = Sessions(VirtualClock())
    tokens = [sessions.begin(f"user{n}") for n in range(1001)]
    assert sessions.user(tokens[0]) is None
    assert sessions.user(tokens[1]) == "user1"
    assert sessions.user(tokens[-1]) == "user1000"


def test_a_rate_limit_slides_and_keeps_addresses_apart():
    clock = VirtualClock()
    limit = RateLimit(2, 60.0, clock)
    assert limit.take("a")
    clock.advance(30)
    assert limit.take("a")
    assert not limit.take("a")
    assert limit.take("b")
    clock.advance(30)
    assert limit.take("a")
    assert not limit.take("a")
    limit.forget("a")
    assert limit.take("a")
