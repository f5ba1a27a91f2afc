"""`chirpstack-gateway-bridge.toml`: a bridge on this computer that we send to by an upstream of
type "udp", for a ChirpStack whose MQTT broker it knows.

Source: https://www.chirpstack.io/docs/chirpstack-gateway-bridge/configuration.html.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..channels import BoardPlan
from .concentratord import region_name
from .rendering import Value, as_toml
from .target import NOTE

FIRST_PORT = 1701
"""Where it listens: 1700 is ours, and each gateway has a bridge."""


def topic_prefix(plan: BoardPlan) -> str:
    """The region as ChirpStack's own files name it: "eu868", and "us915_1" for its channels 8 to
    15."""
    name = region_name(plan.region.id).lower()
    if plan.region.rx1_rule.downlinks is None:
        return name
    return f"{name}_{plan.region.channels.index(plan.channels[0].frequency) // 8}"


def gateway_bridge(plan: BoardPlan, port: int = FIRST_PORT) -> str:
    """For the gateway that this board is the first of."""
    prefix = topic_prefix(plan)
    gateway = f"{prefix}/gateway/{{{{ .GatewayID }}}}"
    tables: list[tuple[str, Mapping[str, Value]]] = [
        ("general", {"log_level": 4}),
        ("backend", {"type": "semtech_udp"}),
        (
            "backend.semtech_udp",
            {"udp_bind": f"127.0.0.1:{port}", "skip_crc_check": False, "fake_rx_time": False},
        ),
        ("integration", {"marshaler": "protobuf"}),
        (
            "integration.mqtt",
            {
                "event_topic_template": f"{gateway}/event/{{{{ .EventType }}}}",
                "state_topic_template": f"{gateway}/state/{{{{ .StateType }}}}",
                "command_topic_template": f"{gateway}/command/#",
            },
        ),
        ("integration.mqtt.auth", {"type": "generic"}),
        ("integration.mqtt.auth.generic", {"servers": ["tcp://127.0.0.1:1883"], "qos": 0}),
    ]
    return as_toml(tables, NOTE)
