"""`wisgate apply` on a gateway that a loop starts again, as systemd does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from gateways import WISGATE, environment, pump_house, wisgate
from peers import free_port, until

from wisgate.cli.applying import replace
from wisgate.web.console import process_at

LOOP = 'while :; do "$@"; sleep 0.1; done'


class Site:
    """A gateway in a loop, its file, and a place to prepare the next one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.file = pump_house(folder / "etc", free_port())
        self.good = self.file.read_text()
        self.new = folder / "new.toml"

    @contextmanager
    def running(self) -> Iterator[None]:
        command = [WISGATE, "run", self.file, "--virtual", "--data", self.data]
        with (self.folder / "log").open("w") as log:
            loop = subprocess.Popen(
                ["bash", "-c", LOOP, "loop", *command], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, env=environment(self.folder), start_new_session=True,
            )  # fmt: skip
        try:
            until(lambda: self.process is not None, "the gateway answers", 40)
            yield
        finally:
            os.killpg(loop.pid, signal.SIGKILL)
            loop.wait(10)

    @property
    def process(self) -> int | None:
        return process_at(self.data / "control.sock")

    def apply(self, text: str, *more: str) -> subprocess.CompletedProcess[str]:
        self.new.write_text(text)
        return wisgate(
            "apply", self.new, "--to", self.file, "--data", self.data, *more, state=self.folder,
            seconds=120,
        )  # fmt: skip

    def names(self) -> set[str]:
        return {path.name for path in self.file.parent.iterdir()}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_new_file_is_shown_put_in_place_and_run(site: Site) -> None:
    with site.running():
        before = site.process
        better = site.good.replace('name = "pump"', 'name = "big_pump"').replace(
            "pump =", "big_pump ="
        )
        done = site.apply(better, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert '-name = "pump"' in done.stdout
        assert '+name = "big_pump"' in done.stdout
        assert site.file.read_text() == better
        assert site.file.with_name("gateway.toml.last-good").read_text() == site.good
        assert site.process not in (None, before)
        points = wisgate("read", "big_pump", "--data", site.data, state=site.folder)
        assert points.returncode == 0, points.stderr
        again = site.apply(better, "--yes")
        assert "nothing changes" in again.stdout


@pytest.mark.timeout(180)
def test_a_file_with_which_it_cannot_start_is_taken_back(site: Site) -> None:
    with site.running(), socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        listen = next(line for line in site.good.splitlines() if line.startswith("listen ="))
        worse = site.good.replace(listen, f'listen = "127.0.0.1:{port}"')
        done = site.apply(worse, "--yes", "--wait", "12s")
        assert done.returncode == 1
        assert "no gateway answers" in done.stderr
        assert "and all is as it was" in done.stderr
        assert site.file.read_text() == site.good
        assert site.file.with_name("gateway.toml.rejected").read_text() == worse
        assert site.process is not None


@pytest.mark.timeout(180)
def test_a_file_that_brings_new_trouble_is_taken_back(site: Site) -> None:
    """That of the broker, which was not there before either, is no reason."""
    with site.running():
        worse = f'{site.good}[sink.second]\ntype = "mqtt"\nurl = "mqtt://127.0.0.1:{free_port()}"\n'
        done = site.apply(worse, "--yes", "--wait", "12s")
        assert done.returncode == 1
        assert "not applied: sink second: " in done.stderr
        assert "sink plant" not in done.stderr
        assert site.file.read_text() == site.good


def test_a_wrong_file_touches_nothing(site: Site) -> None:
    done = site.apply(site.good + "[nonsense]\n", "--yes")
    assert done.returncode == 2
    both = site.good.replace('slot = "wisblock-2"', 'slot = "wisblock-1"')
    assert site.apply(both, "--yes").returncode in (2, 3)
    assert site.names() == {"gateway.toml"}
    assert site.file.read_text() == site.good


def test_nobody_is_asked_where_nobody_is(site: Site) -> None:
    done = site.apply(f"{site.good}# a remark\n")
    assert done.returncode == 64
    assert "--yes" in done.stderr
    assert site.file.read_text() == site.good


def test_secrets_are_looked_for_beside_the_file_that_runs(site: Site) -> None:
    text = site.good.replace('type = "mqtt"\n', 'type = "mqtt"\npassword_file = "mqtt.secret"\n')
    assert text != site.good
    (site.folder / "mqtt.secret").write_text("here it is of no use")
    (site.folder / "mqtt.secret").chmod(0o600)
    done = site.apply(text, "--yes")
    assert done.returncode == 2
    assert '"mqtt.secret" does not exist' in done.stderr


def test_where_no_gateway_runs_the_file_waits_for_one(site: Site) -> None:
    site.file.unlink()
    site.file.parent.rmdir()
    done = site.apply(site.good, "--yes")
    assert done.returncode == 0, done.stderr
    assert "no gateway runs here" in done.stdout
    assert "applied" not in done.stdout
    assert site.file.read_text() == site.good
    assert site.names() == {"gateway.toml"}


def test_a_gateway_is_not_given_another_name_unawares(site: Site) -> None:
    site.new.write_text(site.good.replace('name = "pump-house"', 'name = "mill"'))
    done = wisgate("apply", site.new, "--to", site.file, "--yes", state=site.folder)
    assert done.returncode == 64
    assert 'is called "pump-house" and would be "mill"' in done.stderr
    assert site.file.read_text() == site.good


def test_a_new_file_can_be_read_by_the_service_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        replace(tmp_path / "gateway.toml", b"name")
    finally:
        os.umask(before)
    assert (tmp_path / "gateway.toml").stat().st_mode & 0o777 == 0o640


def test_owner_and_mode_stay(site: Site) -> None:
    site.file.chmod(0o640)
    assert site.apply(f"{site.good}# a remark\n", "--yes").returncode == 0
    assert site.file.stat().st_mode & 0o777 == 0o640
