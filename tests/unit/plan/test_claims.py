"""Who may share what: one rule."""

from __future__ import annotations

from itertools import permutations

from wisgate.plan.claims import Claim, can_share, clashes

ADDRESS = "i2c-1 address 0x41"


def claim(owner: str, resource: str = ADDRESS, *, shared: bool = False) -> Claim:
    return Claim(resource, owner, "gateway.toml:3", "sheet", shared, owner)


def test_two_on_one_resource_clash() -> None:
    one, two = claim("wisblock-1"), claim("wisblock-2")
    assert clashes([two, one]) == [(one, two)]


def test_different_resources_do_not() -> None:
    assert clashes([claim("a"), claim("b", "i2c-1 address 0x40")]) == []
    assert clashes([]) == []


def test_everybody_must_be_willing_to_share() -> None:
    willing = [claim(name, "rail 5V", shared=True) for name in "abc"]
    assert clashes(willing) == []
    greedy = claim("d", "rail 5V")
    assert clashes([*willing, greedy]) == [(*willing, greedy)]
    assert not can_share(greedy, willing[0])
    assert not can_share(willing[0], greedy)


def test_nobody_clashes_with_himself() -> None:
    one = Claim("wisblock-1-uart", "TXD1", "gateway.toml:3", "", claimant="wisblock-1")
    two = Claim("wisblock-1-uart", "RXD1", "gateway.toml:3", "", claimant="wisblock-1")
    assert clashes([one, two, one]) == []


def test_the_answer_does_not_depend_on_the_order() -> None:
    claims = [claim("c"), claim("a"), claim("b"), claim("x", "z"), claim("y", "z")]
    answers = {tuple(clashes(order)) for order in permutations(claims)}
    assert len(answers) == 1
    assert [[c.owner for c in users] for users in answers.pop()] == [["a", "b", "c"], ["x", "y"]]
