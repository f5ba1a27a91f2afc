"""What a message costs: the MQTT sink beside Paho, at a real Mosquitto: `python bench/mqtt.py`.

Prints, judges nothing. Each in turn publishes the same readings at QoS 1 and waits for every
acknowledgement, in batches as the forwarder makes them; three times, the best counts. CPU is that
of this process, without the broker's.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as paho

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from peers import mosquitto  # noqa: E402
from sink_access import access  # noqa: E402

from wisgate.config.model import Where  # noqa: E402
from wisgate.config.sinks.mqtt import MqttConfig  # noqa: E402
from wisgate.core.points import Status  # noqa: E402
from wisgate.gateway.payloads import record_json  # noqa: E402
from wisgate.gateway.sinks.mqtt import MqttSink  # noqa: E402
from wisgate.store.records import Record  # noqa: E402

ACCESS = access()
BATCH, BATCHES, ROUNDS = 500, 40, 3
NOON_NS = 1_795_176_000_000_000_000
RECORDS = [
    Record(n, NOON_NS + n * 1_000_000, "tank_level", "m", 1.5 + n / 1000, Status.GOOD)
    for n in range(1, BATCH + 1)
]


def ours(port: int, **options: str) -> None:
    async def main() -> None:
        config = MqttConfig(Where("", 1), "plant", "mqtt", (), "127.0.0.1", port, False, **options)
        sink = MqttSink(config, "pump-house", ACCESS)
        await sink.open()
        for _ in range(BATCHES):
            await sink.deliver(RECORDS)
        await sink.close(5)

    asyncio.run(main())


def pahos(port: int) -> None:
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(0)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for _ in range(BATCHES):
        sent = [client.publish("wisgate/pump-house/tank_level", record_json(r), 1) for r in RECORDS]
        for message in sent:
            message.wait_for_publish(30)
    client.disconnect()
    client.loop_stop()


def measured(work: Callable[[], None]) -> tuple[float, float]:
    """Messages a second, and CPU seconds for 10,000."""
    begin, cpu = time.perf_counter(), time.process_time()
    work()
    count = BATCH * BATCHES
    return count / (time.perf_counter() - begin), (time.process_time() - cpu) / count * 10_000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, mosquitto(Path(folder)) as broker:
        runs: dict[str, Callable[[], None]] = {
            "a message per reading": lambda: ours(broker.port),
            "the same, MQTT 5": lambda: ours(broker.port, version="5"),
            "a message per batch": lambda: ours(broker.port, per="batch"),
            "Paho, a message per reading": lambda: pahos(broker.port),
        }
        best: dict[str, tuple[float, float]] = {}
        for _ in range(ROUNDS):
            for name, work in runs.items():
                rate, cpu = measured(work)
                before = best.get(name, (0.0, cpu))
                best[name] = max(rate, before[0]), min(cpu, before[1])
    for name, (rate, cpu) in best.items():
        print(f"{name:28} {rate:9,.0f} readings/s  {cpu:.3f} CPU s per 10,000")


if __name__ == "__main__":
    main()
