"""`wisgate install`: what it writes, judged by systemd itself; the container files by compose."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from gateways import WISGATE, wisgate
from peers import program

from wisgate.cli.install import demand_reachable
from wisgate.core.errors import Unavailable

ROOT = Path(__file__).parents[2]
UNIT = "etc/systemd/system/wisgate.service"
WRITTEN = {UNIT, "etc/udev/rules.d/60-wisgate.rules", "etc/sysusers.d/wisgate.conf"}
MOST_EXPOSED = 2.0
"""What `systemd-analyze security` gives a unit at most: 10 is open to all, below 5 is "OK"."""


def installed(root: Path, state: Path, *more: str) -> str:
    done = wisgate("install", "--root", root, *more, state=state)
    assert done.returncode == 0, done.stderr
    return done.stdout


def there(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_it_writes_three_files_and_takes_them_away(tmp_path: Path) -> None:
    root = tmp_path / "image"
    installed(root, tmp_path)
    assert there(root) == WRITTEN
    unit = (root / UNIT).read_text()
    assert f"ExecStart={WISGATE} run /etc/wisgate/gateway.toml" in unit
    assert f"ExecStopPost={WISGATE} safe /etc/wisgate/gateway.toml" in unit
    assert "@" not in re.sub(r"@system-service|@privileged|@resources", "", unit)
    (root / "etc/wisgate").mkdir()
    (root / "etc/wisgate/gateway.toml").write_text("theirs")
    said = installed(root, tmp_path, "--remove")
    assert there(root) == {"etc/wisgate/gateway.toml"}
    assert "are left as they are" in said
    installed(root, tmp_path, "--remove")  # once more does no harm


def test_a_dry_run_shows_everything_and_writes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "image"
    said = installed(root, tmp_path, "--dry-run", "--prefix", "/opt/wisgate")
    assert not root.exists()
    assert "ExecStart=/opt/wisgate/bin/wisgate run" in said
    assert 'SUBSYSTEM=="i2c-dev"' in said
    here = wisgate("install", "--dry-run", state=tmp_path)
    assert "run systemctl enable wisgate.service" in here.stdout


@pytest.mark.parametrize(("prefix", "home"), [("/opt/w", "yes"), ("/home/pi/w", "read-only")])
def test_a_program_at_home_can_be_read(tmp_path: Path, prefix: str, home: str) -> None:
    installed(tmp_path / "image", tmp_path, "--prefix", prefix)
    assert f"ProtectHome={home}\n" in (tmp_path / "image" / UNIT).read_text()


def test_a_place_that_takes_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "image").mkdir()
    (tmp_path / "image/etc").write_text("no folder")
    done = wisgate("install", "--root", tmp_path / "image", state=tmp_path)
    assert done.returncode == 1
    assert UNIT in done.stderr


def test_a_prefix_that_systemd_would_not_find_is_refused(tmp_path: Path) -> None:
    done = wisgate("install", "--root", tmp_path / "image", "--prefix", "venv", state=tmp_path)
    assert done.returncode == 64
    assert "whole path" in done.stderr
    assert not (tmp_path / "image").exists()


@pytest.mark.peers
def test_systemd_takes_the_unit_and_finds_it_closed(tmp_path: Path) -> None:
    analyze = program("systemd-analyze", "systemd")
    installed(tmp_path / "image", tmp_path)
    unit = tmp_path / "image" / UNIT
    verified = subprocess.run(
        [analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    exposed = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", unit],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = re.search(r"Overall exposure level for wisgate.service: ([\d.]+)", exposed.stdout)
    assert found is not None, exposed.stdout
    assert float(found[1]) <= MOST_EXPOSED


@pytest.mark.peers
def test_systemd_knows_the_users_and_groups(tmp_path: Path) -> None:
    tool = program("systemd-sysusers", "systemd")
    root = tmp_path / "image"
    installed(root, tmp_path)
    subprocess.run([tool, "--root", root], check=True, capture_output=True)
    groups = (root / "etc/group").read_text()
    for group in ("i2c", "spi", "gpio", "dialout"):
        assert re.search(rf"^{group}:.*:wisgate$", groups, re.MULTILINE), groups
    assert re.search(r"^wisgate:.*:/var/lib/wisgate:", (root / "etc/passwd").read_text(), re.M)


@pytest.mark.peers
def test_compose_takes_the_container_file() -> None:
    compose = program("docker-compose", "docker-compose")
    numbers = {"I2C_GID": "994", "SPI_GID": "995", "GPIO_GID": "996", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [compose, "-f", ROOT / "packaging/compose.yaml", "config"],
        capture_output=True, text=True, check=False, env=numbers,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "/dev/i2c-1" in done.stdout


def test_a_program_that_the_service_cannot_reach_is_told() -> None:
    with TemporaryDirectory() as name:  # pytest's own folders are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        wisgate_there = folder / "home" / "bin" / "wisgate"
        wisgate_there.parent.mkdir(parents=True)
        demand_reachable(wisgate_there)
        (folder / "home").chmod(0o700)
        with pytest.raises(Unavailable, match=r"home: the user wisgate may not pass it.*--global"):
            demand_reachable(wisgate_there)
