from __future__ import annotations

from wisgate.core.points import Reading
from wisgate.modules.changes import Changes


def test_what_changed_is_news_and_what_did_not_is_none() -> None:
    changes = Changes()
    assert changes.news({"a": 0, "b": "x"}) == [Reading("a", 0), Reading("b", "x")]
    assert changes.news({"a": 0, "b": "x"}) == []
    assert changes.news({"a": 1, "b": "x"}) == [Reading("a", 1)]
    assert changes.news({"a": 1, "b": None}) == [Reading("b", None)]


def test_after_a_loss_everything_is_news() -> None:
    changes = Changes()
    changes.news({"a": 0})
    changes.forget()
    assert changes.news({"a": 0}) == [Reading("a", 0)]
