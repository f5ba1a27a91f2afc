"""Somebody else decides how often nonsense comes, and not how much of it is logged."""

from __future__ import annotations

import logging

import pytest

from wisgate.core.complaints import MOST, Complaints


def test_each_is_told_once_and_not_without_end(caplog: pytest.LogCaptureFixture) -> None:
    complaints = Complaints(logging.getLogger("wisgate"), "plant")
    for _ in range(3):
        complaints.tell("pump/set", "command on pump/set ignored: no value")
    assert caplog.messages == ["plant: command on pump/set ignored: no value"]
    for number in range(2 * MOST):
        complaints.tell(f"topic {number}", "ignored")
    assert len(caplog.messages) == MOST
