"""Real programs that tests talk to, started on free ports of the loopback and always stopped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import paho.mqtt.client as paho

DEADLINE_S = 20.0
FIRST_PORT, PORTS = 12_000, 20_000
_offsets = count(os.getpid() * 97)


def program(name: str, package: str) -> str:
    """Where a program is; fails, never skips, when it is missing."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    if found is None:
        raise AssertionError(f"{name} is missing; run: sudo apt-get install {package}")
    return found


def by_modes() -> list[str]:
    """Words before a command under which the modes of files hold even for the administrator."""
    if os.geteuid() != 0:
        return []
    capabilities = "-dac_override,-dac_read_search"
    setpriv = program("setpriv", "util-linux")
    return [setpriv, f"--bounding-set={capabilities}", f"--inh-caps={capabilities}", "--"]


def free_port() -> int:
    """A port that nobody listens on. Below those that the system gives to connections (from 32768
    on), or one of these would take it before the program that it is for; and no two workers look
    in the same place."""
    while True:
        port = FIRST_PORT + next(_offsets) % PORTS
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def until(condition: Callable[[], bool], what: str, deadline: float = DEADLINE_S) -> None:
    """Wait for a condition; fails naming it after `deadline` seconds."""
    end = time.monotonic() + deadline
    pause = threading.Event()
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline:g} s: {what}")
        pause.wait(0.01)


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
        return True
    return False


@dataclass
class Mosquitto:
    """A broker that can be stopped and started again on the same port."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [program("mosquitto", "mosquitto"), "-c", str(self.folder / "mosquitto.conf")]
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        until(lambda: self._ready(), f"mosquitto answers on port {self.port}")

    def _ready(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError((self.folder / "mosquitto.log").read_text())
        return answers(self.port)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(DEADLINE_S)
            self.process = None


@contextmanager
def mosquitto(
    folder: Path,
    *,
    password: tuple[str, str] | None = None,
    lines: Sequence[str] = (),
    port: int | None = None,
) -> Iterator[Mosquitto]:
    """A real broker. `password`: the one user that may connect. `lines`: more of its settings."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    config = [f"listener {port} 127.0.0.1", "persistence false", "set_tcp_nodelay true"]
    config += ["max_queued_messages 0", "max_inflight_messages 0", "user root"]
    if password is None:
        config.append("allow_anonymous true")
    else:
        secrets = folder / "passwords"
        secrets.touch(mode=0o600)
        tool = program("mosquitto_passwd", "mosquitto")
        subprocess.run([tool, "-b", str(secrets), *password], check=True, capture_output=True)
        config += ["allow_anonymous false", f"password_file {secrets}"]
    (folder / "mosquitto.conf").write_text("\n".join([*config, *lines]) + "\n")
    broker = Mosquitto(folder, port)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


@dataclass(frozen=True)
class Received:
    topic: str
    payload: bytes
    retained: bool
    qos: int = 1


class Subscriber:
    """Collects messages in the order they come, across broker restarts. Use as a context."""

    def __init__(self, port: int, topics: Sequence[str], password: tuple[str, str] | None = None):
        self.messages: list[Received] = []
        self._topics, self._port = topics, port
        self.subscriptions = 0
        """How often the broker has acknowledged the subscription."""
        self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2,
            client_id=f"subscriber-{id(self)}",
            clean_session=False,
        )
        if password is not None:
            self._client.username_pw_set(*password)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda *_: self._client.subscribe([(t, 1) for t in self._topics])
        self._client.on_subscribe = self._count
        self._client.on_message = lambda _client, _userdata, message: self.messages.append(
            Received(message.topic, bytes(message.payload), message.retain, message.qos)
        )

    def __enter__(self) -> Subscriber:
        self._client.connect("127.0.0.1", self._port)
        self._client.loop_start()
        self.subscribed(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _count(self, *_: object) -> None:
        self.subscriptions += 1

    def subscribed(self, times: int) -> None:
        """Wait for that many subscriptions: one, and one more after every restart of the broker."""
        until(lambda: self.subscriptions >= times, f"the subscriber is subscribed {times} times")

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(DEADLINE_S)

    def wait(
        self, condition: Callable[[list[Received]], bool], deadline: float = DEADLINE_S
    ) -> list[Received]:
        """The messages once they satisfy `condition`; fails after `deadline` seconds."""
        until(
            lambda: condition(self.messages),
            f"expected messages; {len(self.messages)} came",
            deadline,
        )
        return list(self.messages)
