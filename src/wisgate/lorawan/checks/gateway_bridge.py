"""`chirpstack-gateway-bridge.toml` on a computer where wisgate listens too."""

from __future__ import annotations

import re

from .part import Part, shown

_PREFIX = re.compile(r"^[a-z0-9_]+/gateway/")
OURS = {"semtech_udp": ("udp_bind", "1700"), "basic_station": ("bind", "3001")}


def judge_bridge(whole: Part) -> None:
    backend = whole.part("backend")
    if backend is None:
        whole.fault('there is no [backend]; write type = "semtech_udp"')
    elif backend.choice("type", "semtech_udp", "basic_station", "concentratord"):
        kind = str(backend.values.get("type"))
        inner = backend.part(kind)
        if inner and kind in OURS:
            key, port = OURS[kind]
            bind = str(inner.values.get(key, ""))
            if bind.endswith(f":{port}"):
                inner.wrong(key, f'{key} = "{bind}" is where wisgate listens; write another port')
    integration = whole.part("integration")
    if integration is None:
        whole.fault("there is no [integration], so that nothing goes to ChirpStack; write it")
        return
    integration.choice("marshaler", "protobuf", "json")
    mqtt = integration.part("mqtt")
    if mqtt is None:
        return
    for key in ("event_topic_template", "state_topic_template", "command_topic_template"):
        topic = mqtt.values.get(key)
        if topic is not None and not _PREFIX.match(str(topic)):
            mqtt.wrong(
                key,
                f"{key} = {shown(topic)} does not begin with a region, as ChirpStack 4 wants; "
                f'write "eu868/gateway/…"',
            )
