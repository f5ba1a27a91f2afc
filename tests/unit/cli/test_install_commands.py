"""The commands that `wisgate install` runs: which of them failed."""

from __future__ import annotations

import pytest

from wisgate.cli.install import carry_out


def test_what_failed_is_told_and_the_rest_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    complains = ("sh", "-c", "echo no bus >&2; exit 1")
    assert carry_out([complains, ("no-such-program",), ("false",), ("true",)], False) == [
        " ".join(complains), "false",
    ]  # fmt: skip
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == "run true"
    assert "exit 1: no bus\n" in told.err
    assert "no-such-program is not on this system; left out\n" in told.err
    assert "false: exit code 1\n" in told.err


def test_a_dry_run_runs_nothing() -> None:
    assert carry_out([("false",)], True) == []
