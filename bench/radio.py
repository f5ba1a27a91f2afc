"""LoRaWAN in figures: `python bench/radio.py`. Prints, judges nothing. Alone on the machine.

A gateway with queue, filter, deduplication and metrics on, between a packet forwarder (UDP) and a
real Mosquitto, where every frame is counted by itself. Goals: 20,000 uplinks/s without loss on two
cores, 25 µs of the processor for each, PUSH_ACK within 1 ms at p99 of 1,000/s, 90 MB of memory with
200 end devices. `--quick` sends for a second at each rate instead of five.
"""

from __future__ import annotations

import base64
import json
import os
import re
import select
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from gateways import Running  # noqa: E402
from peers import free_port, mosquitto  # noqa: E402

EUI = "0016c001ff000001"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
DEVICES = 200
PATIENCE_S = 20.0
"""What has not come then is late."""
FILE = """
name = "radio"
board = "rak7391"

[web]
listen = "127.0.0.1:{web}"

[lorawan]
region = "EU868"
gateway_id = "{eui}"
udp = "127.0.0.1:{udp}"
station = "127.0.0.1:{station}"

[[lorawan.upstream]]
type = "chirpstack"
url = "mqtt://127.0.0.1:{broker}"
dev_addrs = ["26000000/7"]
"""
PACKET = (
    '{"jver":1,"tmst":%d,"chan":%d,"rfch":1,"freq":%.6f,"mid": 0,"stat":1,"modu":"LORA",'
    '"datr":"SF%dBW125","codr":"4/5","rssis":%d,"lsnr":%.1f,"foff":0,"rssi":%d,"size":23,"data":"%s"}'
)
CHANNELS = (868.1, 868.3, 868.5, 867.1, 867.3, 867.5, 867.7, 867.9)
"""MHz of EU868. Rates and strengths are as mixed as on a hill: the same for every frame would be
remembered."""


def figure(what: str, value: str, goal: str = "") -> None:
    print(f"{what:52}{value:>16}{'   goal ' + goal if goal else ''}", flush=True)


def frame(number: int) -> bytes:
    """23 bytes, each another one."""
    head = struct.pack(
        "<BIBHB", 0x40, 0x26010000 + number % DEVICES, 0, number // DEVICES & 0xFFFF, 2
    )
    return head + struct.pack("<QH", number, 0) + b"\1\2\3\4"


# A packet forwarder, in a process of its own


def send(port: int, rate: float, seconds: float, together: int) -> None:
    """Prints how many uplinks left, how many datagrams were acknowledged, and the slowest hundredth
    of the acknowledgements in ms."""
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.connect(("127.0.0.1", port))

    left: dict[int, float] = {}
    took: list[float] = []
    count = int(rate * seconds)
    datagrams = [_datagram(n, rate, min(together, count - n)) for n in range(0, count, together)]
    begin = time.perf_counter()
    for token, datagram in enumerate(datagrams):
        left[token & 0xFFFF] = time.perf_counter()
        wire.send(b"\x02" + (token & 0xFFFF).to_bytes(2, "big") + datagram)
        _answered(wire, left, took, begin + (token + 1) * together / rate)
    end = time.perf_counter() + 1.0
    while left and time.perf_counter() < end:
        _answered(wire, left, took, end)
    slow = statistics.quantiles(took, n=100)[-1] * 1e3
    print(json.dumps([count, len(took), len(left), slow]))


def _datagram(first: int, rate: float, count: int) -> bytes:
    """All of it behind the token. Made before the first leaves: the processor belongs to others
    then."""
    packets = ",".join(_rxpk(n, n / rate) for n in range(first, first + count))
    return b"\0" + bytes.fromhex(EUI) + b'{"rxpk":[%s]}' % packets.encode()


def _rxpk(number: int, seconds: float) -> str:
    channel, rssi = number % len(CHANNELS), -40 - number % 83
    encoded = base64.b64encode(frame(number)).decode()
    return PACKET % (
        seconds * 1e6, channel, CHANNELS[channel], 7 + number % 6, rssi, 12.5 - number % 67 / 2,
        rssi, encoded,
    )  # fmt: skip


def _answered(wire: socket.socket, left: dict[int, float], took: list[float], until: float) -> None:
    """Take the acknowledgements that come until then."""
    while (rest := until - time.perf_counter()) > 0:
        if not select.select([wire], [], [], rest)[0]:
            return
        with suppress(BlockingIOError):
            while True:
                number = int.from_bytes(wire.recv(64, socket.MSG_DONTWAIT)[1:3], "big")
                took.append(time.perf_counter() - left.pop(number))


# A network, in a process of its own


def count(port: int, quiet: float) -> None:
    """Prints that it is there, then how many frames came, and how many of them twice, after a pause
    of `quiet` seconds."""
    wire = socket.create_connection(("127.0.0.1", port))
    hello = b"\0\4MQTT\4\2\0\0" + b"\0\5bench"
    wire.sendall(bytes([0x10, len(hello)]) + hello)
    topic = b"+/gateway/+/event/up"
    body = b"\0\1" + len(topic).to_bytes(2, "big") + topic + b"\0"
    wire.sendall(bytes([0x82, len(body)]) + body)
    print("there", flush=True)
    seen: set[bytes] = set()
    twice, rest = 0, b""
    wire.settimeout(60)
    end = float("inf")
    while time.monotonic() < end:
        try:
            rest += wire.recv(1 << 18)
        except TimeoutError:
            break
        at = 0
        while (packet := _packet(rest, at)) is not None:
            kind, begin, at = packet
            if kind & 0xF0 == 0x30:
                payload = begin + 2 + int.from_bytes(rest[begin : begin + 2], "big")
                phy = rest[payload + 2 : payload + 2 + rest[payload + 1]]
                twice += phy in seen
                seen.add(phy)
                wire.settimeout(quiet)
                end = min(end, time.monotonic() + PATIENCE_S)
        rest = rest[at:]
    print(json.dumps([len(seen), twice]))


def _packet(stream: bytes, at: int) -> tuple[int, int, int] | None:
    """Kind, begin of the body and end of the packet at `at`; None for one that is not all there."""
    size = shift = 0
    for place in range(at + 1, at + 5):
        if place >= len(stream):
            return None
        size |= (stream[place] & 0x7F) << shift
        shift += 7
        if stream[place] < 0x80:
            break
    return None if place + 1 + size > len(stream) else (stream[at], place + 1, place + 1 + size)


# What is measured


@contextmanager
def child(*words: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, __file__, *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process


def processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def memory_mb(pid: int) -> float:
    match = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert match is not None
    return int(match[1]) / 1024


def told(process: subprocess.Popen[str]) -> list[float]:
    assert process.stdout is not None
    found: list[float] = json.loads(process.stdout.readline())
    return found


def measure(pid: int, ports: tuple[int, int], rate: float, seconds: float, together: int) -> float:
    """The slowest hundredth of acknowledgements, in ms."""
    udp, broker = ports
    with child("count", broker, 4.0) as network:
        assert network.stdout is not None
        network.stdout.readline()
        before = processor_s(pid)
        with child("send", udp, rate, seconds, together) as forwarder:
            sent, _, unanswered, slow = told(forwarder)
        came, twice = told(network)
        each = (processor_s(pid) - before) / sent * 1e6
    what = f"{rate:,.0f} uplinks/s, {together} in a datagram"
    figure(f"{what}: late, twice of {sent:,.0f}", f"{sent - came:,.0f}, {twice:.0f}", "0, 0")
    figure("  datagrams without PUSH_ACK", f"{unanswered:.0f}", "0")
    figure("  processor for each uplink", f"{each:.1f} µs", "25 µs")
    return slow


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as name, mosquitto(Path(name) / "broker") as broker:
        folder, udp = Path(name), free_port()
        (folder / "gateway.toml").write_text(
            FILE.format(web=free_port(), eui=EUI, udp=udp, station=free_port(), broker=broker.port)
        )
        words = "run", folder / "gateway.toml", "--virtual", "--data", folder / "state"
        with Running(folder / "run", *words) as gateway:
            pid = gateway.ready().process.pid
            ports = udp, broker.port
            slow = measure(pid, ports, 1_000, seconds, 1)
            figure("  PUSH_ACK at p99", f"{slow:.2f} ms", "1 ms")
            figure(f"memory with {DEVICES} end devices", f"{memory_mb(pid):.1f} MB", "90 MB")
            for rate in (5_000, 10_000, 20_000):
                measure(pid, ports, rate, seconds, 16)
            figure("memory afterwards", f"{memory_mb(pid):.1f} MB")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["send", port, rate, seconds, together]:
            send(int(port), float(rate), float(seconds), int(together))
        case ["count", port, quiet]:
            count(int(port), float(quiet))
        case [*options]:
            main(1.0 if "--quick" in options else 5.0)
