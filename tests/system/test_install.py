"""`wisgate install`: what it writes, judged by systemd itself; the container files by compose."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from gateways import WISGATE, wisgate
from peers import program

from wisgate.catalog.catalog import load as load_catalog
from wisgate.cli.install import demand_reachable
from wisgate.core.errors import Unavailable

ROOT = Path(__file__).parents[2]
UNIT = "etc/systemd/system/wisgate.service"
WRITTEN = {UNIT, "etc/udev/rules.d/60-wisgate.rules", "etc/sysusers.d/wisgate.conf"}
MOST_EXPOSED = 2.0
"""What `systemd-analyze security` gives a unit at most: 10 is open to all, below 5 is "OK"."""

NODES = {"i2c-": "i2c", "spidev": "spi", "gpiochip": "gpiochip", "ttyUSB": "ttyUSB",
         "input/event": "input"}  # fmt: skip
RULED = {"i2c-dev": "i2c", "spidev": "spi", "gpio": "gpiochip", "input": "input"}
NOT_IN_A_CONTAINER = {"ttyACM", "ttyAMA", "ttyS"}
"""Of the programs that drive concentrators, which it has not, and of other boards than its own."""


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


def kinds_of_unit() -> dict[str, str]:
    """The kinds of nodes that the service may open, by what the kernel calls them, and how."""
    return dict(re.findall(r"^DeviceAllow=char-(\w+) (\w+)$", source("wisgate.service"), re.M))


def source(name: str) -> str:
    return (ROOT / "src/wisgate/cli/service" / name).read_text()


def container() -> dict[str, list[str]]:
    file = yaml.safe_load((ROOT / "packaging/compose.yaml").read_text())
    found: dict[str, list[str]] = file["services"]["wisgate"]
    return found


def test_the_container_gets_what_the_service_gets() -> None:
    found = {}
    for device in container()["devices"]:
        node, *rest = device.split(":")
        (kind,) = [kind for start, kind in NODES.items() if node.startswith(f"/dev/{start}")]
        found[kind] = rest[1] if rest else "rw"
    assert found == {k: how for k, how in kinds_of_unit().items() if k not in NOT_IN_A_CONTAINER}


def test_the_container_gets_the_buses_of_the_board() -> None:
    board = load_catalog().boards["rak7391"]
    buses = {s.bus for slot in board.slots for s in slot.signals if s.bus.startswith("spi-")}
    spi = {node for node in container()["devices"] if "spidev" in node}
    assert spi == {f"/dev/spidev{bus.removeprefix('spi-')}" for bus in buses}
    bridges = [node for node in container()["devices"] if "ttyUSB" in node]
    assert len(bridges) == sum(s.uart == f"{slot.name}-uart" for slot in board.slots
                               for s in slot.signals)  # fmt: skip


def test_groups_own_what_the_service_may_open() -> None:
    groups = re.findall(r"^SupplementaryGroups=(.*)$", source("wisgate.service"), re.M)[0].split()
    assert re.findall(r"^m wisgate (\w+)$", source("wisgate.conf"), re.M) == groups
    rules = re.findall(r'^SUBSYSTEM=="([\w-]+)".* GROUP="(\w+)"', source("60-wisgate.rules"), re.M)
    kinds = {kind for kind in kinds_of_unit() if not kind.startswith("tty")}  # Debian: dialout
    assert {RULED[subsystem] for subsystem, _ in rules} == kinds
    assert {group for _, group in rules} | {"dialout"} == set(groups)
    joined = [re.sub(r"\W*([A-Z0-9]+)_GID.*", r"\1", g).lower() for g in container()["group_add"]]
    assert joined == [*groups, "input"]  # no rule of ours gives the key to another group


@pytest.mark.peers
def test_compose_takes_the_container_file() -> None:
    compose = program("docker-compose", "docker-compose")
    names = ("I2C_GID", "SPI_GID", "GPIO_GID", "INPUT_GID")
    numbers = {"PATH": "/usr/bin:/bin"} | {name: str(n) for n, name in enumerate(names, 994)}
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
