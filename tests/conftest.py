"""What holds for every test: markers, hypothesis profiles, and no socket beyond this machine."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator

import hypothesis
import pytest
from loopback import reached

hypothesis.settings.register_profile(
    "wisgate",
    deadline=None,  # two cores shared by browsers and brokers
    derandomize=bool(os.environ.get("CI")),  # the build service finds the same cases every time
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("wisgate")


def pytest_configure() -> None:
    """A shell starts what runs in the background deaf to Ctrl-C, which our processes inherit."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Full-size proofs run only where they are asked for: `-m prove`, or one named by its id."""
    if "prove" in config.option.markexpr or any("::" in word for word in config.args):
        return
    proofs = [item for item in items if item.get_closest_marker("prove")]
    if proofs:
        config.hook.pytest_deselected(items=proofs)
        items[:] = [item for item in items if not item.get_closest_marker("prove")]


@pytest.fixture(autouse=True)
def level_of_the_log() -> Iterator[None]:
    """A command that runs inside the test process sets how much is told."""
    log = logging.getLogger("wisgate")
    level = log.level
    yield
    log.setLevel(level)


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[list[str]]:
    """Fail a test that reached beyond this machine, even where its code swallowed the error. A test
    that means to empties the list it gets."""
    reached.clear()
    yield reached
    if reached:
        pytest.fail(f"reached beyond this machine: {', '.join(reached)}", pytrace=False)
