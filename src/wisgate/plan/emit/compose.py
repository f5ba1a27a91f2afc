"""compose: containers beside the gateway, after the Compose specification."""

from __future__ import annotations

from collections.abc import Iterator

from ...config.brokers import BrokerConfig
from .order import Order, has_host
from .services import SERVICES, Service
from .yaml import Noted, Value, yaml

LOOPBACK = ("localhost", "127.0.0.1", "::1")
NETWORK = "wisgate"
FALLBACK = "mosquitto"


def lacks(order: Order) -> str:
    """What the plan lacks for this kind; "" when it applies."""
    if not has_host(order):
        return "a board with Linux on it"
    for service in _chosen(order):
        if service.card[0] and not _cards(service, order):
            return f"a {service.card[0]} in a socket, for {service.name}"
    return ""


def _cards(service: Service, order: Order) -> list[str]:
    """Slots with the card that `service` drives."""
    return [p.slot.name for p in order.plan.placements if p.module.id == service.card[0]]


def text(order: Order) -> str:
    """The compose file, with the commands that make its secrets."""
    chosen = list(_chosen(order))
    body: dict[str, Value] = {
        "services": {s.name: Noted((f"{s.title}.", *s.notes), _body(s, order)) for s in chosen},
        "networks": {NETWORK: {"driver": "bridge"}},
    }
    volumes = [v for s in chosen for v in s.volumes if "/" not in v]
    if volumes:
        body["volumes"] = {name: {} for name in volumes}
    secrets = _secrets(chosen)
    if secrets:
        body["secrets"] = {name: {"file": f"./secrets/{name}"} for name in secrets}
    return "\n".join([*_head(order, secrets), yaml(body)])


def _chosen(order: Order) -> Iterator[Service]:
    """What was asked for and what that brings, each once, in the order of the list."""
    wanted = set(order.services) or _pointed_at(order) or {FALLBACK}
    wanted |= {part for name in wanted for part in SERVICES[name].brings}
    yield from (service for name, service in SERVICES.items() if name in wanted)


def _pointed_at(order: Order) -> set[str]:
    """Services that the plan's sinks expect on this computer."""
    return {FALLBACK for sink in _local_brokers(order)}


def _local_brokers(order: Order) -> list[BrokerConfig]:
    sinks = order.plan.config.sinks
    return [s for s in sinks if isinstance(s, BrokerConfig) and s.host in LOOPBACK]


def _secrets(chosen: list[Service]) -> list[str]:
    return list(dict.fromkeys(name for service in chosen for name in service.secrets))


def _body(service: Service, order: Order) -> dict[str, Value]:
    body: dict[str, Value] = {"image": service.image, **service.body}
    ports = _ports(service, order)
    if ports:
        body["ports"] = ports
    if service.volumes:
        body["volumes"] = [f"{name}:{place}" for name, place in service.volumes.items()]
    if service.secrets:
        body["secrets"] = list(service.secrets)
    granted = _cards(service, order)
    if granted:
        inside = service.card[1]
        body["devices"] = [f"/dev/wisgate/{granted[0]}:{inside}"]
    return body | {
        "networks": [NETWORK],
        "restart": "unless-stopped",
        "security_opt": ["no-new-privileges:true"],
        # Flash wears: 10 MB of log per container, no more.
        "logging": {"driver": "local", "options": {"max-size": "5m", "max-file": "2"}},
    }


def _ports(service: Service, order: Order) -> list[Value]:
    """As listed; the broker also where the plan's sinks look for it."""
    if service.name != FALLBACK:
        return list(service.ports)
    looked_for = {sink.port for sink in _local_brokers(order)} or {1883}
    return [f"127.0.0.1:{port}:1883" for port in sorted(looked_for)]


def _head(order: Order, secrets: list[str]) -> Iterator[str]:
    config = order.plan.config
    yield f"# Containers beside the gateway {config.name} on {order.board.id}."
    yield "#"
    yield "# The buses and lines of the board belong to the gateway; no container is given one."
    yield "# Ports lie on loopback: from elsewhere use ssh -L, or a proxy with TLS."
    granted = [slot for service in _chosen(order) for slot in _cards(service, order)]
    for slot in granted[:1]:
        yield "#"
        yield f"# /dev/wisgate/{slot} is made by `wisgate emit FILE udev --usb {slot}=PATH`."
    if secrets:
        yield "#"
        yield "# Before the first start, in the folder of this file:"
        yield "#"
        yield "#     install -d -m 0700 secrets"
    for name in secrets:
        yield from _making(name, order)
    yield "#     docker compose up -d"
    yield ""


def _broker_users(order: Order) -> dict[str, str]:
    """Users of the broker that the plan's sinks need, with the file of their password."""
    found = {
        sink.username or "wisgate": sink.password_file.name if sink.password_file else ""
        for sink in _local_brokers(order)
    }
    return found or {"wisgate": ""}


def _making(name: str, order: Order) -> Iterator[str]:
    """The commands that make a secret. The folder keeps others out; inside, the containers'
    own users must be able to read."""
    if name == "mosquitto_passwords":
        for place, (user, password) in enumerate(_broker_users(order).items()):
            create = "-c " if place == 0 else ""
            image = SERVICES["mosquitto"].image
            told = f"    # type what stands in {password}" if password else ""
            yield f'#     docker run --rm -it -v "$PWD/secrets:/s" {image} \\'
            yield f"#         mosquitto_passwd {create}/s/{name} {user}{told}"
        yield f"#     sudo chown 1883:1883 secrets/{name}    # its own user reads it"
        return
    yield f"#     head -c 24 /dev/urandom | base64 | tr -d '\\n' > secrets/{name}"
