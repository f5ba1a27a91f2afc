"""What `wisgate history` lets people ask for."""

from __future__ import annotations

import click

from wisgate.cli.history import command
from wisgate.web.points import MAX_BUCKETS


def test_as_many_buckets_as_the_running_gateway_gives() -> None:
    buckets = next(p.type for p in command.params if p.name == "buckets")
    assert isinstance(buckets, click.IntRange)
    assert buckets.max == MAX_BUCKETS
