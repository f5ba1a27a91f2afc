"""The gateway in figures: `python bench/gateway.py`. Prints, judges nothing. Alone on the machine.

Goals: help in 300 ms, 70 MB of memory and 2 % of a core for an idle gateway with 20 points, a
virtual day in 60 s. `--quick` watches the idle gateway for 10 s instead of 60.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from peers import Subscriber, free_port, mosquitto  # noqa: E402

WISGATE = Path(sys.executable).with_name("wisgate")
PUMP_HOUSE = ROOT / "examples/pump-house.toml"
ROUGH_DAY = ROOT / "examples/scenarios/rough-day.toml"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")

TWENTY_POINTS = """
name = "twenty"
board = "rak7391"

[[slot]]
slot = "wisblock-1"
module = "rak5802"
protocol = "modbus-rtu"
baud = 9600

[[slot.unit]]
id = 42
name = "weather"
interval = "2s"
registers = [
    { name = "humidity", address = 0, kind = "holding", type = "uint16", unit = "%" },
    { name = "air", address = 1, kind = "holding", type = "int16", scale = 0.01, unit = "Cel" },
    { name = "flow", address = 0, kind = "input", type = "float32", unit = "m3/h" },
    { name = "led", address = 0, kind = "coil", type = "bool", writable = true },
]

[[slot]]
slot = "wisblock-2"
module = "rak16000"
interval = "1s"
""" + "".join(
    f'\n[[virtual]]\nname = "setpoint_{n}"\ntype = "float"\ninitial = {n}.5\n' for n in range(8)
)


def figure(what: str, value: str, goal: str = "") -> None:
    print(f"{what:48}{value:>14}{'   goal ' + goal if goal else ''}", flush=True)


def seconds(*words: str | Path) -> float:
    """How long a command takes."""
    begin = time.perf_counter()
    subprocess.run([WISGATE, *words], check=True, capture_output=True, timeout=300)
    return time.perf_counter() - begin


@contextmanager
def started(folder: Path, text: str) -> Iterator[subprocess.Popen[str]]:
    """A gateway on the virtual board, once its dashboard can be opened."""
    file = folder / "gateway.toml"
    file.write_text(text)
    process = subprocess.Popen(
        [WISGATE, "run", file, "--virtual", "--data", folder / "data"], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        with process.stdout:
            assert "dashboard" in process.stdout.readline()
            yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def processor_s(process: subprocess.Popen[str]) -> float:
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def memory_mb(process: subprocess.Popen[str]) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert match is not None
    return int(match[1]) / 1024


def pause(length: float) -> None:
    threading.Event().wait(length)


def idle(folder: Path, length: float) -> None:
    web = f'\n[web]\nlisten = "127.0.0.1:{free_port()}"\n'
    with started(folder, TWENTY_POINTS + web) as process:
        pause(10)  # after the start nothing is idle yet
        before = processor_s(process)
        pause(length)
        share = (processor_s(process) - before) / length
        figure(f"idle, 20 points and web, for {length:g} s: memory", f"{memory_mb(process):.1f} MB",
               "70 MB")  # fmt: skip
        figure("  share of a core", f"{share:.2%}", "2 %")


def first_reading(folder: Path) -> None:
    """From the launch of the process to a reading at a subscriber of a real broker."""
    with mosquitto(folder) as broker, Subscriber(broker.port, ["wisgate/+/+"]) as subscriber:
        text = PUMP_HOUSE.read_text().replace("1883", str(broker.port))
        begin = time.perf_counter()
        with started(folder, text.replace("127.0.0.1:8391", f"127.0.0.1:{free_port()}")):
            subscriber.wait(lambda seen: any(b'"seq"' in message.payload for message in seen))
            took = time.perf_counter() - begin
    figure("launch to the first reading at a subscriber", f"{took:.2f} s")


def virtual_day(folder: Path) -> None:
    took = seconds(
        "run", PUMP_HOUSE, "--fast-forward", "24h", "--scenario", ROUGH_DAY, "--data", folder
    )
    figure("a virtual day of the pump house with faults", f"{took:.1f} s", "60 s")


def main() -> None:
    quick = "--quick" in sys.argv
    print(f"on {socket.gethostname()}, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / part for part in ("idle", "first", "day")]
        for folder in folders:
            folder.mkdir()
        times = [seconds("--help") for _ in range(10)]
        figure("wisgate --help, median of 10", f"{statistics.median(times) * 1e3:.0f} ms", "300 ms")
        times = [seconds("check", PUMP_HOUSE) for _ in range(5)]
        figure("wisgate check pump-house.toml, median of 5",
               f"{statistics.median(times) * 1e3:.0f} ms")  # fmt: skip
        first_reading(folders[1])
        idle(folders[0], 10 if quick else 60)
        virtual_day(folders[2])


if __name__ == "__main__":
    main()
