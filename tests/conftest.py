"""What holds for every test: markers, hypothesis profiles, and no socket beyond this machine."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterator

import hypothesis
import pytest

hypothesis.settings.register_profile(
    "wisgate",
    deadline=None,  # two cores shared by browsers and brokers
    derandomize=bool(os.environ.get("CI")),  # the build service finds the same cases every time
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("wisgate")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Full-size proofs run only where they are asked for: `-m prove`, or one named by its id."""
    if "prove" in config.option.markexpr or any("::" in word for word in config.args):
        return
    proofs = [item for item in items if item.get_closest_marker("prove")]
    if proofs:
        config.hook.pytest_deselected(items=proofs)
        items[:] = [item for item in items if not item.get_closest_marker("prove")]


class NotLoopback(OSError):
    """A test reached for the network."""


_reached: list[str] = []


def is_local(host: str) -> bool:
    """Whether `host` is this machine by name or by address; "" and 0.0.0.0 listen to everybody."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    host: object = None
    if event in ("socket.connect", "socket.bind", "socket.sendto"):
        address = arguments[1]
        if event == "socket.bind" and address == ("", 0):
            return  # what a client does that leaves its own address to the kernel (paho)
        host = address[0] if isinstance(address, tuple) and len(address) in (2, 4) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0] or "localhost"
    host = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if isinstance(host, str) and not is_local(host):
        _reached.append(f"{event} {host!r}")
        raise NotLoopback(f"tests talk to this machine only, not to {host!r}")


sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[list[str]]:
    """Fail a test that reached beyond this machine, even where its code swallowed the error. A test
    that means to empties the list it gets."""
    _reached.clear()
    yield _reached
    if _reached:
        pytest.fail(f"reached beyond this machine: {', '.join(_reached)}", pytrace=False)
