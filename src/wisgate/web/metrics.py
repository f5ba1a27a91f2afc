"""The text that Prometheus reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from ..gateway.view import lane_uses
from .contract import Gateway
from .views import live_points, sink_views, version

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

MEDIA = "text/plain; version=0.0.4; charset=utf-8"


class Exposition:
    """Collects from the gateway when asked; keeps no figures of its own."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def text(self, _request: Request, _body: object) -> Response:
        # Imported here because it costs memory that most gateways never need.
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return Response(generate_latest(registry), media_type=MEDIA)

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.metrics_core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            InfoMetricFamily,
        )

        gateway = self._gateway
        config = gateway.config
        identity = {"version": version(), "gateway": config.name, "board": config.board}
        yield InfoMetricFamily("wisgate", "What runs here.", value=identity)
        yield GaugeMetricFamily("wisgate_healthy", "1 when nothing is wrong.", gateway.health().ok)
        yield from self._points()
        yield from self._sinks()
        yield from self._lanes()
        if gateway.radio is not None and gateway.radio.opened:
            from .radio_metrics import radio_metrics

            yield from radio_metrics(gateway.radio)
        for name, figure in dataclasses.asdict(gateway.store.stats).items():
            if (number := _number(figure)) is not None:
                yield GaugeMetricFamily(f"wisgate_store_{name}", f"{name} of the store.", number)
        for name, count in gateway.counters.items():
            yield CounterMetricFamily(f"wisgate_{name}", f"{name} since the start.", count)

    def _points(self) -> Iterator[Metric]:
        from prometheus_client.metrics_core import GaugeMetricFamily

        values = GaugeMetricFamily(
            "wisgate_point_value", "Last value, while there is one.", labels=["point", "unit"]
        )
        statuses = GaugeMetricFamily(
            "wisgate_point_status", "1 for the present status.", labels=["point", "status"]
        )
        for point in live_points(self._gateway):
            statuses.add_metric([point.name, point.status], 1)
            if (number := _number(point.value)) is not None:
                values.add_metric([point.name, point.unit], number)
        yield from (values, statuses)

    def _sinks(self) -> Iterator[Metric]:
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

        connected = GaugeMetricFamily(
            "wisgate_sink_connected", "1 while connected.", labels=["sink"]
        )
        lag = GaugeMetricFamily("wisgate_sink_lag", "Records that wait.", labels=["sink"])
        delivered = CounterMetricFamily(
            "wisgate_sink_delivered", "Records acknowledged.", labels=["sink"]
        )
        for sink in sink_views(self._gateway):
            connected.add_metric([sink.name], sink.connected)
            lag.add_metric([sink.name], sink.lag)
            delivered.add_metric([sink.name], sink.delivered)
        yield from (connected, lag, delivered)

    def _lanes(self) -> Iterator[Metric]:
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

        busy = CounterMetricFamily(
            "wisgate_lane_busy_seconds", "How long a bus was in use.", labels=["lane"]
        )
        planned = GaugeMetricFamily(
            "wisgate_lane_planned", "Part of its time that the plan expects.", labels=["lane"]
        )
        board = self._gateway.board
        for lane in lane_uses(board.lanes, board.plan.lanes):
            busy.add_metric([lane.name], lane.busy_s)
            planned.add_metric([lane.name], lane.planned)
        yield from (busy, planned)


def _number(value: object) -> float | None:
    """Texts and nothing are no figures; true is 1."""
    return float(value) if isinstance(value, bool | int | float) else None
