"""What Prometheus reads, and health."""

from asking import Asking, ask
from prometheus_client.parser import text_string_to_metric_families
from standin import Forwarder, State

from wisgate.core.points import Status


def samples(text: str) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(text)
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_every_figure_is_there_under_its_name(tmp_path):
    async def steps(web: Asking):
        web.gateway.put("tank_level", 1.5)
        web.gateway.put("pump", True)
        web.gateway.put("temperature", None, Status.FAULT)
        web.gateway.put("note", 'a "text"\n')
        web.gateway.forwarders = {"plant": Forwarder(State(False, "gone", 1, 40, 2))}
        answer = await web.public.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        found = samples(answer.text)
        assert found["wisgate_point_value", "tank_level", "m"] == 1.5
        assert found["wisgate_point_value", "pump", ""] == 1.0
        assert ("wisgate_point_value", "temperature", "Cel") not in found
        assert ("wisgate_point_value", "note", "") not in found
        assert found["wisgate_point_status", "temperature", "fault"] == 1.0
        assert found["wisgate_point_status", "setpoint", "stale"] == 1.0
        assert found["wisgate_sink_connected", "plant"] == 0.0
        assert found["wisgate_sink_lag", "plant"] == 2.0
        assert found["wisgate_sink_delivered_total", "plant"] == 40.0
        assert found["wisgate_lane_busy_seconds_total", "i2c-1"] == 12.5
        assert found["wisgate_lane_planned", "i2c-1"] == 0.1
        assert found["wisgate_lane_planned", "gpiochip0"] == 0.0
        assert found["wisgate_store_records",] == 12.0
        assert found["wisgate_samples_total",] == 7.0
        assert found["wisgate_healthy",] == 1.0
        assert found["wisgate_info", "rak7391", "pump-house", "0.1.0"] == 1.0

    ask(tmp_path, steps)


def test_health_is_503_with_the_reasons(tmp_path):
    async def steps(web: Asking):
        well = await web.public.get("/healthz")
        assert (well.status_code, well.json()) == (200, {"ok": True, "problems": []})
        web.gateway.trouble = ("wisblock-1: no acknowledge from 0x4b",)
        ill = await web.public.get("/healthz")
        assert ill.status_code == 503
        assert ill.json()["problems"] == ["wisblock-1: no acknowledge from 0x4b"]

    ask(tmp_path, steps)
