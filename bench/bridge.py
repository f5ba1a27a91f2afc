"""Modbus TCP to MQTT, side by side with what users would pick instead: `python bench/bridge.py`.
Alone on the machine; `--units 20 --seconds 5 --rounds 1` for a first look, `--trials 20` kills.

UNITS units with 100 registers each are read once a second and published at QoS 1 to Mosquitto;
wisgate with store and rules on. The contenders take turns. Every reading that arrives is counted,
and its age is told by its value: the moment at which the unit answered. Then the broker goes away
for a while, and what was answered is compared with what arrived.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import random
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "stubs"), str(HERE.parent / "tests")]

import contenders  # noqa: E402
from contenders import CONTENDERS, REGISTERS, Contender  # noqa: E402
from peers import Mosquitto, free_port, mosquitto  # noqa: E402

START_S, SETTLE_S, WARM_S = 60.0, 5.0, 5.0
OUTAGE_S, DRAIN_S = 20.0, 30.0
TICKS = os.sysconf("SC_CLK_TCK")
COUNTER = 250
SESSION_LIMITS = json.dumps(
    {
        "maxPayloadSize": 65000,
        "maxInflightMessages": 1000,
        "rateLimits": {},
        "gatewayRateLimits": {},
    }
)
"""What ThingsBoard's platform tells its gateway before that sends anything."""


class Ears:
    """Subscribed to everything; counts readings and their ages. Threads: paho's, and who asks."""

    def __init__(self, broker: int, contender: Contender) -> None:
        self._told, self._lock = contender.told, threading.Lock()
        self.count, self.ages, self.first_at = 0, list[float](), 0.0
        self.seqs: set[int] = set()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, "ears", clean_session=False)
        self._client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self._client.on_message = self._hear
        self._client.reconnect_delay_set(0.05, 0.2)
        self._client.connect("127.0.0.1", broker)
        self._client.loop_start()

    def _hear(self, client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        now = time.time()
        if "/rpc/request/" in message.topic:
            client.publish(message.topic.replace("request", "response"), SESSION_LIMITS, 1)
        told = self._told(message.topic, message.payload)
        if told is None:
            return
        count, values, seqs, others = told
        with self._lock:
            self.first_at = self.first_at or now
            self.count += count - sum(1 for seq in seqs if seq in self.seqs)
            self.seqs.update(seqs, others)
            self.ages += [(int(now * 1000) - value & 0x7FFF) / 1000 for value in values]

    def close(self) -> None:
        self._client.loop_stop()
        self._client.disconnect()


def given(plant: int) -> int:
    """How many registers the plant has answered."""
    with socket.create_connection(("127.0.0.1", plant)) as line:
        line.sendall(struct.pack(">HHHBBHH", 1, 0, 6, COUNTER, 3, 0, 2))
        high, low = struct.unpack(">HH", line.recv(64)[9:13])
    return int(high << 16 | low)


def seconds_used(process: subprocess.Popen[bytes]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def megabytes(process: subprocess.Popen[bytes]) -> float:
    rows = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("VmRSS")) / 1024


@contextmanager
def plant() -> Iterator[int]:
    port = free_port()
    command = [sys.executable, HERE / "stubs/plant.py", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield port
        process.kill()


@contextmanager
def running(
    contender: Contender, folder: Path, port: int, broker: Mosquitto, units: int
) -> Iterator[tuple[subprocess.Popen[bytes], Ears, float]]:
    """Started, and heard for the first time; with the seconds that took."""
    folder.mkdir(parents=True, exist_ok=True)
    ears = Ears(broker.port, contender)
    began = time.time()
    process = contender.start(folder, port, broker.port, units)
    try:
        while not ears.first_at:
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.time() - began < START_S, f"{contender.name} says nothing"
            time.sleep(0.01)
        yield process, ears, ears.first_at - began
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        ears.close()


def steady(contender: Contender, folder: Path, units: int, seconds: float) -> dict[str, float]:
    with (
        plant() as port,
        mosquitto(folder / "broker") as broker,
        running(contender, folder / "run", port, broker, units) as (process, ears, first),
    ):
        time.sleep(WARM_S)
        ears.ages.clear()
        before, used, began = ears.count, seconds_used(process), time.monotonic()
        time.sleep(seconds)
        count, used = ears.count - before, seconds_used(process) - used
        ages = sorted(ears.ages)
        return {
            "readings/s": count / (time.monotonic() - began),
            "CPU s per 10,000": used / count * 1e4,
            "age p50, ms": ages[len(ages) // 2] * 1e3,
            "age p99, ms": ages[len(ages) * 99 // 100] * 1e3,
            "RSS, MB": megabytes(process),
            "first reading after, s": first,
        }  # fmt: skip


def outage(contender: Contender, folder: Path, units: int) -> dict[str, float]:
    """The broker is killed and comes back; what was answered meanwhile, and what arrived."""
    with (
        plant() as port,
        mosquitto(folder / "broker") as broker,
        running(contender, folder / "run", port, broker, units) as (_process, ears, _first),
    ):
        time.sleep(SETTLE_S)
        broker.stop()
        time.sleep(OUTAGE_S)
        broker.start()
        back, heard = time.monotonic(), ears.count
        while ears.count == heard and time.monotonic() - back < START_S:
            time.sleep(0.01)
        resumed = time.monotonic() - back
        while True:  # until only live readings are missing
            before = given(port)
            time.sleep(SETTLE_S)
            missing = before - ears.count
            if missing <= 0 or time.monotonic() - back > DRAIN_S:
                break
        return {"resumed after, s": resumed, "lost in an outage of 20 s": max(0, missing)}


def kills(folder: Path, units: int, trials: int) -> str:
    """kill -9 and broker outages at random moments; numbers that neither came nor were told."""
    contender, chance = CONTENDERS[0], random.Random(1)
    with plant() as port, mosquitto(folder / "broker") as broker:
        ears = Ears(broker.port, contender)
        for _ in range(trials):
            process = contender.start(folder, port, broker.port, units)
            time.sleep(chance.uniform(3.0, 6.0))
            if chance.random() < 0.5:
                broker.stop()
                time.sleep(chance.uniform(0.5, 2.0))
                process.kill()
                broker.start()
            else:
                process.kill()
            process.wait()
        process = contender.start(folder, port, broker.port, units)
        time.sleep(15.0)
        process.terminate()
        process.wait(10)
        time.sleep(1.0)
        seqs = ears.seqs
        ears.close()
    missing = max(seqs) - min(seqs) + 1 - len(seqs)
    return f"{trials} kills and outages: {len(seqs)} numbers came, {missing} others between them"


def table(rows: dict[str, dict[str, list[float]]]) -> None:
    names = list(rows)
    print(f"\n{'':28}" + "".join(f"{name:>22}" for name in names))
    for figure in dict.fromkeys(f for row in rows.values() for f in row):
        cells = [rows[name].get(figure, []) for name in names]
        shown = (f"{statistics.median(cell):22.4g}" if cell else f"{'–':>22}" for cell in cells)
        print(f"{figure:28}" + "".join(shown))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--units", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=5)
    parser.add_argument("--interval", help="of wisgate, which then runs alone: 250ms for four a s")
    parser.add_argument("--per", choices=("batch", "columns"), default=contenders.PER)
    given_words = parser.parse_args()
    compileall.compile_dir(HERE.parent / "src", quiet=1)  # as an installed one is
    contenders.PER = given_words.per
    there = [c for c in CONTENDERS if c.there()]
    if given_words.interval:
        contenders.INTERVAL, there = given_words.interval, there[:1]
    rows: dict[str, dict[str, list[float]]] = {c.name: {} for c in there}
    wanted = given_words.units * REGISTERS
    print(f"{given_words.units} units x {REGISTERS} registers at 1 Hz: {wanted} readings/s wanted")
    with tempfile.TemporaryDirectory(prefix="wisgate-bench-") as name:
        for turn in range(given_words.rounds):
            for contender in there:
                folder = Path(name) / f"{turn}-{contender.name.replace(' ', '-')}"
                found = steady(contender, folder, given_words.units, given_words.seconds)
                if turn == 0:
                    found |= outage(contender, folder / "outage", given_words.units)
                for figure, value in found.items():
                    rows[contender.name].setdefault(figure, []).append(value)
        table(rows)
        if given_words.trials:
            units = min(20, given_words.units)
            print("\n" + kills(Path(name) / "kills", units, given_words.trials))


if __name__ == "__main__":
    main()
