"""Sparkplug payloads as npm's `sparkplug-payload` writes and reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import npm_peer

LONGS = ("timestamp", "seq", "alias", "longValue")
"""Fields of 64 bits, unsigned, which the numbers of JavaScript cannot hold."""
SCRIPT = """
const long = require("long");
const wire = require("sparkplug-payload/lib/sparkplugPayloadProto.js").org.eclipse.tahu.protobuf;
const whole = require("sparkplug-payload").get("spBv1.0");
const plain = (key, value) => long.isLong(value) ? value.toSigned().toNumber() : value;
const orders = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answers = orders.map(([order, given]) => {
    if (order === "write") return Buffer.from(whole.encodePayload(given)).toString("hex");
    const bytes = Buffer.from(given, "hex");
    if (order === "read") return whole.decodePayload(bytes);
    const read = wire.Payload.decode(bytes);
    return wire.Payload.toObject(read, {longs: String});
});
process.stdout.write(JSON.stringify(answers, plain));
"""


def _asked(orders: Sequence[tuple[str, Any]]) -> list[Any]:
    return npm_peer.answers("sparkplug-payload", SCRIPT, orders)


def read(*payloads: bytes) -> list[dict[str, Any]]:
    """What a host makes of births: values in the types that their metrics declare."""
    return _asked([("read", p.hex()) for p in payloads])


def fields(*payloads: bytes) -> list[dict[str, Any]]:
    """Every field that is there, under its name in the specification, in camel case."""
    found = _asked([("fields", p.hex()) for p in payloads])
    for payload in found:
        for row in (payload, *payload["metrics"]):
            row |= {key: int(row[key]) for key in LONGS if key in row}
    return found


def written(*metrics: dict[str, Any]) -> bytes:
    """A command: metrics with `name` or `alias`, `type` and `value`."""
    (found,) = _asked([("write", {"timestamp": 1, "metrics": metrics})])
    return bytes.fromhex(found)


def properties(metric: dict[str, Any]) -> dict[str, Any]:
    """Of a metric as `fields` gives it."""
    told = metric.get("properties", {"keys": [], "values": []})
    kinds = ("intValue", "stringValue", "booleanValue")
    values = [next(v[kind] for kind in kinds if kind in v) for v in told["values"]]
    return dict(zip(told["keys"], values, strict=True))
