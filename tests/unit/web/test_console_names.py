"""Who acts over the Unix socket: the login that the command line says, if it is one."""

from __future__ import annotations

import pytest

from wisgate.web.console import LOCAL, named


@pytest.mark.parametrize("login", ["anna", "a.b-c_9", "svc$", "anna@plant.example", "1000"])
def test_a_login_is_kept(login: str) -> None:
    assert named(login) == login


@pytest.mark.parametrize("login", ["", " ", "a b", "anna\n", "-x", "x" * 33, "user: reason", "ö"])
def test_anything_else_is_local(login: str) -> None:
    assert named(login) == LOCAL
