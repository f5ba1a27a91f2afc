"""What holds for every unit test: a module whose code fails is seen."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

WATCHED = "wisgate.gateway"


class _Tracebacks(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.seen.append(logging.Formatter().format(record))


@pytest.fixture(autouse=True)
def tracebacks() -> Iterator[list[str]]:
    """Fail a test in which the gateway met an exception that nobody expected: it goes on, and would
    hide what is wrong with the code. A test that means it to happen empties the list it gets."""
    handler = _Tracebacks()
    logger = logging.getLogger(WATCHED)
    logger.addHandler(handler)
    yield handler.seen
    logger.removeHandler(handler)
    if handler.seen:
        pytest.fail("unexpected in the gateway:\n" + "\n".join(handler.seen), pytrace=False)
