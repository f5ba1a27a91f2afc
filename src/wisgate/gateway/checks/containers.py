"""Containers beside the gateway: those that `wisgate emit compose` knows."""

from __future__ import annotations

from collections.abc import Sequence

from ...bus.host import Container
from ...plan.emit.services import SERVICES
from ..verdicts import Box, Level, Verdict, fine


async def check(box: Box) -> Sequence[Verdict]:
    """What is there should run and be healthy. That a container is not there is no trouble: a
    broker may run without one."""
    containers = await box.host(lambda host: host.containers())
    return [_container(c) for c in containers or () if c.service in SERVICES]


def _container(container: Container) -> Verdict:
    subject = f"container {container.service}"
    found = " and ".join(filter(None, (container.state, container.health)))
    if container.state == "running" and container.health != "unhealthy":
        return fine(subject, found)
    return Verdict(
        Level.DIFFERENCE,
        "container-down",
        subject,
        found,
        "running and healthy",
        f"docker compose logs {container.service} tells why; docker compose up -d starts it",
    )
