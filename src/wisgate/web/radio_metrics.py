"""The figures of LoRaWAN for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .contract import Radio
from .radio_views import radio_view

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


def radio_metrics(radio: Radio) -> Iterator[Metric]:
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

    view = radio_view(radio)
    heard = CounterMetricFamily(
        "wisgate_radio_heard", "Copies of frames that a board heard.", labels=["board"]
    )
    sent = CounterMetricFamily(
        "wisgate_radio_sent", "Downlinks that a board took.", labels=["board"]
    )
    silent = GaugeMetricFamily(
        "wisgate_radio_silent", "1 while its forwarder says nothing.", labels=["board"]
    )
    for board in view.boards:
        heard.add_metric([board.eui], board.heard)
        sent.add_metric([board.eui], board.sent)
        silent.add_metric([board.eui], board.silent)
    verdicts = CounterMetricFamily(
        "wisgate_radio_downlinks", "Downlinks by what became of them.", labels=["verdict"]
    )
    for verdict, count in view.verdicts.items():
        verdicts.add_metric([verdict], count)
    events = CounterMetricFamily(
        "wisgate_radio_events", "What happened to frames, by its name.", labels=["event"]
    )
    for name, count in view.counters.items():
        events.add_metric([name], count)
    yield from (heard, sent, silent, verdicts, events)
    yield GaugeMetricFamily("wisgate_radio_waiting", "Frames that wait.", view.waiting)
    yield CounterMetricFamily("wisgate_radio_lost", "Frames that found no room.", view.lost)
    yield from _air_time(radio)
    yield from _upstreams(radio)


def _air_time(radio: Radio) -> Iterator[Metric]:
    from prometheus_client.metrics_core import GaugeMetricFamily

    labels = ["gateway", "low"]
    used = GaugeMetricFamily(
        "wisgate_radio_air_seconds", "Seconds of the last hour, by sub-band.", labels=labels
    )
    allowed = GaugeMetricFamily(
        "wisgate_radio_air_allowed_seconds", "Seconds an hour, by sub-band.", labels=labels
    )
    for each in radio.air_time():
        place = [each.band.gateway, str(each.band.low)]
        used.add_metric(place, each.used_us / 1e6)
        if each.band.limited:
            allowed.add_metric(place, each.band.allowed_us / 1e6)
    yield from (used, allowed)


def _upstreams(radio: Radio) -> Iterator[Metric]:
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

    labels = ["upstream"]
    connected = GaugeMetricFamily("wisgate_upstream_connected", "1 while connected.", labels=labels)
    lag = GaugeMetricFamily("wisgate_upstream_lag", "Frames that wait.", labels=labels)
    counts = [
        CounterMetricFamily(f"wisgate_upstream_{name}", text, labels=labels)
        for name, text in (
            ("delivered", "Frames delivered."),
            ("replayed", "Those that came late."),
            ("expired", "Join requests that nobody could answer any more."),
            ("refused", "Frames that the other side will not take."),
        )
    ]
    for name, delivery in radio.deliveries.items():
        state = delivery.state
        connected.add_metric([name], state.connected)
        lag.add_metric([name], state.lag)
        figures = (state.delivered, state.replayed, state.expired, state.refused)
        for family, figure in zip(counts, figures, strict=True):
            family.add_metric([name], figure)
    yield from (connected, lag, *counts)
